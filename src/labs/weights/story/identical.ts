/**
 * Rows that stand in both models value for value, whatever tensor, layer or place they stand in, and rows of the same
 * values in another order: by digest of each row, over every matrix that can be read, those without a place in the model
 * included. It is said whatever the outcome is and reaches none: a part both took from a third is identical too. Rows
 * that anybody might have (noughts, ones, one-hot, few distinct values) are not counted. A row that was changed in one
 * value is not seen; of a large model only the rows in the sample are.
 */
import { LABEL_RUN, labelRuns, runLabels } from "../../../alignment/sampling.js";
import type { StoredMatrix } from "../../../kernels/stored-matrix.js";
import type { Model } from "../../../model/model.js";
import type { Bench } from "../tests/bench.js";
import { inParallel } from "../work.js";
import type { Identical } from "./observed.js";

/** Values of a side that are read: all of a model below 32 M, some rows of each matrix of a larger one. */
const VALUES_MAX = 32 * 1024 * 1024;
/** At most so many values of one row are digested at once: a row of a vocabulary transposed is no unit of anything. */
const COLUMNS_MAX = 1 << 18;
/** A tensor is listed where so many of its rows stand in the other model, or all of them. */
const ROWS_MIN = 2;
const SHARE_MIN = 0.01;
const LISTED_MAX = 256;
/** Values of a row by which it is judged whether anybody might have it, and the bits that they must carry. */
const JUDGED = 64;
const BITS_MIN = 40;
/** In another order a row says as much as its set of values: so many of those judged must be distinct. */
const DISTINCT_MIN = 24;

interface Named {
  name: string;
  matrix: StoredMatrix;
}

interface Digests extends Named {
  /** Numbers of the rows that were digested. */
  rows: Int32Array;
  ordered: Float64Array;
  unordered: Float64Array;
  /** 2: may be compared in any order; 1: in order alone; 0: anybody might have it. */
  weight: Uint8Array;
}

/** Null where a side shows no values. */
export async function identicalRows(bench: Bench): Promise<Identical | null> {
  const { reference, suspect, settings } = bench;
  if (reference.sketch || suspect.sketch || settings.rows === "screened") return null;
  const [as, bs] = [matricesOf(reference), matricesOf(suspect)];
  const most = rowsWithinBudget([...as, ...bs]);
  const read = (list: readonly Named[]) =>
    inParallel(bench.work, "identical rows", list, (one) => digestsOf(bench, one, most));
  return compared(await read(as), await read(bs), most !== null);
}

function matricesOf({ tensors, spare }: Model): Named[] {
  const all = [...[...tensors.values()].map(({ name, matrix }) => ({ name, matrix })), ...spare];
  return all.filter(({ matrix }) => matrix.columns <= COLUMNS_MAX);
}

/** Null: all rows. */
function rowsWithinBudget(all: readonly Named[]): number | null {
  const values = all.reduce((sum, { matrix }) => sum + matrix.rows * matrix.columns, 0);
  if (values <= 2 * VALUES_MAX) return null;
  const columns = all.reduce((sum, { matrix }) => sum + matrix.columns, 0);
  return Math.max(LABEL_RUN, LABEL_RUN * Math.floor((2 * VALUES_MAX) / columns / LABEL_RUN));
}

async function digestsOf({ compute, settings }: Bench, { name, matrix }: Named, most: number | null): Promise<Digests> {
  const runs = labelRuns(matrix.rows, most ?? matrix.rows, settings.seed);
  const values = await compute.rows({ matrix, runs });
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const rows = runLabels(runs);
  const [ordered, unordered] = [new Float64Array(rows.length), new Float64Array(rows.length)];
  const weight = new Uint8Array(rows.length);
  for (let r = 0; r < rows.length; r++) {
    const row = bits.subarray(r * matrix.columns, (r + 1) * matrix.columns);
    weight[r] = weightOf(row);
    if (weight[r] === 0) continue;
    let [h1, h2, s1, s2] = [0x9e3779b9, 0x85ebca6b, 0, 0];
    for (const word of row) {
      // −0 is 0.
      const x = word === 0x80000000 ? 0 : word;
      const m = mixed(x);
      s1 = (s1 + m) >>> 0;
      s2 = (s2 + Math.imul(m ^ 0x27d4eb2f, 0x165667b1)) >>> 0;
      h1 = Math.imul(h1 ^ m, 0x01000193) + 0x7f4a7c15;
      h2 = Math.imul((h2 << 13) | (h2 >>> 19), 5) ^ m;
    }
    ordered[r] = joined(mixed(h1), mixed(h2));
    unordered[r] = joined(s1, s2);
  }
  letGo(values);
  return { name, matrix, rows, ordered, unordered, weight };
}

/**
 * Memory of values that nobody looks at again. The collector waits for far more than this stage reads of a large model,
 * which is 256 MiB in all.
 */
function letGo({ buffer }: Float32Array): void {
  // Node.js before 22 has no such method, and waits for its collector: the same rows, more memory.
  (buffer as { transfer?: (length: number) => unknown }).transfer?.(0);
}

function mixed(x: number): number {
  let y = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  y = Math.imul(y ^ (y >>> 13), 0xc2b2ae35);
  return (y ^ (y >>> 16)) >>> 0;
}

/** 53 bits: two rows of a million on each side share one by chance once in ten thousand pairs of models. */
function joined(high: number, low: number): number {
  return (high >>> 0) * 2 ** 21 + (low >>> 11);
}

