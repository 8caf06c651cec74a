/**
 * From measures to sentences: what the suspect's values are consistent with having undergone. Each sentence carries the
 * numbers that single it out; where none do, nothing is said. Descriptions only, in either direction of making: they
 * never reach an outcome.
 */
import { CODEBOOKS } from "./codebook.js";
import { FLOAT_GRIDS } from "./float-grid.js";
import type { Statement, TensorMaking } from "./observed.js";
import { count, median, percent, roles, shown, span } from "./wording.js";

/**
 * Median relative change of the matrices. In the study (validation/what-was-done.md) fine-tuned children stay below the
 * first, children trained on at a pre-training rate stand above the second; between the two the size does not tell.
 */
const FINE_TUNED_MAX = 0.2;
const TRAINED_ON_MIN = 0.3;

/** BF16 and F16 of one origin disagree in one value of sixteen: where the first rounding ended on a tie of the second. */
const TWICE_ROUNDED_MAX = 0.12;
/** Rounding to three bits of mantissa changes a tensor by some 2.6 % of its size, to two bits by 5.2 %. */
const FLOAT8_CHANGE_MAX = 0.06;
/** Where most matrices of a kind agree on a codebook, the others may be too small to show it. */
const MOST = 0.9;

/** What was done to the values of the tensors that both have in one shape. */
export function statementsOnValues(tensors: readonly TensorMaking[]): Statement[] {
  if (tensors.length === 0) return [];
  const matrices = tensors.filter(isMatrix);
  if (tensors.every(({ equal }) => equal === 1)) return [sameValues(tensors)];
  const converted = conversion(tensors, matrices);
  // Noughts are codes as well, and small values underflow.
  const pruned = converted ? null : pruning(matrices);
  const changed = matrices.filter((t) => !isExplained(t));
  const adapted = lowRank(matrices, changed);
  // Values that were trained on lie on no codebook any more.
  const reordered = converted ? null : inAnotherOrder(matrices);
  const unexplained = changed.filter(({ moved }) => moved === undefined);
  const noisy = adapted || converted ? null : whiteNoise(unexplained);
  const trained = adapted || converted || noisy ? null : training(unexplained, pruned !== null);
  const frozen =
    converted === null && changed.length > 0 && changed.length < matrices.length ? untouched(matrices) : null;
  return [converted, pruned, adapted, reordered, noisy, trained, frozen].filter((s) => s !== null);
}

function isMatrix({ tensor }: TensorMaking): boolean {
  return !/norm|bias/.test(tensor);
}

/** Equal, or a rounding of the other side without exception. */
function isExplained({ rounding: { forward, backward } }: TensorMaking): boolean {
  return [forward, backward].some((r) => r.exceptions === 0 && r.cut === 0);
}

function sameValues(tensors: readonly TensorMaking[]): Statement {
  const n = sum(tensors.map(({ compared }) => compared));
  return {
    what: "same-values",
    sentence: `All ${count(n)} values compared, of ${tensors.length} tensors, are equal: consistent with a copy.`,
    numbers: { values: n, tensors: tensors.length },
  };
}

function conversion(tensors: readonly TensorMaking[], matrices: readonly TensorMaking[]): Statement | null {
  return casts(tensors) ?? codebook(matrices) ?? storedAsFloats(matrices) ?? twoFormats(tensors);
}

/** Every tensor a rounding of the other side's, one way round. */
function casts(tensors: readonly TensorMaking[]): Statement | null {
  for (const way of ["forward", "backward"] as const) {
    const rounded = tensors.map(({ rounding }) => rounding[way]);
    const moved = sum(rounded.map((r) => r.moved));
    if (moved === 0 || rounded.some((r) => r.exceptions > 0 || r.cut > 0)) continue;
    const [from, to] = way === "forward" ? ["reference", "suspect"] : ["suspect", "reference"];
    const grids = tensors.filter(isMatrix).map(({ grid }) => (way === "forward" ? grid.suspect : grid.reference));
    const coarse = mode(grids);
    const quantised = CODEBOOKS.some(({ id }) => id === coarse);
    const n = sum(rounded.map((r) => r.n));
    const residue = way === "backward" && !quantised ? residueOf(tensors) : null;
    if (residue !== null && residue < RESIDUE_OF_ROUNDING) return dither(n, moved, residue, coarse);
    return {
      what: quantised ? "quantised" : "cast",
      sentence: `Each of the ${count(n)} values compared on the ${to}'s side is what rounding the ${from}'s to ${gridTitle(coarse)} gives, ${count(moved)} of them changed by it, with no exception: consistent with ${quantised ? "quantisation" : "a change of number format"} and nothing else${residue === null ? "" : `; dither below half a step of ${gridTitle(coarse)}, added to the reference, would look the same`}.`,
      numbers: { values: n, moved, exceptions: 0, grid: coarse, way, whole: "all tensors" },
    };
  }
  return null;
}

