/**
 * A copy that computes what the original computes and shares no label with it: norm gains folded, residual stream
 * rotated, MLP units permuted and rescaled with signs, key-value groups and heads permuted, value and output mixed by
 * any invertible map, query and key rescaled per rotary pair, tokens renamed, sixteen tokens added that are never used.
 * Llama family without biases and head norms. In f32, so the function is kept to rounding.
 */
import { type Prng, prng, sample } from "../../dist/base/prng.js";
import {
  type Dense,
  multiply,
  timesTransposed,
  transpose,
  transposedTimes,
  zeros,
} from "../../dist/kernels/rotation/dense.js";
import { inverseOf, polarFactor } from "../../dist/kernels/rotation/polar.js";
import type { CanonicalTensor, Model } from "../../dist/model/model.js";

export type Load = (tensor: CanonicalTensor) => Promise<Float32Array>;

export interface InMemory {
  model: Model;
  load: Load;
  /** New id of each old token. */
  tokens: Uint32Array;
}

const TOKENS_ADDED = 16;

export async function disguise(model: Model, load: Load, seed: string): Promise<InMemory> {
  const source = prng("assay/study/disguise", seed);
  const w = new Map<string, Dense>();
  for (const tensor of model.tensors.values()) {
    if (/bias|\.q\.norm|\.k\.norm/.test(tensor.role)) throw new Error(`disguise: ${tensor.name} is not handled`);
    w.set(tensor.name, dense(tensor.matrix.rows, tensor.matrix.columns, await load(tensor)));
  }
  if (!w.has("output")) w.set("output", w.get("embed")!);
  const rotation = orthogonal(model.hidden, source);
  for (let l = 0; l < model.layers; l++) disguiseLayer(w, model, `layers.${l}.`, rotation, source);
  const tokens = sample(model.vocabulary, model.vocabulary, source);
  for (const [name, gain] of [
    ["embed", null],
    ["output", w.get("norm")!],
  ] as const) {
    const folded = gain ? fold(w.get(name)!, gain) : w.get(name)!;
    const out = noise(model.vocabulary + TOKENS_ADDED, model.hidden, source);
    for (const [old, id] of tokens.entries()) out.data.set(row(folded, old), id * model.hidden);
    w.set(name, multiply(out, rotation));
  }
  w.set("norm", ones(model.hidden));
  return inMemory(model, w, tokens, seed);
}

function disguiseLayer(w: Map<string, Dense>, model: Model, at: string, rotation: Dense, source: Prng): void {
  const attention = w.get(`${at}norm.attention`)!;
  const mlp = w.get(`${at}norm.mlp`)!;
  const into = (role: string, gain: Dense) => multiply(fold(w.get(at + role)!, gain), rotation);
  const out = (role: string) => transposedTimes(rotation, w.get(at + role)!);
  const heads = mixHeads(
    {
      q: into("attention.q", attention),
      k: into("attention.k", attention),
      v: into("attention.v", attention),
      o: out("attention.o"),
    },
    model.keyValueHeads,
    model.headDim,
    source,
  );
  for (const role of ["q", "k", "v", "o"] as const) w.set(`${at}attention.${role}`, heads[role]);
  const units = w.get(`${at}mlp.gate`)!.rows;
  const order = sample(units, units, source);
  const scale = Float64Array.from({ length: units }, () => signedScale(source));
  const one = Float64Array.from(scale, () => 1);
  w.set(`${at}mlp.gate`, pickRows(into("mlp.gate", mlp), order, one));
  w.set(`${at}mlp.up`, pickRows(into("mlp.up", mlp), order, scale));
  w.set(
    `${at}mlp.down`,
    transpose(
      pickRows(
        transpose(out("mlp.down")),
        order,
        Float64Array.from(scale, (s) => 1 / s),
      ),
    ),
  );
  w.set(`${at}norm.attention`, ones(model.hidden));
  w.set(`${at}norm.mlp`, ones(model.hidden));
}

interface Heads {
  q: Dense;
  k: Dense;
  v: Dense;
  o: Dense;
}

