/**
 * What of a model stays the same under every change that keeps its function, but for a rotation Q of the residual
 * stream: norm gains folded into what they feed; Gram matrices of unordered rows; products through heads, in which
 * any mixing of a head's inside cancels; a few mean-like vectors. A quantity A of the original is QᵀAQ (a vector a is
 * Qᵀa) in the disguised copy. Rows of the MLP are kept apart, as unordered sets of unit vectors.
 * Units and residual dimensions that are nought throughout are padding, and are taken off first.
 * It cannot undo what is not such a change: retraining blurs these quantities, biases and head norms are left out.
 */
import { assert } from "../../../base/error.js";
import { addScaled, type Dense, inner, transposedTimes, unitRows, zeros } from "../../../kernels/rotation/dense.js";
import type { CanonicalTensor, Model } from "../../../model/model.js";

/** All values of a tensor, row-major. */
type Load = (tensor: CanonicalTensor) => Promise<Float32Array>;

/** Quantities by name; every matrix is d × d, every vector a row of d. */
export interface Quantities {
  symmetric: Map<string, Dense>;
  general: Map<string, Dense>;
  vectors: Map<string, Dense>;
}

/** The rows that are tested: unit length, gains folded, in whatever order the file has them. */
interface UnitRows {
  gate: Dense;
  up: Dense;
}

/** The same with the columns of down: for anchoring a pairing of whole units. */
export interface MlpRows extends UnitRows {
  down: Dense;
}

interface CanonicalLayer {
  quantities: Quantities;
  mlp: MlpRows;
  /** Gate rows as long as they are, gains folded. */
  long: Dense;
}

export interface CanonicalModel {
  /** Without padding. */
  hidden: number;
  layers: CanonicalLayer[];
  /** Of the embeddings alone. */
  globals: Quantities;
  /** A row a token, as stored; and of the output, gains folded. */
  embedding: Dense;
  output: Dense;
}

/** @param numbers layers that are taken, in their order; each has gate, up and down. Left out: all */
export async function canonicalModel(model: Model, load: Load, numbers?: readonly number[]): Promise<CanonicalModel> {
  const kept = await liveDimensions(model, load);
  const optional = async (name: string) => {
    const tensor = model.tensors.get(name);
    if (!tensor) return null;
    const whole = lifted(model, tensor, dense(tensor, await load(tensor)));
    return kept.length === model.hidden ? whole : withDimensions(tensor, whole, kept);
  };
  const layers: CanonicalLayer[] = [];
  for (const l of numbers ?? Array.from({ length: model.layers }, (_, n) => n))
    layers.push(await canonicalLayer(model, (role) => optional(`layers.${l}.${role}`)));
  const embedding = expected(await optional("embed"), "embed");
  const unfolded = (model.tied ? null : await optional("output")) ?? embedding;
  const output = folded(unfolded, await optional("norm"));
  return { hidden: kept.length, layers, globals: ofEmbeddings(embedding, output), embedding, output };
}

/**
 * Residual dimensions that something writes to: an embedding column, or a row of o or down, that is not all nought.
 * Whatever reads the others reads noughts. All of them where hardly any is left: then nothing says which is padding.
 */
async function liveDimensions(model: Model, load: Load): Promise<number[]> {
  const live = new Uint8Array(model.hidden);
  for (const tensor of model.tensors.values()) {
    const { role, matrix } = tensor;
    const columns = role === "embed" || role === "positions";
    if (!columns && !/^(attention\.o|mlp\.(shared\.|experts\.\d+\.)?down)(\.bias)?$/.test(role)) continue;
    const values = await load(tensor);
    const along = columns || role.endsWith("bias");
    for (let i = 0; i < values.length; i++)
      if (values[i] !== 0) live[along ? i % matrix.columns : Math.floor(i / matrix.columns)] = 1;
    if (live.every((x) => x === 1)) break;
  }
  const kept = [...live.keys()].filter((i) => live[i] === 1);
  return kept.length >= DIMENSIONS_MIN ? kept : [...live.keys()];
}

/** Fewer residual dimensions carry no alignment. */
const DIMENSIONS_MIN = 8;

function withDimensions({ role, matrix }: CanonicalTensor, whole: Dense, kept: readonly number[]): Dense {
  const writes = /^(attention\.o|mlp\.down)$/.test(role);
  if (writes) return pickedRows(whole, kept);
  // Of what does not touch the residual stream (biases of heads, head norms) nothing is taken off.
  const reads =
    /^(embed|output|norm.*|positions|mlp\.(gate|up)|attention\.[qkv])$/.test(role) && matrix.columns > kept.length;
  return reads ? pickedColumns(whole, kept) : whole;
}