/** What rounding takes is spread evenly over a step: 1/√12 of it in root mean square. Less was put there by a hand. */
const RESIDUE_OF_ROUNDING = 0.27;

function residueOf(tensors: readonly TensorMaking[]): number | null {
  const all = tensors.flatMap(({ residue }) => (residue === undefined ? [] : [residue]));
  return all.length === 0 ? null : median(all);
}

function dither(n: number, moved: number, residue: number, coarse: string): Statement {
  return {
    what: "dither",
    sentence: `Each of the ${count(n)} values compared on the reference's side is what rounding the suspect's to ${gridTitle(coarse)} gives, but the suspect's stand only ${shown(residue)} of a step off in root mean square, where rounding by itself leaves 0.289: consistent with dither below half a step that was added to the reference's values, and not with an original that was rounded.`,
    numbers: { values: n, moved, residue: shown(residue), grid: coarse },
  };
}

/** Nearly every value a rounding of the other side's: too many for training, and the exceptions too many for a cast. */
function twoFormats(tensors: readonly TensorMaking[]): Statement | null {
  for (const way of ["forward", "backward"] as const) {
    const rounded = tensors.map(({ rounding }) => rounding[way]);
    const n = sum(rounded.map((r) => r.n));
    const exceptions = sum(rounded.map((r) => r.exceptions + r.cut));
    const moved = sum(rounded.map((r) => r.moved));
    const worst = Math.max(...tensors.map(({ rounding, compared }) => rounding[way].exceptions / compared));
    if (worst > TWICE_ROUNDED_MAX || moved < (1 - 2 * TWICE_ROUNDED_MAX) * n) continue;
    const [from, to] = way === "forward" ? ["reference", "suspect"] : ["suspect", "reference"];
    const coarse = mode(tensors.filter(isMatrix).map(({ grid }) => grid[way === "forward" ? "suspect" : "reference"]));
    return {
      what: "cast",
      sentence: `All but ${percent(exceptions / n)} of the ${to}'s ${count(n)} values compared are what rounding the ${from}'s to ${gridTitle(coarse)} gives: consistent with two number formats of the same weights, neither of them made from the other, or with a change smaller than the coarser format shows.`,
      numbers: { values: n, moved, exceptions, grid: coarse, way },
    };
  }
  return null;
}

/** The suspect's matrices on a codebook that the reference's do not lie on. */
function codebook(matrices: readonly TensorMaking[]): Statement | null {
  const books = matrices.filter(
    ({ grid }) => CODEBOOKS.some(({ id }) => id === grid.suspect) && grid.reference !== grid.suspect,
  );
  if (books.length === 0) return null;
  const id = mode(books.map(({ grid }) => grid.suspect));
  const on = books.filter(({ grid }) => grid.suspect === id);
  const ofLayers = matrices.filter(({ referenceLayer }) => referenceLayer !== null).length;
  if (on.length < MOST * ofLayers) return null;
  const n = sum(on.map(({ rounding }) => rounding.forward.n));
  const exceptions = sum(on.map(({ rounding }) => rounding.forward.exceptions));
  const agree = exceptions === 0 ? "all" : percent(1 - exceptions / n);
  return {
    what: "quantised",
    sentence: `The suspect's values lie on ${gridTitle(id)} in ${on.length} of ${matrices.length} matrices, the reference's do not; of ${count(n)} codes ${agree} are those that the reference's own values give: consistent with quantisation ${exceptions === 0 ? "of the reference's values in these matrices" : "after a change of values, or by a quantiser that chooses its scales otherwise"}.`,
    numbers: { matrices: on.length, of: matrices.length, codes: n, exceptions, grid: id },
  };
}

