/**
 * Units in another order at the size of real models (materials/makers/real_models.py fetches them): a model against
 * itself, its units and value dimensions in another order, with noise or coarser numbers besides. One pass, one line a
 * row; resumable. Models stand under code names; two of unequal widths are not set against one another by this method.
 *
 *   npm run build && node validation/weights-real-models.study.ts --models FOLDER --cache FILE [--write]
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ComputePool } from "../dist/host/model/compute-pool.js";
import { openModel } from "../dist/host/model/open-model.js";
import { LocalCompute } from "../dist/kernels/compute.js";
import { SEED_DEFAULT } from "../dist/labs/weights/method.js";
import { look, percentOf } from "../dist/labs/weights/pairing/look.js";
import { PERMUTED } from "../dist/labs/weights/permuted/permuted.js";
import * as altered from "../materials/weights/altered.ts";
import { inNewOrder } from "../materials/weights/new-order.ts";

const { values } = parseArgs({
  options: {
    models: { type: "string", default: "" },
    cache: { type: "string", default: "real-models.jsonl" },
    write: { type: "boolean", default: false },
  },
});

type Change = (m: altered.Held) => altered.Held;
const CHANGES: [string, Change][] = [
  ["units in another order", (m) => m],
  ["int8, then units in another order", (m) => altered.quantised(m, 8)],
  ["int4, then units in another order", (m) => altered.quantised(m, 4)],
  ["noise of 0.6 sd, then units in another order", (m) => altered.noisy(m, 0.6, "real")],
];

interface Row {
  model: string;
  how: string;
  parameters: number;
  hidden: number;
  units: number;
  percent: number;
  log10P: number;
  startExplains: boolean | null;
  drawn: number;
  explained: number;
  /** Reference layer, suspect layer, units that agree, units drawn. */
  depth: readonly (readonly number[])[];
  seconds: number;
}

const rows = existsSync(values.cache)
  ? readFileSync(values.cache, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Row)
  : [];
if (values.write) write();
else await run();

async function run(): Promise<void> {
  const pool = new ComputePool(2);
  for (const model of ["p135", "q500"]) {
    const path = join(values.models, `${model}.gguf`);
    if (!existsSync(path)) continue;
    const { reading } = await openModel(path);
    if (reading.kind === "refused") throw new Error(`${path}: ${reading.reason}`);
    // What the method looks at; the rest would fill memory for nothing.
    const tensors = new Map(
      [...reading.model.tensors].filter(([name]) => /mlp\.(gate|up|down)$|norm|attention\.[vo]$/.test(name)),
    );
    const own = await altered.held({ ...reading.model, tensors }, (tensor) => pool.load(tensor.matrix));
    for (const [how, change] of CHANGES) {
      if (rows.some((row) => row.model === model && row.how === how)) continue;
      const row = await looked(model, how, own, inNewOrder(change(own), `${model} ${how}`), reading.model.parameters);
      appendFileSync(values.cache, `${JSON.stringify(row)}\n`);
    }
  }
  await pool.close();
}

async function looked(model: string, how: string, a: altered.Held, b: altered.Held, parameters: number): Promise<Row> {
  const sides = [altered.asModel(a, "reference"), altered.asModel(b, "suspect")] as const;
  const files = new Map<string, Float32Array>();
  for (const side of sides)
    for (const tensor of side.model.tensors.values()) files.set(tensor.matrix.file, await side.load(tensor));
  const compute = new LocalCompute(async (file, offset, into) => {
    const { buffer, byteOffset } = files.get(file)!;
    into.set(new Uint8Array(buffer, byteOffset + offset, into.length));
  });
  const started = process.cpuUsage();
  const result = await look(PERMUTED, {
    reference: sides[0].model,
    suspect: sides[1].model,
    vocabularies: { reference: null, suspect: null },
    settings: { seed: SEED_DEFAULT, rows: "sampled" },
    compute,
    work: { concurrency: 1, onProgress: () => {} },
  });
  const { user, system } = process.cpuUsage(started);
  return {
    model,
    how,
    parameters,
    hidden: sides[0].model.hidden,
    units: sides[0].model.mlpHidden,
    percent: percentOf(result),
    log10P: result.over.log10P,
    startExplains: result.start?.explains ?? null,
    drawn: result.pairs.filter(({ answers }) => answers?.drawn).length,
    explained: result.pairs.filter(({ answers }) => answers?.explained).length,
    depth: result.pairs.map((p) => [p.referenceLayer, p.suspectLayer, p.agreeing, p.labels]),
    seconds: Math.round((user + system) / 1e6),
  };
}

function write(): void {
  const share = (row: Row, from: number, to: number) => {
    const layers = row.depth.filter(
      ([l]) => (l! + 0.5) / row.depth.length >= from && (l! + 0.5) / row.depth.length < to,
    );
    return Math.min(...layers.map(([, , agreeing, labels]) => (100 * agreeing!) / labels!)).toFixed(1);
  };
  const lines = [
    "# Units in another order at the size of real models",
    "",
    "Written by `node validation/weights-real-models.study.ts --models FOLDER --cache FILE --write`; FOLDER is filled by `materials/makers/real_models.py`, which names packages, versions and digests. One pass each. A model against itself with its units and value dimensions in another order; of real models of one width that are independent of one another one pair was at hand (weights-real-pairs.md), so the null at these sizes is not measured, and the method calls what it finds here `uncalibrated`.",
    "",
    "| model | million parameters | width/units | how | statistic, % | log10 p | least share of a layer, first fifth | middle | last fifth | explained by one start | layer pairs otherwise explained | processor seconds |",
    "|---|--:|--:|---|--:|--:|--:|--:|--:|---|--:|--:|",
    ...rows.map(
      (r) =>
        `| ${r.model} | ${(r.parameters / 1e6).toFixed(0)} | ${r.hidden}/${r.units} | ${r.how} | ${r.percent} | ${r.log10P.toFixed(0)} | ${share(r, 0, 0.2)} | ${share(r, 0.2, 0.8)} | ${share(r, 0.8, 1.01)} | ${r.startExplains ? "yes" : "no"} | ${r.explained} | ${r.seconds} |`,
    ),
    "",
  ];
  writeFileSync(new URL("weights-real-models.md", import.meta.url), lines.join("\n"));
}
