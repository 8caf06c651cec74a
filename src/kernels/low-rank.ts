/**
 * A product of two thin matrices added to a matrix: the merged weights of a LoRA adapter (Hu et al., ICLR 2022),
 * W + factor · B A. Sums run over the rank in ascending order in f64 and are rounded to f32 once.
 */
import type { Run } from "./row-order.js";
import type { Addition, StoredMatrix } from "./stored-matrix.js";

/**
 * @param values reads rows of a small matrix
 * @param rows numbers in the whole
 * @param out their values, row-major; the product is added
 */
export async function addProduct(
  values: (matrix: StoredMatrix, runs: readonly Run[]) => Promise<Float32Array>,
  { a, b, factor }: Addition,
  rows: readonly number[],
  columns: number,
  out: Float32Array,
): Promise<void> {
  const rank = a.rows;
  const left = await values(
    b,
    rows.map((start) => ({ start, count: 1 })),
  );
  const right = await values(a, [{ start: 0, count: rank }]);
  const sum = new Float64Array(columns);
  for (let r = 0; r < rows.length; r++) {
    sum.fill(0);
    for (let k = 0; k < rank; k++) {
      const x = left[r * rank + k]!;
      for (let c = 0; c < columns; c++) sum[c]! += x * right[k * columns + c]!;
    }
    for (let c = 0; c < columns; c++) {
      out[r * columns + c] = Math.fround(out[r * columns + c]! + factor * sum[c]!);
    }
  }
}
