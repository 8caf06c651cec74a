/** How often p ≤ α among presumed-unrelated pairs, and how that moves when any one model is left out. */
import { lower95, upper95 } from "../../dist/stats/clopper-pearson.js";
import type { PairResult } from "../../materials/weights/models.ts";

export const ALPHAS = [0.05, 0.01] as const;
const AXES = ["combined", "mlp-hidden", "value-dim", "residual"] as const;

export interface Rate {
  axis: string;
  alpha: number;
  n: number;
  at: number;
  rate: number;
  lower: number;
  upper: number;
  min: number;
}

/** Pairs share models, so these Clopper–Pearson bounds by pair are only a first look; see leaveOneOut. */
export function nullRates(pairs: PairResult[], kind: string): Rate[] {
  const chosen = pairs.filter((p) => p.kind === kind);
  return AXES.flatMap((axis) =>
    ALPHAS.map((alpha) => {
      const ps = chosen.flatMap((p) => value(p, axis));
      const at = ps.filter((p) => p <= Math.log10(alpha)).length;
      const n = ps.length;
      return {
        axis,
        alpha,
        n,
        at,
        rate: n ? at / n : 0,
        lower: lower95(at, n),
        upper: upper95(at, n),
        min: Math.min(0, ...ps),
      };
    }),
  );
}

export interface LeftOut {
  axis: string;
  alpha: number;
  rate: number;
  /** Smallest and largest rate over the models left out, and the model whose pairs weigh most. */
  low: number;
  high: number;
  heaviest: string;
  /** Jackknife standard error over models, and the upper end of the 95 % interval it gives. */
  standardError: number;
  upper: number;
}

export function leaveOneOut(pairs: PairResult[]): LeftOut[] {
  const models = [...new Set(pairs.flatMap((p) => [p.a, p.b]))];
  return AXES.flatMap((axis) =>
    ALPHAS.map((alpha) => {
      const rateOf = (list: PairResult[]) => {
        const ps = list.flatMap((p) => value(p, axis));
        return ps.length ? ps.filter((p) => p <= Math.log10(alpha)).length / ps.length : 0;
      };
      const rate = rateOf(pairs);
      const without = models.map((m) => ({ m, rate: rateOf(pairs.filter((p) => p.a !== m && p.b !== m)) }));
      const mean = without.reduce((s, w) => s + w.rate, 0) / without.length;
      const n = models.length;
      const standardError = Math.sqrt(((n - 1) / n) * without.reduce((s, w) => s + (w.rate - mean) ** 2, 0));
      const sorted = [...without].sort((a, b) => a.rate - b.rate);
      return {
        axis,
        alpha,
        rate,
        low: sorted[0]!.rate,
        high: sorted.at(-1)!.rate,
        heaviest: sorted[0]!.m,
        standardError,
        upper: rate + 1.645 * standardError,
      };
    }),
  );
}

function value(pair: PairResult, axis: (typeof AXES)[number]): number[] {
  const p = axis === "combined" ? pair.log10P : pair.axes[axis];
  return p === null || p === undefined ? [] : [p];
}
