/**
 * Models whose tensors lie in memory as F32, and what can be done to their values: number formats, quantisers, masks,
 * noise. The quantisers are written from their formats' public descriptions, apart from the code under test.
 */
import type { Compute } from "../../dist/kernels/compute.js";
import type { CanonicalTensor, Model } from "../../dist/model/model.js";
import type { Loaded } from "./models.ts";
import { pool } from "./models.ts";

export interface InMemory {
  name: string;
  family: string;
  /** How it came from the model it is named after; "" for a model as trained. */
  made: string;
  model: Model;
  values: ReadonlyMap<string, Float32Array>;
}

export type Change = (values: Float32Array, tensor: CanonicalTensor, at: number) => Float32Array;

export async function load(m: Loaded): Promise<InMemory> {
  const values = new Map<string, Float32Array>();
  for (const t of m.model.tensors.values()) values.set(t.name, await pool.load(t.matrix));
  return { name: m.name, family: m.family, made: "", model: m.model, values };
}

export function changed(m: InMemory, made: string, change: Change): InMemory {
  const values = new Map(
    [...m.values].map(([name, v], at) => [name, change(v, m.model.tensors.get(name)!, at)] as const),
  );
  return { ...m, made: m.made ? `${m.made}, ${made}` : made, values };
}

/** A pair as the laboratory's bench, and the `rows` that read it. */
export function benchOf(a: InMemory, b: InMemory) {
  const inMemory = (m: InMemory, side: string): Model => ({
    ...m.model,
    tensors: new Map(
      [...m.model.tensors].map(([name, t]) => {
        const { rows, columns } = t.matrix;
        return [name, { ...t, matrix: { file: `${side}/${name}`, offsetBytes: 0, dtype: "F32", rows, columns } }];
      }),
    ),
  });
  const rows: Compute["rows"] = async ({ matrix, runs }) => {
    const [side, name] = [matrix.file.slice(0, 1), matrix.file.slice(2)];
    const all = (side === "a" ? a : b).values.get(name)!;
    const out = new Float32Array(runs.reduce((n, run) => n + run.count, 0) * matrix.columns);
    let at = 0;
    for (const { start, count } of runs) {
      out.set(all.subarray(start * matrix.columns, (start + count) * matrix.columns), at);
      at += count * matrix.columns;
    }
    return out;
  };
  return {
    reference: inMemory(a, "a"),
    suspect: inMemory(b, "b"),
    vocabularies: { reference: null, suspect: null },
    settings: { seed: "assay-weights-1", rows: "sampled" as const },
    compute: { rows } as Compute,
    work: { concurrency: 1, onProgress: () => {} },
  };
}

const isMatrix = (t: CanonicalTensor) => t.matrix.rows > 1;
const map = (v: Float32Array, f: (x: number, i: number) => number) => Float32Array.from(v, f);
/** Ties to even. */
const even = (x: number) => {
  const r = Math.round(x);
  return Math.abs(x % 1) === 0.5 && r % 2 !== 0 ? r - 1 : r;
};

/** Nearest value with so many explicit bits of mantissa, subnormals below 2^least. */
export function format(bits: number, least: number): Change {
  return (v) =>
    map(v, (x) => {
      if (x === 0) return 0;
      const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), least) - bits);
      return even(x / step) * step;
    });
}
export const BF16 = format(7, -126);
export const F16 = format(10, -14);
export const F8_E4M3 = format(3, -6);
export const F8_E5M2 = format(2, -14);

/** Matrices by blocks along their rows; 0: the whole row. Vectors stay. */
function blocks(size: number, change: (block: Float32Array) => Float32Array): Change {
  return (v, t) => {
    const width = size === 0 ? t.matrix.columns : size;
    if (!isMatrix(t) || t.matrix.columns % width !== 0) return v;
    const out = new Float32Array(v.length);
    for (let at = 0; at < v.length; at += width) out.set(change(v.subarray(at, at + width)), at);
    return out;
  };
}
const largest = (v: Float32Array) => v.reduce((m, x) => Math.max(m, Math.abs(x)), 0);

/** Symmetric integers, scale = largest / levels, in F32 as PyTorch code has it. */
export function symmetric(levels: number, size: number): Change {
  return blocks(size, (v) => {
    const scale = Math.fround(largest(v) / levels);
    return scale === 0 ? v.slice() : map(v, (x) => even(Math.fround(x / scale)) * scale);
  });
}

/** ggml's Q8_0: the scale is kept in F16, codes are taken before it is rounded, halves away from nought. */
export const Q8_0 = blocks(32, (v) => {
  const d = Math.fround(largest(v) / 127);
  if (d === 0) return v.slice();
  const kept = F16(Float32Array.of(d), {} as CanonicalTensor, 0)[0]!;
  return map(v, (x) => Math.sign(x) * Math.floor(Math.abs(Math.fround(x / d)) + 0.5) * kept);
});

