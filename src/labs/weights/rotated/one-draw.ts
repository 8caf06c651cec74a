/**
 * Could one draw have made what agrees, turned by one side afterwards? Asked of units that both views pair: a copy holds
 * all of its origin; of two runs from one draw neither holds the other (tests/common-start.ts). Gains say nothing here:
 * whoever turns a stream folds them away.
 */
import type { Compute } from "../../../kernels/compute.js";
import type { Agreeing } from "../pairing/way.js";
import { type HeldLayer, inPlaceOf, ROWS_HELD, type TurnedStart, turnedStart } from "../tests/turned-start.js";
import type { Viewed } from "./views.js";

/** Null where one draw cannot have made it. @param layers blocks whose units agree */
export async function startSeen(
  layers: readonly Agreeing<Viewed>[],
  oneWidth: boolean,
  compute: Compute,
): Promise<TurnedStart | null> {
  const inPlace = inPlaceOf(layers, oneWidth);
  if (inPlace === null) return null;
  const held: HeldLayer[] = [];
  for (const { sides, both, drawn } of inPlace) {
    if (drawn) continue;
    const pairs = both.slice(0, ROWS_HELD);
    const units = (at: 0 | 1) => pairs.map((pair) => pair[at]);
    const part = (at: 0 | 1) => sides[at].rows(sides[at].block.mlp.gate ? "gate" : "up", units(at));
    const [x, y] = await Promise.all([part(0), part(1)]);
    held.push({
      rows: { x, y, columns: sides[0].directions },
      areUntrained: (at: 0 | 1) => sides[at].areDrawn(units(at)),
    });
  }
  return turnedStart(held, compute);
}
