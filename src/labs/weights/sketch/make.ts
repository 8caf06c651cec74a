/** Making a sketch: the folds of each planned matrix, of unit length, as the bytes that the file holds. */
import type { Compute } from "../../../kernels/compute.js";
import type { Model } from "../../../model/model.js";
import { halfBytes } from "./half.js";
import type { Planned } from "./plan.js";

/**
 * Rows are centred, folded and brought to length one, as in the examination itself: their lengths are not disclosed.
 * @returns rowCount(planned.runs) × width halves, little endian
 */
export async function foldsOf(
  model: Model,
  planned: Planned,
  { seed, width }: { seed: string; width: number },
  compute: Compute,
): Promise<Uint8Array> {
  const { matrix } = model.tensors.get(planned.name)!;
  const folded = await compute.sketch({
    unit: "rows",
    parts: [{ matrix, runs: planned.runs }],
    firstPart: planned.part,
    width,
    groups: 1,
    seed,
    centred: false,
  });
  return halfBytes(folded.data.subarray(0, folded.n * folded.k));
}
