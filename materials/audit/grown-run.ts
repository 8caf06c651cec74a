/**
 * Small networks that are really trained here, with their checkpoints: two layers with ReLU, fitted to a drawn teacher by
 * SGD with momentum and decay on drawn batches. What a dossier of own making is tried on, and ways to fake one.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { prng } from "../../dist/base/prng.js";
import { writeSafetensors } from "../../dist/model/formats/safetensors-writer.js";

export const [WIDTH, HIDDEN] = [32, 96];
export interface Weights {
  up: Float32Array;
  down: Float32Array;
}

type Draw = () => number;

/** Normal by Box and Muller. */
export function normal(seed: string): Draw {
  const source = prng("assay/grown", seed);
  return () =>
    Math.sqrt(-2 * Math.log((source.uint32() + 1) / 2 ** 32)) * Math.cos((2 * Math.PI * source.uint32()) / 2 ** 32);
}

export function drawn(seed: string): Weights {
  const next = normal(seed);
  return {
    up: Float32Array.from({ length: HIDDEN * WIDTH }, () => next() / Math.sqrt(WIDTH)),
    down: Float32Array.from({ length: WIDTH * HIDDEN }, () => next() / Math.sqrt(HIDDEN)),
  };
}

/** @returns weights at steps 0, every, 2 · every, … */
export function grown(
  seed: string,
  from: Weights = drawn(`${seed}-init`),
  segments = 6,
  every = 50,
  rate = 0.02,
): Weights[] {
  const teacher = drawn(`${seed}-teacher`);
  // A task of low rank: what training puts into weights is larger than noise in some directions.
  const task = Float32Array.from(
    { length: WIDTH * WIDTH },
    (_, i) => 3 * teacher.up[i % WIDTH]! * teacher.down[Math.floor(i / WIDTH)]! * WIDTH,
  );
  const next = normal(`${seed}-batches`);
  const w = { up: from.up.slice(), down: from.down.slice() };
  const moving = { up: new Float32Array(w.up.length), down: new Float32Array(w.down.length) };
  const out = [{ up: w.up.slice(), down: w.down.slice() }];
  for (let step = 1; step <= segments * every; step++) {
    const [gUp, gDown] = [new Float32Array(w.up.length), new Float32Array(w.down.length)];
    for (let b = 0; b < 8; b++) {
      const x = Float32Array.from({ length: WIDTH }, next);
      const h = new Float32Array(HIDDEN);
      for (let i = 0; i < HIDDEN; i++) {
        let sum = 0;
        for (let j = 0; j < WIDTH; j++) sum += w.up[i * WIDTH + j]! * x[j]!;
        h[i] = Math.max(0, sum);
      }
      const back = new Float32Array(HIDDEN);
      for (let o = 0; o < WIDTH; o++) {
        let [y, want] = [0, 0];
        for (let i = 0; i < HIDDEN; i++) y += w.down[o * HIDDEN + i]! * h[i]!;
        for (let j = 0; j < WIDTH; j++) want += task[o * WIDTH + j]! * x[j]!;
        const error = (y - want) / 8 / WIDTH;
        for (let i = 0; i < HIDDEN; i++) {
          gDown[o * HIDDEN + i]! += error * h[i]!;
          back[i]! += error * w.down[o * HIDDEN + i]!;
        }
      }
      for (let i = 0; i < HIDDEN; i++)
        if (h[i]! > 0) for (let j = 0; j < WIDTH; j++) gUp[i * WIDTH + j]! += back[i]! * x[j]!;
    }
    for (const [name, gradient] of [
      ["up", gUp],
      ["down", gDown],
    ] as const)
      for (let i = 0; i < gradient.length; i++) {
        moving[name][i] = 0.9 * moving[name][i]! + gradient[i]! + 1e-4 * w[name][i]!;
        w[name][i]! -= rate * moving[name][i]!;
      }
    if (step % every === 0) out.push({ up: w.up.slice(), down: w.down.slice() });
  }
  return out;
}

/** A straight line between two ends. @param noise size of what is put on each point between, in units of the entries */
export function between(from: Weights, to: Weights, segments = 6, noise = 0, seed = "line"): Weights[] {
  const next = normal(seed);
  return Array.from({ length: segments + 1 }, (_, s) => {
    const at = s / segments;
    const mix = (a: Float32Array, b: Float32Array) =>
      a.map((value, i) => value + at * (b[i]! - value) + (s > 0 && s < segments ? noise * next() : 0));
    return { up: mix(from.up, to.up), down: mix(from.down, to.down) };
  });
}

export async function writeModel(folder: string, { up, down }: Weights): Promise<void> {
  await mkdir(folder, { recursive: true });
  const bytes = (values: Float32Array) =>
    new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength));
  await writeFile(
    join(folder, "model.safetensors"),
    writeSafetensors([
      { name: "mlp.up_proj.weight", dtype: "F32", shape: [HIDDEN, WIDTH], data: bytes(up) },
      { name: "mlp.down_proj.weight", dtype: "F32", shape: [WIDTH, HIDDEN], data: bytes(down) },
    ]),
  );
}
