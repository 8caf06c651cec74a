/** The cases of the init anchor's study: which initial weights are shown, for which reference, against which suspect. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Case {
  kind: string;
  /** Paths of the initial weights, the reference and the suspect. */
  init: string;
  reference: string;
  suspect: string;
  /** The suspect is disguised before it is examined (materials/weights/disguise.ts). */
  disguised: boolean;
  derived: boolean;
  /** The two initial draws behind the pair. */
  familyA: string;
  familyB: string;
}

/** Ancestors by `parents` of the zoo's manifest; a model is its own. */
function zooRoots(zoo: string): Map<string, string[]> {
  const manifest: Record<string, { parents: string[] }> = JSON.parse(readFileSync(join(zoo, "manifest.json"), "utf8"));
  const roots = (name: string): string[] =>
    manifest[name]!.parents.length === 0 ? [name] : manifest[name]!.parents.flatMap(roots);
  return new Map(Object.keys(manifest).map((name) => [name, [...new Set(roots(name))]]));
}

export function zooCases(zoo: string): Case[] {
  const roots = zooRoots(zoo);
  return ["base", "independent-same-data"].flatMap((owner) =>
    [...roots].map(([name, from]): Case => {
      const derived = from.includes(owner);
      return {
        kind: derived ? "zoo, derived" : "zoo, not derived",
        init: join(zoo, "inits", `${owner}.safetensors`),
        reference: join(zoo, "models", owner),
        suspect: join(zoo, "models", name),
        disguised: false,
        derived,
        familyA: owner,
        familyB: derived ? owner : from[0]!,
      };
    }),
  );
}

/** Each of the bank's kept draws against the other models of its shape, its children, and its double by the same seed. */
export function bankCases(bank: string, children: string | null): Case[] {
  return ["a00", "b00", "c00", "d00"].flatMap((owner) => {
    const base = { init: join(bank, owner, "init.safetensors"), reference: join(bank, owner), familyA: owner };
    const others = readdirSync(bank).filter((n) => /^[abcd]\d\d$/.test(n) && n[0] === owner[0] && n !== owner);
    const nulls = others.map((name, at): Case => {
      const kind = at % 2 === 0 ? "bank, other draw" : "bank, other draw, disguised";
      return { ...base, kind, suspect: join(bank, name), disguised: at % 2 === 1, derived: false, familyB: name };
    });
    const own = (kind: string, suspect: string, disguised: boolean, derived = true): Case[] =>
      existsSync(suspect) ? [{ ...base, kind, suspect, disguised, derived, familyB: owner }] : [];
    const child = (how: string) => (children ? join(children, `${owner}-${how}`) : "");
    return [
      ...nulls,
      ...own("bank, itself disguised", join(bank, owner), true),
      ...["tuned", "continued", "long"].flatMap((how) => [
        ...own(`bank, ${how}`, child(how), false),
        ...own(`bank, ${how}, disguised`, child(how), true),
      ]),
      ...own("bank, same seed, other corpus", join(bank, `${owner[0]}-same-seed`), false, false),
      ...own("bank, same seed, other corpus, disguised", join(bank, `${owner[0]}-same-seed`), true, false),
    ];
  });
}

/** Further models with draws of their own: a ring of nulls, every other one disguised, and each model's own kin. */
export function extraCases(models: string, inits: string, children: string | null): Case[] {
  // By number, then shape: the first of each shape before the second of any.
  const names = readdirSync(inits)
    .map((file) => file.replace(".safetensors", ""))
    .sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : a.slice(2) > b.slice(2) ? 1 : a < b ? -1 : 1));
  // Biases and head norms are beyond the disguise.
  const disguisable = (name: string) => /^x[abcd]/.test(name);
  return names.flatMap((name): Case[] => {
    const base = { init: join(inits, `${name}.safetensors`), reference: join(models, name), familyA: name };
    const shape = names.filter((n) => n[1] === name[1]);
    const at = shape.indexOf(name);
    const next = shape[(at + 1) % shape.length]!;
    const disguised = at % 2 === 1 && disguisable(next);
    const kind = disguised ? "further, other draw, disguised" : "further, other draw";
    const own = { ...base, derived: true, familyB: name };
    const child = children ? join(children, `${name}-continued`) : "";
    return [
      { ...base, kind, suspect: join(models, next), disguised, derived: false, familyB: next },
      ...(disguisable(name)
        ? [{ ...own, kind: "further, itself disguised", suspect: join(models, name), disguised: true }]
        : [{ ...own, kind: "further, itself", suspect: join(models, name), disguised: false }]),
      ...(existsSync(child)
        ? [
            { ...own, kind: "further, continued", suspect: child, disguised: false },
            { ...own, kind: "further, continued, disguised", suspect: child, disguised: true },
          ]
        : []),
    ];
  });
}

/**
 * Two runs from one draw that any maker might have had, by its seed: each is the other's innocent double, trained as long or
 * twice as long. And the one's own later state, its child. Every other draw's are disguised too.
 */
export function drawCases(draws: string): Case[] {
  return readdirSync(draws)
    .sort()
    .flatMap((name, at): Case[] => {
      const side = (of: string) => join(draws, name, of);
      const init = side("init.safetensors");
      const one = (kind: string, reference: string, suspect: string, derived: boolean): Case[] =>
        [false, true].slice(0, at % 2 === 0 ? 2 : 1).map((disguised) => ({
          kind: `one draw, ${kind}${disguised ? ", disguised" : ""}`,
          ...{ init, reference: side(reference), suspect: side(suspect), disguised, derived },
          // A family is one run: neither has anything of the other.
          ...(derived ? { familyA: name, familyB: name } : { familyA: `${name} one`, familyB: `${name} other` }),
        }));
      return [
        ...one("apart", "child", "double", false),
        ...one("apart, one twice as long", "parent", "double", false),
        ...one("trained on", "parent", "child", true),
      ];
    });
}
