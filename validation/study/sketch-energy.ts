/**
 * How much of a row its fold gives away: the share of a row's energy that lies in what the fold determines. Measured by
 * least squares, as whoever holds the sketch would: the estimate of least length that folds to what is held. What lies
 * outside that is not touched by the fold at all.
 */
import { prng, sample } from "../../dist/base/prng.js";
import { FileReader } from "../../dist/host/files.js";
import { openModel } from "../../dist/host/model/open-model.js";
import { foldSigns, LocalCompute } from "../../dist/kernels/compute.js";

export interface Energy {
  tensor: string;
  width: number;
  hidden: number;
  rows: number;
  /** Of the centred row: mean, least and most over rows. */
  mean: number;
  least: number;
  most: number;
  /** Mean cosine of the least-squares estimate with the row. */
  cosine: number;
}

const ROWS = 128;

export async function energyShares(path: string, seed: string): Promise<Energy[]> {
  const { reading } = await openModel(path);
  if (reading.kind === "refused") throw new Error(reading.reason);
  const files = new FileReader();
  const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
  const out: Energy[] = [];
  for (const [role, part] of [
    ["mlp.gate", 0],
    ["mlp.up", 1],
    ["attention.v", 0],
  ] as const)
    for (const width of [8, 16, 32, 64]) {
      const tensor = reading.model.tensors.get(`layers.0.${role}`)!;
      const values = await compute.load(tensor.matrix);
      const { rows, columns } = tensor.matrix;
      const signs = foldSigns(columns, width, seed, part);
      const size = new Float64Array(width);
      for (let c = 0; c < columns; c++) size[c % width]!++;
      const shares = [...sample(rows, Math.min(ROWS, rows), prng("assay/study/energy", seed))].map((r) => {
        const row = values.subarray(r * columns, (r + 1) * columns);
        const mean = row.reduce((s, x) => s + x, 0) / columns;
        const fold = new Float64Array(width);
        let energy = 0;
        for (let c = 0; c < columns; c++) {
          fold[c % width]! += signs[c]! * (row[c]! - mean);
          energy += (row[c]! - mean) ** 2;
        }
        // Buckets do not overlap: the least-squares estimate spreads each sum evenly over its bucket.
        return fold.reduce((s, x, j) => s + (x * x) / size[j]!, 0) / energy;
      });
      out.push({
        tensor: `layers.0.${role}`,
        width,
        hidden: columns,
        rows: shares.length,
        mean: shares.reduce((s, x) => s + x, 0) / shares.length,
        least: Math.min(...shares),
        most: Math.max(...shares),
        cosine: shares.reduce((s, x) => s + Math.sqrt(x), 0) / shares.length,
      });
    }
  await files.close();
  return out;
}
