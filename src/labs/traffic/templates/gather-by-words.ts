/**
 * Prompts that stand nearly alone although they hold all the words in a row that the fillings of a template share: the
 * fingerprints kept of a long prompt are a sample and may miss them. Like divide-by-words.ts it needs the words in clear.
 */
import { membersOf, type Prompts } from "./divide-by-words.js";

/** Words in a run. */
const RUN = 4;
/** A smaller group is looked at anew, a larger one is a template that prompts may join. */
const TEMPLATE_PROMPTS_MIN = 8;
/** Larger groups are not learned from. */
const MEMBERS_MAX = 20_000;
/** A run is the template's own when this share of its prompts has it. */
const FIXED_IN_MIN = 0.8;
/** Runs that a template needs to be joined by, and the share of them that a prompt must have. */
const RUNS_MIN = 2;
const HELD_MIN = 0.9;
/** A run of more templates tells none of them. */
const TEMPLATES_MAX = 200;

/**
 * @param template for each prompt the smallest index of its template
 * @returns the same, with prompts of small groups in the templates whose words they have
 */
export function gatherByWords(template: Uint32Array, words: Prompts["words"]): Uint32Array {
  const groups = membersOf(template);
  const names = new Map<string, number[]>();
  const sizes = new Map<number, number>();
  for (const [name, members] of groups) {
    if (members.length < TEMPLATE_PROMPTS_MIN || members.length > MEMBERS_MAX) continue;
    const fixed = fixedRuns(members, words);
    if (fixed.length < RUNS_MIN) continue;
    sizes.set(name, fixed.length);
    for (const run of fixed) {
      const known = names.get(run);
      if (known) known.push(name);
      else names.set(run, [name]);
    }
  }
  for (const [run, own] of names)
    if (own.length > TEMPLATES_MAX) {
      names.delete(run);
      for (const name of own) sizes.set(name, sizes.get(name)! - 1);
    }
  const out = template.slice();
  for (const members of groups.values()) {
    if (members.length >= TEMPLATE_PROMPTS_MIN) continue;
    for (const i of members) {
      const held = new Map<number, number>();
      for (const run of runsOf(words[i]!))
        for (const name of names.get(run) ?? []) held.set(name, (held.get(name) ?? 0) + 1);
      let most = 0;
      for (const [name, n] of held)
        if (n > most && sizes.get(name)! >= RUNS_MIN && n >= HELD_MIN * sizes.get(name)!) {
          most = n;
          out[i] = name;
        }
    }
  }
  return named(out);
}

/** Names every group by its smallest member. */
function named(template: Uint32Array): Uint32Array {
  const first = new Map<number, number>();
  return template.map((name, i) => {
    if (!first.has(name)) first.set(name, i);
    return first.get(name)!;
  });
}

function runsOf(list: Uint32Array): Set<string> {
  const out = new Set<string>();
  for (let w = 0; w + RUN <= list.length; w++) out.add(list.slice(w, w + RUN).join(" "));
  return out;
}

function fixedRuns(members: readonly number[], words: Prompts["words"]): string[] {
  const counts = new Map<string, number>();
  const least = FIXED_IN_MIN * members.length;
  for (const [k, i] of members.entries())
    for (const run of runsOf(words[i]!)) {
      const n = counts.get(run);
      if (n !== undefined) counts.set(run, n + 1);
      else if (k <= members.length - least) counts.set(run, 1);
    }
  return [...counts].filter(([, n]) => n >= least).map(([run]) => run);
}
