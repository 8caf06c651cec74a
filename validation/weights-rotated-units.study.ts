/**
 * The study of the method that looks through a rotated residual stream by what both models make of the same tokens:
 * nulls by kind, copies turned, alterations at several strengths, real models of other makers where they are given.
 *
 *   npm run study -- weights-rotated-units [--zoo FOLDER] [--own FOLDER] [--larger FOLDER] [--models FOLDER]
 *     [--features FOLDER] --cache FILE [--write]
 *
 * `--own` is filled by materials/makers/train_own_mlps.py, `--larger` by train_bank.py, `--models` by real_models.py,
 * `--features` by train_feature_students.py.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { FileReader } from "../dist/host/files.js";
import { openModel } from "../dist/host/model/open-model.js";
import { LocalCompute } from "../dist/kernels/compute.js";
import { SEED_DEFAULT } from "../dist/labs/weights/method.js";
import { look, percentOf } from "../dist/labs/weights/pairing/look.js";
import { ROTATED } from "../dist/labs/weights/rotated/rotated.js";
import type { Model, Vocabulary } from "../dist/model/model.js";
import * as altered from "../materials/weights/altered.ts";
import { disguise } from "../materials/weights/disguise.ts";
import { CONSTRUCTIONS, type Made, makePair, TINY } from "../materials/weights/structured.ts";
import { turned } from "../materials/weights/turned.ts";
import { type Counted, defineStudy, type Kind, type Row } from "./runner/study.ts";
import { STUDENT_KINDS, studentPairs } from "./study/feature-students.ts";
import { accused, type PairedRow, pairedSummary, pairedTables } from "./study/paired-tables.ts";

type Held = altered.Held;

/** Models on disk, or made in memory; token strings where an id alone does not pair them. */
interface Side {
  model: Model;
  vocabulary: Vocabulary | null;
  read: (file: string, offset: number, into: Uint8Array) => Promise<void>;
}

type RotatedRow = Omit<PairedRow, "kind" | "families" | "directions"> & {
  tokens: number;
  directions: number;
  /** How much of the one model the other holds, where it was asked. */
  slope: number | null;
};

export interface Case {
  kind: string;
  id: string;
  families: readonly [string, string];
  pair(): Promise<readonly [Side, Side]>;
}

/** Pairs of each construction; the first two were at hand when version 2 was made. */
const DRAWS = 4;
const STRENGTH = "draws a curve; copies and the zoo's children are counted";
const NULLS = [
  "independent",
  "independent, other shape",
  "independent, other width",
  "independent, larger",
  "independent, same data in the same order",
  "fine-tuned alike",
  "student taught by the other",
  "one draw, trained apart on other data",
  "one draw, trained apart on other data, one side turned",
  "one structure or start",
  "one structure or start, one side turned",
  "same embeddings and attention, MLPs of its own",
  "real models of other makers",
  ...STUDENT_KINDS,
] as const;
const CHILDREN = ["finetune", "continued", "merged", "quantized", "pruned", "lora"] as const;
const ALTERED: readonly (readonly [string, (m: Held, name: string, layers: number) => Held])[] = [
  ...[0.1, 0.3, 0.6, 1].map(
    (times) => [`noise of ${times} sd`, (m: Held, name: string) => altered.noisy(m, times, name)] as const,
  ),
  ...[8, 4].map((bits) => [`int${bits}`, (m: Held) => altered.quantised(m, bits)] as const),
  ...[0.5, 0.7].map((share) => [`${100 * share} % of values pruned`, (m: Held) => altered.pruned(m, share)] as const),
  ...[0.75, 0.5, 0.33].map(
    (share) => [`${100 * share} % of units kept`, (m: Held, name: string) => altered.narrowed(m, share, name)] as const,
  ),
  [
    "one layer dropped",
    (m, _, layers) =>
      altered.relayered(
        m,
        Array.from({ length: layers }, (_, l) => l).filter((l) => l !== 1),
      ),
  ],
];

const kinds: Kind[] = [
  ...NULLS.map((name) => ({ name, counted: "null" as const })),
  { name: "copy, disguised", counted: "positive" },
  ...CHILDREN.map((name) => ({ name: `zoo: ${name}, turned`, counted: "positive" as const })),
  ...ALTERED.map(([name]) => ({ name: `${name}, turned`, counted: "no" as const, why: STRENGTH })),
];

const files = new FileReader();
const readFile = (file: string, offset: number, into: Uint8Array) => files.readInto(file, offset, into);
const onDisk = new LocalCompute(readFile);
const opened = new Map<string, Promise<{ held: Held; vocabulary: Vocabulary | null }>>();

