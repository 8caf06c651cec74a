/**
 * Whether the suspect's values are a mixture of candidate parents' values, and with which weights. Per tensor the weights
 * that leave the least over (least squares: linear merges, task arithmetic, rescaled differences, and SLERP, whose two
 * weights follow one angle in each tensor); then, over a common base, element by element, whether each difference is
 * nought, one parent's share or the sum of both (DARE, arXiv 2311.03099; TIES, arXiv 2306.01708).
 * It sees no merge of a parent that was not given, and none that was trained on afterwards.
 */
import { median } from "./wording.js";

interface Mixture {
  /** Common weights over all tensors, in the order of the parents. */
  weights: number[];
  /** Largest spread of a weight over tensors (5 % to 95 %). */
  spread: number;
  /** ‖suspect − mixture‖ / ‖suspect − nearest parent‖ with these common weights, median over tensors. */
  left: number;
  /** The same with weights of each tensor's own. */
  leftOwn: number;
  sum: number;
}

/** One tensor: the suspect's values and each parent's, aligned. */
export interface Parents {
  suspect: Float32Array;
  parents: readonly Float32Array[];
}

/** Null where the parents do not differ enough to tell their weights apart. */
export function mixtureOf(tensors: readonly Parents[]): Mixture | null {
  const k = tensors[0]?.parents.length ?? 0;
  if (k === 0) return null;
  const systems = tensors.map(normalEquations);
  const own = systems.map((s) => solve(s.gram, s.right));
  const total = systems.reduce(
    // Each tensor counts alike, whatever its size.
    (sum, s) => ({
      gram: sum.gram.map((x, i) => x + s.gram[i]! / s.norm),
      right: sum.right.map((x, i) => x + s.right[i]! / s.norm),
    }),
    { gram: new Array<number>(k * k).fill(0), right: new Array<number>(k).fill(0) },
  );
  const weights = solve(total.gram, total.right);
  if (!weights || own.some((w) => w === null)) return null;
  const spread = Math.max(...weights.map((_, i) => range90(own.map((w) => w![i]!))));
  const left = median(tensors.map((t) => leftOver(t, weights)));
  const leftOwn = median(tensors.map((t, i) => leftOver(t, own[i]!)));
  return { weights, spread, left, leftOwn, sum: weights.reduce((s, w) => s + w, 0) };
}

function normalEquations({ suspect, parents }: Parents) {
  const k = parents.length;
  const gram = new Array<number>(k * k).fill(0);
  const right = new Array<number>(k).fill(0);
  let norm = 0;
  for (const x of suspect) norm += x * x;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      gram[i * k + j] = dot(parents[i]!, parents[j]!);
      gram[j * k + i] = gram[i * k + j]!;
    }
    right[i] = dot(parents[i]!, suspect);
  }
  return { gram, right, norm: norm || 1 };
}

/** Gauss with pivots; null where the system is all but singular. */
function solve(gram: readonly number[], right: readonly number[]): number[] | null {
  const k = right.length;
  const a = gram.slice();
  const b = right.slice();
  const scale = Math.max(...gram.map(Math.abs));
  for (let c = 0; c < k; c++) {
    let p = c;
    for (let r = c + 1; r < k; r++) if (Math.abs(a[r * k + c]!) > Math.abs(a[p * k + c]!)) p = r;
    // Parents closer than one part in 10⁵ of their size cannot be told apart through number formats.
    if (Math.abs(a[p * k + c]!) < 1e-10 * scale) return null;
    for (let j = 0; j < k; j++) [a[c * k + j], a[p * k + j]] = [a[p * k + j]!, a[c * k + j]!];
    [b[c], b[p]] = [b[p]!, b[c]!];
    for (let r = 0; r < k; r++) {
      if (r === c) continue;
      const f = a[r * k + c]! / a[c * k + c]!;
      for (let j = c; j < k; j++) a[r * k + j]! -= f * a[c * k + j]!;
      b[r]! -= f * b[c]!;
    }
  }
  return b.map((x, i) => x / a[i * k + i]!);
}

/** What the mixture leaves over, in units of the distance to the nearest parent. */
function leftOver({ suspect, parents }: Parents, weights: readonly number[]): number {
  let rest = 0;
  const distances = parents.map(() => 0);
  for (let i = 0; i < suspect.length; i++) {
    let mixed = 0;
    for (const [p, parent] of parents.entries()) {
      mixed += weights[p]! * parent[i]!;
      distances[p]! += (suspect[i]! - parent[i]!) ** 2;
    }
    rest += (suspect[i]! - mixed) ** 2;
  }
  const nearest = Math.min(...distances);
  return nearest > 0 ? Math.sqrt(rest / nearest) : 0;
}

interface Slerp {
  /** Share of the way from the first parent to the second. */
  share: number;
  spread: number;
  /** What spherical weights of this share leave over, as in `Mixture.left`. */
  left: number;
}

