/**
 * Which pairs of blocks are worth the whole comparison, where all would be too many: their number grows with the square
 * of depth. Two cheap looks, of some ten thousand multiplications a pair in place of thirty million:
 * - units in place: the mean cosine of units of equal label, where both blocks have as many;
 * - units in any order: the cosine of the two blocks' second moments (kernels/moments.ts), less what all blocks share.
 * Of either look each block of either side keeps its best few.
 *
 * The choice is paid for: a pair that is passed over counts as nothing in a mean over all pairs (block-axis.ts), so
 * whatever chooses, by whatever it saw, the mean is never above one that is valid. It can lose a copy whose likeness is so faint
 * that several strangers of each of its blocks look better in both looks.
 */
import type { Compute } from "../../../kernels/compute.js";
import type { Matrix } from "../../../kernels/kernel.js";
import type { Columns } from "../../../kernels/matching.js";

/**
 * Up to so many pairs (32 layers a side) all are compared: no model of a study of this method has more, so what was
 * measured there is what is done. A change of either number is no new version as long as that holds.
 */
export const PAIRS_ALL = 1024;
/** Kept of each block's partners by each look: three a side and a look are twelve pairs a block at the most. */
const KEPT = 3;

/** Which pairs are kept, by their places. */
type Kept = (i: number, j: number) => boolean;

/** A number for each pair, row-major; −∞ where a look says nothing. */
type Scores = Float64Array;

/** For each row and each column of each list of scores its best few. */
export function bestOf(all: readonly Scores[], [n, m]: readonly [number, number]): Kept {
  const kept = new Uint8Array(n * m);
  const mark = (scores: Scores, places: number[]) => {
    const told = places.filter((at) => scores[at]! > Number.NEGATIVE_INFINITY);
    // Of equals the first: the order of a sort is stable.
    for (const at of told.sort((p, q) => scores[q]! - scores[p]!).slice(0, KEPT)) kept[at] = 1;
  };
  for (const scores of all) {
    for (let i = 0; i < n; i++)
      mark(
        scores,
        Array.from({ length: m }, (_, j) => i * m + j),
      );
    for (let j = 0; j < m; j++)
      mark(
        scores,
        Array.from({ length: n }, (_, i) => i * m + j),
      );
  }
  return (i, j) => kept[i * m + j] === 1;
}

/**
 * Cosines of second moments, once what all of both sides share is taken away.
 * @param as blocks of one width, whatever the number of units
 */
export async function alikeInAnyOrder(
  as: readonly Matrix[],
  bs: readonly Matrix[],
  compute: Pick<Compute, "moments" | "products">,
): Promise<Scores> {
  const of = (side: readonly Matrix[]) => Promise.all(side.map((rows) => compute.moments(rows)));
  const [x, y] = await Promise.all([of(as), of(bs)]);
  const width = x[0]!.k;
  // Each side's sum by itself, so that the same comes out whichever model is called the reference.
  const [ofX, ofY] = [sumOf(x, width), sumOf(y, width)];
  const mean = ofX.map((sum, c) => (sum + ofY[c]!) / (x.length + y.length));
  for (const { data } of [...x, ...y]) {
    let square = 0;
    for (let c = 0; c < width; c++) {
      data[c]! -= mean[c]!;
      square += data[c]! ** 2;
    }
    const scale = square > 0 && square < Number.POSITIVE_INFINITY ? 1 / Math.sqrt(square) : 0;
    for (let c = 0; c < width; c++) data[c]! *= scale;
  }
  return compute.products({ as: x, bs: y, columns: [0, width] });
}

function sumOf(all: readonly Matrix[], width: number): Float64Array {
  const sum = new Float64Array(width);
  for (const { data } of all) for (let c = 0; c < width; c++) sum[c]! += data[c]!;
  return sum;
}

/** One block of either side, as it was sketched for blocks of the other's size. */
interface Sized {
  units: number;
  sketchFor: (units: number) => Matrix;
}

interface Looked {
  kept: Kept;
  /** Of the pairs that are passed over and can be set side by side unit by unit: the mean cosine of each part. */
  passedOver: number[];
}

/** @param parts columns of each part of a sketch */
export async function promising(
  as: readonly Sized[],
  bs: readonly Sized[],
  parts: readonly Columns[],
  compute: Pick<Compute, "moments" | "products">,
): Promise<Looked> {
  const [n, m] = [as.length, bs.length];
  const nothing = () => new Float64Array(n * m).fill(Number.NEGATIVE_INFINITY);
  const anyOrder = nothing();
  const inPlace = nothing();
  const ofParts = parts.map(nothing);
  for (const [ofA, placesA] of bySize(as))
    for (const [ofB, placesB] of bySize(bs)) {
      const x = placesA.map((i) => as[i]!.sketchFor(ofB));
      const y = placesB.map((j) => bs[j]!.sketchFor(ofA));
      const put = (found: Scores, into: Scores, scale = 1) => {
        for (const [p, i] of placesA.entries())
          for (const [q, j] of placesB.entries()) into[i * m + j] = found[p * placesB.length + q]! * scale;
      };
      put(await alikeInAnyOrder(x, y, compute), anyOrder);
      if (ofA !== ofB) continue;
      for (const [at, columns] of parts.entries())
        put(await compute.products({ as: x, bs: y, columns }), ofParts[at]!, parts.length / x[0]!.n);
      for (const i of placesA)
        for (const j of placesB) {
          const cosines = ofParts.map((part) => part[i * m + j]!);
          inPlace[i * m + j] = cosines.reduce((sum, c) => sum + c, 0) / cosines.length;
        }
    }
  const kept = bestOf([inPlace, anyOrder], [n, m]);
  const passedOver: number[] = [];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++)
      if (!kept(i, j) && as[i]!.units === bs[j]!.units) for (const part of ofParts) passedOver.push(part[i * m + j]!);
  return { kept, passedOver };
}

function bySize(side: readonly Sized[]): Map<number, number[]> {
  const out = new Map<number, number[]>();
  for (const [at, { units }] of side.entries()) out.set(units, [...(out.get(units) ?? []), at]);
  return out;
}
