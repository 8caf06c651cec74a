/**
 * Correlation of two scorers after what every scorer shares is taken out: residuals on the mean of the lineages that
 * neither belongs to (a lineage counts once), and on length and format. A lineage of either is left out whole: a third
 * sibling in the mean would absorb what the two share. Where others are documented to share a scorer's base, or its
 * preference data, their mean is taken out too: what is left is what neither explains. All comes from one table of inner
 * products, so that ten thousand pairs cost ten thousand small systems and not ten thousand passes over items.
 */
import { COHORT_MIN } from "../method.js";

/** Vectors of scorers, centred, over one probe's items. */
export interface Centred {
  /** Correlation of ranks as they are. */
  raw: (i: number, j: number) => number;
  residual: (i: number, j: number) => number;
  /** Of a scorer with a covariate. */
  withCovariate: (i: number, covariate: number) => number;
}

/**
 * @param vectors of scorers @param covariates of items, ranked and centred as scores are @param lineages of scorers, from 0;
 * −1 for one that is in no mean @param leaves lineages that are left out of the mean, by scorer @param cohorts by scorer,
 * the lineages that share its base, and those that share its data; none where nothing is documented
 */
export function centred(
  vectors: readonly Float64Array[],
  covariates: readonly Float64Array[],
  lineages: readonly number[],
  leaves: readonly (readonly number[])[],
  cohorts: readonly (readonly (readonly number[])[])[] = [],
): Centred {
  const n = vectors.length;
  const all = [...vectors, ...covariates];
  const g = all.map(() => new Float64Array(all.length));
  for (let i = 0; i < all.length; i++)
    for (let j = 0; j <= i; j++) {
      const value = dot(all[i]!, all[j]!);
      g[i]![j] = value;
      g[j]![i] = value;
    }
  const count = Math.max(0, ...lineages.map((l) => l + 1));
  const members: number[][] = Array.from({ length: count }, () => []);
  for (const [i, l] of lineages.entries()) if (l >= 0) members[l]!.push(i);
  // Inner products of everything with each lineage's mean, and of means with one another.
  const withLineage = g.map((row) => Float64Array.from(members, (of) => mean(of.map((i) => row[i]!))));
  const between = members.map((of) => Float64Array.from(members, (_, l) => mean(of.map((i) => withLineage[i]![l]!))));
  const withAll = withLineage.map(sum);
  const betweenAll = between.map(sum);
  const total = sum(betweenAll);

  const held = covariates.map((_, c) => n + c).filter((row) => g[row]![row]! > 1e-12);
  /** With the sum of all lineages but those left out. */
  const withRest = (of: Float64Array, whole: number, out: readonly number[]) => {
    let value = whole;
    for (const l of out) value -= of[l]!;
    return value;
  };
  const overMean = (of: Float64Array, lineagesOf: readonly number[]) => {
    let value = 0;
    for (const l of lineagesOf) value += of[l]!;
    return value / lineagesOf.length;
  };

  const residual = (i: number, j: number): number => {
    const out = [...new Set([...leaves[i]!, ...leaves[j]!])];
    if (count - out.length < 1) return 0;
    const shared = cohortsOf([...(cohorts[i] ?? []), ...(cohorts[j] ?? [])], out);
    // Inner products of what is taken out, the sum of the rest first, then cohorts and covariates; and of the two sides.
    const rows = [...held, i, j];
    const first = 1 + shared.length;
    const size = first + rows.length;
    const table = Array.from({ length: size }, () => new Float64Array(size));
    const put = (r: number, c: number, value: number) => {
      table[r]![c] = value;
      table[c]![r] = value;
    };
    let own = total;
    for (const a of out) {
      own -= 2 * betweenAll[a]!;
      for (const b of out) own += between[a]![b]!;
    }
    put(0, 0, own);
    for (const [c, of] of shared.entries()) {
      put(0, 1 + c, mean(of.map((l) => withRest(between[l]!, betweenAll[l]!, out))));
      for (let d = 0; d <= c; d++) put(1 + c, 1 + d, mean(of.map((l) => overMean(between[l]!, shared[d]!))));
    }
    for (const [r, row] of rows.entries()) {
      put(0, first + r, withRest(withLineage[row]!, withAll[row]!, out));
      for (const [c, of] of shared.entries()) put(1 + c, first + r, overMean(withLineage[row]!, of));
      for (let q = 0; q <= r; q++) put(first + r, first + q, g[row]![rows[q]!]!);
    }
    eliminate(table, size - 2);
    const [vi, vj] = [table[size - 2]![size - 2]!, table[size - 1]![size - 1]!];
    // What a scorer has of its own may be nothing: it is the mean.
    if (!(vi > 1e-9 * g[i]![i]!) || !(vj > 1e-9 * g[j]![j]!)) return 0;
    return clamp(table[size - 2]![size - 1]! / Math.sqrt(vi * vj));
  };
  const plain = (i: number, j: number) =>
    g[i]![i]! > 0 && g[j]![j]! > 0 ? clamp(g[i]![j]! / Math.sqrt(g[i]![i]! * g[j]![j]!)) : 0;
  return { raw: plain, residual, withCovariate: (i, c) => plain(i, n + c) };
}

/** Each once, without the lineages that are left out, and only where enough are left for a mean. */
function cohortsOf(all: readonly (readonly number[])[], out: readonly number[]): number[][] {
  const kept = all.map((of) => of.filter((l) => !out.includes(l))).filter((of) => of.length >= COHORT_MIN);
  return [...new Map(kept.map((of) => [of.join(), of])).values()];
}

/** Takes the first rows of a table of inner products out of the others; what earlier ones span already counts for nothing. */
function eliminate(table: readonly Float64Array[], count: number): void {
  const scale = table.map((row, r) => row[r]!);
  for (let c = 0; c < count; c++) {
    const pivot = table[c]!;
    if (!(pivot[c]! > 1e-9 * scale[c]!)) continue;
    for (let r = c + 1; r < table.length; r++) {
      const row = table[r]!;
      const factor = row[c]! / pivot[c]!;
      if (factor !== 0) for (let k = c; k < row.length; k++) row[k]! -= factor * pivot[k]!;
    }
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let value = 0;
  for (let i = 0; i < a.length; i++) value += a[i]! * b[i]!;
  return value;
}

function sum(values: ArrayLike<number>): number {
  let value = 0;
  for (let i = 0; i < values.length; i++) value += values[i]!;
  return value;
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

const clamp = (r: number): number => Math.max(-1, Math.min(1, r));
