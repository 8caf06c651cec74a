/**
 * The pairs of the aligned study, in the order they are run: each a recipe for a reference and a suspect, made when its
 * turn comes. Suspects are disguised (disguise.ts: token ids renamed, sixteen tokens added) wherever the disguise
 * handles their kind. Order matters only for a study cut short: kinds take turns.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as altered from "../../materials/weights/altered.ts";
import { studentPairs } from "./feature-students.ts";

type Held = altered.Held;

export interface PairSpec {
  id: string;
  kind: string;
  derived: boolean;
  /** Independent initialisations of the two sides. */
  families: readonly [string, string];
  /** Counts towards power and cap; rows that only draw a curve do not. */
  counted: boolean;
  /** Whether the token strings are known on both sides. */
  tokens: boolean;
  reference: string;
  /** Paths read for the suspect, and how it is made from them. */
  parts: readonly string[];
  make(parts: Held[], seed: string): Held;
  disguise: boolean;
}

export interface Folders {
  zoo: string;
  extra: string;
  ownMlps: string;
  /** Pairs 2k and 2k + 1 of a shape from one fresh draw, trained apart. */
  draws: string;
  /** Folders KIND/PAIR-a|b of one start each, trained apart, by makers/train_one_start.py. */
  starts: string;
  /** Folders KIND/TEACHER-a|b of students, by makers/train_feature_students.py. */
  features: string;
}

const first = (parts: Held[]) => parts[0]!;

export function allPairs(folders: Folders): PairSpec[] {
  return roundRobin([
    bankRing(folders),
    extraPairs(folders, true),
    extraPairs(folders, false),
    knownTokens(folders),
    zooNulls(folders),
    oneDraw(folders),
    oneStart(folders),
    featureStudents(folders),
    ownMlps(folders),
    children(folders),
    alterations(folders),
    zooPositives(folders),
  ]);
}

/** One default seed, two makers, and a tool that turned and reordered the one. A draw is one family. */
function oneDraw({ zoo, draws }: Folders): PairSpec[] {
  const kind = "one draw, trained apart, the one turned and reordered";
  const doubles = ["a", "b", "c"].map((shape) => {
    const [one, other] = [`${shape}00`, `${shape}-same-seed`].map((name) => join(zoo, "bank", name)) as [
      string,
      string,
    ];
    return nullOf(kind, one, other, [`draw of ${shape}00`, `draw of ${shape}00`]);
  });
  const folder = join(draws, "one-draw");
  const made = draws && existsSync(folder) ? readdirSync(folder).sort() : [];
  const pairs = made.flatMap((name, at) => {
    if (at % 2 === 1 || !made[at + 1]) return [];
    return [nullOf(kind, join(folder, name), join(folder, made[at + 1]!), [`draw ${name}`, `draw ${name}`])];
  });
  return [...doubles, ...pairs];
}

/** The maker's kinds whose start is not plainly drawn, or drawn otherwise, by folder: `torch-200` is trained for longer. */
const STARTS: Readonly<Record<string, string>> = {
  torch: "a framework's large uniform draws",
  orthogonal: "matrices at right angles",
  rule: "identities and Hadamard matrices",
  centres: "rows at the centres of a published table",
  positive: "weights of one sign",
  batches: "one corpus in large batches",
  stages: "a seed for each machine",
  widths: "two widths of one table",
  scales: "one tool's channel scales",
};

