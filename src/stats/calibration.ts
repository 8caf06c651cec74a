/**
 * How well likelihood ratios tell what they claim to tell (Brümmer and du Preez 2006; Ramos and Gonzalez-Rodriguez
 * 2013): Cllr in bits, its least value over monotone recalibrations (pool adjacent violators), their difference, which
 * is the calibration loss, empirical cross-entropy at given prior odds, and Tippett's curves. Cases carry weights, so
 * that families and not pairs count.
 */

export interface LikelihoodRatio {
  log10LR: number;
  weight: number;
}

/** Log-likelihood-ratio cost in bits: 0 is perfect, 1 is what a constant ratio of 1 costs. */
export function cllr(same: readonly LikelihoodRatio[], different: readonly LikelihoodRatio[]): number {
  return (meanCost(same, 1) + meanCost(different, -1)) / 2;
}

/** The least Cllr that any monotone recalibration of these scores can reach. */
export function cllrMin(same: readonly LikelihoodRatio[], different: readonly LikelihoodRatio[]): number {
  const { same: s, different: d } = poolAdjacentViolators(same, different);
  return cllr(s, d);
}

/** Empirical cross-entropy in bits at prior odds of 10^log10Odds. */
export function crossEntropy(
  same: readonly LikelihoodRatio[],
  different: readonly LikelihoodRatio[],
  log10Odds: number,
): number {
  const prior = 1 / (1 + 10 ** -log10Odds);
  const shift = (cases: readonly LikelihoodRatio[]) => cases.map((c) => ({ ...c, log10LR: c.log10LR + log10Odds }));
  return prior * meanCost(shift(same), 1) + (1 - prior) * meanCost(shift(different), -1);
}

/** The least cross-entropy that any monotone recalibration of these scores can reach at these odds. */
export function crossEntropyMin(
  same: readonly LikelihoodRatio[],
  different: readonly LikelihoodRatio[],
  log10Odds: number,
): number {
  const pooled = poolAdjacentViolators(same, different);
  return crossEntropy(pooled.same, pooled.different, log10Odds);
}

/** Share of cases, by weight, whose ratio is above each of `at`. */
export function tippett(cases: readonly LikelihoodRatio[], at: readonly number[]): number[] {
  const total = weightOf(cases);
  return at.map((x) => weightOf(cases.filter(({ log10LR }) => log10LR > x)) / total);
}

/** Area under the ROC curve, by weight; ties count half. */
export function areaUnderCurve(same: readonly LikelihoodRatio[], different: readonly LikelihoodRatio[]): number {
  const sorted = [...different].sort((a, b) => a.log10LR - b.log10LR);
  const below: number[] = [0];
  for (const { weight } of sorted) below.push(below.at(-1)! + weight);
  const total = below.at(-1)!;
  let sum = 0;
  for (const { log10LR, weight } of same) {
    const first = sorted.findIndex((c) => c.log10LR >= log10LR);
    const after = sorted.findIndex((c) => c.log10LR > log10LR);
    const low = below[first === -1 ? sorted.length : first]!;
    const high = below[after === -1 ? sorted.length : after]!;
    sum += (weight * (low + high)) / 2;
  }
  return sum / (total * weightOf(same));
}

function meanCost(cases: readonly LikelihoodRatio[], sign: 1 | -1): number {
  let sum = 0;
  for (const { log10LR, weight } of cases) sum += weight * Math.log2(1 + 10 ** (-sign * log10LR));
  return sum / weightOf(cases);
}

function weightOf(cases: readonly LikelihoodRatio[]): number {
  return cases.reduce((sum, { weight }) => sum + weight, 0);
}

/** Bounds of a pooled ratio: a block of one class alone would be infinite. */
const LOG10_MAX = 12;

/** Scores from one to another that a monotone recalibration reads as one ratio; null where one class alone stands there. */
interface Pooled {
  from: number;
  to: number;
  log10LR: number | null;
  /** The only class there, where it is one alone. */
  only: "same" | "different" | null;
}

/**
 * The best monotone recalibration of these scores as its steps, the lowest scores first: what pool adjacent violators makes of
 * the very cases it is given, which is no ratio for another case. The score stands in `log10LR`; both classes have a case.
 */
export function recalibration(same: readonly LikelihoodRatio[], different: readonly LikelihoodRatio[]): Pooled[] {
  const { cases, blocks } = pool(same, different);
  return blocks.map(({ s, d, from, to }) => ({
    from: cases[from]!.log10LR,
    to: cases[to - 1]!.log10LR,
    log10LR: s === 0 || d === 0 ? null : Math.log10(s / d),
    only: d === 0 ? "same" : s === 0 ? "different" : null,
  }));
}

function pool(same: readonly LikelihoodRatio[], different: readonly LikelihoodRatio[]) {
  const [ws, wd] = [weightOf(same), weightOf(different)];
  const cases = [
    ...same.map((c) => ({ ...c, s: c.weight / ws, d: 0 })),
    ...different.map((c) => ({ ...c, s: 0, d: c.weight / wd })),
    // On a tie the second proposition goes first: that lowers the least cost, so the loss is never understated.
  ].sort((a, b) => a.log10LR - b.log10LR || a.s - b.s);
  const blocks: { s: number; d: number; from: number; to: number }[] = [];
  cases.forEach(({ s, d }, i) => {
    let block = { s, d, from: i, to: i + 1 };
    for (let last = blocks.at(-1); last && last.s * block.d >= block.s * last.d; last = blocks.at(-1)) {
      blocks.pop();
      block = { s: last.s + block.s, d: last.d + block.d, from: last.from, to: block.to };
    }
    blocks.push(block);
  });
  return { cases, blocks };
}

function poolAdjacentViolators(same: readonly LikelihoodRatio[], different: readonly LikelihoodRatio[]) {
  const { cases, blocks } = pool(same, different);
  const pooled = new Array<number>(cases.length);
  for (const { s, d, from, to } of blocks) {
    const ratio = d === 0 ? LOG10_MAX : s === 0 ? -LOG10_MAX : Math.log10(s / d);
    pooled.fill(Math.max(-LOG10_MAX, Math.min(LOG10_MAX, ratio)), from, to);
  }
  const of = (wanted: boolean) =>
    cases.flatMap((c, i) => (c.s > 0 === wanted ? [{ log10LR: pooled[i]!, weight: wanted ? c.s : c.d }] : []));
  return { same: of(true), different: of(false) };
}
