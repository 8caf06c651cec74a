/**
 * Where the climb begins: eigenvectors of one random mix of each side's symmetric quantities, paired by rank, which
 * is right up to the sign of each; signs by coordinate ascent on sᵀHs + lᵀs. Several mixes, since one may have
 * eigenvalues too close to tell apart.
 */
import { prng } from "../../base/prng.js";
import type { Arena, Held } from "./arena.js";
import type { HeldTerms, Sides, Terms } from "./climb.js";

/** Eigenvectors (rows, ascending eigenvalues) of the same mix of both sides' quantities. */
export interface BasisPair {
  a: Float64Array;
  b: Float64Array;
}

/** Sign patterns tried a mix: those of the vectors' term alone, then random ones. */
const SIGN_STARTS = 4;
/** Coordinate ascent settles in far fewer sweeps. */
const SWEEPS_MAX = 50;

/** The rotation of the best signs over all bases. */
export function signedStart(
  arena: Arena,
  { width: n }: HeldTerms,
  terms: Terms,
  bases: readonly BasisPair[],
  seed: string,
): Held {
  const rotation = arena.zeros(n, n);
  const source = prng("assay/kernels/rotation/signs", seed);
  let top = Number.NEGATIVE_INFINITY;
  for (const basis of bases) {
    const mark = arena.mark();
    const [va, vb] = [arena.put(basis.a, n, n), arena.put(basis.b, n, n)];
    const h = new Float64Array(n * n);
    for (const side of [...terms.symmetric, ...terms.general]) addAgreement(arena, va, vb, side, h);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) h[i * n + j] = h[j * n + i] = h[i * n + j]! + h[j * n + i]!;
    const l = new Float64Array(n);
    for (const { a, b } of terms.vectors)
      for (let i = 0; i < n; i++) l[i]! += along(basis.a, a, i, n) * along(basis.b, b, i, n);
    for (let t = 0; t < SIGN_STARTS; t++) {
      const first = Float64Array.from(l, (x) => (t === 0 ? (x < 0 ? -1 : 1) : source.uint32() & 1 ? 1 : -1));
      const { signs, value } = bestSigns(h, l, first);
      if (!(value > top)) continue;
      top = value;
      const signed = arena.zeros(n, n);
      const [from, into] = [arena.view(vb), arena.view(signed)];
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) into[i * signed.stride + j] = signs[i]! * from[i * vb.stride + j]!;
      arena.times(va, signed, rotation, { a: true });
    }
    arena.release(mark);
  }
  return rotation;
}

/** h += (Va A Vaᵀ) ∘ (Vb B Vbᵀ). */
function addAgreement(arena: Arena, va: Held, vb: Held, { a, b }: Sides, h: Float64Array): void {
  const n = va.rows;
  const mark = arena.mark();
  const inBasis = (v: Held, values: Float32Array): Held => {
    const half = arena.zeros(n, n);
    const whole = arena.zeros(n, n);
    arena.times(v, arena.put(values, n, n), half);
    arena.times(half, v, whole, { b: true });
    return whole;
  };
  const [x, y] = [inBasis(va, a), inBasis(vb, b)];
  const [p, q] = [arena.view(x), arena.view(y)];
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) h[i * n + j]! += p[i * x.stride + j]! * q[i * y.stride + j]!;
  arena.release(mark);
}

function along(v: Float64Array, x: Float32Array, row: number, n: number): number {
  let sum = 0;
  for (let c = 0; c < n; c++) sum += v[row * n + c]! * x[c]!;
  return sum;
}

/** Coordinate ascent on sᵀHs + lᵀs over s in {−1, 1}ⁿ; off the diagonal h holds both halves, Hij + Hji. */
function bestSigns(h: Float64Array, l: Float64Array, signs: Float64Array): { signs: Float64Array; value: number } {
  const n = l.length;
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let flipped = false;
    for (let i = 0; i < n; i++) {
      let pull = l[i]!;
      for (let j = 0; j < n; j++) if (j !== i) pull += h[i * n + j]! * signs[j]!;
      if (pull * signs[i]! < 0) {
        signs[i]! *= -1;
        flipped = true;
      }
    }
    if (!flipped) break;
  }
  let value = 0;
  for (let i = 0; i < n; i++) {
    value += l[i]! * signs[i]! + h[i * n + i]!;
    for (let j = 0; j < i; j++) value += h[i * n + j]! * signs[i]! * signs[j]!;
  }
  return { signs, value };
}