/** One start that is not plainly drawn, two makers, and a tool that turned and reordered the one. */
function oneStart({ starts }: Folders): PairSpec[] {
  if (!starts) return [];
  const lists = readdirSync(starts)
    .sort()
    .flatMap((folder) => {
      const what = STARTS[folder.replace(/-.*$/, "")];
      // Biases are not handled by the disguise.
      if (what === undefined) return [];
      const kind = `one start, the one turned and reordered: ${what}`;
      const names = readdirSync(join(starts, folder)).sort();
      const ones = names.filter((name) => name.endsWith("-a") && names.includes(name.replace(/-a$/, "-b")));
      return [
        ones.map((name) => {
          const own = `${folder} ${name.replace(/-a$/, "")}`;
          const [a, b] = [name, name.replace(/-a$/, "-b")].map((end) => join(starts, folder, end));
          return { ...nullOf(kind, a!, b!, [own, own]), id: `${kind}: ${own}` };
        }),
      ];
    });
  return roundRobin(lists);
}

/** Nobody need turn these: they are asked as they are. */
function featureStudents({ zoo, features }: Folders): PairSpec[] {
  return studentPairs(zoo, features).map(({ kind, reference, suspect, families }) => ({
    ...nullOf(kind, reference, suspect, families, false),
    id: `${kind}: ${families.join(" / ")}`,
  }));
}

/** Bank shapes c and d; a and b served the tuning. */
const JUDGED = ["c", "d"].flatMap((shape) =>
  Array.from({ length: 16 }, (_, i) => `${shape}${String(i).padStart(2, "0")}`),
);

function nullOf(kind: string, a: string, b: string, families: readonly [string, string], disguise = true): PairSpec {
  const id = `${kind}: ${a} / ${b}`;
  return {
    id,
    kind,
    derived: false,
    families,
    counted: true,
    tokens: true,
    reference: a,
    parts: [b],
    make: first,
    disguise,
  };
}

function bankRing({ zoo }: Folders): PairSpec[] {
  const path = (name: string) => join(zoo, "bank", name);
  const made = (name: string) => JSON.parse(readFileSync(join(path(name), "made.json"), "utf8")) as { corpus: string };
  return JUDGED.flatMap((a, i) => {
    const b = JUDGED[(i + 1) % 16 === 0 ? i - 15 : i + 1]!;
    const kind = made(a).corpus === made(b).corpus ? "independent, same corpus" : "independent";
    const ring = nullOf(kind, path(a), path(b), [a, b]);
    const across = nullOf("independent, other shape", path(a), path(JUDGED[i + 16] ?? a), [a, JUDGED[i + 16] ?? a]);
    return i < 8 ? [ring, across] : [ring];
  });
}

/** Disjoint pairs of equal shape: of each ten models five saw the same windows in the same order. */
function extraPairs({ extra }: Folders, same: boolean): PairSpec[] {
  const folder = join(extra, "null");
  if (!existsSync(folder)) return [];
  const kind = same ? "independent, same data in the same order" : "independent";
  const out: PairSpec[] = [];
  for (let group = 0; group < 10; group++)
    for (const shape of "cdabef")
      for (const at of same ? [0, 2] : [5, 7]) {
        const name = (n: number) => `x${shape}${String(10 * group + n).padStart(3, "0")}`;
        const [a, b] = [name(at), name(at + 1)];
        if (!existsSync(join(folder, a)) || !existsSync(join(folder, b))) continue;
        // Biases and head norms are not handled by the disguise.
        out.push(nullOf(kind, join(folder, a), join(folder, b), [a, b], !"ef".includes(shape)));
      }
  return out;
}

/** With one more look, through the token strings that both sides have. */
function knownTokens({ extra }: Folders): PairSpec[] {
  const folder = join(extra, "null");
  const out: PairSpec[] = [];
  for (let group = 0; group < 10; group++)
    for (const shape of "cdab")
      for (const at of [1, 3, 6]) {
        const name = (n: number) => `x${shape}${String(10 * group + n).padStart(3, "0")}`;
        const [a, b] = [name(at), name(at + 1)];
        if (!existsSync(join(folder, a)) || !existsSync(join(folder, b))) continue;
        const kind = at < 5 ? "independent, same data in the same order" : "independent";
        out.push({ ...nullOf(`${kind}, token strings known`, join(folder, a), join(folder, b), [a, b]), tokens: true });
      }
  return out;
}