function pickedRows(w: Dense, rows: readonly number[]): Dense {
  const out = zeros(rows.length, w.columns);
  for (const [at, r] of rows.entries())
    out.data.set(w.data.subarray(r * w.columns, (r + 1) * w.columns), at * w.columns);
  return out;
}

function pickedColumns(w: Dense, columns: readonly number[]): Dense {
  const out = zeros(w.rows, columns.length);
  for (let r = 0; r < w.rows; r++)
    for (const [at, c] of columns.entries()) out.data[r * columns.length + at] = w.data[r * w.columns + c]!;
  return out;
}

/** Units whose gate, up or down is nought throughout do nothing: with none of them left, all are kept. */
function liveUnits(gate: Dense, up: Dense, down: Dense): number[] {
  const silent = (w: Dense, r: number) => w.data.subarray(r * w.columns, (r + 1) * w.columns).every((x) => x === 0);
  const units = Array.from({ length: gate.rows }, (_, r) => r);
  const live = units.filter((r) => !silent(gate, r) && !silent(up, r) && !silent(down, r));
  return live.length > 0 ? live : units;
}

/** Gemma's files hold norm gains less 1, but for GGUF, which holds them whole. */
function lifted({ config }: Model, { role, sourceName }: CanonicalTensor, values: Dense): Dense {
  const whole = !config.modelType?.startsWith("gemma") || /^(blk\.|output_norm)/.test(sourceName);
  if (whole || !role.startsWith("norm") || role.endsWith("bias")) return values;
  return { ...values, data: values.data.map((gain) => gain + 1) };
}

function expected(tensor: Dense | null, name: string): Dense {
  assert(tensor, `canonicalModel: expected a tensor ${name}`);
  return tensor;
}

/** Sums over layers, beside the embeddings' own: one set for the whole model. */
export function wholeModel(model: CanonicalModel): Quantities {
  const { symmetric, general, vectors } = sumOfLayers(model);
  const { globals } = model;
  return {
    symmetric: new Map([...symmetric, ...globals.symmetric]),
    general: new Map([...general, ...globals.general]),
    vectors: new Map([...vectors, ...globals.vectors]),
  };
}

/** Sums over layers alone: what is left of a model whose embeddings are not its own. */
export function sumOfLayers({ layers }: CanonicalModel): Quantities {
  const all = layers.map((l) => l.quantities);
  return {
    symmetric: summed(all.map((q) => q.symmetric)),
    general: summed(all.map((q) => q.general)),
    vectors: summed(all.map((q) => q.vectors)),
  };
}

async function canonicalLayer(model: Model, read: (role: string) => Promise<Dense | null>): Promise<CanonicalLayer> {
  const mlpGain = await read("norm.mlp");
  const whole = {
    gate: expected(await read("mlp.gate"), "mlp.gate"),
    up: expected(await read("mlp.up"), "mlp.up"),
    down: columnsAsRows(expected(await read("mlp.down"), "mlp.down")),
  };
  const units = liveUnits(whole.gate, whole.up, whole.down);
  const live = (w: Dense) => (units.length === w.rows ? w : pickedRows(w, units));
  const gate = folded(live(whole.gate), mlpGain);
  const up = unitRows(folded(live(whole.up), mlpGain));
  const down = unitRows(live(whole.down));
  return {
    quantities: {
      symmetric: new Map([
        ["gate", gram(gate)],
        ["up", gram(up)],
        ["down", gram(down)],
      ]),
      general: await attentionProducts(model, read),
      vectors: new Map([["gate", weightedMean(gate, () => 1)]]),
    },
    mlp: { gate: unitRows(gate), up, down },
    long: gate,
  };
}

/** Empty where the heads are not known: fused or latent attention of a kind that is not cut. */
async function attentionProducts(model: Model, read: (role: string) => Promise<Dense | null>) {
  const out = new Map<string, Dense>();
  const { headDim, keyValueHeads } = model;
  const [q, k, v, o] = [
    await read("attention.q"),
    await read("attention.k"),
    await read("attention.v"),
    await read("attention.o"),
  ];
  if (!q || !k || !v || !o || headDim === 0 || keyValueHeads === 0) return out;
  const values = keyValueHeads * headDim;
  if (q.rows !== o.columns || q.rows % values !== 0 || k.rows !== values || v.rows !== values) return out;
  const gain = await read("norm.attention");
  const heads = [keyValueHeads, headDim] as const;
  out.set("query-key", transposedTimes(sumOfHeads(folded(q, gain), ...heads), folded(k, gain)));
  out.set("value-output", transposedTimes(folded(v, gain), sumOfHeads(columnsAsRows(o), ...heads)));
  return out;
}

