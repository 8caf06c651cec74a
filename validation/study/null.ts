/** How often p ≤ α among presumed-unrelated pairs, and how that moves when any one model is left out. */
import { lower95, upper95 } from "../../dist/stats/clopper-pearson.js";
import type { Loaded, Pair, PairResult } from "./models.ts";

export const ALPHAS = [0.05, 0.01] as const;
const AXES = ["combined", "mlp-hidden", "value-dim", "residual"] as const;

/** Every pair of different families, each kind named by whether the shapes agree. */
export function allPairs(models: Loaded[]): Pair[] {
  const out: Pair[] = [];
  for (const [i, a] of models.entries())
    for (const b of models.slice(i + 1)) {
      // A lawful coincidence is no null: pairs of one seed stand under hazards.
      if (a.family !== b.family) out.push({ a, b, kind: shape(a) === shape(b) ? "equal shape" : "unequal shape" });
    }
  return out;
}

/** Each model with the next `partners` of its shape, in a ring: every model weighs the same, and n stays linear. */
export function ringPairs(models: Loaded[], partners: number): Pair[] {
  const shapes = [...new Set(models.map(shape))];
  return shapes.flatMap((wanted) => {
    const ring = models.filter((m) => shape(m) === wanted);
    const steps = Math.min(partners, Math.floor((ring.length - 1) / 2));
    return ring
      .flatMap((a, i) =>
        Array.from({ length: steps }, (_, step) => ({
          a,
          b: ring[(i + step + 1) % ring.length]!,
          kind: "equal shape",
        })),
      )
      .filter(({ a, b }) => a.family !== b.family);
  });
}

/** Models of one kind against dense ones with a gate of the same width: mixtures, MLPs without a gate. */
export function betweenPairs(others: Loaded[], dense: Loaded[]): Pair[] {
  return others.flatMap((a) =>
    dense.filter((b) => b.model.hidden === a.model.hidden).map((b) => ({ a, b, kind: "another kind" })),
  );
}

function shape({ model: m }: Loaded): string {
  return [m.layers, m.hidden, m.mlpHidden, m.keyValueHeads, m.headDim, m.experts].join("/");
}

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