const judged = new Uint32Array(JUDGED);

function weightOf(row: Uint32Array): 0 | 1 | 2 {
  const n = Math.min(JUDGED, row.length);
  for (let i = 0; i < n; i++) judged[i] = row[Math.floor((i * row.length) / n)]!;
  if (n >= DISTINCT_MIN && allDistinct(n)) return 2;
  // Equal values stand together once sorted: a table of counts for each row took longer than the digests.
  const sorted = judged.subarray(0, n).sort();
  let [bits, distinct] = [0, 0];
  for (let from = 0, to = 0; from < n; from = to) {
    while (to < n && sorted[to] === sorted[from]) to++;
    bits -= (to - from) * Math.log2((to - from) / n);
    distinct++;
  }
  if (bits < BITS_MIN) return 0;
  return distinct >= DISTINCT_MIN ? 2 : 1;
}

const SLOTS = 256;
const slots = new Uint32Array(SLOTS);
/** Which row filled a slot last, so that nothing need be cleared. */
const filledBy = new Uint32Array(SLOTS);
let filling = 0;

/** Nearly every row's values are; that is seen without putting them in order. */
function allDistinct(n: number): boolean {
  if (++filling === 2 ** 32) {
    filledBy.fill(0);
    filling = 1;
  }
  for (let i = 0; i < n; i++) {
    const value = judged[i]!;
    let at = Math.imul(value, 0x9e3779b1) >>> 24;
    while (filledBy[at] === filling) {
      if (slots[at] === value) return false;
      at = (at + 1) % SLOTS;
    }
    filledBy[at] = filling;
    slots[at] = value;
  }
  return true;
}

interface Where {
  tensor: number;
  row: number;
}

function compared(as: readonly Digests[], bs: readonly Digests[], sampled: boolean): Identical {
  const ordered = new Map<number, Where[]>();
  const unordered = new Map<number, Where>();
  for (const [tensor, a] of as.entries())
    for (const [i, row] of a.rows.entries()) {
      if (a.weight[i] === 0) continue;
      const held = ordered.get(a.ordered[i]!);
      if (!held) ordered.set(a.ordered[i]!, [{ tensor, row }]);
      else if (held.length < 16) held.push({ tensor, row });
      if (a.weight[i] === 2 && !unordered.has(a.unordered[i]!)) unordered.set(a.unordered[i]!, { tensor, row });
    }
  const listed: Identical["tensors"] = [];
  let [looked, identical, permuted, inRows, all] = [0, 0, 0, 0, 0];
  for (const b of bs) {
    const { columns } = b.matrix;
    const votes = new Map<number, number>();
    const hits: Where[][] = [];
    let [able, reordered] = [0, 0];
    for (let i = 0; i < b.rows.length; i++) {
      hits.push([]);
      if (b.weight[i] === 0) continue;
      able++;
      let found = ordered.get(b.ordered[i]!) ?? [];
      if (found.length === 0 && b.weight[i] === 2) {
        const other = unordered.get(b.unordered[i]!);
        if (other && as[other.tensor]!.matrix.columns === columns) {
          found = [other];
          reordered++;
        }
      }
      hits[i] = found.filter(({ tensor }) => as[tensor]!.matrix.columns === columns);
      for (const { tensor } of hits[i]!) votes.set(tensor, (votes.get(tensor) ?? 0) + 1);
    }
    if (able === 0) continue;
    looked++;
    all += able * columns;
    const found = hits.filter((h) => h.length > 0).length;
    inRows += found * columns;
    if (found < able && (found < ROWS_MIN || found < SHARE_MIN * able)) continue;
    if (found === 0) continue;
    const [best] = [...votes].sort((x, y) => y[1] - x[1] || x[0] - y[0])[0]!;
    const inPlace = hits.filter((h, i) => h.some((w) => w.tensor === best && w.row === b.rows[i])).length - reordered;
    if (found === able && inPlace === able && as[best]!.matrix.rows === b.matrix.rows) identical++;
    else if (found === able) permuted++;
    listed.push({
      suspect: b.name,
      reference: as[best]!.name,
      looked: able,
      found,
      inPlace: Math.max(0, inPlace),
      reordered,
    });
  }
  const share = all === 0 ? 0 : Number((inRows / all).toPrecision(6));
  return { tensors: listed.slice(0, LISTED_MAX), looked, identical, permuted, share, sampled };
}

/** For the first page, the terminal and the JSON alike; nothing where nothing is identical. */
export function sentenceOnIdentical({
  tensors,
  looked,
  identical,
  permuted,
  share,
  sampled,
}: Identical): string | null {
  if (tensors.length === 0) return null;
  const parts = [
    ...(identical > 0
      ? [`${identical} of the suspect's ${looked} tensors are identical to one of the reference, row for row`]
      : []),
    ...(permuted > 0
      ? [`${permuted} more hold only rows of the reference, in other places or with their values in another order`]
      : []),
    ...(tensors.length > identical + permuted
      ? [`${tensors.length - identical - permuted} more hold some of its rows`]
      : []),
  ];
  const percent = share >= 1 ? "all" : `${Math.min(99.99, Number((100 * share).toPrecision(3)))} %`;
  const where = sampled ? " (of the rows in the sample)" : "";
  return `IDENTICAL VALUES, whatever the outcome: ${parts.join("; ")}; ${percent} of its values lie in such rows${where}. Such parts have one source: one of the two, a third, public perhaps, or one default seed and no training since. Ask which.`;
}
