/** What is measured of each aligned tensor, before anything is said: size of the change, grids, roundings, masks, rank. */
import type { Aligned } from "./aligned.js";
import { differenceRank, relativeChange } from "./difference.js";
import { maskOf } from "./mask.js";
import type { TensorMaking } from "./observed.js";
import { roundingOf, withGrid } from "./rounding.js";

export function measure(aligned: Aligned): TensorMaking {
  const { reference, suspect, rows, columns } = aligned;
  const [a, b] = [withGrid(reference, columns), withGrid(suspect, columns)];
  let equal = 0;
  let [zerosA, zerosB] = [0, 0];
  for (let i = 0; i < reference.length; i++) {
    if (reference[i] === suspect[i]) equal++;
    if (reference[i] === 0) zerosA++;
    if (suspect[i] === 0) zerosB++;
  }
  const n = reference.length;
  const forward = { rounding: roundingOf(a, b), mask: maskOf(reference, suspect, columns) };
  const backward = { rounding: roundingOf(b, a), mask: maskOf(suspect, reference, columns) };
  const explained = [forward, backward].some(({ rounding }) => rounding.exceptions + rounding.cut === 0);
  const rank =
    rows > 1 && !explained && !forward.mask && !backward.mask
      ? differenceRank(reference, suspect, rows, columns)
      : null;
  const title = ({ grid }: typeof a) => grid.codebook?.id ?? grid.float.id;
  return {
    tensor: aligned.role,
    referenceLayer: aligned.referenceLayer,
    suspectLayer: aligned.suspectLayer,
    compared: n,
    total: aligned.total,
    equal: n === 0 ? 0 : round(equal / n),
    change: round(relativeChange(reference, suspect)),
    grid: { reference: title(a), suspect: title(b) },
    stored: { reference: aligned.referenceType, suspect: aligned.suspectType },
    zeros: { reference: share(zerosA, n), suspect: share(zerosB, n) },
    rounding: { forward: shortened(forward.rounding), backward: shortened(backward.rounding) },
    mask: {
      forward: forward.mask && shortened(forward.mask),
      backward: backward.mask && shortened(backward.mask),
    },
    rank: rank && { ...rank, gap: round(rank.gap), energy: round(rank.energy) },
  };
}

function shortened<T extends { sharpness: number }>(measured: T): T {
  return { ...measured, sharpness: round(measured.sharpness) };
}

function share(count: number, n: number): number {
  return n === 0 ? 0 : round(count / n);
}

/** Six significant digits: what is said rests on no more, and what is stored stays short. */
function round(x: number): number {
  return Number(x.toPrecision(6));
}
