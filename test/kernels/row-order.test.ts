/** Laws of stored orders: wherever the rows lie, jobs give the same bits. */
import { describe, expect, test } from "vitest";
import { LocalCompute } from "../../src/kernels/compute.js";
import { storedRuns } from "../../src/kernels/row-order.js";
import type { StoredMatrix } from "../../src/kernels/row-source.js";

const [rows, columns] = [48, 20];
const plain = Float32Array.from({ length: rows * columns }, (_, i) => Math.fround(Math.sin(i * i + 1)));
const at = (r: number, c: number) => plain[r * columns + c]!;
const whole: StoredMatrix = { file: "plain", offsetBytes: 0, dtype: "F32", rows, columns };

/** Stored by columns between two other matrices: 7 values before and 5 behind in each stored row. */
const STRIDE = 7 + rows + 5;
const columnwise = new Float32Array(columns * STRIDE).fill(9);
for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) columnwise[c * STRIDE + 7 + r] = at(r, c);
/** The second of three matrices interleaved by heads of 12 rows. */
const blocks = new Float32Array(3 * rows * columns).fill(9);
/** The halves of heads of 12 rows interleaved. */
const halves = new Float32Array(rows * columns);
for (let r = 0; r < rows; r++) {
  const [head, within] = [Math.floor(r / 12), r % 12];
  blocks.set(plain.subarray(r * columns, (r + 1) * columns), ((head * 3 + 1) * 12 + within) * columns);
  const half = within < 6 ? within * 2 : (within - 6) * 2 + 1;
  halves.set(plain.subarray(r * columns, (r + 1) * columns), (head * 12 + half) * columns);
}
const content: Record<string, Float32Array> = { plain, columnwise, blocks, halves };
const compute = new LocalCompute(async (file, offset, into) => {
  const bytes = new Uint8Array(content[file]!.buffer);
  if (offset + into.length > bytes.length) throw new Error("read beyond the end");
  into.set(bytes.subarray(offset, offset + into.length));
});

const orders: [string, StoredMatrix][] = [
  ["columns", { ...whole, file: "columnwise", offsetBytes: 7 * 4, order: { kind: "columns", stride: STRIDE } }],
  [
    "blocks",
    { ...whole, file: "blocks", offsetBytes: 12 * columns * 4, order: { kind: "blocks", count: 12, stride: 36 } },
  ],
  ["halves", { ...whole, file: "halves", order: { kind: "halves", count: 12 } }],
];
const all = [{ start: 0, count: rows }];
const some = [
  { start: 40, count: 8 },
  { start: 3, count: 11 },
  { start: 20, count: 1 },
];

describe.each(orders)("rows stored in %s", (_, matrix) => {
  test.each([all, some])("give the sketch of the plain matrix, bit for bit", async (...runs) => {
    const job = { unit: "rows", width: 8, groups: 1, seed: "s" } as const;
    const got = await compute.sketch({ ...job, parts: [{ matrix, runs }] });
    const want = await compute.sketch({ ...job, parts: [{ matrix: whole, runs }] });
    expect(new Uint32Array(got.data.buffer)).toEqual(new Uint32Array(want.data.buffer));
  });
  test("compare as equal to the plain matrix, from either side", async () => {
    for (const runs of [all, some]) {
      const n = runs.reduce((sum, r) => sum + r.count, 0) * columns;
      const [a, b] = [
        { matrix, runs },
        { matrix: whole, runs },
      ];
      expect(await compute.compare({ a, b })).toMatchObject({ n, equal: n });
      expect(await compute.compare({ a: b, b: a })).toMatchObject({ n, equal: n });
    }
  });
});

test("rows that follow one another in the file are read in one run", () => {
  expect(storedRuns(all, { kind: "blocks", count: 12, stride: 12 })).toEqual(all);
  expect(storedRuns([{ start: 6, count: 12 }], { kind: "blocks", count: 12, stride: 36 })).toEqual([
    { start: 6, count: 6 },
    { start: 36, count: 6 },
  ]);
});
