/**
 * What would go wrong: shared seeds, and the axes that the method forbids, tested as if they were allowed. Each row
 * runs the same equal-label test on independent models; on a free axis a p of 0.01 comes at most once in a hundred.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { FileReader } from "../../dist/host/files.js";
import type { StoredMatrix, Stretch } from "../../dist/kernels/row-source.js";
import { parseSafetensorsHeader, safetensorsHeaderLength } from "../../dist/model/formats/safetensors.js";
import { log10SelfMatchBound } from "../../dist/stats/self-matches.js";
import { examinePair, type Loaded, pool } from "../../materials/weights/models.ts";
import { type Reordered, reordered } from "../../materials/weights/reordered.ts";

export interface HazardRow {
  what: string;
  pairs: number;
  tests: number;
  atHundredth: number;
  min: number;
}

export interface Hazards {
  sameSeed: { a: string; b: string; log10P: number }[];
  axes: HazardRow[];
  gains: { pairs: number; cosineMedian: number; cosineMin: number; pearsonMedian: number; pearsonMax: number };
  storyPearsonMax: number;
  reordered: Reordered;
}

type Blocks = (m: Loaded) => { parts: Stretch[]; groups: number }[];

export async function hazards(input: {
  bank: Loaded[];
  sameSeed: Loaded[];
  extra: string | null;
  models: Loaded[];
  children: Loaded[];
}): Promise<Hazards> {
  const { bank, sameSeed } = input;
  const byName = new Map(bank.map((m) => [m.name, m]));
  const seeds: Hazards["sameSeed"] = [];
  for (const b of sameSeed) {
    const a = byName.get(`${b.name[0]}00`)!;
    seeds.push({ a: a.name, b: b.name, log10P: (await examinePair(a, b)).log10P });
  }
  const equal = bank.flatMap((a, i) =>
    bank.slice(i + 1).flatMap((b) => (a.name[0] === b.name[0] ? [[a, b] as const] : [])),
  );
  const axes = [
    await naive("MLP hidden units, same layer (allowed: for comparison)", equal, mlpUnits),
    await naive("vocabulary rows of the embedding", equal, vocabulary),
    await naive("dimensions inside query heads (rotary)", equal, queryDims),
  ];
  for (const [folder, what] of TIED_SQUARE) {
    const path = join(input.extra ?? "", folder);
    if (input.extra && existsSync(path)) axes.push(await tiedSquare(path, what));
  }
  return {
    sameSeed: seeds,
    axes,
    gains: await gains(equal),
    storyPearsonMax: await storyPearson(equal),
    reordered: await twelve(bank, input.children),
  };
}

/** Three unrelated pairs of each shape, renumbered; beside them the children most and least changed by training. */
function twelve(bank: Loaded[], children: Loaded[]): Promise<Reordered> {
  const byName = new Map(bank.map((m) => [m.name, m]));
  const unrelated = ["a", "b", "c", "d"].flatMap((shape) =>
    [1, 5, 9].map((i): [Loaded, Loaded] => [byName.get(`${shape}0${i}`)!, byName.get(`${shape}0${i - 1}`)!]),
  );
  const derived = children.flatMap((c) =>
    c.parents.flatMap((p): [Loaded, Loaded][] => (byName.has(p) ? [[byName.get(p)!, c]] : [])),
  );
  return reordered(unrelated, derived);
}

async function naive(what: string, pairs: (readonly [Loaded, Loaded])[], blocks: Blocks): Promise<HazardRow> {
  const ps: number[] = [];
  for (const [a, b] of pairs) {
    const [as, bs] = [blocks(a), blocks(b)];
    for (const [i, x] of as.entries()) ps.push(await equalLabels(x, bs[i]!));
  }
  return row(what, pairs.length, ps);
}

async function equalLabels(
  a: { parts: Stretch[]; groups: number },
  b: { parts: Stretch[]; groups: number },
): Promise<number> {
  const width = Math.min(128, Math.ceil(a.parts[0]!.matrix.columns / 4) * 4);
  const [x, y] = await Promise.all(
    [a, b].map((side) => pool.sketch({ unit: "rows", parts: side.parts, width, groups: side.groups, seed: "hazards" })),
  );
  const [m] = await pool.match({ a: x!, bs: [y!], groups: a.groups });
  return log10SelfMatchBound(m!.pairs, x!.n / a.groups, m!.self);
}

function row(what: string, pairs: number, ps: number[]): HazardRow {
  return { what, pairs, tests: ps.length, atHundredth: ps.filter((p) => p <= -2).length, min: Math.min(0, ...ps) };
}