export default defineStudy<Case, RotatedRow, ReturnType<typeof pairedSummary>>({
  id: "weights-rotated-units",
  method: ROTATED.method,
  materials: {
    zoo: { what: "the zoo's folder", default: "../shared/zoo" },
    own: { what: "models with MLPs of their own (train_own_mlps.py)", optional: true },
    larger: { what: "independent models of a larger width (train_bank.py)", optional: true },
    models: { what: "real models (real_models.py)", optional: true },
    features: { what: "students of features (train_feature_students.py)", optional: true },
  },
  kinds,
  idOf: ({ id }) => id,
  cases: ({ zoo, own, larger, models, features }) =>
    interleaved([
      bank(zoo!),
      ofZoo(zoo!),
      structured(),
      students(zoo!, features),
      mlps(zoo!, own),
      wider(larger),
      real(models),
      copies(zoo!),
    ]),
  run: looked,
  hit: accused,
  summarise: summarised,
  close: () => files.close(),
});

function summarised({ nulls, positives, all }: Counted<Case, RotatedRow>) {
  const flat = (rows: readonly Row<Case, RotatedRow>[]): PairedRow[] =>
    rows.map(({ case: { kind, families }, result }) => ({ ...result, kind, families }));
  const method = { ...ROTATED.method, page: "validation/weights-rotated-units.md" };
  const command = "npm run study -- weights-rotated-units --cache FILE --write";
  const says = { method: method.id, command, derived: "turned" };
  const derived = all.filter((row) => !nulls.includes(row));
  const json = pairedSummary(method, flat(nulls), flat(positives));
  const carried = carriedOver(json.nullKinds ?? []);
  return {
    // To be ranked against; the counts are of pairs that were run.
    json: { ...json, nullKinds: [...(json.nullKinds ?? []), ...carried] },
    tables: `${pairedTables(says, flat(nulls), flat(derived))}${carriedTable(carried)}`,
  };
}

type NullKinds = NonNullable<ReturnType<typeof pairedSummary>["nullKinds"]>;

/**
 * Students of features that are not at hand, as version 1 met them. What version 2 changed is asked of pairs at or below 10⁻⁶
 * alone, and none of these came near (log10 p 0).
 */
function carriedOver(run: NullKinds): NullKinds {
  const file = new URL("weights-rotated-units-1.json", import.meta.url);
  const { nullKinds } = JSON.parse(readFileSync(file, "utf8")) as { nullKinds: NullKinds };
  const students: readonly string[] = STUDENT_KINDS;
  return nullKinds.filter(({ kind }) => students.includes(kind) && !run.some((of) => of.kind === kind));
}

function carriedTable(carried: NullKinds): string {
  if (carried.length === 0) return "";
  const rows = carried.map(({ kind, pairs, statisticMax }) => `| ${kind} | ${pairs} | ${statisticMax} |`);
  return [
    "",
    "## Carried over from version 1",
    "",
    "Students of features, not run again: at none of them was a common start asked about, which is all that version 2 changed.",
    "",
    "| kind | pairs | largest statistic, % |",
    "| --- | --: | --: |",
    ...rows,
    "",
  ].join("\n");
}

/** So that a study that is cut short holds some of each. */
function interleaved(lists: readonly Case[][]): Case[] {
  return Array.from({ length: Math.max(...lists.map((list) => list.length)) }, (_, i) =>
    lists.flatMap((list) => list[i] ?? []),
  ).flat();
}

async function looked({ pair, id }: Case): Promise<RotatedRow> {
  const [a, b] = await pair();
  const compute = new LocalCompute((file, offset, into) =>
    (file.startsWith("suspect ") ? b : a).read(file, offset, into),
  );
  const bench = {
    reference: a.model,
    suspect: b.model,
    vocabularies: { reference: a.vocabulary, suspect: b.vocabulary },
    settings: { seed: SEED_DEFAULT, rows: "sampled" as const },
    compute,
    work: { concurrency: 1, onProgress: () => {} },
  };
  const obstacle = ROTATED.meet(bench);
  if (typeof obstacle === "string") throw new Error(`${id}: ${obstacle}`);
  const started = process.cpuUsage();
  const result = await look(ROTATED, bench);
  const { user, system } = process.cpuUsage(started);
  const { over, pairs, start, gated, through } = result;
  return {
    hidden: [a.model.hidden, b.model.hidden],
    units: Math.max(a.model.mlpHidden, b.model.mlpHidden),
    layers: [a.model.layers, b.model.layers],
    parameters: Math.min(a.model.parameters, b.model.parameters),
    gated,
    tokens: through!.shared,
    directions: through!.directions,
    percent: percentOf(result),
    log10P: over.log10P,
    slope: start?.slope ?? null,
    startExplains: start?.explains ?? null,
    explained: pairs.filter(({ answers }) => answers?.explained).length,
    depth: pairs.map((p) => [p.referenceLayer, p.suspectLayer, p.agreeing, p.labels]),
    seconds: Math.round((user + system) / 1e4) / 100,
  };
}

