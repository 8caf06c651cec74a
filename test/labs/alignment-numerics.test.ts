/** Laws of the small linear algebra under the aligned test. */
import { describe, expect, test } from "vitest";
import { prng } from "../../src/base/prng.js";
import { type Dense, identity, multiply, timesTransposed, transpose, zeros } from "../../src/kernels/rotation/dense.js";
import { symmetricEigen } from "../../src/kernels/rotation/eigen.js";
import { inverseOf, polarFactor } from "../../src/kernels/rotation/polar.js";

function random(rows: number, columns: number, seed: string): Dense {
  const source = prng("test/dense", seed);
  const out = zeros(rows, columns);
  for (let i = 0; i < out.data.length; i++) out.data[i] = source.uint32() / 2 ** 31 - 1;
  return out;
}

function distance(a: Dense, b: Dense): number {
  return Math.max(...a.data.map((x, i) => Math.abs(x - b.data[i]!)));
}

test("products of every edge shape equal the sum they stand for, to the bit", () => {
  for (const [n, k, m] of [
    [1, 1, 1],
    [4, 4, 4],
    [5, 3, 7],
    [8, 9, 6],
  ] as const) {
    const [a, b] = [random(n, k, "a"), random(k, m, "b")];
    const c = multiply(a, b);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < m; j++) {
        let sum = 0;
        for (let x = 0; x < k; x++) sum += a.data[i * k + x]! * b.data[x * m + j]!;
        expect(c.data[i * m + j]).toBe(sum);
      }
    expect(timesTransposed(a, transpose(b))).toEqual(c);
  }
});

describe("eigenvectors", () => {
  test("are orthonormal and make the matrix diagonal, values ascending", () => {
    for (const n of [1, 2, 7, 48]) {
      const r = random(n, n, `eigen ${n}`);
      const a = multiply(r, transpose(r));
      for (let i = 0; i < n; i++) a.data[i * n + i]! -= 0.3 * n;
      const { values, vectors } = symmetricEigen(a);
      expect(distance(timesTransposed(vectors, vectors), identity(n))).toBeLessThan(1e-12);
      const diagonal = zeros(n, n);
      for (let i = 0; i < n; i++) diagonal.data[i * n + i] = values[i]!;
      expect(distance(multiply(vectors, timesTransposed(a, vectors)), diagonal)).toBeLessThan(1e-11 * n);
      expect(Array.from(values)).toEqual(Array.from(values).sort((x, y) => x - y));
    }
  });

  test("of a diagonal matrix, of zeros and of a repeated value", () => {
    const a = zeros(3, 3);
    a.data.set([2, 0, 0, 0, -1, 0, 0, 0, 2]);
    expect(Array.from(symmetricEigen(a).values)).toEqual([-1, 2, 2]);
    expect(Array.from(symmetricEigen(zeros(4, 4)).values)).toEqual([0, 0, 0, 0]);
  });

  test("a value that is not finite is an assertion, not a hang", () => {
    const a = identity(3);
    a.data[1] = Number.NaN;
    a.data[3] = Number.NaN;
    expect(() => symmetricEigen(a)).toThrow();
  });
});

describe("polar factor", () => {
  test("is orthogonal, and the rest is symmetric with no negative eigenvalue", () => {
    for (const n of [1, 3, 32]) {
      const m = random(n, n, `polar ${n}`);
      const q = polarFactor(m)!;
      expect(distance(timesTransposed(q, q), identity(n))).toBeLessThan(1e-7);
      const rest = multiply(transpose(q), m);
      expect(distance(rest, transpose(rest))).toBeLessThan(1e-7);
      expect(symmetricEigen(rest).values[0]!).toBeGreaterThan(-1e-7);
    }
  });

  test("the inverse undoes, and a singular matrix has none", () => {
    const m = random(9, 9, "inverse");
    expect(distance(multiply(m, inverseOf(m)!), identity(9))).toBeLessThan(1e-10);
    expect(inverseOf(zeros(3, 3))).toBeNull();
    expect(polarFactor(zeros(3, 3))).toBeNull();
  });
});