/** Rows of unit length in the Grams: a few frequent tokens would else be everybody. */
function ofEmbeddings(embedding: Dense, output: Dense): Quantities {
  const e = squares(embedding);
  const u = squares(output);
  const [unitE, unitU] = [unitRows(embedding), unitRows(output)];
  return {
    symmetric: new Map([
      ["embed", gram(unitE)],
      ["output", gram(unitU)],
    ]),
    general: new Map([
      ["embed-output", transposedTimes(embedding, output)],
      ["unit embed-output", transposedTimes(unitE, unitU)],
    ]),
    vectors: new Map([
      ["embed", weightedMean(embedding, () => 1)],
      ["embed by embed", weightedMean(embedding, (r) => e[r]!)],
      ["output by embed", weightedMean(output, (r) => e[r]!)],
      ["output", weightedMean(output, () => 1)],
      ["output by output", weightedMean(output, (r) => u[r]!)],
      ["embed by output", weightedMean(embedding, (r) => u[r]!)],
    ]),
  };
}

function dense({ matrix }: CanonicalTensor, values: Float32Array): Dense {
  return { rows: matrix.rows, columns: matrix.columns, data: Float64Array.from(values) };
}

/** W·diag(gain): a gain before a linear map belongs to the map. */
function folded(w: Dense, gain: Dense | null): Dense {
  if (!gain) return w;
  const out = zeros(w.rows, w.columns);
  for (let r = 0; r < w.rows; r++)
    for (let c = 0; c < w.columns; c++) out.data[r * w.columns + c] = w.data[r * w.columns + c]! * gain.data[c]!;
  return out;
}

function columnsAsRows(w: Dense): Dense {
  const out = zeros(w.columns, w.rows);
  for (let r = 0; r < w.rows; r++)
    for (let c = 0; c < w.columns; c++) out.data[c * w.rows + r] = w.data[r * w.columns + c]!;
  return out;
}

/** Rows of all query heads added up within each key-value group: Σ_h W_hᵀ K_g(h) = Σ_g (Σ_{h in g} W_h)ᵀ K_g. */
function sumOfHeads(w: Dense, groups: number, headDim: number): Dense {
  const share = w.rows / (groups * headDim);
  const out = zeros(groups * headDim, w.columns);
  for (let r = 0; r < w.rows; r++) {
    const head = Math.floor(r / headDim);
    const to = Math.floor(head / share) * headDim + (r % headDim);
    for (let c = 0; c < w.columns; c++) out.data[to * w.columns + c]! += w.data[r * w.columns + c]!;
  }
  return out;
}

function gram(w: Dense): Dense {
  return transposedTimes(w, w);
}

function squares(w: Dense): Float64Array {
  return Float64Array.from({ length: w.rows }, (_, r) => {
    const row = w.data.subarray(r * w.columns, (r + 1) * w.columns);
    return row.reduce((sum, x) => sum + x * x, 0);
  });
}

function weightedMean(w: Dense, weight: (row: number) => number): Dense {
  const out = zeros(1, w.columns);
  for (let r = 0; r < w.rows; r++)
    for (let c = 0; c < w.columns; c++) out.data[c]! += (weight(r) * w.data[r * w.columns + c]!) / w.rows;
  return out;
}

/** Only what every layer has. */
function summed(maps: readonly Map<string, Dense>[]): Map<string, Dense> {
  const out = new Map<string, Dense>();
  for (const [name, first] of maps[0] ?? []) {
    if (!maps.every((m) => m.has(name))) continue;
    const sum = zeros(first.rows, first.columns);
    for (const m of maps) addScaled(sum, m.get(name)!, 1);
    out.set(name, sum);
  }
  return out;
}

/** Trace taken off (any model has one), then scaled to Frobenius norm 1, so that each quantity weighs the same. */
export function traceless(a: Dense): Dense {
  const n = a.rows;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a.data[i * n + i]!;
  const out = zeros(n, n);
  out.data.set(a.data);
  for (let i = 0; i < n; i++) out.data[i * n + i]! -= trace / n;
  return scaled(out);
}

/** A copy of Frobenius norm 1; noughts stay noughts. */
export function scaled(a: Dense): Dense {
  const norm = Math.sqrt(inner(a, a));
  const out = zeros(a.rows, a.columns);
  if (norm > 0) addScaled(out, a, 1 / norm);
  return out;
}