/** ggml's Q4_0: the largest value, with its sign, becomes code −8. */
export const Q4_0 = blocks(32, (v) => {
  const most = v.reduce((m, x) => (Math.abs(x) > Math.abs(m) ? x : m), 0);
  const d = Math.fround(most / -8);
  if (d === 0) return v.slice();
  const kept = F16(Float32Array.of(d), {} as CanonicalTensor, 0)[0]!;
  return map(v, (x) => (Math.min(15, Math.floor(Math.fround(x / d) + 8.5)) - 8) * kept);
});

/** Sets the smallest share of each matrix of a layer, of each of its rows, or two of each four, to nought. */
export function masked(share: number, by: "tensor" | "row" | "2:4"): Change {
  return (v, t) => {
    if (!isMatrix(t) || t.layer === null) return v;
    const size = by === "tensor" ? v.length : by === "row" ? t.matrix.columns : 4;
    const out = v.slice();
    for (let at = 0; at < v.length; at += size) {
      const order = Array.from({ length: size }, (_, i) => at + i).sort((i, j) => Math.abs(v[i]!) - Math.abs(v[j]!));
      for (const i of order.slice(0, by === "2:4" ? 2 : Math.floor(share * size))) out[i] = 0;
    }
    return out;
  };
}

/** Every value that is not nought moves by about this share of the tensor's size; noughts stay. */
export function moved(share: number, seed: number, keepsZero = true): Change {
  return (v, _t, at) => {
    const draw = gaussian(seed + 7919 * at);
    const size = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0) / v.length);
    return map(v, (x) => (keepsZero && x === 0 ? 0 : x + share * size * draw()));
  };
}

/** Only the tensors whose name holds the text. */
export function only(text: string, change: Change): Change {
  return (v, t, at) => (t.name.includes(text) ? change(v, t, at) : v);
}

/** A difference of low rank, as a merged adapter leaves. */
export function adapted(rank: number, share: number, seed: number): Change {
  return (v, t, at) => {
    if (!isMatrix(t)) return v;
    const draw = gaussian(seed + 104_729 * at);
    const { rows, columns } = t.matrix;
    const left = Float64Array.from({ length: rows * rank }, draw);
    const right = Float64Array.from({ length: rank * columns }, draw);
    const size = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0) / v.length) / Math.sqrt(rank);
    return map(v, (x, i) => {
      const [r, c] = [Math.floor(i / columns), i % columns];
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += left[r * rank + k]! * right[k * columns + c]!;
      return x + share * size * sum;
    });
  };
}

/** Box and Muller over a counter-seeded generator: good enough for noise. */
export function gaussian(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 1) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Added noise of one law for all entries of a tensor, as a share of the tensor's root mean square. */
export function noised(share: number, seed: number, law: "gaussian" | "uniform"): Change {
  return (v, _t, at) => {
    const draw = gaussian(seed + 7919 * at);
    const size = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0) / v.length);
    // The normal distribution's own function makes a uniform number of a normal one; √12 for a deviation of one.
    const next = law === "gaussian" ? draw : () => Math.sqrt(12) * (uniformOf(draw()) - 0.5);
    return v.map((x) => x + share * size * next());
  };
}

function uniformOf(normal: number): number {
  return 1 / (1 + Math.exp(-1.702 * normal));
}

/** Dither on BF16 values, evenly within a share of half a step: what rounding to BF16 takes away again. */
export function dithered(share: number, seed: number): Change {
  return (v, _t, at) => {
    const draw = gaussian(seed + 104_729 * at);
    return v.map((x) => {
      const exponent = Math.floor(Math.log2(Math.abs(x) || 1));
      // Below a power of two the grid is twice as fine.
      const step = 2 ** (exponent - (Math.abs(x) === 2 ** exponent ? 8 : 7));
      return x + share * (uniformOf(draw()) - 0.5) * step * 0.98;
    });
  };
}

/** Hidden units of every MLP in another order: gate, up and down alike. */
export function permutedUnits(m: InMemory, seed: number): InMemory {
  const values = new Map(m.values);
  for (const t of m.model.tensors.values()) {
    if (!/mlp\.(gate|up|down)$/.test(t.name)) continue;
    const { rows, columns } = t.matrix;
    const down = t.name.endsWith("down");
    const draw = gaussian(seed + 31 * (t.layer ?? 0));
    const keys = Float64Array.from({ length: down ? columns : rows }, draw);
    const order = Array.from(keys.keys()).sort((i, j) => keys[i]! - keys[j]!);
    const from = m.values.get(t.name)!;
    const to = new Float32Array(from.length);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        to[r * columns + c] = down ? from[r * columns + order[c]!]! : from[order[r]! * columns + c]!;
    values.set(t.name, to);
  }
  return { ...m, values };
}
