/**
 * From a rotation that is roughly right to one that is right: each row of one side is assigned softly to the rows of
 * the other that it resembles (weights e^{β cosine}, Sinkhorn), the rotation is fitted to the assignment, and β rises
 * (softassign: Gold and Rangarajan, IEEE PAMI 1996; rows of a cloud have no order on either side).
 * It finds a local best; between unrelated models it settles on nothing in particular, with a fit that is no evidence.
 */
import type { Matrix } from "../kernel.js";
import type { Arena, Held, Packed } from "./arena.js";
import { norm, orthogonalise } from "./orthogonal.js";

/** Rows of unit length that answer to each other in some order; a row may have several parts, assigned together. */
export interface Cloud {
  parts: readonly { a: Matrix; b: Matrix }[];
  /** True where a row may be turned over on one side. */
  signed: boolean;
}

/** Lifts dimensions that no row fills off zero. */
const INERTIA = 1e-2;

interface HeldCloud {
  signed: boolean;
  /** Rows of all parts, and what the fit needs of them. */
  as: { rows: Packed; transposed: Packed }[];
  /** All parts side by side: as right factor transposed (for cosines), and each as right factor (for the fit). */
  beside: Packed;
  bs: Packed[];
  n: number;
  m: number;
}

/** Moves `rotation`; returns the mean cosine of a row with what it was assigned to in the last turn. */
export function settle(arena: Arena, clouds: readonly Cloud[], sharpness: readonly number[], rotation: Held): number {
  const mark = arena.mark();
  const width = rotation.rows;
  const held = clouds.map((cloud) => hold(arena, cloud, width));
  const sum = arena.zeros(width, width);
  const part = arena.zeros(width, width);
  let fit = 0;
  for (const beta of sharpness) {
    arena.view(sum).fill(0);
    for (const cloud of held) addAssigned(arena, cloud, beta, rotation, part, sum);
    const [s, r] = [arena.view(sum), arena.view(rotation)];
    const inertia = INERTIA * norm(arena, sum);
    let value = 0;
    for (let i = 0; i < s.length; i++) {
      value += s[i]! * r[i]!;
      r[i] = s[i]! + inertia * r[i]!;
    }
    fit = value / held.reduce((rows, { n, m, as }) => rows + Math.min(n, m) * as.length, 0);
    orthogonalise(arena, rotation);
  }
  arena.release(mark);
  return fit;
}

function addAssigned(arena: Arena, cloud: HeldCloud, beta: number, rotation: Held, part: Held, sum: Held): void {
  const mark = arena.mark();
  const width = rotation.rows;
  const turn = arena.right(rotation);
  const turned = arena.zeros(cloud.n, width);
  const beside = arena.zeros(cloud.n, width * cloud.as.length);
  for (const [p, { rows }] of cloud.as.entries()) {
    arena.product(rows, turn, turned);
    const [from, into] = [arena.view(turned), arena.view(beside)];
    for (let r = 0; r < cloud.n; r++)
      into.set(from.subarray(r * turned.stride, r * turned.stride + width), r * beside.stride + p * width);
  }
  const cosines = arena.zeros(cloud.n, cloud.m);
  arena.product(arena.left(beside), cloud.beside, cosines);
  arena.soften(cosines, beta, cloud.signed);
  const weights = arena.left(cosines);
  for (const [p, { transposed }] of cloud.as.entries()) {
    arena.product(weights, cloud.bs[p]!, turned);
    arena.product(transposed, arena.right(turned), part);
    const [s, x] = [arena.view(sum), arena.view(part)];
    for (let i = 0; i < s.length; i++) s[i]! += x[i]!;
  }
  arena.release(mark);
}

function hold(arena: Arena, { parts, signed }: Cloud, width: number): HeldCloud {
  const n = parts[0]!.a.n;
  const m = parts[0]!.b.n;
  const beside = arena.zeros(m, width * parts.length);
  const as: HeldCloud["as"] = [];
  const bs: Packed[] = [];
  for (const [p, { a, b }] of parts.entries()) {
    const rows = arena.put(wide(a, width), n, width);
    as.push({ rows: arena.left(rows), transposed: arena.left(rows, true) });
    const other = arena.put(wide(b, width), m, width);
    bs.push(arena.right(other));
    const [from, into] = [arena.view(other), arena.view(beside)];
    for (let r = 0; r < m; r++)
      into.set(from.subarray(r * other.stride, r * other.stride + width), r * beside.stride + p * width);
  }
  return { signed, as, beside: arena.right(beside, true), bs, n, m };
}

/** Rows with zeros up to the width. */
function wide({ n, k, data }: Matrix, width: number): Float32Array {
  if (k === width) return data.subarray(0, n * k);
  const out = new Float32Array(n * width);
  for (let r = 0; r < n; r++) out.set(data.subarray(r * k, (r + 1) * k), r * width);
  return out;
}
