/** Grids, codebooks and roundings: against values written out by hand and against laws that must hold for any. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CODEBOOKS, codebookOf } from "../../../src/labs/weights/making/codebook.js";
import { FLOAT_GRIDS, gridOf, roundTo } from "../../../src/labs/weights/making/float-grid.js";
import { maskOf } from "../../../src/labs/weights/making/mask.js";
import { roundingOf, withGrid } from "../../../src/labs/weights/making/rounding.js";

const grid = (id: string) => FLOAT_GRIDS.find((g) => g.id === id)!;
/** Pseudo-random normal values, the same in every run. */
function normal(n: number, seed = 1): Float32Array {
  let x = seed;
  const uniform = () => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return (x + 1) / 2 ** 32;
  };
  return Float32Array.from({ length: n }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(6.283 * uniform()));
}
const rounded = (values: Float32Array, id: string) => values.map((x) => roundTo(x, grid(id)));

describe("number formats", () => {
  test.each([
    ["bf16", 1 + 2 ** -9, 1],
    ["bf16", 1 + 3 * 2 ** -8, 1 + 2 ** -6],
    ["f16", 1 + 2 ** -11, 1],
    ["f16", 6e-8, 2 ** -24],
    ["f16", 65_520, Number.POSITIVE_INFINITY],
    ["f8-e4m3", 0.3, 0.3125],
    ["f8-e5m2", -0.3, -0.3125],
  ])("%s of %d is %d", (id, x, y) => expect(roundTo(x, grid(id))).toBe(y));

  test("bf16 is the upper half of the bits, rounded to even", () => {
    const f32 = new Float32Array(1);
    const bits = new Uint32Array(f32.buffer);
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true, max: Math.fround(3e38), min: -Math.fround(3e38) }),
        (x) => {
          f32[0] = x;
          const b = bits[0]!;
          bits[0] = (b + 0x7fff + ((b >>> 16) & 1)) & 0xffff0000;
          expect(Object.is(roundTo(x, grid("bf16")) + 0, f32[0]! + 0)).toBe(true);
        },
      ),
    );
  });

  test("the coarsest grid that holds all values is found, and one value off it is enough", () => {
    for (const { id } of FLOAT_GRIDS) expect(gridOf(rounded(normal(500), id)).id).toBe(id);
    const values = rounded(normal(500), "bf16");
    values[77]! += 2 ** -14;
    expect(gridOf(values).id).not.toBe("bf16");
  });
});

describe("codebooks", () => {
  test.each(["f32", "f16", "bf16"])("symmetric integers by row, kept in %s, are seen as what they are", (kept) => {
    const values = normal(64 * 96);
    for (const levels of [7, 127]) {
      const out = values.slice();
      for (let r = 0; r < 64; r++) {
        const row = out.subarray(r * 96, (r + 1) * 96);
        const step = row.reduce((m, x) => Math.max(m, Math.abs(x)), 0) / levels;
        row.forEach((x, i) => {
          row[i] = roundTo(Math.fround(Math.round(x / step) * step), grid(kept));
        });
      }
      const { grid: found } = withGrid(out, 96);
      // In BF16 the codes of INT8 are blurred by as much as they lie apart: said to be nothing rather than guessed.
      if (kept === "bf16" && levels === 127) continue;
      expect(found.codebook?.id).toBe(`int${levels === 7 ? 4 : 8}-row`);
    }
  });
  test("plain values of any number format lie on none", () => {
    for (const { id, mantissaBits } of FLOAT_GRIDS)
      expect(codebookOf(rounded(normal(64 * 96), id), 96, 2 ** -(mantissaBits + 1)), id).toBeNull();
  });
  test("ids are distinct", () => expect(new Set(CODEBOOKS.map((b) => b.id)).size).toBe(CODEBOOKS.length));
});

describe("a rounding without exception", () => {
  const fine = normal(64 * 96);
  const sides = (a: Float32Array, b: Float32Array) => [withGrid(a, 96), withGrid(b, 96)] as const;
  test("is seen one way round only", () => {
    const [a, b] = sides(fine, rounded(fine, "bf16"));
    expect(roundingOf(a, b)).toMatchObject({ exceptions: 0, cut: 0 });
    expect(roundingOf(a, b).moved).toBeGreaterThan(6000);
    expect(roundingOf(b, a).exceptions).toBeGreaterThan(6000);
  });
  test("ends with the least movement of the finer side", () => {
    const moved = fine.map((x, i) => x * (1 + 1e-4 * (i % 3)));
    const [a, b] = sides(moved, rounded(fine, "bf16"));
    expect(roundingOf(a, b).exceptions).toBeGreaterThan(10);
  });
  test("is not a double rounding: F16 and BF16 of one origin are no origin of one another", () => {
    const [a, b] = sides(rounded(fine, "f16"), rounded(fine, "bf16"));
    expect(roundingOf(a, b).exceptions).toBeGreaterThan(10);
    expect(roundingOf(b, a).exceptions).toBeGreaterThan(10);
  });
});

describe("masks", () => {
  const dense = normal(64 * 96);
  const sorted = dense.map(Math.abs).toSorted();
  const masked = dense.map((x) => (Math.abs(x) < sorted[3000]! ? 0 : x));
  test("the smallest of the whole tensor", () => {
    expect(maskOf(dense, masked, 96)).toMatchObject({ cut: 3000, rule: "tensor", exceptions: 0 });
  });
  test("the smallest of each row, and two of each four", () => {
    const by = (size: number, cut: number) => {
      const out = dense.slice();
      for (let at = 0; at < out.length; at += size) {
        const order = Array.from({ length: size }, (_, i) => at + i).sort(
          (i, j) => Math.abs(dense[i]!) - Math.abs(dense[j]!),
        );
        for (const i of order.slice(0, cut)) out[i] = 0;
      }
      return out;
    };
    expect(maskOf(dense, by(96, 40), 96)).toMatchObject({ rule: "row", exceptions: 0 });
    expect(maskOf(dense, by(4, 2), 96)).toMatchObject({ rule: "2:4", exceptions: 0 });
  });
  test("drawn from values that moved since, or at random, has exceptions", () => {
    const moved = dense.map((x, i) => x * (1 + 0.01 * (i % 5)));
    expect(maskOf(moved, masked, 96)!.exceptions).toBeGreaterThan(5);
    const random = dense.map((x, i) => (i % 2 === 0 ? 0 : x));
    expect(maskOf(dense, random, 96)!.exceptions).toBeGreaterThan(1000);
  });
  test("a tie that was split is an exception", () => {
    const tied = Float32Array.from({ length: 100 }, (_, i) => (i < 60 ? 1 : 2));
    expect(
      maskOf(
        tied,
        tied.map((x, i) => (i < 30 ? 0 : x)),
        100,
      )!.exceptions,
    ).toBeGreaterThan(0);
    expect(
      maskOf(
        tied,
        tied.map((x) => (x === 1 ? 0 : x)),
        100,
      )!.exceptions,
    ).toBe(0);
  });
  test("none where hardly a value is nought", () => expect(maskOf(dense, dense, 96)).toBeNull());
});
