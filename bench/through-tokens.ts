/**
 * Units through tokens (src/labs/weights/rotated) at a width of 4,096: processor seconds of the stage on a generated pair
 * of four layers whose values are made as they are read, so that no disk is timed; its peak memory; and beside it
 * OpenBLAS (numpy, one thread) for the same products of rows with directions, and for those that turning the streams
 * onto one another would need (a cross product of embeddings, a polar factor by 20 products, every row turned).
 *
 *   npm run build && node bench/through-tokens.ts [--width 4096] [--units 11008] [--layers 4] [--python PYTHON] [--write]
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { LocalCompute } from "../dist/kernels/compute.js";
import type { ProjectJob } from "../dist/kernels/projection.js";
import { look } from "../dist/labs/weights/pairing/look.js";
import { ROTATED } from "../dist/labs/weights/rotated/rotated.js";
import type { CanonicalTensor, Model } from "../dist/model/model.js";
import { CONSTRUCTIONS, make } from "../materials/weights/structured.ts";

const { values } = parseArgs({
  options: {
    width: { type: "string", default: "4096" },
    units: { type: "string", default: "11008" },
    layers: { type: "string", default: "4" },
    python: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});
const [width, units, layers] = [Number(values.width), Number(values.units), Number(values.layers)];
const VOCABULARY = 32_000;
const TOKENS = 8192;

/** BF16 near ±0.02, from a pool; where a value lies decides what it is, the same in both models. */
const POOL = new Uint8Array(2 ** 25);
let state = 7;
for (let i = 0; i < POOL.length; i += 2) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  POOL[i] = state >>> 24;
  POOL[i + 1] = (state & 0x800000 ? 0x80 : 0) | 0x3c;
}

async function read(file: string, offset: number, into: Uint8Array): Promise<void> {
  let start = 2166136261;
  for (const c of file) start = Math.imul(start ^ c.charCodeAt(0), 16777619) >>> 0;
  for (let at = 0; at < into.length; ) {
    const from = ((start % 2 ** 24) * 2 + offset + at) % POOL.length;
    const part = POOL.subarray(from, from + into.length - at);
    into.set(part, at);
    at += part.length;
  }
}

/** LocalCompute, and the seconds and products that rows with directions took. */
class Timed extends LocalCompute {
  seconds = 0;
  flop = 0;
  #turn: Promise<unknown> = Promise.resolve();
  /** One after another, so that no second counts twice. */
  override project(job: ProjectJob) {
    const found = this.#turn.then(() => this.#timed(job));
    this.#turn = found;
    return found;
  }
  async #timed(job: ProjectJob) {
    const started = process.cpuUsage();
    const found = await super.project(job);
    const { user, system } = process.cpuUsage(started);
    this.seconds += (user + system) / 1e6;
    this.flop += 2 * found.n * found.k * job.directions.k;
    return found;
  }
}

function model(): Model {
  const shape = { layers, hidden: 64, units: 64, heads: 1, headDim: 16, vocabulary: 64 };
  const small = make(CONSTRUCTIONS.find(({ id }) => id === "frozen public embeddings")!, "bench", "bench", shape).model;
  const tensors = new Map<string, CanonicalTensor>();
  for (const [name, tensor] of small.tensors) {
    const { rows, columns } = tensor.matrix;
    const part = name === "embed" || name === "output" ? VOCABULARY : rows === 64 ? units : rows;
    const matrix = {
      file: name,
      offsetBytes: 0,
      dtype: "BF16" as const,
      rows: part,
      columns: columns === 64 ? width : columns,
    };
    tensors.set(name, { ...tensor, matrix });
  }
  return { ...small, tensors, hidden: width, vocabulary: VOCABULARY, mlpHidden: units };
}

const compute = new Timed(read);
const started = process.cpuUsage();
const result = await look(ROTATED, {
  reference: model(),
  suspect: model(),
  vocabularies: { reference: null, suspect: null },
  settings: { seed: "bench", rows: "sampled" },
  compute,
  work: { concurrency: 1, onProgress: () => {} },
});
const { user, system } = process.cpuUsage(started);
const whole = (user + system) / 1e6;
const peak = process.resourceUsage().maxRSS / 1024;
const { directions } = result.through!;

/** Processor seconds of numpy for products of these shapes, each once, one thread. */
function openBlas(shapes: readonly (readonly [number, number, number, number])[]): number | null {
  if (!values.python) return null;
  const script = `
import numpy as np, time, sys, json
g = np.random.default_rng(1); total = 0
for n, k, m, times in json.loads(sys.argv[1]):
    a = g.standard_normal((n, k), dtype=np.float32); b = g.standard_normal((k, m), dtype=np.float32)
    a[:8] @ b
    t = time.process_time(); a @ b; total += (time.process_time() - t) * times
print(total)`;
  const env = { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" };
  const { stdout, status, stderr } = spawnSync(values.python, ["-c", script, JSON.stringify(shapes)], {
    env,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

const matrices = 4 * layers;
const same = openBlas([[units, width, directions, matrices]]);
const turning = openBlas([
  [width, TOKENS, width, 1],
  [width, width, width, 20],
  [units, width, width, matrices / 2],
]);
const ratio = (seconds: number | null, of: number) =>
  seconds === null ? "not run" : `${seconds.toFixed(1)} s (${(of / seconds).toFixed(1)} ×)`;
const lines = [
  "# Units through tokens",
  "",
  `Written by \`node bench/through-tokens.ts --width ${width} --units ${units} --layers ${layers} --python PYTHON --write\`. Processor seconds of one thread; values are made as they are read. Times in brackets: the stage's own seconds for it as a multiple of OpenBLAS's.`,
  "",
  "| what | figure |",
  "|---|--:|",
  `| shape | width ${width}, ${units} units, ${layers} layers a side, ${directions} directions |`,
  `| the whole stage | ${whole.toFixed(1)} s |`,
  `| of it products of rows with directions, decoding them included | ${compute.seconds.toFixed(1)} s, ${(compute.flop / compute.seconds / 1e9).toFixed(1)} GF/s |`,
  `| OpenBLAS, the same products from f32 in memory | ${ratio(same, compute.seconds)} |`,
  `| OpenBLAS, the products of turning one stream onto the other | ${ratio(turning, whole)} |`,
  `| peak memory | ${Math.round(peak)} MB |`,
  "",
];
process.stdout.write(lines.join("\n"));
if (values.write) writeFileSync(new URL("through-tokens.md", import.meta.url), lines.join("\n"));
