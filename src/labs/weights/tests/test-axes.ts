/** All axes of a pair of models. The residual axis first: where widths differ the others need its map. */
import type { Axis } from "./axes.js";
import type { Bench } from "./bench.js";
import { type FeatureMap, featureMap } from "./feature-map.js";
import { scanMlp } from "./mlp-axis.js";
import { testResidual } from "./residual-axis.js";
import type { AxisResult } from "./scan.js";
import { scanValues } from "./value-axis.js";

/** Axes, null for one that could not be looked at; and where widths differ which residual dimensions answer to which. */
export async function testAxes(
  bench: Bench,
): Promise<{ results: Record<Axis, AxisResult | null>; features: FeatureMap | null }> {
  const residual = await testResidual(bench);
  const features = featureMap(bench.reference, bench.suspect, residual?.matching ?? null);
  const [mlp, values] = await Promise.all([scanMlp(bench, features), scanValues(bench, features)]);
  return { results: { "mlp-hidden": mlp, "value-dim": values, residual }, features };
}
