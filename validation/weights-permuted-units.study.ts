/**
 * The validation study of the method that looks through another order of units (basis kept): nulls by kind, innocents
 * that share a structure or a start, alterations at several strengths. Resumable: a line of the cache is one pair.
 *
 *   npm run build && node validation/weights-permuted-units.study.ts --zoo ../shared/zoo [--extra FOLDER …] \
 *     [--features FOLDER] --cache FILE [--minutes N] [--only TEXT] [--write]
 *
 * A folder of `--extra` holds models that materials/makers/train_bank.py or train_own_mlps.py made, or real ones
 * (materials/makers/real_models.py), with made.json beside each; `--features` is filled by train_feature_students.py.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { OUTCOME_RULES } from "../dist/finding/outcome.js";
import { FileReader } from "../dist/host/files.js";
import { openModel } from "../dist/host/model/open-model.js";
import { LocalCompute } from "../dist/kernels/compute.js";
import { SEED_DEFAULT } from "../dist/labs/weights/method.js";
import { look, percentOf } from "../dist/labs/weights/pairing/look.js";
import { notPermuted } from "../dist/labs/weights/permuted/method.js";
import { PERMUTED } from "../dist/labs/weights/permuted/permuted.js";
import * as altered from "../materials/weights/altered.ts";
import { inNewOrder } from "../materials/weights/new-order.ts";
import { CONSTRUCTIONS, type Made, makePair, TINY } from "../materials/weights/structured.ts";
import { studentPairs } from "./study/feature-students.ts";
import { type PairedRow, pairedSummary, pairedTables } from "./study/paired-tables.ts";

type Held = altered.Held;

const { values } = parseArgs({
  options: {
    zoo: { type: "string", default: "../shared/zoo" },
    extra: { type: "string", multiple: true, default: [] },
    features: { type: "string" },
    cache: { type: "string", default: "permuted-units.jsonl" },
    minutes: { type: "string", default: "600" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});
/** Versions since which nothing has changed but what is asked of pairs at or below α: their other rows stand. */
const UNCHANGED = ["1", "2", "3", "4"];
const files = new FileReader();
const onDisk = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
const rows = cached();
const opened = new Map<string, Promise<Held>>();

interface PermutedRow extends PairedRow {
  id: string;
  version: string;
  derived: boolean;
}

interface Spec {
  id: string;
  kind: string;
  derived: boolean;
  families: readonly [string, string];
  /** The two models, in memory. */
  pair(): Promise<readonly [Held, Held]>;
}

if (values.write) write([...rows.values()], import.meta.dirname);
else await run();
await files.close();

function write(all: readonly PermutedRow[], folder: string): void {
  const nulls = all.filter((row) => !row.derived);
  const derived = all.filter((row) => row.derived);
  // Rows that draw a curve are no power: copies and the zoo's children alone are counted.
  const counted = derived.filter(({ kind }) => /^(copy|zoo)/.test(kind));
  const method = { ...PERMUTED.method, page: "validation/weights-permuted-units.md" };
  const command = "node validation/weights-permuted-units.study.ts --cache FILE --write";
  const says = { method: method.id, command, derived: "units in another order" };
  writeFileSync(
    join(folder, "weights-permuted-units.json"),
    `${JSON.stringify(pairedSummary(method, nulls, counted))}\n`,
  );
  writeFileSync(join(folder, "weights-permuted-units.tables.md"), pairedTables(says, nulls, derived));
}

async function run(): Promise<void> {
  const until = Date.now() + Number(values.minutes) * 60_000;
  for (const spec of specs()) {
    if (!spec.id.includes(values.only) || rows.has(spec.id)) continue;
    if (Date.now() > until) break;
    const row = await looked(spec);
    if (row) appendFileSync(values.cache, `${JSON.stringify(row)}\n`);
  }
}

async function looked({ id, kind, derived, families, pair }: Spec): Promise<PermutedRow | null> {
  const [a, b] = await pair();
  const [x, y] = [altered.asModel(a, "reference"), altered.asModel(b, "suspect")];
  // Of two widths: the method does not look at them.
  if (notPermuted(x.model, y.model) !== null) return null;
  const reference = reader(x);
  const suspect = reader(y);
  const compute = new LocalCompute((file, offset, into) =>
    (file.startsWith("reference") ? reference : suspect)(file, offset, into),
  );
  const started = process.cpuUsage();
  const result = await look(PERMUTED, {
    reference: x.model,
    suspect: y.model,
    vocabularies: { reference: null, suspect: null },
    settings: { seed: SEED_DEFAULT, rows: "sampled" },
    compute,
    work: { concurrency: 1, onProgress: () => {} },
  });
  const { user, system } = process.cpuUsage(started);
  const { over, pairs, start, gated } = result;
  return {
    id,
    version: PERMUTED.method.version,
    kind,
    derived,
    families,
    hidden: [x.model.hidden, y.model.hidden],
    units: Math.max(x.model.mlpHidden, y.model.mlpHidden),
    layers: [x.model.layers, y.model.layers],
    parameters: x.model.parameters,
    gated,
    percent: percentOf(result),
    log10P: over.log10P,
    startExplains: start?.explains ?? null,
    explained: pairs.filter(({ answers }) => answers?.explained).length,
    depth: pairs.map((p) => [p.referenceLayer, p.suspectLayer, p.agreeing, p.labels]),
    seconds: Math.round((user + system) / 1e4) / 100,
  };
}