/** Codes of 8 bits with scales that no row or block shows by itself (two-dimensional blocks, scales that were learned). */
function storedAsFloats(matrices: readonly TensorMaking[]): Statement | null {
  const isFloat8 = (dtype: string | undefined) => /^F8_/.test(dtype ?? "");
  const on = matrices.filter(({ stored }) => isFloat8(stored?.suspect) && !isFloat8(stored?.reference));
  const ofLayers = matrices.filter(({ referenceLayer }) => referenceLayer !== null).length;
  if (on.length === 0 || on.length < MOST * ofLayers) return null;
  const change = median(on.map((t) => t.change));
  const formats = [...new Set(on.map(({ stored }) => stored!.suspect))].join(", ");
  const enough = change <= FLOAT8_CHANGE_MAX;
  return {
    what: "quantised",
    sentence: `${on.length} of the suspect's ${matrices.length} matrices are stored as 8-bit floats (${formats}), the reference's are not; they differ by ${percent(change)} of their size in the median, ${enough ? "no more than rounding to such a format makes by itself: consistent with quantisation and nothing else" : "more than rounding to such a format makes by itself: consistent with quantisation after a change of values"}.`,
    numbers: { matrices: on.length, of: matrices.length, change: shown(change), formats },
  };
}

function pruning(matrices: readonly TensorMaking[]): Statement | null {
  for (const way of ["forward", "backward"] as const) {
    const masked = matrices.filter(({ mask }) => mask[way] !== null);
    if (masked.length === 0) continue;
    const masks = masked.map(({ mask }) => mask[way]!);
    const exceptions = sum(masks.map((m) => m.exceptions));
    const cut = sum(masks.map((m) => m.cut));
    const kept = sum(masks.map((m) => m.kept));
    const rule = mode(masks.map((m) => m.rule));
    const [from, to] = way === "forward" ? ["reference", "suspect"] : ["suspect", "reference"];
    const by = { tensor: "of the whole matrix", row: "of each row", "2:4": "of each four in a row (2:4)" }[rule];
    const magnitude = exceptions <= 0.02 * cut;
    const rank =
      exceptions === 0
        ? `and they are without exception where the ${from}'s values ${by} are smallest`
        : `and ${percent(1 - exceptions / cut)} of them are where the ${from}'s values ${by} are smallest`;
    const unchanged = masked.every(({ rounding }) => rounding[way].exceptions === 0);
    const shares = masks.map((m) => m.cut / (m.cut + m.kept));
    return {
      what: "pruned",
      sentence: `${percent(cut / (cut + kept))} of the ${to}'s values are nought in ${masked.length} of ${matrices.length} matrices (${roles(masked)}), where the ${from}'s are not, ${rank}${unchanged ? "; the others are unchanged" : ""}: consistent with ${magnitude ? "pruning by magnitude" : "pruning by another rule than magnitude"}.`,
      numbers: { cut, kept, exceptions, rule, share: shown(median(shares)), matrices: masked.length, way },
    };
  }
  return null;
}

/** Said where every matrix that changed changed by a low rank, and others did not. */
function lowRank(matrices: readonly TensorMaking[], changed: readonly TensorMaking[]): Statement | null {
  if (changed.length === 0 || changed.length === matrices.length || changed.some(({ rank }) => rank === null))
    return null;
  const ranks = changed.map(({ rank }) => rank!.rank);
  const gaps = changed.map(({ rank }) => rank!.gap);
  return {
    what: "low-rank",
    sentence: `The difference has rank ${span(ranks)} in all ${changed.length} matrices that changed (${roles(changed)}), its last singular value at least ${shown(Math.min(...gaps))} times the next; the other ${matrices.length - changed.length} matrices are equal but for rounding: consistent with low-rank adapters (LoRA) merged into these matrices.`,
    numbers: { ranks, matrices: changed.length, of: matrices.length, gapMin: Math.min(...gaps) },
  };
}

