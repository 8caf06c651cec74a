/**
 * Is one of the two the other and something more, or did both leave a start that is neither? Two who begin from one
 * default seed of one framework, or from one published table, share every initial weight and copied nothing. Where
 * units agree in place, two things are asked that a common start alone does not give:
 * - What was learned. Norm gains start at one and biases at nought whatever the seed, so what they hold was learned.
 *   Runs from one draw agree there a little (the same draw is taught alike), copies nearly fully.
 * - Who stands on whose weights. In so many dimensions, training moves at right angles to what it started from: a copy
 *   holds all of its origin (a slope of one) and something more; of two runs from one draw neither holds the other.
 * One is enough. Both are held against pairs that were trained (validation/weights-shared-structure.md); neither is an
 * exact test. A sketch holds no lengths and no gains: there only rows that stand at nearly one angle speak for a copy.
 * It cannot tell a copy from runs of which one was hardly trained, and finds no siblings trained for long.
 */
import type { Model, Role } from "../../../model/model.js";
import type { WeightsObservations } from "../observations.js";
import type { Bench } from "./bench.js";
import { heldWhole, medianOf, type Rows, slopesOf, untrained } from "./held-whole.js";

/** Runs from one draw reached 0.70; copies trained on for a little 0.82 and more. */
export const LEARNED_MIN = 0.75;
/** Of runs from one draw 0.84, once both were trained for sixty steps; of copies, trained long or not, 0.97 and more. */
export const SLOPE = { least: 0.95, most: 1.15 } as const;
/** A vector shorter than this, or all of them together below that, says nothing. */
const VECTOR_MIN = 16;
const VALUES_MIN = 64;
/** Rows of a matrix by which its columns are measured. */
const ROWS = 256;
/** First rows of MLPs of two sizes that are less alike than this have no common start row by row. */
const ALIKE_MIN = 0.1;
/** Layers looked at for more than the slope. */
const LAYERS_MAX = 4;

export type CommonStart = NonNullable<WeightsObservations["commonStart"]>;

interface Found {
  /** By gains alone, and by gains together with the columns that read them; how many values. */
  rank: number;
  gathered: number | null;
  n: number;
}

/** Of a layer, units of the reference and of the suspect that answer to each other, where they are not in one order. */
type Paired = ReadonlyMap<number, readonly (readonly [number, number])[]>;

/**
 * Null where a common start cannot have made the likeness.
 * @param blocks as tested; asked where a side is a sketch
 * @param ofUnits the MLPs' units alone are alike beyond the test's α
 * @param paired absent: units of equal number answer to each other
 */
export async function commonStart(
  bench: Bench,
  correspondence: WeightsObservations["correspondence"],
  blocks: WeightsObservations["blocks"],
  ofUnits: boolean,
  paired: Paired | null = null,
): Promise<CommonStart | null> {
  const { reference, suspect } = bench;
  if (!oneStartPossible(reference, suspect, correspondence)) return null;
  if (reference.sketch || suspect.sketch) return ofSketches(blocks);
  const layers = correspondence.flatMap(({ referenceLayer: l, suspectLayers }) =>
    suspectLayers.length > 0 && l < suspect.layers ? [l] : [],
  );
  const measured = await heldBy(bench, layers, paired);
  // One seed gives MLPs of two sizes equal first rows or none: units that meet elsewhere came another way.
  if (reference.mlpHidden !== suspect.mlpHidden && ofUnits && !measured.byUnits) return null;
  const moved = layers.filter((l) => !measured.unmoved.has(l));
  const names = [...moved.flatMap((l) => vectorsOf(reference, l)), ...vectorsOf(reference, null)];
  const found: Found[] = [];
  for (const name of names) {
    const [a, b] = [reference.tensors.get(name)!, suspect.tensors.get(name)];
    if (!b || a.matrix.columns !== b.matrix.columns || a.matrix.columns < VECTOR_MIN) continue;
    const [x, y] = await Promise.all([bench.compute.load(a.matrix), bench.compute.load(b.matrix)]);
    const rank = coarse(x) || coarse(y) ? null : spearman(x, y);
    if (rank !== null) found.push({ rank, gathered: await gathered(bench, name, x, y), n: x.length });
  }
  const values = found.reduce((sum, { n }) => sum + n, 0);
  const best = Math.max(meanOf(found, "rank"), meanOf(found, "gathered"));
  const agreement = values < VALUES_MIN ? null : rounded(best);
  const { slope, whole } = measured;
  const learned = agreement !== null && agreement >= LEARNED_MIN;
  // What cannot be measured (experts alone, say) speaks for nobody: the common start stands as the explanation.
  return { agreement, vectors: found.length, values, slope, explains: !learned && !whole };
}