function zooNulls({ zoo }: Folders): PairSpec[] {
  const path = (name: string) => join(zoo, "models", name);
  const pair = (kind: string, a: string, b: string, family: string) =>
    nullOf(kind, path(a), path(b), ["base", family], b !== "disguised");
  return [
    pair("student taught by the other", "base", "distilled", "distilled"),
    pair("independent, same data in the same order", "base", "independent-same-data", "independent-same-data"),
    pair("fine-tuned alike", "finetune", "independent-finetuned", "independent-same-data"),
    pair("student taught by the other", "base", "distilled-marked", "distilled-marked"),
    pair("student taught by the other", "finetune", "distilled", "distilled"),
    pair("independent, other shape", "base", "independent-other-shape", "independent-other-shape"),
    {
      ...nullOf(
        "fine-tuned alike",
        path("independent-finetuned"),
        path("disguised"),
        ["independent-same-data", "base"],
        false,
      ),
    },
    { ...nullOf("student taught by the other", path("distilled"), path("disguised"), ["distilled", "base"], false) },
  ];
}

/** The hardest: one residual basis, one set of inputs, MLPs of their own (makers/train_own_mlps.py). */
function ownMlps({ zoo, ownMlps: folder }: Folders): PairSpec[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith("-own-mlps"))
    .sort()
    .map((name) => {
      const parent = name.slice(0, 3);
      return nullOf("same embeddings and attention, MLPs of its own", join(zoo, "bank", parent), join(folder, name), [
        parent,
        name,
      ]);
    });
}

function positive(
  kind: string,
  parent: string,
  reference: string,
  parts: string[],
  more: Partial<PairSpec> = {},
): PairSpec {
  const id = `${kind}: ${parent}`;
  const families = [parent, parent] as const;
  return {
    id,
    kind,
    derived: true,
    families,
    counted: false,
    tokens: false,
    reference,
    parts,
    make: first,
    disguise: true,
    ...more,
  };
}

function children({ zoo, extra }: Folders): PairSpec[] {
  const bank = (name: string) => join(zoo, "bank", name);
  const child = (name: string, how: string) => join(extra, "children", `${name}-${how}`);
  // Every fourth first, so that a study cut short still has all corpora and both shapes.
  const order = [...JUDGED].sort((x, y) => (Number(x.slice(1)) % 4) - (Number(y.slice(1)) % 4) || (x < y ? -1 : 1));
  return order.flatMap((name) => {
    const out = [positive("copy", name, bank(name), [bank(name)], { counted: true })];
    for (const [how, kind] of [
      ["long", "trained on, 1500 steps"],
      ["continued", "trained on, 300 steps"],
      ["tuned", "fine-tuned, 60 steps"],
    ] as const) {
      if (!existsSync(child(name, how))) continue;
      out.push(positive(kind, name, bank(name), [child(name, how)], { counted: true }));
      if (how === "long")
        out.push(positive(`${kind}, token strings known`, name, bank(name), [child(name, how)], { tokens: true }));
    }
    return out;
  });
}