function training(changed: readonly TensorMaking[], pruned: boolean): Statement | null {
  const free = changed.filter(({ mask }) => mask.forward === null && mask.backward === null);
  // Of a pruned model the matrices without noughts tell whether it was trained on afterwards.
  const looked = pruned ? free : changed;
  if (looked.length === 0) return null;
  const changes = looked.map(({ change }) => change);
  const middle = median(changes);
  const range = `The matrices differ by ${percent(middle)} of their size in the median (${percent(Math.min(...changes))} to ${percent(Math.max(...changes))}, ${looked.length} matrices), by no low rank throughout`;
  const numbers = {
    median: shown(middle),
    min: Math.min(...changes),
    max: Math.max(...changes),
    matrices: looked.length,
  };
  if (middle <= FINE_TUNED_MAX)
    return { what: "fine-tuned", sentence: `${range}: consistent with fine-tuning.`, numbers };
  if (middle >= TRAINED_ON_MIN)
    return { what: "trained-on", sentence: `${range}: consistent with continued training at a high rate.`, numbers };
  return {
    what: "trained-on",
    sentence: `${range}: consistent with further training; the size does not tell fine-tuning from continued pre-training.`,
    numbers,
  };
}

/** Said where most of the matrices that changed, and are large enough to tell, differ by white noise. */
function whiteNoise(changed: readonly TensorMaking[]): Statement | null {
  const told = changed.flatMap(({ noise, change }) => (noise ? [{ ...noise, change }] : []));
  const white = told.filter((t) => t.white);
  if (white.length < 2 || white.length < MOST * told.length) return null;
  const changes = white.map(({ change }) => change);
  const edge = Math.max(...white.map((t) => t.edge ?? 0));
  return {
    what: "noise",
    sentence: `The difference is white noise in ${white.length} of ${told.length} matrices that changed: ${percent(median(changes))} of their size in the median (${percent(Math.min(...changes))} to ${percent(Math.max(...changes))}), its rows and columns equally large as far as chance allows, no direction of it beyond ${shown(edge)} of the edge of random matrices, nothing of the reference in it: consistent with noise that was added to the values, and not with training, which prefers rows, columns and directions.`,
    numbers: { matrices: white.length, of: told.length, median: shown(median(changes)), edge: shown(edge) },
  };
}

function inAnotherOrder(matrices: readonly TensorMaking[]): Statement | null {
  const moved = matrices.filter((t) => t.moved !== undefined);
  if (moved.length === 0) return null;
  const matched = sum(moved.map((t) => t.moved!.matched));
  const of = sum(moved.map((t) => t.moved!.of));
  const elsewhere = sum(moved.map((t) => t.moved!.elsewhere));
  return {
    what: "reordered",
    sentence: `In ${moved.length} of ${matrices.length} matrices (${roles(moved)}) ${count(matched)} of ${count(of)} rows or columns are the reference's, ${count(elsewhere)} of them in another place: consistent with units that were permuted.`,
    numbers: { matrices: moved.length, of: matrices.length, matched, elsewhere },
  };
}

function untouched(matrices: readonly TensorMaking[]): Statement | null {
  const still = matrices.filter(isExplained);
  const equal = still.filter((t) => t.equal === 1).length;
  if (still.length === 0) return null;
  return {
    what: "frozen",
    sentence: `${still.length} of ${matrices.length} matrices (${roles(still)}) are ${equal === still.length ? "equal value for value" : "equal, or equal but for rounding to a coarser grid"}: consistent with these having been left as they were.`,
    numbers: { matrices: still.length, of: matrices.length, equal },
  };
}

function gridTitle(id: string): string {
  return [...CODEBOOKS, ...FLOAT_GRIDS].find((grid) => grid.id === id)?.title ?? id;
}

function mode<T extends string>(values: readonly T[]): T {
  const counts = new Map<T, number>();
  for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
  return [...counts].sort(([x, m], [y, n]) => n - m || (x < y ? -1 : 1))[0]![0];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, v) => total + v, 0);
}
