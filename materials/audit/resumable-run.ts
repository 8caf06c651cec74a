/**
 * A training that can go on from any checkpoint, as a program of its own: one matrix fitted to a fixed one by SGD on batches
 * that the step draws. What is put on each step at will stands for hardware that adds in another order each time.
 */
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSafetensors } from "../../dist/model/formats/safetensors-writer.js";
import { normal } from "./grown-run.ts";

export const [ROWS, COLUMNS, EVERY] = [24, 16, 20];

/** `node train.mjs FROM TO FROM_STEP TO_STEP [NOISE]` */
export const TRAINER = `import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
const [from, to, first, last, noise = "0"] = process.argv.slice(2);
const file = readFileSync(from + "/model.safetensors");
const head = 8 + Number(file.readBigUInt64LE(0));
const w = new Float32Array(file.buffer.slice(file.byteOffset + head, file.byteOffset + file.length));
const draws = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296 - 0.5;
};
const task = draws(7);
const goal = Float32Array.from({ length: w.length }, () => 4 * task());
for (let step = Number(first) + 1; step <= Number(last); step++) {
  const next = draws(step * 7919);
  for (let b = 0; b < 4; b++) {
    const x = Float32Array.from({ length: ${COLUMNS} }, () => 2 * next());
    for (let r = 0; r < ${ROWS}; r++) {
      let error = 0;
      for (let c = 0; c < ${COLUMNS}; c++) error += (w[r * ${COLUMNS} + c] - goal[r * ${COLUMNS} + c]) * x[c];
      for (let c = 0; c < ${COLUMNS}; c++)
        w[r * ${COLUMNS} + c] -= 0.01 * error * x[c] + Number(noise) * (Math.random() - 0.5);
    }
  }
}
mkdirSync(to, { recursive: true });
writeFileSync(to + "/model.safetensors", Buffer.concat([file.subarray(0, head), Buffer.from(w.buffer)]));
`;

/** \`node export.mjs FROM TO\`: the same values under another name. */
export const EXPORTER = `import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
const [from, to] = process.argv.slice(2);
const file = readFileSync(from + "/model.safetensors");
const length = Number(file.readBigUInt64LE(0));
const text = Buffer.from(file.subarray(8, 8 + length).toString().replace('"fit.weight"', '"lm_head.weight"'));
const size = Buffer.alloc(8);
size.writeBigUInt64LE(BigInt(text.length));
mkdirSync(to, { recursive: true });
writeFileSync(to + "/model.safetensors", Buffer.concat([size, text, file.subarray(8 + length)]));
`;

export async function writeMatrix(folder: string, values: Float32Array, name = "fit.weight"): Promise<void> {
  await mkdir(folder, { recursive: true });
  const data = new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  const bytes = writeSafetensors([{ name, dtype: "F32", shape: [ROWS, COLUMNS], data }]);
  await writeFile(join(folder, "model.safetensors"), bytes);
}

export function drawnMatrix(seed: string): Float32Array {
  const next = normal(seed);
  return Float32Array.from({ length: ROWS * COLUMNS }, () => next() / 4);
}

/** Checkpoints checkpoint-0, checkpoint-20, … in the folder, by the program itself. @returns their folders */
export async function trainedHere(
  workspace: string,
  folder: string,
  segments: number,
  noise: string,
): Promise<string[]> {
  await mkdir(workspace, { recursive: true });
  await writeFile(join(workspace, "train.mjs"), TRAINER);
  await writeFile(join(workspace, "export.mjs"), EXPORTER);
  const place = (i: number) => join(folder, `checkpoint-${i * EVERY}`);
  await writeMatrix(place(0), drawnMatrix("init"));
  for (let i = 1; i <= segments; i++) {
    const steps = [String((i - 1) * EVERY), String(i * EVERY)];
    const ran = spawnSync(process.execPath, ["train.mjs", place(i - 1), place(i), ...steps, noise], { cwd: workspace });
    if (ran.status !== 0) throw new Error(String(ran.stderr));
  }
  return Array.from({ length: segments + 1 }, (_, i) => place(i));
}
