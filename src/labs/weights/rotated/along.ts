/** Both models' units along directions of their own residual streams that answer to each other, whatever gave them. */
import type { Matrix } from "../../../kernels/kernel.js";
import { isGated } from "../pairing/method.js";
import type { Agreeing, Sight } from "../pairing/way.js";
import type { Bench } from "../tests/bench.js";
import type { TurnedStart } from "../tests/turned-start.js";
import { inParallel } from "../work.js";
import { streamBlocksOf } from "./method.js";
import { startSeen } from "./one-draw.js";
import { type Viewed, viewed } from "./views.js";

/**
 * @param directionsOf so many directions of a side's stream, a row each
 * @param count directions of one view; twice as many are asked for where both views are up rows
 * @param through what observations say of the directions
 */
export async function seenAlong<D>(
  { reference, suspect, compute, work }: Bench,
  directionsOf: (side: "reference" | "suspect", count: number) => Promise<Matrix>,
  count: number,
  through: D,
): Promise<Sight<Viewed, TurnedStart, D>> {
  const [as, bs] = [streamBlocksOf(reference), streamBlocksOf(suspect)];
  const gated = isGated(as, bs);
  const width = Math.max(reference.hidden, suspect.hidden);
  const sideOf = async (side: "reference" | "suspect"): Promise<Viewed[]> => {
    const model = { reference, suspect }[side];
    const directions = await directionsOf(side, gated ? count : 2 * count);
    return inParallel(work, "units along directions", side === "reference" ? as : bs, (block) =>
      viewed({ model, directions, gated }, block, width, compute),
    );
  };
  return {
    gated,
    as: await sideOf("reference"),
    bs: await sideOf("suspect"),
    through,
    startOf: (agreeing: readonly Agreeing<Viewed>[]) =>
      startSeen(agreeing, reference.hidden === suspect.hidden, compute),
  };
}