function mixHeads({ q, k, v, o }: Heads, groups: number, dim: number, source: Prng): Heads {
  const share = q.rows / (groups * dim);
  const d = q.columns;
  const out = { q: zeros(q.rows, d), k: zeros(k.rows, d), v: zeros(v.rows, d), o: zeros(o.columns, d) };
  const columnsOfO = transpose(o);
  for (const [g, old] of sample(groups, groups, source).entries()) {
    // One factor for both halves of a rotary pair: it commutes with the rotation.
    const half = Float64Array.from({ length: dim / 2 }, () => signedScale(source));
    const factor = (i: number) => half[i % (dim / 2)]!;
    const mix = invertible(dim, source);
    put(
      out.k,
      g * dim,
      scaleRows(block(k, old * dim, dim), (i) => 1 / factor(i)),
    );
    put(out.v, g * dim, multiply(mix, block(v, old * dim, dim)));
    const unmix = inverseOf(mix)!;
    for (const [h, oldHead] of sample(share, share, source).entries()) {
      const [to, from] = [(g * share + h) * dim, (old * share + oldHead) * dim];
      put(out.q, to, scaleRows(block(q, from, dim), factor));
      // Columns of o as rows: (O C⁻¹)ᵀ = C⁻ᵀ Oᵀ.
      put(out.o, to, transposedTimes(unmix, block(columnsOfO, from, dim)));
    }
  }
  return { ...out, o: transpose(out.o) };
}

function inMemory(model: Model, w: Map<string, Dense>, tokens: Uint32Array, seed: string): InMemory {
  const tensors = new Map<string, CanonicalTensor>();
  const values = new Map<string, Float32Array>();
  for (const [name, { rows, columns, data }] of w) {
    const old = model.tensors.get(name) ?? { ...model.tensors.get("embed")!, name, role: "output" as const };
    const file = `disguised ${seed} ${name}`;
    tensors.set(name, { ...old, matrix: { file, offsetBytes: 0, dtype: "F32", rows, columns } });
    values.set(file, Float32Array.from(data));
  }
  const vocabulary = model.vocabulary + TOKENS_ADDED;
  return {
    model: { ...model, tensors, tied: false, vocabulary },
    load: async (tensor) => values.get(tensor.matrix.file)!,
    tokens,
  };
}

function dense(rows: number, columns: number, values: ArrayLike<number>): Dense {
  return { rows, columns, data: Float64Array.from(values) };
}

function fold(a: Dense, gain: Dense): Dense {
  return dense(
    a.rows,
    a.columns,
    a.data.map((x, i) => x * gain.data[i % a.columns]!),
  );
}

function row(a: Dense, r: number): Float64Array {
  return a.data.subarray(r * a.columns, (r + 1) * a.columns);
}

function block(a: Dense, start: number, rows: number): Dense {
  return { rows, columns: a.columns, data: a.data.slice(start * a.columns, (start + rows) * a.columns) };
}

function put(into: Dense, start: number, a: Dense): void {
  into.data.set(a.data, start * into.columns);
}

function scaleRows(a: Dense, factor: (r: number) => number): Dense {
  return dense(
    a.rows,
    a.columns,
    a.data.map((x, i) => x * factor(Math.floor(i / a.columns))),
  );
}

function pickRows(a: Dense, order: Uint32Array, scale: Float64Array): Dense {
  const out = zeros(a.rows, a.columns);
  for (const [to, from] of order.entries())
    for (let c = 0; c < a.columns; c++) out.data[to * a.columns + c] = a.data[from * a.columns + c]! * scale[to]!;
  return out;
}

function ones(n: number): Dense {
  return dense(1, n, new Float64Array(n).fill(1));
}

/** Size between ½ and 2, either sign. */
function signedScale(source: Prng): number {
  return 2 ** (source.uint32() / 2 ** 31 - 1) * (source.uint32() & 1 ? 1 : -1);
}

/** Sums of four uniform draws: near enough to Gaussian for a rotation without a preferred direction. */
function noise(rows: number, columns: number, source: Prng): Dense {
  const draw = () => source.uint32() / 2 ** 32 - 0.5;
  return dense(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, () => (draw() + draw() + draw() + draw()) * 0.03),
  );
}

function orthogonal(n: number, source: Prng): Dense {
  return polarFactor(noise(n, n, source))!;
}

/** Two rotations around a stretch: any invertible map, of condition at most 4. */
function invertible(n: number, source: Prng): Dense {
  const stretch = zeros(n, n);
  for (let i = 0; i < n; i++) stretch.data[i * n + i] = signedScale(source);
  return multiply(orthogonal(n, source), timesTransposed(stretch, orthogonal(n, source)));
}
