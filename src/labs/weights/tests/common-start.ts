/**
 * Is one of the two the other and something more, or did both leave a start that is neither? Two who begin from one
 * default seed of one framework, or from one published table, share every initial weight and copied nothing. Depth and
 * width need not be the same: each machine of a pipeline may draw from the seed of its number, and narrower models may be
 * cut from one table. Where units agree, two things are asked that a common start alone does not give:
 * - What was learned. Norm gains start at one and their biases at nought whatever the seed, so what they hold was learned
 *   (other biases are drawn by some frameworks). Runs from one start agree there a little, or much where batches are large
 *   and both are taught alike; so something more is asked: that neither lacks what it would lack as one of two runs.
 * - Who stands on whose weights. In so many dimensions, training moves at right angles to what it started from: a copy
 *   holds all of its origin (a slope of one) and something more; of two runs from one draw neither holds the other.
 * One is enough. Both are held against pairs that were trained (validation/weights-shared-structure.md); neither is an
 * exact test. A sketch holds no lengths and no gains: there only rows that stand at nearly one angle speak for a copy.
 * It cannot tell a copy from runs of which one was trained for a tenth as long, and finds no siblings trained for long.
 */
import type { Model, Role } from "../../../model/model.js";
import type { WeightsObservations } from "../observations.js";
import type { Bench } from "./bench.js";
import type { FeatureMap } from "./feature-map.js";
import {
  heldWhole,
  medianOf,
  NEARLY,
  nearnessOf,
  ROUNDED,
  type Rows,
  slopesOf,
  standsOn,
  untrained,
} from "./held-whole.js";

/** Runs from one draw reached 0.70; copies trained on for a little 0.82 and more. */
export const LEARNED_MIN = 0.75;
/** Of runs from one small draw 0.84, once both were trained for sixty steps; of copies, trained long or not, 0.97 and more. */
export const SLOPE = { least: 0.95, most: 1.15 } as const;
/** Gains that fall where columns rise more closely than this were divided by a tool's scales: learned ones rise with them. */
const SCALED_MAX = -0.5;
/**
 * How much less gains may agree than rows. Whatever is trained further, from one trained model or two, moves both alike (up to
 * 1.8 times); of one start rows share the draw too, which gains do not have: 8 times and more where gains agreed at all.
 */
const GAINS_APART_MAX = 3;
/** Where rows are nearly the same a slope of one is asked more closely (copies reached 1.02). */
export const SLOPE_NEAR_MOST = 1.03;
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

/** Of two layers, units that answer to each other where they are not in one order, by `layersKey`. */
type Paired = ReadonlyMap<string, readonly (readonly [number, number])[]>;

/** A layer of the reference and the layer of the suspect that answers to it. */
type Answer = readonly [number, number];

/** What was seen of the two. */
interface Likeness {
  correspondence: WeightsObservations["correspondence"];
  /** As tested; asked where a side is a sketch. */
  blocks: WeightsObservations["blocks"];
  /** The MLPs' units alone are alike beyond the test's α. */
  ofUnits: boolean;
  /** Which residual dimensions answer to which, where widths differ and it is known. */
  features: FeatureMap | null;
  /** Absent: units of equal number answer to each other. */
  paired?: Paired;
}

/** Names a pair of layers. */
export function layersKey(reference: number, suspect: number): string {
  return `${reference}:${suspect}`;
}