function open(path: string) {
  const known =
    opened.get(path) ??
    (async () => {
      const { reading, vocabulary } = await openModel(path);
      if (reading.kind === "refused") throw new Error(`${path}: ${reading.reason}`);
      return { held: await altered.held(reading.model, (tensor) => onDisk.load(tensor.matrix)), vocabulary };
    })();
  opened.set(path, known);
  return known;
}

function inMemory(held: Held, side: "reference" | "suspect", vocabulary: Vocabulary | null = null): Side {
  const { model, load } = altered.asModel(held, side);
  return { model, vocabulary, read: reader(model, load) };
}

function reader(model: Model, load: (tensor: never) => Promise<Float32Array>): Side["read"] {
  const byFile = new Map<string, Promise<Float32Array>>();
  for (const tensor of model.tensors.values()) byFile.set(tensor.matrix.file, load(tensor as never));
  return async (file, offset, into) => {
    const { buffer, byteOffset } = await byFile.get(file)!;
    into.set(new Uint8Array(buffer, byteOffset + offset, into.length));
  };
}

function nullOf(
  kind: string,
  a: string,
  b: string,
  families: readonly [string, string],
  change = (m: Held) => m,
): Case {
  return {
    kind,
    id: `${kind}: ${basename(a)} / ${basename(b)}`,
    families,
    pair: async () => {
      const [x, y] = [await open(a), await open(b)];
      const same = x.vocabulary && y.vocabulary;
      return [
        inMemory(x.held, "reference", same ? x.vocabulary : null),
        inMemory(change(y.held), "suspect", same ? y.vocabulary : null),
      ];
    },
  };
}

const names = (shape: string) => Array.from({ length: 16 }, (_, i) => `${shape}${String(i).padStart(2, "0")}`);

/** All pairs within a shape; the two shapes of one width, and shapes of two widths, against one another. */
function bank(zoo: string): Case[] {
  const path = (name: string) => join(zoo, "bank", name);
  const of = (kind: string, a: string, b: string) => nullOf(kind, path(a), path(b), [a, b]);
  const across = (kind: string, p: string, q: string) => names(p).map((a, i) => of(kind, a, names(q)[i]!));
  return [
    ...across("independent, other shape", "a", "b"),
    ...across("independent, other width", "a", "c"),
    ...across("independent, other width", "d", "b"),
    ...["a", "b", "c", "d"].flatMap((shape) => {
      const all = names(shape);
      return all.flatMap((a, i) => all.slice(i + 1).map((b) => of("independent", a, b)));
    }),
  ];
}

function ofZoo(zoo: string): Case[] {
  const path = (name: string) => join(zoo, "models", name);
  const pair = (kind: string, a: string, b: string, family: string) => nullOf(kind, path(a), path(b), ["base", family]);
  const drawn = ["a", "b", "c"].flatMap((shape) => {
    const [a, b] = [join(zoo, "bank", `${shape}00`), join(zoo, "bank", `${shape}-same-seed`)];
    const families = [`${shape}00`, `${shape}-same-seed`] as const;
    const kind = "one draw, trained apart on other data";
    return [
      nullOf(kind, a, b, families),
      nullOf(`${kind}, one side turned`, a, b, families, (m) => turned(m, "drawn")),
    ];
  });
  return [
    ...drawn,
    pair("student taught by the other", "base", "distilled", "distilled"),
    pair("student taught by the other", "base", "distilled-marked", "distilled-marked"),
    pair("independent, same data in the same order", "base", "independent-same-data", "independent-same-data"),
    pair("fine-tuned alike", "finetune", "independent-finetuned", "independent-same-data"),
    ...CHILDREN.map((name): Case => {
      const kind = `zoo: ${name}, turned`;
      return {
        kind,
        id: kind,
        families: ["base", "base"],
        pair: async () => [
          inMemory((await open(path("base"))).held, "reference"),
          inMemory(turned((await open(path(name))).held, kind), "suspect"),
        ],
      };
    }),
  ];
}

/** Students of features, as they are: nobody need turn them. */
function students(zoo: string, folder: string | undefined): Case[] {
  return studentPairs(zoo, folder).map(({ kind, reference, suspect, families }) => ({
    ...nullOf(kind, reference, suspect, families),
    id: `${kind}: ${families.join(" / ")}`,
  }));
}

