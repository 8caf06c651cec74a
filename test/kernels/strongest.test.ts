/** The power method in f32 beside eigenvalues in f64, of matrices whose sizes are no whole tiles. */
import { expect, test } from "vitest";
import { prng } from "../../src/base/prng.js";
import { Arena } from "../../src/kernels/rotation/arena.js";
import { symmetricEigen } from "../../src/kernels/rotation/eigen.js";

test.each([
  [1, 8],
  [5, 17],
  [30, 30],
  [64, 96],
])("the largest eigenvalue of inner products of %i rows of %i", (rows, columns) => {
  const source = prng("test", `${rows} ${columns}`);
  const x = Float32Array.from({ length: rows * columns }, () => source.uint32() / 2 ** 31 - 1);
  // One direction stands out, so that a hundred steps reach it.
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) x[r * columns + c]! += (r % 3) - 1 + (c % 2);
  const arena = new Arena();
  const mark = arena.mark();
  const lines = arena.put(x, rows, columns);
  const gram = arena.zeros(rows, rows);
  arena.times(lines, lines, gram, { b: true });
  const found = arena.strongest(gram, new Float32Array(rows).fill(1), 100);
  arena.release(mark);
  const data = new Float64Array(rows * rows);
  for (let p = 0; p < rows; p++)
    for (let q = 0; q < rows; q++)
      for (let c = 0; c < columns; c++) data[p * rows + q]! += x[p * columns + c]! * x[q * columns + c]!;
  const wanted = symmetricEigen({ rows, columns: rows, data }).values.at(-1)!;
  expect(Math.abs(found - wanted) / wanted).toBeLessThan(1e-4);
});