/** Null where a common start cannot have made the likeness. */
export async function commonStart(bench: Bench, likeness: Likeness): Promise<CommonStart | null> {
  const { reference, suspect } = bench;
  const { correspondence, ofUnits } = likeness;
  const answers = correspondence.flatMap(({ referenceLayer: l, suspectLayers }): Answer[] =>
    suspectLayers.length === 0 ? [] : [[l, suspectLayers.includes(l) ? l : suspectLayers[0]!]],
  );
  if (reference.sketch || suspect.sketch) return ofSketches(likeness.blocks, answers);
  const elsewhere = reference.hidden !== suspect.hidden || answers.some(([l, s]) => l !== s);
  const columns = columnsOf(bench, likeness.features);
  const measured = await heldBy({ ...bench, columns, elsewhere }, answers, likeness.paired ?? null);
  // One seed gives MLPs of two sizes equal first rows or none: units that meet elsewhere came another way.
  const otherRows = reference.mlpHidden !== suspect.mlpHidden || (elsewhere && measured.unlike);
  if (otherRows && ofUnits && !measured.byUnits) return null;
  const moved = answers.filter(([l]) => !measured.unmoved.has(l));
  // Where a part was taken the last norm is the host's.
  const inPart = answers.length < Math.min(reference.layers, suspect.layers);
  const names = [...moved, ...(inPart ? [] : [null])].flatMap((answer) => vectorsOf(reference, answer));
  const found: Found[] = [];
  for (const [own, other] of names) {
    const [a, b] = [reference.tensors.get(own)!, suspect.tensors.get(other)];
    if (!b || a.matrix.columns !== reference.hidden || b.matrix.columns !== suspect.hidden) continue;
    if (a.matrix.columns < VECTOR_MIN || (columns && columns.reference.length < VECTOR_MIN)) continue;
    const agreed = await agreementOf({ ...bench, columns }, own, other);
    if (agreed) found.push(agreed);
  }
  const values = found.reduce((sum, { n }) => sum + n, 0);
  const best = Math.max(meanOf(found, "rank"), meanOf(found, "gathered"));
  const agreement = values < VALUES_MIN ? null : rounded(best);
  const { slope, whole, stands, apart } = measured;
  const fits = slope === null || stands || 1 - (agreement ?? 0) <= GAINS_APART_MAX * apart;
  const learned = agreement !== null && agreement >= LEARNED_MIN && fits;
  // What cannot be measured (experts alone, say) speaks for nobody: the common start stands as the explanation.
  return { agreement, vectors: found.length, values, slope, explains: !learned && !whole };
}

/** Dimensions of either side by which the two are compared; null where all are, by number. */
function columnsOf({ reference, suspect }: Bench, features: FeatureMap | null): Columns {
  if (reference.hidden === suspect.hidden) return null;
  if (features) return features;
  const both = Uint32Array.from({ length: Math.min(reference.hidden, suspect.hidden) }, (_, c) => c);
  return { reference: both, suspect: both };
}

/**
 * A sketch holds neither gains nor lengths of rows. Its folds have cosines: a copy that was trained on a little stands
 * close to its origin, and so do runs from one draw that were hardly trained; further off nothing tells the two apart.
 */
function ofSketches(blocks: WeightsObservations["blocks"], answers: readonly Answer[]): CommonStart {
  const asked = new Set(answers.map(([l, s]) => layersKey(l, s)));
  const cosines = blocks
    .filter(
      (b) =>
        b.axis === "mlp-hidden" &&
        (b.referenceLayer === b.suspectLayer || asked.has(`${b.referenceLayer}:${b.suspectLayer}`)),
    )
    .flatMap(({ selfCosine, orderCosine }) => Math.max(selfCosine ?? -1, orderCosine ?? -1))
    .filter((cosine) => cosine > -1)
    .sort((p, q) => p - q);
  const slope = cosines.length === 0 ? null : rounded(cosines[cosines.length >> 1]!);
  return { agreement: null, vectors: 0, values: 0, slope, explains: slope === null || slope < SLOPE.least };
}

function rounded(x: number): number {
  return Number(x.toFixed(4)) + 0;
}

type Columns = Pick<FeatureMap, "reference" | "suspect"> | null;

/** A bench, and the dimensions by which rows are compared. */
interface Compared extends Bench {
  columns: Columns;
}

/** A layer of which the rows were set side by side. */
interface Measured {
  slopes: [number, number][];
  /** The same of the rows without the gains before them. */
  stored: [number, number][];
  columns: number;
  rows: Rows | null;
}

interface Held {
  slope: number | null;
  /** About one, and no accident (held-whole.ts). */
  whole: boolean;
  /** Neither direction lacks what a run from a common start would (held-whole.ts). */
  stands: boolean;
  /** What rows of the two do not share, of their energy. */
  apart: number;
  /** Units of the MLPs were set side by side, not value rows. */
  byUnits: boolean;
  /** Units of one number are not alike in some layer: they meet elsewhere. */
  unlike: boolean;
  /** Layers that look like a draw while others do not agree: what a seed or a public table gives. */
  unmoved: ReadonlySet<number>;
}

/**
 * How much of the one the other holds, whichever way round is nearer to all of it: the median over gate rows (up rows
 * without a gate; value rows where MLPs of two sizes have no rows in common), each column with the gain that goes
 * before it, so that moving the one into the other changes nothing.
 */