/**
 * A sketch holds neither gains nor lengths of rows. Its folds have cosines: a copy that was trained on a little stands
 * close to its origin, and so do runs from one draw that were hardly trained; further off nothing tells the two apart.
 */
function ofSketches(blocks: WeightsObservations["blocks"]): CommonStart {
  const inPlace = blocks
    .filter((b) => b.axis === "mlp-hidden" && b.referenceLayer === b.suspectLayer)
    .flatMap(({ selfCosine, orderCosine }) => Math.max(selfCosine ?? -1, orderCosine ?? -1))
    .filter((cosine) => cosine > -1)
    .sort((p, q) => p - q);
  const slope = inPlace.length === 0 ? null : rounded(inPlace[inPlace.length >> 1]!);
  return { agreement: null, vectors: 0, values: 0, slope, explains: slope === null || slope < SLOPE.least };
}

function rounded(x: number): number {
  return Number(x.toFixed(4)) + 0;
}

/** A layer of which the rows were set side by side. */
interface Measured {
  slopes: [number, number][];
  rows: Rows | null;
}

interface Held {
  slope: number | null;
  /** About one, and no accident (held-whole.ts). */
  whole: boolean;
  /** Units of the MLPs were set side by side, not value rows. */
  byUnits: boolean;
  /** Layers that look like a draw while others do not agree: what a seed or a public table gives. */
  unmoved: ReadonlySet<number>;
}

/**
 * How much of the one the other holds, whichever way round is nearer to all of it: the median over gate rows (up rows
 * without a gate; value rows where MLPs of two sizes have no rows in common), each column with the gain that goes
 * before it, so that moving the one into the other changes nothing.
 */
async function heldBy(bench: Bench, layers: readonly number[], paired: Paired | null): Promise<Held> {
  const { reference, suspect } = bench;
  const inPart = layers.length < Math.min(reference.layers, suspect.layers);
  const unmoved = new Set<number>();
  const [ofUnits, ofValues]: [Measured[], Measured[]] = [[], []];
  // Rows of a few layers are looked at again; of the others their slopes are all that is kept.
  const measure = (rows: Rows, into: Measured[]) =>
    into.push({ slopes: slopesOf(rows), rows: into.length < LAYERS_MAX ? rows : null });
  for (const layer of layers) {
    const part = reference.tensors.has(`layers.${layer}.mlp.gate`) ? "mlp.gate" : "mlp.up";
    const order = paired?.get(layer) ?? null;
    const first = await rowsOf(bench, layer, part, "norm.mlp", order);
    const up = part === "mlp.gate" ? await rowsOf(bench, layer, "mlp.up", "norm.mlp", order) : null;
    const units = first && { ...first, ...(up ? { beside: { x: up.x, y: up.y } } : {}) };
    const values = await rowsOf(bench, layer, "attention.v", "norm.attention");
    const usable = units !== null && (units.sameSize || likeness(units) >= ALIKE_MIN);
    // Value rows of trained models hold hardly a direction that stands out: they are asked where units cannot be.
    const asked = usable ? units : values;
    if (inPart && asked && untrained(asked)) {
      unmoved.add(layer);
      continue;
    }
    if (usable) measure(units, ofUnits);
    if (values) measure(values, ofValues);
  }
  const byUnits = ofUnits.length > 0;
  const side = byUnits ? ofUnits : ofValues;
  const slopes = side.flatMap((layer) => layer.slopes);
  if (slopes.length === 0) return { slope: null, whole: false, byUnits, unmoved };
  const [there, back] = [medianOf(slopes.map(([f]) => f)), medianOf(slopes.map(([, g]) => g))];
  const forward = Math.abs(there - 1) < Math.abs(back - 1);
  const slope = rounded(forward ? there : back);
  const few = side.flatMap(({ rows }) => (rows === null ? [] : [forward ? rows : turned(rows)]));
  // Half of the layers at least have to say so by themselves: a median over layers of two scales is neither's.
  const own = side.map((layer) => medianOf(layer.slopes.map(([f, g]) => (forward ? f : g))));
  const whole = isWhole(slope) && own.filter(isWhole).length * 2 >= own.length;
  return { slope, whole: whole && (await heldWhole(few, bench.compute)), byUnits, unmoved };
}

