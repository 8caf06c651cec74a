/** What is measured of each aligned tensor, before anything is said: size of the change, grids, roundings, masks, rank. */
import type { Aligned } from "./aligned.js";
import { differenceRank, relativeChange } from "./difference.js";
import { gridStep } from "./float-grid.js";
import { maskOf } from "./mask.js";
import { movedOf } from "./moved.js";
import { isWhite, whitenessOf } from "./noise.js";
import type { TensorMaking } from "./observed.js";
import { roundingOf, type Values, withGrid } from "./rounding.js";

/** Roundings and masks are measured both ways, since nobody knows which model came first. */
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
  const free = rows > 1 && !explained && !forward.mask && !backward.mask && rank === null;
  const moved = free ? movedOf(reference, suspect, rows, columns) : null;
  const noise = free && !moved ? whitenessOf(reference, suspect, rows, columns) : null;
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
    ...(noise
      ? {
          noise: {
            rows: round(noise.rows),
            columns: round(noise.columns),
            edge: noise.edge === null ? null : round(noise.edge),
            correlation: round(noise.correlation),
            white: isWhite(noise, rows, columns),
          },
        }
      : {}),
    ...(moved ? { moved } : {}),
    ...(backward.rounding.exceptions + backward.rounding.cut === 0 && backward.rounding.moved > 0
      ? { residue: round(residueOf(a, b)) }
      : {}),
  };
}

/** Root mean square of what rounding to the coarse grid took from the fine values, in steps of that grid. */
function residueOf(coarse: Values, fine: Values): number {
  let [sum, n] = [0, 0];
  for (let i = 0; i < fine.values.length; i++) {
    const [x, y] = [fine.values[i]!, coarse.values[i]!];
    if (x === y) continue;
    sum += ((x - y) / gridStep(x, coarse.grid.float)) ** 2;
    n++;
  }
  return Math.sqrt(sum / n);
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