/** Innocents of one structure or one start, as they are and with one side turned. */
function structured(): Case[] {
  const shape = { ...TINY, layers: 3, vocabulary: 256 };
  return Array.from({ length: DRAWS }, (_, n) => n).flatMap((n) =>
    // Routed experts are not looked at.
    CONSTRUCTIONS.filter(({ experts }) => !experts).flatMap((c) =>
      [false, true].map((moved): Case => {
        const name = `rotated study ${c.id} ${n}`;
        const kind = moved ? "one structure or start, one side turned" : "one structure or start";
        return {
          kind,
          id: `${kind}: ${c.id} ${n}`,
          families: [`${name} a`, `${name} b`],
          pair: async () => {
            const [a, b] = makePair(c, name, [`${name} a`, `${name} b`], shape).map(heldOf) as [Held, Held];
            return [inMemory(a, "reference"), inMemory(moved ? turned(b, name) : b, "suspect")];
          },
        };
      }),
    ),
  );
}

function heldOf({ model, tensors }: Made): Held {
  const held = new Map(
    [...model.tensors].map(([name, { matrix }]) => [
      name,
      { rows: matrix.rows, columns: matrix.columns, data: tensors.get(name)! },
    ]),
  );
  return { model, values: held };
}

function foldersIn(folder: string | undefined): string[] {
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "made.json")))
    .sort();
}

/** One basis, one set of tokens and inputs, no MLP weight in common: the hardest null. */
function mlps(zoo: string, own: string | undefined): Case[] {
  return foldersIn(own).map((name) => {
    const parent = name.replace("-own-mlps", "");
    return nullOf("same embeddings and attention, MLPs of its own", join(zoo, "bank", parent), join(own!, name), [
      parent,
      name,
    ]);
  });
}

function wider(larger: string | undefined): Case[] {
  const all = foldersIn(larger);
  return all.flatMap((a, i) =>
    all.slice(i + 1).map((b) => nullOf("independent, larger", join(larger!, a), join(larger!, b), [a, b])),
  );
}

/** By their makers' own word of other makers; code names as in materials/makers/real_models.py. */
const REAL: readonly [string, string][] = [
  ["p135.gguf", "q500.gguf"],
  ["p135.gguf", "g270.gguf"],
  ["g270.gguf", "q500.gguf"],
  ["h12", "e6"],
  ["h12", "f12"],
];

function real(models: string | undefined): Case[] {
  if (models === undefined) return [];
  return REAL.filter((pair) => pair.every((name) => existsSync(join(models, name)))).map(([a, b]) => {
    const family = (name: string) => name.replace(".gguf", "");
    return {
      kind: "real models of other makers",
      id: `real: ${family(a)} / ${family(b)}`,
      families: [family(a), family(b)],
      pair: async () => [await stored(join(models, a)), await stored(join(models, b))],
    };
  });
}

async function stored(path: string): Promise<Side> {
  const { reading, vocabulary } = await openModel(path);
  if (reading.kind === "refused") throw new Error(`${path}: ${reading.reason}`);
  return { model: reading.model, vocabulary, read: readFile };
}

/** Token strings that stand for themselves: what was renamed is found by them. */
function copies(zoo: string): Case[] {
  const path = (name: string) => join(zoo, "bank", name);
  const all = ["c", "d", "a", "b"].flatMap((shape) =>
    names(shape).map((name): Case => {
      const kind = "copy, disguised";
      return {
        kind,
        id: `${kind}: ${name}`,
        families: [name, name],
        pair: async () => {
          const { held } = await open(path(name));
          const { model, load } = altered.asModel(held, "suspect");
          const made = await disguise(model, load, name);
          const reference = inMemory(
            held,
            "reference",
            strings(model.vocabulary, (id) => id),
          );
          const vocabulary = strings(model.vocabulary, (id) => made.tokens[id]!);
          const read = reader(made.model, made.load as never);
          const renamed = new Map(
            [...made.model.tensors].map(([at, t]) => [
              at,
              { ...t, matrix: { ...t.matrix, file: `suspect ${t.matrix.file}` } },
            ]),
          );
          const suspect: Side = {
            model: { ...made.model, tensors: renamed },
            vocabulary,
            read: (file, offset, into) => read(file.slice("suspect ".length), offset, into),
          };
          return [reference, suspect];
        },
      };
    }),
  );
  const changed = ["c00", "c08", "d00", "d08", "a00", "b00"].flatMap((name) =>
    ALTERED.map(([what, change]): Case => {
      const kind = `${what}, turned`;
      return {
        kind,
        id: `${kind}: ${name}`,
        families: [name, name],
        pair: async () => {
          const { held } = await open(path(name));
          return [
            inMemory(held, "reference"),
            inMemory(turned(change(held, name, held.model.layers), kind), "suspect"),
          ];
        },
      };
    }),
  );
  return [...all, ...changed];
}

function strings(count: number, idOf: (id: number) => number): Vocabulary {
  return new Map(Array.from({ length: count }, (_, id) => [`token ${id}`, idOf(id)]));
}
