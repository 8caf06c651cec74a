/** Minima of sets in WASM against the same arithmetic in plain numbers, one at a time. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minima } from "../../src/kernels/minima.js";

const K = 32;
const permutations = {
  a: Uint32Array.from({ length: K }, (_, p) => Math.imul(p + 7, 0x9e3779b9) | 1),
  b: Uint32Array.from({ length: K }, (_, p) => Math.imul(p + 3, 0x85ebca6b)),
};

function flat(sets: readonly (readonly number[])[]): { starts: Uint32Array; values: Uint32Array } {
  const starts = new Uint32Array(sets.length + 1);
  for (const [i, set] of sets.entries()) starts[i + 1] = starts[i]! + set.length;
  return { starts, values: Uint32Array.from(sets.flat()) };
}

function plainly(sets: readonly (readonly number[])[]): number[] {
  return sets.flatMap((set) =>
    Array.from({ length: K }, (_, p) => {
      let least = 0xffffffff;
      for (const value of set) {
        let h = (Math.imul(value, permutations.a[p]!) + permutations.b[p]!) >>> 0;
        h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0;
        least = Math.min(least, (h ^ (h >>> 13)) >>> 0);
      }
      return least;
    }),
  );
}

describe("minima", () => {
  test("are those of plain arithmetic, whatever the sets are", () => {
    const set = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(set, { maxLength: 20 }), (sets) => {
        const { starts, values } = flat(sets);
        expect([...minima(starts, values, permutations)]).toEqual(plainly(sets));
      }),
    );
  });

  test("of more sets, and of a longer one, than one call of the kernel takes", () => {
    const sets = [
      ...Array.from({ length: 5000 }, (_, i) =>
        Array.from({ length: i % 7 }, (_, k) => Math.imul(i + k, 0x2545f491) >>> 0),
      ),
      Array.from({ length: 300_000 }, (_, k) => Math.imul(k, 0x9e3779b9) >>> 0),
      [1],
    ];
    const { starts, values } = flat(sets);
    expect([...minima(starts, values, permutations)]).toEqual(plainly(sets));
  });
});
