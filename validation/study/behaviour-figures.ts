/** Figures of merit of the study, each base (or pair of bases) counting once, with intervals by resampling bases. */
import { prng } from "../../dist/base/prng.js";
import { areaUnderCurve, cllr, cllrMin, type LikelihoodRatio } from "../../dist/stats/calibration.js";
import { fitLogistic } from "../../dist/stats/logistic.js";

export interface Case {
  /** log10 of the likelihood ratio made without the case's bases. */
  log10LR: number;
  positive: boolean;
  bases: readonly [number, number];
}

/** TPR at a false-positive rate, the threshold for each positive taken from nulls that do not share its base. */
export function truePositiveRate(cases: readonly Case[], falsePositiveRate: number): number {
  const positives = cases.filter((c) => c.positive);
  const nulls = cases.filter((c) => !c.positive);
  const found = positives.filter(({ log10LR, bases }) => {
    const others = nulls.filter((n) => !n.bases.includes(bases[0])).map((n) => n.log10LR);
    others.sort((a, b) => a - b);
    return log10LR > others[Math.min(others.length - 1, Math.floor((1 - falsePositiveRate) * others.length))]!;
  });
  return found.length / positives.length;
}

export function auc(cases: readonly Case[]): number {
  const flat = (positive: boolean) =>
    cases.filter((c) => c.positive === positive).map(({ log10LR }) => ({ log10LR, weight: 1 }));
  return areaUnderCurve(flat(true), flat(false));
}

/** One weight a base for positives, one a pair of bases for nulls; `times` is how often resampling drew each base. */
export function weighed(cases: readonly Case[], positive: boolean, times?: readonly number[]): LikelihoodRatio[] {
  const of = cases.filter((c) => c.positive === positive);
  const size = new Map<string, number>();
  for (const { bases } of of) size.set(bases.join(), (size.get(bases.join()) ?? 0) + 1);
  return of.flatMap(({ log10LR, bases }) => {
    const drawn = times ? (bases[0] === bases[1] ? times[bases[0]]! : times[bases[0]]! * times[bases[1]]!) : 1;
    return drawn > 0 ? [{ log10LR, weight: drawn / size.get(bases.join())! }] : [];
  });
}

export interface Costs {
  cllr: number;
  cllrMin: number;
  loss: number;
}

export function costs(cases: readonly Case[]): Costs {
  const [same, different] = [weighed(cases, true), weighed(cases, false)];
  const [total, least] = [cllr(same, different), cllrMin(same, different)];
  return { cllr: total, cllrMin: least, loss: total - least };
}

/** Cllr of a baseline less Cllr of the method on the same pairs, in bits, with a 95 % interval over bases. */
export function gain(method: readonly Case[], baseline: readonly Case[], bases: number) {
  const clusters = [true, false].map((positive) => byCluster(method, baseline, positive));
  const value = (times?: readonly number[]) =>
    clusters.reduce((sum, of) => {
      let [total, weight] = [0, 0];
      for (const { pair, difference } of of) {
        const [a, b] = pair;
        const drawn = times ? (a === b ? times[a]! : times[a]! * times[b]!) : 1;
        total += drawn * difference;
        weight += drawn;
      }
      return sum + total / weight / 2;
    }, 0);
  const source = prng("behaviour/study-bootstrap", "1");
  const drawn: number[] = [];
  while (drawn.length < 1000) {
    const times = new Array<number>(bases).fill(0);
    for (let i = 0; i < bases; i++) times[source.below(bases)]!++;
    const gained = value(times);
    if (Number.isFinite(gained)) drawn.push(gained);
  }
  drawn.sort((x, y) => x - y);
  return { gain: value(), low: drawn[25]!, high: drawn[974]! };
}

/** Mean difference of cost in bits within each base or pair of bases. */
function byCluster(method: readonly Case[], baseline: readonly Case[], positive: boolean) {
  const sums = new Map<string, { pair: readonly [number, number]; total: number; n: number }>();
  const cost = ({ log10LR }: Case) => Math.log2(1 + 10 ** (positive ? -log10LR : log10LR));
  method.forEach((c, i) => {
    if (c.positive !== positive) return;
    const of = sums.get(c.bases.join()) ?? { pair: c.bases, total: 0, n: 0 };
    sums.set(c.bases.join(), of);
    of.total += cost(baseline[i]!) - cost(c);
    of.n++;
  });
  return [...sums.values()].map(({ pair, total, n }) => ({ pair, difference: total / n }));
}

/** Cases whose `log10LR` is a score, given a likelihood ratio each by a calibration made without their bases. */
export function calibrateWithout(cases: readonly Case[]): Case[] {
  const made = new Map<string, (s: number) => number>();
  return cases.map((c) => {
    const key = c.bases.join();
    let of = made.get(key);
    if (!of) {
      const kept = cases.filter((k) => !k.bases.some((b) => c.bases.includes(b)));
      const size = new Map<string, number>();
      const name = (k: Case) => `${k.positive} ${k.bases.join()}`;
      for (const k of kept) size.set(name(k), (size.get(name(k)) ?? 0) + 1);
      const classes = [false, true].map((p) => [...size.keys()].filter((n) => n.startsWith(`${p} `)).length);
      const fit = fitLogistic(
        {
          features: kept.map((k) => [k.log10LR]),
          labels: kept.map((k) => (k.positive ? 1 : 0)),
          weights: kept.map((k) => 0.5 / (size.get(name(k))! * classes[k.positive ? 1 : 0]!)),
          clusters: kept.map((_, i) => i),
        },
        { spread: 0, mean: 1e-4 },
      );
      of = (s) => (fit.coefficients[0]! * s + fit.intercept) / Math.LN10;
      made.set(key, of);
    }
    return { ...c, log10LR: of(c.log10LR) };
  });
}
