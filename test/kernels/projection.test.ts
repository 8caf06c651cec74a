/** Rows along directions: decoded in the arena, in stretches, and the same bits as one product over all of them. */
import { describe, expect, it } from "vitest";
import { LocalCompute } from "../../src/kernels/compute.js";
import type { DType } from "../../src/kernels/dtypes.js";
import { Kernel } from "../../src/kernels/kernel.js";
import { Arena } from "../../src/kernels/rotation/arena.js";

/** Numbers that look drawn, the same every time. */
const drawn = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i * 12.9898) * 2));

function stored(dtype: "F32" | "BF16", values: Float32Array): Uint8Array {
  const words = new Uint32Array(values.buffer);
  const bytes = dtype === "F32" ? words : Uint16Array.from(words, (word) => word >>> 16);
  return new Uint8Array(bytes.buffer);
}

describe("Rows along directions", () => {
  // Columns that fill no whole vector, and rows beyond one stretch and beyond whole tiles.
  for (const [dtype, rows, columns, count] of [
    ["BF16", 150, 40, 12],
    ["BF16", 67, 37, 8],
    ["F32", 129, 21, 5],
    ["F32", 3, 8, 4],
  ] as const satisfies [DType, number, number, number][])
    it(`have the bits of one product: ${rows} × ${columns} ${dtype}, ${count} directions`, async () => {
      const bytes = stored(dtype, drawn(rows * columns));
      const compute = new LocalCompute(async (_, offset, into) =>
        into.set(bytes.subarray(offset, offset + into.length)),
      );
      const directions = { n: count, k: columns, data: drawn(count * columns).reverse() };
      const matrix = { file: "rows", offsetBytes: 0, dtype, rows, columns };
      const found = await compute.project({ part: { matrix, runs: [{ start: 0, count: rows }] }, directions });

      const arena = new Arena();
      const into = arena.zeros(rows, count);
      const values = new Kernel().decode(dtype, bytes);
      const along = arena.put(directions.data, count, columns);
      arena.times(arena.put(values, rows, columns), along, into, { b: true });
      expect([...found.data]).toEqual([...arena.read(into)]);
    });
});
