/**
 * Spot rows: rows of a sketch drawn by a later challenge are opened against the chunk trees in its header, so that the
 * other side can fold them itself. A sketch of which a share f was made up passes n rows with probability (1 − f)^n.
 * It does not show that the chunk trees are of the files behind the OMS root: whoever hashes those files sees that.
 */
import { z } from "zod";
import { prng } from "../../../base/prng.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { PATH_MAX } from "../../../evidence/chunk-tree.js";
import { rowCount } from "../../../kernels/row-source.js";
import type { SketchHeader } from "./header.js";
import { type Planned, planOf } from "./plan.js";

/** Half of a sketch made up passes 16 rows once in 65,536. */
export const ROWS_DEFAULT = 16;
export const ROWS_MAX = 1024;
/** Encoded; 1,024 rows of 16,384 values with their paths take about 100 MB. */
export const OPENING_BYTES_MAX = 256 * 1024 * 1024;

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);

export const openingSchema = z.strictObject({
  type: z.literal("assay/sketch-opening/v1"),
  /** SHA-256 of the whole sketch file. */
  sketch: digestSchema,
  /** What the other side drew after it had the sketch. */
  challenge: hex32,
  rows: z.int().positive().max(ROWS_MAX),
  files: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(255),
        chunks: z
          .array(
            z.strictObject({
              index: z.int().nonnegative(),
              /** Base64. */
              data: z.string(),
              path: z.array(hex32).max(PATH_MAX),
            }),
          )
          .max(100_000),
      }),
    )
    .max(1000),
});
export type Opening = z.infer<typeof openingSchema>;

/** One fold of the sketch: of which row, and where it lies among all folds. */
export interface SpotRow {
  planned: Planned;
  /** Row of the whole matrix. */
  row: number;
  /** Bytes of the fold within the payload. */
  offsetBytes: number;
}

/** Distinct folds, drawn from the challenge over all that the sketch holds, in the order of the file. */
export function spotRows(header: SketchHeader, challenge: string, count: number): SpotRow[] {
  const plan = planOf(header.sizes, header.seed, header.rows);
  const counts = plan.map(({ runs }) => rowCount(runs));
  const total = counts.reduce((sum, n) => sum + n, 0);
  const source = prng("assay/sketch/challenge/v1", challenge);
  const drawn = new Set<number>();
  while (drawn.size < Math.min(count, total)) drawn.add(source.below(total));
  return [...drawn]
    .sort((a, b) => a - b)
    .map((fold) => {
      let [at, before] = [0, 0];
      while (fold >= before + counts[at]!) before += counts[at++]!;
      const planned = plan[at]!;
      return { planned, row: rowAt(planned, fold - before), offsetBytes: fold * header.width * 2 };
    });
}

function rowAt({ runs }: Planned, position: number): number {
  let left = position;
  for (const { start, count } of runs) {
    if (left < count) return start + left;
    left -= count;
  }
  throw new Error("opening.rowAt: the position lies behind the plan");
}