/** Two parents: the same share of the angle between them in every tensor (Shoemake 1985). */
export function slerpOf(tensors: readonly Parents[]): Slerp | null {
  if (tensors[0]?.parents.length !== 2) return null;
  const shares = tensors.map((t) => {
    const { gram, right } = normalEquations(t);
    const w = solve(gram, right);
    const angle = angleOf(gram);
    if (!w || angle < 1e-3) return null;
    // w₁ : w₂ = sin((1 − t)θ) : sin(tθ) on unit vectors.
    const [u, v] = [w[0]! * Math.sqrt(gram[0]!), w[1]! * Math.sqrt(gram[3]!)];
    return Math.atan2(v * Math.sin(angle), u + v * Math.cos(angle)) / angle;
  });
  const found = shares.filter((s) => s !== null);
  if (found.length < tensors.length / 2) return null;
  const share = median(found);
  const left = median(
    tensors.map((t) => {
      const angle = angleOf(normalEquations(t).gram);
      const weights =
        angle < 1e-6
          ? [1 - share, share]
          : [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
      return leftOver(t, weights);
    }),
  );
  return { share, spread: range90(found), left };
}

function angleOf(gram: readonly number[]): number {
  return Math.acos(Math.max(-1, Math.min(1, gram[1]! / Math.sqrt(gram[0]! * gram[3]!))));
}

interface Sparse {
  /** Factor on each parent's difference from the base where it was kept. */
  factors: number[];
  /** Share of elements: no difference, one parent's alone, the sum of both, half the sum of both, none of these. */
  none: number;
  one: number[];
  both: number;
  mean: number;
  other: number;
  /** Mean size of the parents' differences where they were dropped, over that where they were kept. */
  droppedSize: number;
}

/** Differences smaller than this share of the tensor's typical difference say nothing about their factor. */
const SMALL = 0.3;
/** A quotient within this of the factor counts as that factor. */
const NEAR = 0.03;

/** @param tolerance absolute rounding of a stored value, as a share of the value */
export function sparseOf(tensors: readonly (Parents & { base: Float32Array })[], tolerance: number): Sparse | null {
  const k = tensors[0]?.parents.length ?? 0;
  if (k === 0 || k > 2) return null;
  const factors = Array.from({ length: k }, (_, p) => commonFactor(tensors, p));
  if (factors.some((f) => f === null)) return null;
  const counts = { none: 0, one: new Array<number>(k).fill(0), both: 0, mean: 0, other: 0, n: 0 };
  let [dropped, droppedN, kept, keptN] = [0, 0, 0, 0];
  for (const { suspect, parents, base } of tensors) {
    const typical = Math.sqrt(parents[0]!.reduce((s, x, i) => s + (x - base[i]!) ** 2, 0) / base.length);
    for (let i = 0; i < base.length; i++) {
      const parts = parents.map((p, j) => factors[j]! * (p[i]! - base[i]!));
      // Where two parents hardly differ from the base no case can be told from another.
      if (parts.some((x) => Math.abs(x) < SMALL * typical)) continue;
      const d = suspect[i]! - base[i]!;
      const slack = NEAR * Math.min(...parts.map(Math.abs)) + tolerance * (Math.abs(suspect[i]!) + Math.abs(base[i]!));
      const is = (x: number) => Math.abs(d - x) <= slack;
      const sum = parts.reduce((s, x) => s + x, 0);
      const size = Math.max(...parts.map(Math.abs));
      counts.n++;
      const alone = parts.findIndex(is);
      if (is(0)) {
        counts.none++;
        dropped += size;
        droppedN++;
      } else {
        kept += size;
        keptN++;
        if (alone >= 0) counts.one[alone]!++;
        else if (k === 2 && is(sum)) counts.both++;
        else if (k === 2 && is(sum / 2)) counts.mean++;
        else counts.other++;
      }
    }
  }
  if (counts.n < 1000) return null;
  return {
    factors: factors.map((f) => f!),
    none: counts.none / counts.n,
    one: counts.one.map((c) => c / counts.n),
    both: counts.both / counts.n,
    mean: counts.mean / counts.n,
    other: counts.other / counts.n,
    droppedSize: droppedN > 0 && keptN > 0 ? dropped / droppedN / (kept / keptN) : 1,
  };
}

/** The commonest quotient of suspect's and parent's differences from the base, where the latter is not small. */
function commonFactor(tensors: readonly (Parents & { base: Float32Array })[], p: number): number | null {
  const bins = new Map<number, number>();
  let n = 0;
  for (const { suspect, parents, base } of tensors) {
    const parent = parents[p]!;
    const typical = Math.sqrt(parent.reduce((s, x, i) => s + (x - base[i]!) ** 2, 0) / base.length);
    for (let i = 0; i < base.length; i++) {
      const d = parent[i]! - base[i]!;
      if (Math.abs(d) < typical) continue;
      n++;
      const quotient = (suspect[i]! - base[i]!) / d;
      // Hundredths; nought is another case.
      const bin = Math.round(quotient * 100);
      if (Math.abs(bin) >= 5 && Math.abs(bin) <= 5000) bins.set(bin, (bins.get(bin) ?? 0) + 1);
    }
  }
  const best = [...bins].sort((a, b) => b[1] - a[1])[0];
  // A peak of five times what a flat spread over the unit interval would give in one hundredth.
  return best && best[1] >= 0.05 * n ? best[0] / 100 : null;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function range90(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
  return at(0.95) - at(0.05);
}