async function heldBy(
  bench: Compared & { elsewhere: boolean },
  answers: readonly Answer[],
  paired: Paired | null,
): Promise<Held> {
  const { reference, suspect } = bench;
  const inPart = answers.length < Math.min(reference.layers, suspect.layers);
  const unmoved = new Set<number>();
  let unlike = false;
  const [ofUnits, ofValues]: [Measured[], Measured[]] = [[], []];
  // Rows of a few layers are looked at again; of the others their slopes are all that is kept.
  const measure = (rows: Rows & { stored: [number, number][] }, into: Measured[]) =>
    into.push({
      slopes: slopesOf(rows),
      stored: rows.stored,
      columns: rows.columns,
      rows: into.length < LAYERS_MAX ? rows : null,
    });
  for (const answer of answers) {
    const [layer, other] = answer;
    const part = reference.tensors.has(`layers.${layer}.mlp.gate`) ? "mlp.gate" : "mlp.up";
    const order = paired?.get(layersKey(layer, other)) ?? null;
    const first = await rowsOf(bench, answer, part, "norm.mlp", order);
    const up = part === "mlp.gate" ? await rowsOf(bench, answer, "mlp.up", "norm.mlp", order) : null;
    const units = first && { ...first, ...(up ? { beside: { x: up.x, y: up.y } } : {}) };
    const values = await rowsOf(bench, answer, "attention.v", "norm.attention");
    const usable = units !== null && ((units.sameSize && !bench.elsewhere) || likeness(units) >= ALIKE_MIN);
    unlike ||= units !== null && !usable;
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
  if (slopes.length === 0) return { slope: null, whole: false, stands: false, apart: 1, byUnits, unlike, unmoved };
  const [there, back] = [medianOf(slopes.map(([f]) => f)), medianOf(slopes.map(([, g]) => g))];
  const forward = Math.abs(there - 1) < Math.abs(back - 1);
  const slope = rounded(forward ? there : back);
  const few = side.flatMap(({ rows }) => (rows === null ? [] : [forward ? rows : turned(rows)]));
  // Half of the layers at least have to say so by themselves: a median over layers of two scales is neither's.
  const own = side.map((layer) => medianOf(layer.slopes.map(([f, g]) => (forward ? f : g))));
  // Of the rows as they are stored too: whoever moves gains about leaves those.
  const stands =
    standsOn(slopes, side[0]!.columns) ||
    standsOn(
      side.flatMap((layer) => layer.stored),
      side[0]!.columns,
    );
  const nearness = nearnessOf(slopes);
  const fits = nearness < NEARLY || (stands && slope <= SLOPE_NEAR_MOST);
  const whole = fits && isWhole(slope) && own.filter(isWhole).length * 2 >= own.length;
  const held = whole && (await heldWhole(few, bench.compute, untrained, ROUNDED));
  return { slope, whole: held, stands, apart: 1 - nearness, byUnits, unlike, unmoved };
}

function turned({ x, y, columns, beside }: Rows): Rows {
  return { x: y, y: x, columns, ...(beside ? { beside: { x: beside.y, y: beside.x } } : {}) };
}

function isWhole(slope: number): boolean {
  return slope >= SLOPE.least && slope <= SLOPE.most;
}

/** The first rows of both, or the first that answer to each other; each column times the gain before it. */
async function rowsOf(
  { reference, suspect, compute, columns }: Compared,
  answer: Answer,
  part: string,
  norm: string,
  paired: readonly (readonly [number, number])[] | null = null,
) {
  const [a, b] = [reference, suspect].map((m, at) => m.tensors.get(`layers.${answer[at]}.${part}`)?.matrix);
  if (!a || !b || (!columns && a.columns !== b.columns)) return null;
  const inOrder = [{ start: 0, count: Math.min(ROWS, a.rows, b.rows) }];
  const runsOf = (side: 0 | 1) => paired?.slice(0, ROWS).map((pair) => ({ start: pair[side], count: 1 })) ?? inOrder;
  const [x, y] = await Promise.all([
    compute.rows({ matrix: a, runs: runsOf(0) }),
    compute.rows({ matrix: b, runs: runsOf(1) }),
  ]);
  const widths = [a.columns, b.columns];
  const gains = await Promise.all(
    [reference, suspect].map((m, at) => gainOf(m, answer[at]!, norm, widths[at]!, compute)),
  );
  const width = columns?.reference.length ?? a.columns;
  const rows = () => ({
    x: picked(x!, a.columns, columns?.reference),
    y: picked(y!, b.columns, columns?.suspect),
    columns: width,
  });
  const stored = slopesOf(rows());
  scaled(x!, gains[0]!);
  scaled(y!, gains[1]!);
  return {
    ...rows(),
    stored,
    sameSize: a.rows === b.rows || paired !== null,
  };
}

/** Of each row the columns named, in their order. */
function picked(rows: Float32Array, width: number, columns?: Uint32Array): Float32Array {
  if (!columns) return rows;
  const out = new Float32Array((rows.length / width) * columns.length);
  for (let r = 0; r < rows.length / width; r++)
    for (const [c, from] of columns.entries()) out[r * columns.length + c] = rows[r * width + from]!;
  return out;
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

/** Names of norm vectors in the reference and in the suspect; of the whole models' where no layer is named. */
function vectorsOf({ tensors }: Model, answer: Answer | null): [string, string][] {
  return [...tensors.values()].flatMap(({ name, role, layer: at, matrix }): [string, string][] => {
    if (at !== (answer?.[0] ?? null) || matrix.rows !== 1 || !/^norm/.test(role)) return [];
    return [[name, answer === null ? name : name.replace(/^layers\.\d+/, `layers.${answer[1]}`)]];
  });
}

/** The matrices that read what a norm gives. */
const READERS: Readonly<Partial<Record<Role, readonly Role[]>>> = {
  "norm.attention": ["attention.q", "attention.k", "attention.v"],
  "norm.mlp": ["mlp.gate", "mlp.up"],
  norm: ["output"],
};

/**
 * How far two norm vectors agree by ranks. A gain can be moved into the matrices that read it, in part and at random,
 * without changing what is computed; so where gains alone disagree it is asked whether gain and columns together carry the
 * other's gains. Gains that a tool divided by its scales, the same for whoever uses it, fall where the columns that read
 * them rise: those say nothing.
 */
async function agreementOf(bench: Compared, own: string, other: string): Promise<Found | null> {
  const { columns, compute } = bench;
  const [a, b] = [bench.reference.tensors.get(own)!, bench.suspect.tensors.get(other)!];
  const whole = await Promise.all([compute.load(a.matrix), compute.load(b.matrix)]);
  const x = picked(whole[0], whole[0].length, columns?.reference);
  const y = picked(whole[1], whole[1].length, columns?.suspect);
  const rank = coarse(x) || coarse(y) ? null : spearman(x, y);
  const energies = await readersOf(bench, own, other);
  const size = (gain: Float32Array) => gain.map(Math.abs);
  if (rank === null) return null;
  if (energies === null) return { rank, gathered: null, n: x.length };
  const [p, q] = energies;
  const scaledBy = (gain: Float32Array, energy: Float64Array) =>
    (spearman(size(gain), Float32Array.from(energy)) ?? 0) < SCALED_MAX;
  if (scaledBy(x, p) && scaledBy(y, q)) return null;
  const by = (gain: Float32Array, mine: Float64Array, theirs: Float64Array) =>
    gain.map((g, c) => (theirs[c]! > 0 ? Math.abs(g) * Math.sqrt(mine[c]! / theirs[c]!) : 0));
  const both = [spearman(by(y, q, p), size(x)), spearman(by(x, p, q), size(y))].filter((r) => r !== null);
  return { rank, gathered: both.length > 0 ? Math.max(...both) : null, n: x.length };
}

/** Energy of each column over the matrices that read what the norm gives, in either model; null where none does. */
async function readersOf(
  { reference, suspect, compute, columns }: Compared,
  own: string,
  other: string,
): Promise<[Float64Array, Float64Array] | null> {
  const { role, layer } = reference.tensors.get(own)!;
  const width = columns?.reference.length ?? reference.hidden;
  const [p, q] = [new Float64Array(width), new Float64Array(width)];
  let read = false;
  for (const reader of READERS[role] ?? []) {
    const nameIn = (norm: string) => (layer === null ? reader : norm.replace(/^(layers\.\d+)\..*$/, `$1.${reader}`));
    const [a, b] = [reference.tensors.get(nameIn(own))?.matrix, suspect.tensors.get(nameIn(other))?.matrix];
    if (!a || !b || a.columns !== reference.hidden || b.columns !== suspect.hidden) continue;
    read = true;
    const runs = [{ start: 0, count: Math.min(ROWS, a.rows, b.rows) }];
    const [u, v] = await Promise.all([a, b].map((matrix) => compute.rows({ matrix, runs })));
    const [mine, theirs] = [picked(u!, a.columns, columns?.reference), picked(v!, b.columns, columns?.suspect)];
    for (let i = 0; i < mine.length; i++) {
      p[i % width]! += mine[i]! ** 2;
      q[i % width]! += theirs[i]! ** 2;
    }
  }
  return read ? [p, q] : null;
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
