/**
 * Where the climb begins: eigenvectors of one random mix of each side's symmetric quantities, paired by rank, which
 * is right up to the sign of each; signs by coordinate ascent on sᵀHs + lᵀs. Several mixes, since one may have
 * eigenvalues too close to tell apart. Depends on unordered rows alone, so it spends nothing of the test.
 */
import type { Prng } from "../../../base/prng.js";
import { addScaled, type Dense, multiply, timesTransposed, transpose, zeros } from "../../../kernels/rotation/dense.js";
import { symmetricEigen } from "../../../kernels/rotation/eigen.js";
import type { Prepared } from "./problem.js";

/** Sign patterns tried a mix: those of the vectors' term alone, then random ones. */
const SIGN_STARTS = 4;
/** Coordinate ascent settles in far fewer sweeps. */
const SWEEPS_MAX = 50;

/** A side seen in the eigenbasis of a mix: VᵀAV of its matrices, Vᵀa of its vectors. */
export interface Basis {
  vectors: Dense;
  matrices: Map<string, Dense>;
  lines: Map<string, Dense>;
}

export type Mix = Map<string, number>;

/** Weights in [−1, 1) of the named quantities. */
export function randomMix(names: readonly string[], source: Prng): Mix {
  return new Map(names.map((name) => [name, source.uint32() / 2 ** 31 - 1]));
}

export function basisOf(side: Prepared, mix: Mix): Basis {
  const sum = zeros(side.width, side.width);
  for (const [name, weight] of mix) addScaled(sum, side.symmetric.get(name)!, weight);
  const { vectors } = symmetricEigen(sum);
  const inBasis = ([name, a]: readonly [string, Dense]) =>
    [name, multiply(vectors, timesTransposed(a, vectors))] as const;
  return {
    vectors,
    matrices: new Map([...side.symmetric, ...side.general].map(inBasis)),
    lines: new Map([...side.vectors].map(([name, a]) => [name, timesTransposed(a, vectors)])),
  };
}

/** The rotation of the best signs found, and its value (the objective's, not divided by the number of terms). */
export function spectralStart(a: Basis, b: Basis, source: Prng): { rotation: Dense; value: number } {
  const n = a.vectors.rows;
  const h = zeros(n, n);
  for (const [name, x] of a.matrices) {
    const y = b.matrices.get(name);
    if (y) for (let i = 0; i < h.data.length; i++) h.data[i]! += x.data[i]! * y.data[i]!;
  }
  const l = new Float64Array(n);
  for (const [name, x] of a.lines) {
    const y = b.lines.get(name);
    if (y) for (let i = 0; i < n; i++) l[i]! += x.data[i]! * y.data[i]!;
  }
  let best = bestSigns(
    h,
    l,
    Float64Array.from(l, (x) => (x < 0 ? -1 : 1)),
  );
  for (let i = 1; i < SIGN_STARTS; i++) {
    const other = bestSigns(
      h,
      l,
      Float64Array.from({ length: n }, () => (source.uint32() & 1 ? 1 : -1)),
    );
    if (other.value > best.value) best = other;
  }
  const signed = zeros(n, n);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < n; c++) signed.data[i * n + c] = best.signs[i]! * b.vectors.data[i * n + c]!;
  return { rotation: multiply(transpose(a.vectors), signed), value: best.value };
}

/** Coordinate ascent on sᵀHs + lᵀs over s in {−1, 1}ⁿ. */
function bestSigns(h: Dense, l: Float64Array, signs: Float64Array): { signs: Float64Array; value: number } {
  const n = l.length;
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let flipped = false;
    for (let i = 0; i < n; i++) {
      let pull = l[i]!;
      for (let j = 0; j < n; j++) if (j !== i) pull += (h.data[i * n + j]! + h.data[j * n + i]!) * signs[j]!;
      if (pull * signs[i]! < 0) {
        signs[i]! *= -1;
        flipped = true;
      }
    }
    if (!flipped) break;
  }
  let value = 0;
  for (let i = 0; i < n; i++) {
    value += l[i]! * signs[i]!;
    for (let j = 0; j < n; j++) value += h.data[i * n + j]! * signs[i]! * signs[j]!;
  }
  return { signs, value };
}