function reader({ model, load }: ReturnType<typeof altered.asModel>) {
  const byFile = new Map<string, Promise<Float32Array>>();
  for (const tensor of model.tensors.values()) byFile.set(tensor.matrix.file, load(tensor));
  return async (file: string, offset: number, into: Uint8Array) => {
    const { buffer, byteOffset } = await byFile.get(file)!;
    into.set(new Uint8Array(buffer, byteOffset + offset, into.length));
  };
}

function specs(): Spec[] {
  const all = [bank(), zoo(), structured(), students(), extra(), positives()];
  return Array.from({ length: Math.max(...all.map((list) => list.length)) }, (_, i) =>
    all.flatMap((list) => list[i] ?? []),
  ).flat();
}

function open(path: string): Promise<Held> {
  const known =
    opened.get(path) ??
    (async () => {
      const { reading } = await openModel(path);
      if (reading.kind === "refused") throw new Error(`${path}: ${reading.reason}`);
      return altered.held(reading.model, (tensor) => onDisk.load(tensor.matrix));
    })();
  opened.set(path, known);
  return known;
}

function nullOf(kind: string, a: string, b: string, families: readonly [string, string]): Spec {
  const pair = async () => [await open(a), await open(b)] as const;
  return { id: `${kind}: ${basename(a)} / ${basename(b)}`, kind, derived: false, families, pair };
}

function bankNames(shape: string): string[] {
  return Array.from({ length: 16 }, (_, i) => `${shape}${String(i).padStart(2, "0")}`);
}

/** All pairs within a shape, and the two shapes of one width against one another. */
function bank(): Spec[] {
  const path = (name: string) => join(values.zoo, "bank", name);
  const within = ["a", "b", "c", "d"].flatMap((shape) => {
    const names = bankNames(shape);
    return names.flatMap((a, i) => names.slice(i + 1).map((b) => nullOf("independent", path(a), path(b), [a, b])));
  });
  const across = bankNames("a").map((a, i) =>
    nullOf("independent, other shape", path(a), path(bankNames("b")[i]!), [a, bankNames("b")[i]!]),
  );
  return [...across, ...within];
}

function zoo(): Spec[] {
  const path = (name: string) => join(values.zoo, "models", name);
  const pair = (kind: string, a: string, b: string, family: string) => nullOf(kind, path(a), path(b), ["base", family]);
  const kin = ["finetune", "continued", "merged", "quantized", "pruned", "lora", "revocab"];
  return [
    pair("student taught by the other", "base", "distilled", "distilled"),
    pair("student taught by the other", "base", "distilled-marked", "distilled-marked"),
    pair("independent, same data in the same order", "base", "independent-same-data", "independent-same-data"),
    pair("fine-tuned alike", "finetune", "independent-finetuned", "independent-same-data"),
    ...kin.map((name): Spec => {
      const kind = `zoo: ${name}, units in another order`;
      return {
        id: kind,
        kind,
        derived: true,
        families: ["base", "base"],
        pair: async () => [await open(path("base")), inNewOrder(await open(path(name)), kind)] as const,
      };
    }),
  ];
}

/** Students of features, as they are. */
function students(): Spec[] {
  return studentPairs(values.zoo, values.features).map(({ kind, reference, suspect, families }) => ({
    ...nullOf(kind, reference, suspect, families),
    id: `${kind}: ${families.join(" / ")}`,
  }));
}