/** Rows of alterations, each on two models of either shape. */
function alterations({ zoo, extra }: Folders): PairSpec[] {
  const bank = (name: string) => join(zoo, "bank", name);
  const child = (name: string, how: string) => join(extra, "children", `${name}-${how}`);
  const out: PairSpec[] = [];
  const strangers: Record<string, string> = { c00: "c05", c08: "c09", d00: "d05", d08: "d09" };
  const add = (kind: string, name: string, parts: string[], make: PairSpec["make"]) => {
    if (parts.every((part) => existsSync(part))) out.push(positive(kind, name, bank(name), parts, { make }));
  };
  for (const name of ["c00", "d00", "c08", "d08"]) {
    const own = [bank(name)];
    const stranger = bank(strangers[name]!);
    const layers = name.startsWith("c") ? 4 : 6;
    for (const times of [0.3, 0.6, 1, 1.5])
      add(`noise of ${times} sd`, name, own, ([m], seed) => altered.noisy(m!, times, seed));
    for (const bits of [8, 4]) add(`int${bits}`, name, own, ([m]) => altered.quantised(m!, bits));
    for (const share of [0.5, 0.7])
      add(`${100 * share} % of values pruned`, name, own, ([m]) => altered.pruned(m!, share));
    for (const share of [0.75, 0.5, 0.33])
      add(`${100 * share} % of units kept`, name, own, ([m], seed) => altered.narrowed(m!, share, seed));
    add("one layer dropped", name, own, ([m]) =>
      altered.relayered(
        m!,
        range(layers).filter((l) => l !== 1),
      ),
    );
    add("half of the layers dropped", name, own, ([m]) =>
      altered.relayered(
        m!,
        range(layers).filter((l) => l % 2 === 0),
      ),
    );
    add("middle layers repeated", name, own, ([m]) =>
      altered.relayered(
        m!,
        range(layers).flatMap((l) => (l === 1 || l === 2 ? [l, l] : [l])),
      ),
    );
    for (let count = 1; count < layers; count++)
      add(`${count} of ${layers} layers grafted into another model`, name, [stranger, bank(name)], ([host, donor]) =>
        altered.grafted(host!, donor!, range(layers).slice(-count)),
      );
    add("half of the MLPs alone grafted into another model", name, [stranger, bank(name)], ([host, donor]) =>
      altered.grafted(
        host!,
        donor!,
        range(layers).filter((l) => l % 2 === 0),
        "mlp",
      ),
    );
    add("embeddings of another model", name, [bank(name), stranger], ([m, other]) =>
      altered.withEmbeddings(m!, other!),
    );
    const [tuned, continued] = [child(name, "tuned"), child(name, "continued")];
    add("merge of two children", name, [tuned, continued], ([a, b]) => altered.merged(a!, b!));
    for (const drop of [0.5, 0.9])
      add(`DARE, ${100 * drop} % of changes dropped`, name, [bank(name), tuned], ([parent, m], seed) =>
        altered.dare(parent!, m!, drop, seed),
      );
    add("trained on 300 steps, then int4", name, [continued], ([m]) => altered.quantised(m!, 4));
    add("trained on 300 steps, then 75 % of units kept", name, [continued], ([m], seed) =>
      altered.narrowed(m!, 0.75, seed),
    );
    add("trained on 300 steps, then one layer dropped", name, [continued], ([m]) =>
      altered.relayered(
        m!,
        range(layers).filter((l) => l !== 1),
      ),
    );
    add(
      "trained on 300 steps, half of its layers grafted into another model",
      name,
      [stranger, continued],
      ([host, donor]) =>
        altered.grafted(
          host!,
          donor!,
          range(layers).filter((l) => l % 2 === 1),
        ),
    );
  }
  return out;
}

function zooPositives({ zoo }: Folders): PairSpec[] {
  const path = (name: string) => join(zoo, "models", name);
  const kin = [
    "base",
    "finetune",
    "continued",
    "merged",
    "quantized",
    "pruned",
    "lora",
    "revocab",
    "shallower",
    "deeper",
  ];
  const spec = (name: string, tokens: boolean): PairSpec => ({
    ...positive(`zoo: disguised${tokens ? ", token strings known" : ""}`, "base", path(name), [path("disguised")]),
    id: `zoo: ${name} / disguised, tokens ${tokens}`,
    disguise: false,
    tokens,
    counted: true,
  });
  return kin.flatMap((name) => [spec(name, false), spec(name, true)]);
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

function roundRobin<T>(lists: readonly T[][]): T[] {
  const out: T[] = [];
  for (let i = 0; lists.some((list) => i < list.length); i++)
    for (const list of lists) if (i < list.length) out.push(list[i]!);
  return out;
}