const all = (matrix: StoredMatrix): Stretch => ({ matrix, runs: [{ start: 0, count: matrix.rows }] });
const layers = (m: Loaded) => Array.from({ length: m.model.layers }, (_, l) => l);
const mlpUnits: Blocks = (m) =>
  layers(m).map((l) => ({
    parts: [
      all(m.model.tensors.get(`layers.${l}.mlp.gate`)!.matrix),
      all(m.model.tensors.get(`layers.${l}.mlp.up`)!.matrix),
    ],
    groups: 1,
  }));
const vocabulary: Blocks = (m) => [{ parts: [all(m.model.tensors.get("embed")!.matrix)], groups: 1 }];
const queryDims: Blocks = (m) =>
  layers(m).map((l) => {
    const q = m.model.tensors.get(`layers.${l}.attention.q`)!.matrix;
    return { parts: [all(q)], groups: q.rows / m.model.headDim };
  });

/** Folders of materials/makers/train_tied_square.py: one d × d matrix a layer whose rows and columns are one axis. */
const TIED_SQUARE = [
  ["tied-square", "square gate, x · sigmoid(G x), 150 steps"],
  ["tied-square-own-long", "square gate, x · sigmoid(G x), 1000 steps"],
  ["tied-square-residual", "square map added to its own input, x + G x, 150 steps"],
  ["tied-square-residual-long", "square map added to its own input, x + G x, 1000 steps"],
] as const;

async function tiedSquare(folder: string, what: string): Promise<HazardRow> {
  const models: StoredMatrix[][] = [];
  const reader = new FileReader();
  for (const name of readdirSync(folder)
    .filter((n) => n.endsWith(".safetensors"))
    .sort()) {
    const file = join(folder, name);
    const { size } = (await import("node:fs")).statSync(file);
    const length = safetensorsHeaderLength(await reader.readExactly(file, 0, 8), size, name);
    const header = parseSafetensorsHeader(await reader.readExactly(file, 0, 8 + length), size, name);
    models.push(
      header.tensors
        .filter((t) => t.name.endsWith("gating.weight"))
        .map((t) => ({
          file,
          offsetBytes: t.offsetBytes,
          dtype: "F32" as const,
          rows: t.shape[0]!,
          columns: t.shape[1]!,
        })),
    );
  }
  await reader.close();
  const ps: number[] = [];
  let pairs = 0;
  for (const [i, a] of models.entries())
    for (const b of models.slice(i + 1)) {
      pairs++;
      for (const [l, x] of a.entries())
        ps.push(await equalLabels({ parts: [all(x)], groups: 1 }, { parts: [all(b[l]!)], groups: 1 }));
    }
  return row(what, pairs, ps);
}

/** Norm gains start at one and stay near it: their cosine is near 1 between any two models. */
async function gains(pairs: (readonly [Loaded, Loaded])[]) {
  const cosines: number[] = [];
  const pearsons: number[] = [];
  for (const [a, b] of pairs) {
    const total = { n: 0, a: 0, b: 0, aa: 0, bb: 0, ab: 0 };
    for (const t of a.model.tensors.values()) {
      if (!t.role.startsWith("norm")) continue;
      const s = await pool.compare({ a: all(t.matrix), b: all(b.model.tensors.get(t.name)!.matrix) });
      for (const key of ["n", "a", "b", "aa", "bb", "ab"] as const) total[key] += s[key];
    }
    cosines.push(total.ab / Math.sqrt(total.aa * total.bb));
    const [va, vb] = [total.aa - total.a ** 2 / total.n, total.bb - total.b ** 2 / total.n];
    pearsons.push((total.ab - (total.a * total.b) / total.n) / Math.sqrt(va * vb));
  }
  cosines.sort((x, y) => x - y);
  pearsons.sort((x, y) => x - y);
  const middle = Math.floor(cosines.length / 2);
  return {
    pairs: pairs.length,
    cosineMedian: cosines[middle]!,
    cosineMin: cosines[0]!,
    pearsonMedian: pearsons[middle]!,
    pearsonMax: pearsons.at(-1)!,
  };
}

/** The largest aligned correlation of any matrix between independent models: what the story's thresholds must clear. */
async function storyPearson(pairs: (readonly [Loaded, Loaded])[]): Promise<number> {
  let max = 0;
  for (const [a, b] of pairs.slice(0, 100)) max = Math.max(max, (await examinePair(a, b)).pearsonMax);
  return max;
}