/** Innocents of one structure or one start, as they are and with one side's units in another order. */
function structured(): Spec[] {
  const shape = { ...TINY, layers: 3, vocabulary: 64 };
  return [0, 1].flatMap((n) =>
    // Routed experts are not looked at.
    CONSTRUCTIONS.filter(({ experts }) => !experts).flatMap((c) =>
      [false, true].map((moved): Spec => {
        const name = `permuted study ${c.id} ${n}`;
        const kind = moved ? "one structure or start, units of one side in another order" : "one structure or start";
        const pair = async () => {
          const [a, b] = makePair(c, name, [`${name} a`, `${name} b`], shape).map(heldOf) as [Held, Held];
          return [a, moved ? inNewOrder(b, name) : b] as const;
        };
        return { id: `${kind}: ${c.id} ${n}`, kind, derived: false, families: [`${name} a`, `${name} b`], pair };
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

/** Of each folder all pairs of one width whose makers say that nothing joins them. */
function extra(): Spec[] {
  return values.extra.flatMap((folder) => {
    const names = readdirSync(folder)
      .filter((name) => existsSync(join(folder, name, "made.json")))
      .sort();
    const made = new Map(
      names.map((name) => [
        name,
        JSON.parse(readFileSync(join(folder, name, "made.json"), "utf8")) as {
          shape: { d: number };
          parents: string[];
          same_data?: boolean;
        },
      ]),
    );
    const own = names.filter((name) => name.endsWith("-own-mlps"));
    const ofOwn = own.map((name) =>
      nullOf(
        "same embeddings and attention, MLPs of its own",
        join(values.zoo, "bank", name.slice(0, 3)),
        join(folder, name),
        [name.slice(0, 3), name],
      ),
    );
    const rest = names.filter((name) => !name.endsWith("-own-mlps"));
    const pairs = rest.flatMap((a, i) =>
      rest.slice(i + 1).flatMap((b) => {
        const [x, y] = [made.get(a)!, made.get(b)!];
        if (x.shape.d !== y.shape.d) return [];
        const size = x.shape.d > 80 ? `, width ${x.shape.d}` : "";
        const kind = x.same_data && y.same_data ? "independent, same data in the same order" : "independent";
        return [nullOf(`${kind}${size}`, join(folder, a), join(folder, b), [a, b])];
      }),
    );
    const copies = rest.slice(0, 4).map((name): Spec => {
      const kind = `copy, units in another order, width ${made.get(name)!.shape.d}`;
      const path = join(folder, name);
      const pair = async () => [await open(path), inNewOrder(await open(path), name)] as const;
      return { id: `${kind}: ${name}`, kind, derived: true, families: [name, name], pair };
    });
    return [...ofOwn, ...pairs, ...copies];
  });
}

/** Rows of alterations, each then put into another order. */
function positives(): Spec[] {
  const path = (name: string) => join(values.zoo, "bank", name);
  const strangers: Record<string, string> = { c00: "c05", c08: "c09", d00: "d05", d08: "d09", a00: "a05", b00: "b05" };
  const out: Spec[] = [];
  const add = (kind: string, name: string, change: (m: Held, other: Held) => Held, stranger = name) =>
    out.push({
      id: `${kind}: ${name}`,
      kind,
      derived: true,
      families: [name, name],
      pair: async () => {
        const own = await open(path(name));
        return [own, inNewOrder(change(own, await open(path(stranger))), `${kind} ${name}`)] as const;
      },
    });
  for (const shape of ["c", "d", "a", "b"]) for (const name of bankNames(shape)) add("copy", name, (m) => m);
  for (const [name, stranger] of Object.entries(strangers)) {
    const layers = { a: 4, b: 3, c: 4, d: 6 }[name[0]!]!;
    const all = Array.from({ length: layers }, (_, l) => l);
    for (const times of [0.3, 0.6, 1, 1.5]) add(`noise of ${times} sd`, name, (m) => altered.noisy(m, times, name));
    for (const bits of [8, 4]) add(`int${bits}`, name, (m) => altered.quantised(m, bits));
    for (const share of [0.5, 0.7]) add(`${100 * share} % of values pruned`, name, (m) => altered.pruned(m, share));
    for (const share of [0.75, 0.5, 0.33])
      add(`${100 * share} % of units kept`, name, (m) => altered.narrowed(m, share, name));
    add("one layer dropped", name, (m) =>
      altered.relayered(
        m,
        all.filter((l) => l !== 1),
      ),
    );
    add("middle layers repeated", name, (m) =>
      altered.relayered(
        m,
        all.flatMap((l) => (l === 1 || l === 2 ? [l, l] : [l])),
      ),
    );
    add(
      "middle layers grafted into another model",
      name,
      (m, host) =>
        altered.grafted(
          host,
          m,
          all.filter((l) => l > 0 && l < layers - 1),
        ),
      stranger,
    );
    add(
      "last layer alone grafted into another model",
      name,
      (m, host) => altered.grafted(host, m, [layers - 1]),
      stranger,
    );
  }
  return out;
}

function cached(): Map<string, PermutedRow> {
  if (!existsSync(values.cache)) return new Map();
  const lines = readFileSync(values.cache, "utf8").split("\n").filter(Boolean);
  const found = lines.map((line) => JSON.parse(line) as PermutedRow);
  const stands = (r: PermutedRow) =>
    r.version === PERMUTED.method.version || (UNCHANGED.includes(r.version) && r.log10P > OUTCOME_RULES.log10Alpha);
  return new Map(found.filter(stands).map((row) => [row.id, row]));
}
