/**
 * Could one draw have made what agrees, turned by one side afterwards? Asked of units that both views pair: a copy holds
 * all of its origin; of two runs from one draw neither holds the other (tests/common-start.ts). Gains say nothing here:
 * whoever turns a stream folds them away.
 */
import type { Compute } from "../../../kernels/compute.js";
import type { Agreeing } from "../pairing/way.js";
import { ROWS_TRAINED, VALUES_TRAINED } from "../tests/trained-layers.js";
import { type HeldLayer, inPlaceOf, ROWS_HELD, type TurnedStart, turnedStart } from "../tests/turned-start.js";
import type { Viewed } from "./views.js";

/**
 * Layers of other numbers and models of other widths are asked the same: machines of a pipeline draw from seeds of their own,
 * narrower models may be cut from one table, and one key may serve every layer.
 * @param layers blocks whose units agree
 */
export async function startSeen(
  layers: readonly Agreeing<Viewed>[],
  oneWidth: boolean,
  compute: Compute,
): Promise<TurnedStart> {
  const held: HeldLayer[] = [];
  for (const { sides, both, drawn } of inPlaceOf(layers, oneWidth) ?? layers) {
    if (drawn) continue;
    const pairs = both.slice(0, ROWS_HELD);
    const units = (at: 0 | 1, of = pairs) => of.map((pair) => pair[at]);
    const part = (at: 0 | 1) => sides[at].rows(sides[at].block.mlp.gate ? "gate" : "up", units(at));
    const [x, y] = await Promise.all([part(0), part(1)]);
    const columns = sides[0].directions;
    held.push({
      rows: { x: lessMean(x, columns), y: lessMean(y, columns), columns },
      areUntrained: (at: 0 | 1) => sides[at].areDrawn(units(at, both.slice(0, ROWS_TRAINED)), VALUES_TRAINED),
      parts: sides[0].block.mlp.gate ? 2 : 1,
    });
  }
  return turnedStart(held, compute, { throughTokens: true });
}

/** In place: less what all rows share, such as weights of one sign, of which a start had all and training takes nothing. */
function lessMean(rows: Float32Array, columns: number): Float32Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows.length; i++) mean[i % columns]! += rows[i]!;
  for (let i = 0; i < rows.length; i++) rows[i]! -= (mean[i % columns]! * columns) / rows.length;
  return rows;
}