function turned({ x, y, columns, beside }: Rows): Rows {
  return { x: y, y: x, columns, ...(beside ? { beside: { x: beside.y, y: beside.x } } : {}) };
}

function isWhole(slope: number): boolean {
  return slope >= SLOPE.least && slope <= SLOPE.most;
}

/** The first rows of both, or the first that answer to each other; each column times the gain before it. */
async function rowsOf(
  { reference, suspect, compute }: Bench,
  layer: number,
  part: string,
  norm: string,
  paired: readonly (readonly [number, number])[] | null = null,
) {
  const [a, b] = [reference, suspect].map((m) => m.tensors.get(`layers.${layer}.${part}`)?.matrix);
  if (!a || !b || a.columns !== b.columns) return null;
  const { columns } = a;
  const inOrder = [{ start: 0, count: Math.min(ROWS, a.rows, b.rows) }];
  const runsOf = (side: 0 | 1) => paired?.slice(0, ROWS).map((pair) => ({ start: pair[side], count: 1 })) ?? inOrder;
  const [x, y] = await Promise.all([
    compute.rows({ matrix: a, runs: runsOf(0) }),
    compute.rows({ matrix: b, runs: runsOf(1) }),
  ]);
  const gains = await Promise.all([reference, suspect].map((m) => gainOf(m, layer, norm, columns, compute)));
  return {
    x: scaled(x!, gains[0]!),
    y: scaled(y!, gains[1]!),
    columns,
    sameSize: a.rows === b.rows || paired !== null,
  };
}

/** In place: the rows were read for this alone. */
function scaled(rows: Float32Array, gains: Float32Array): Float32Array {
  for (let at = 0; at < rows.length; at += gains.length)
    for (let c = 0; c < gains.length; c++) rows[at + c]! *= gains[c]!;
  return rows;
}

/** Cosine of all rows laid end to end. */
function likeness({ x, y, columns }: Rows): number {
  const one = { x, y, columns: x.length };
  const [found] = columns > 0 ? slopesOf(one) : [];
  return found ? Math.sign(found[0]) * Math.sqrt(Math.max(0, found[0] * found[1])) : 0;
}

async function gainOf({ tensors }: Model, layer: number, norm: string, columns: number, compute: Bench["compute"]) {
  const gain = tensors.get(`layers.${layer}.${norm}`)?.matrix;
  return gain?.columns === columns ? compute.load(gain) : new Float32Array(columns).fill(1);
}

/** Each vector counts for as much as it is long. */
function meanOf(found: readonly Found[], by: "rank" | "gathered"): number {
  const spoken = found.filter((f) => f[by] !== null);
  const n = spoken.reduce((sum, f) => sum + f.n, 0);
  return n < VALUES_MIN ? -1 : spoken.reduce((sum, f) => sum + f.n * f[by]!, 0) / n;
}

