/** All axes of a pair of models. The residual axis first: where widths differ the others need its map. */
import type { Axis } from "./axes.js";
import type { Bench } from "./bench.js";
import { featureMap } from "./feature-map.js";
import { scanMlp } from "./mlp-axis.js";
import { testResidual } from "./residual-axis.js";
import type { AxisResult } from "./scan.js";
import { scanValues } from "./value-axis.js";

/** Null for an axis that could not be looked at. */
export async function testAxes(bench: Bench): Promise<Record<Axis, AxisResult | null>> {
  const residual = await testResidual(bench);
  const features = featureMap(bench.reference, bench.suspect, residual?.matching ?? null);
  const [mlp, values] = await Promise.all([scanMlp(bench, features), scanValues(bench, features)]);
  return { "mlp-hidden": mlp, "value-dim": values, residual };
}
