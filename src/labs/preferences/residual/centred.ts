/**
 * Correlation of two scorers after what every scorer shares is taken out: residuals on the mean of the lineages that
 * neither belongs to (a lineage counts once), and on length and format. A lineage of either is left out whole: a third
 * sibling in the mean would absorb what the two share. All comes from one table of inner products, so that ten thousand
 * pairs cost ten thousand small systems and not ten thousand passes over items.
 */

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
 * −1 for one that is in no mean @param leaves lineages that are left out of the mean, by scorer
 */
export function centred(
  vectors: readonly Float64Array[],
  covariates: readonly Float64Array[],
  lineages: readonly number[],
  leaves: readonly (readonly number[])[],
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

  const residual = (i: number, j: number): number => {
    const out = [...new Set([...leaves[i]!, ...leaves[j]!])];
    if (count - out.length < 1) return 0;
    const withMean = (row: number) => withAll[row]! - sum(out.map((l) => withLineage[row]![l]!));
    let own = total - 2 * sum(out.map((l) => betweenAll[l]!));
    for (const a of out) for (const b of out) own += between[a]![b]!;
    const held = covariates.map((_, c) => n + c).filter((row) => g[row]![row]! > 1e-12);
    const system = [
      [own, ...held.map(withMean)],
      ...held.map((row) => [withMean(row), ...held.map((other) => g[row]![other]!)]),
    ];
    const at = (x: number) => [withMean(x), ...held.map((row) => g[x]![row]!)];
    const [zi, zj] = [at(i), at(j)];
    const [si, sj] = [solved(system, zi), solved(system, zj)];
    const inner = (a: readonly number[], b: readonly number[]) => sum(a.map((v, k) => v * b[k]!));
    const vi = g[i]![i]! - inner(zi, si);
    const vj = g[j]![j]! - inner(zj, sj);
    // What a scorer has of its own may be nothing: it is the mean.
    if (!(vi > 1e-9 * g[i]![i]!) || !(vj > 1e-9 * g[j]![j]!)) return 0;
    return clamp((g[i]![j]! - inner(zi, sj)) / Math.sqrt(vi * vj));
  };
  const plain = (i: number, j: number) =>
    g[i]![i]! > 0 && g[j]![j]! > 0 ? clamp(g[i]![j]! / Math.sqrt(g[i]![i]! * g[j]![j]!)) : 0;
  return { raw: plain, residual, withCovariate: (i, c) => plain(i, n + c) };
}

/** A small symmetric system by elimination with pivots; a direction that others span already counts for nothing. */
function solved(system: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = system.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  const used: number[] = [];
  const scale = Math.max(...system.map((row, i) => Math.abs(row[i]!)), 1e-300);
  for (let c = 0; c < size; c++) {
    let best = -1;
    for (let r = 0; r < size; r++)
      if (!used.includes(r) && (best === -1 || Math.abs(rows[r]![c]!) > Math.abs(rows[best]![c]!))) best = r;
    if (best === -1 || Math.abs(rows[best]![c]!) < 1e-12 * scale) {
      used.push(-1);
      continue;
    }
    used.push(best);
    const pivot = rows[best]!;
    for (let r = 0; r < size; r++) {
      if (r === best) continue;
      const factor = rows[r]![c]! / pivot[c]!;
      if (factor !== 0) for (let k = c; k <= size; k++) rows[r]![k]! -= factor * pivot[k]!;
    }
  }
  return used.map((r, c) => (r === -1 ? 0 : rows[r]![size]! / rows[r]![c]!));
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