/** One seed gives equal weights to layers of equal number and width; a layer that only one model has says nothing. */
function oneStartPossible(a: Model, b: Model, correspondence: WeightsObservations["correspondence"]): boolean {
  const found = correspondence.filter(({ suspectLayers }) => suspectLayers.length > 0);
  const both = found.filter(({ referenceLayer: l }) => l < b.layers);
  return (
    a.hidden === b.hidden &&
    (both.length > 0 || found.length === 0) &&
    both.every(({ referenceLayer: l, suspectLayers }) => suspectLayers.includes(l))
  );
}

function vectorsOf({ tensors }: Model, layer: number | null): string[] {
  return [...tensors.values()].flatMap(({ name, role, layer: at, matrix }) =>
    at === layer && matrix.rows === 1 && /norm|bias/.test(role) ? [name] : [],
  );
}

/** The matrices that read what a norm gives. */
const READERS: Readonly<Partial<Record<Role, readonly Role[]>>> = {
  "norm.attention": ["attention.q", "attention.k", "attention.v"],
  "norm.mlp": ["mlp.gate", "mlp.up"],
  norm: ["output"],
};

/**
 * A gain can be moved into the matrices that read it, in part and at random, without changing what is computed. So
 * where gains alone disagree it is asked whether gain and columns together carry the other's gains.
 */
async function gathered({ reference, suspect, compute }: Bench, name: string, x: Float32Array, y: Float32Array) {
  const { role, layer } = reference.tensors.get(name)!;
  const [p, q] = [new Float64Array(x.length), new Float64Array(x.length)];
  let read = false;
  for (const reader of READERS[role] ?? []) {
    const [a, b] = [reference, suspect].map(
      (m) => m.tensors.get(layer === null ? reader : `layers.${layer}.${reader}`)?.matrix,
    );
    if (!a || !b || a.columns !== x.length || b.columns !== x.length) continue;
    read = true;
    const runs = [{ start: 0, count: Math.min(ROWS, a.rows, b.rows) }];
    const [u, v] = await Promise.all([a, b].map((matrix) => compute.rows({ matrix, runs })));
    for (let i = 0; i < u!.length; i++) {
      p[i % x.length]! += u![i]! ** 2;
      q[i % x.length]! += v![i]! ** 2;
    }
  }
  const by = (gain: Float32Array, own: Float64Array, other: Float64Array) =>
    gain.map((g, c) => (other[c]! > 0 ? Math.abs(g) * Math.sqrt(own[c]! / other[c]!) : 0));
  const size = (gain: Float32Array) => gain.map(Math.abs);
  const both = [spearman(by(y, q, p), size(x)), spearman(by(x, p, q), size(y))].filter((r) => r !== null);
  return read && both.length > 0 ? Math.max(...both) : null;
}

/** More than half of the values are one: eight bits and fewer leave hardly anything of gains near one. */
function coarse(x: Float32Array): boolean {
  const sorted = x.toSorted();
  const middle = sorted[sorted.length >> 1]!;
  return x.reduce((n, v) => n + Number(v === middle), 0) > x.length / 2;
}

/** Correlation of ranks, equal values sharing theirs; null where one side is constant. */
function spearman(x: Float32Array, y: Float32Array): number | null {
  const [a, b] = [ranks(x), ranks(y)];
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
    ab += a[i]! * b[i]!;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null;
}

/** Around their mean. */
function ranks(x: Float32Array): Float64Array {
  const order = Array.from(x, (_, i) => i).sort((i, j) => x[i]! - x[j]!);
  const out = new Float64Array(x.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && x[order[to]!] === x[order[from]!]) to++;
    for (let k = from; k < to; k++) out[order[k]!] = (from + to - 1) / 2 - (x.length - 1) / 2;
    from = to;
  }
  return out;
}
