/** Alignment of Gram matrices: Song et al.'s estimator written out, what neither form sees, and random states. */
import { describe, expect, test } from "vitest";
import { prng } from "../../src/base/prng.js";
import { alignedForm, alignment } from "../../src/stats/kernel-alignment.js";

const ITEMS = 24;

function states(name: string, width: number, items = ITEMS): number[][] {
  const source = prng("test/kernel-alignment", name);
  const draw = () => [0, 8, 16, 24].reduce((sum, at) => sum + ((source.uint32() >>> at) & 255), 0) / 255 - 2;
  return Array.from({ length: items }, () => Array.from({ length: width }, draw));
}

function gramOf(rows: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(rows.flatMap((a) => rows.map((b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0))));
}

/** HSIC by the formula of Song et al. 2012, equation 5, on matrices without their diagonals. */
function hsic(k: ArrayLike<number>, l: ArrayLike<number>, n: number): number {
  let [trace, sumK, sumL, mixed] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    let [rowK, rowL] = [0, 0];
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      trace += k[i * n + j]! * l[j * n + i]!;
      rowK += k[i * n + j]!;
      rowL += l[i * n + j]!;
    }
    sumK += rowK;
    sumL += rowL;
    mixed += rowK * rowL;
  }
  return (trace + (sumK * sumL) / ((n - 1) * (n - 2)) - (2 * mixed) / (n - 2)) / (n * (n - 3));
}

test("the unbiased form is Song's estimator, and the same of centred products", () => {
  const [a, b] = [gramOf(states("a", 5)), gramOf(states("b", 7))];
  const expected = hsic(a, b, ITEMS) / Math.sqrt(hsic(a, a, ITEMS) * hsic(b, b, ITEMS));
  expect(alignment(alignedForm(a, ITEMS), alignedForm(b, ITEMS), "unbiased")).toBeCloseTo(expected, 12);
  const rows = states("a", 5);
  const mean = rows[0]!.map((_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / ITEMS);
  const centred = gramOf(rows.map((row) => row.map((value, k) => value - mean[k]!)));
  for (const kind of ["unbiased", "biased"] as const)
    expect(alignment(alignedForm(centred, ITEMS), alignedForm(a, ITEMS), kind)).toBeCloseTo(1, 12);
});

test("a rotation, a scale and a common shift are not seen", () => {
  const rows = states("turned", 4);
  const [c, s] = [Math.cos(1), Math.sin(1)];
  const turned = rows.map(([x, y, ...rest]) => [
    3 * (c * x! - s * y!) + 9,
    3 * (s * x! + c * y!),
    ...rest.map((v) => 3 * v),
  ]);
  const [a, b] = [alignedForm(gramOf(rows), ITEMS), alignedForm(gramOf(turned), ITEMS)];
  for (const kind of ["unbiased", "biased"] as const) expect(alignment(a, b, kind)).toBeCloseTo(1, 10);
});

describe("random states that have nothing to do with each other", () => {
  test.each([8, 64, 512])("%s wide: the biased form is far from nought, the unbiased one is not", (width) => {
    const forms = Array.from({ length: 12 }, (_, i) =>
      alignedForm(gramOf(states(`random ${width} ${i}`, width)), ITEMS),
    );
    const means = (["biased", "unbiased"] as const).map((kind) => {
      let [sum, pairs] = [0, 0];
      for (let i = 0; i < forms.length; i++)
        for (let j = 0; j < i; j++, pairs++) sum += alignment(forms[i]!, forms[j]!, kind);
      return sum / pairs;
    });
    // Biased: about width/(width + items) of two random sets.
    expect(means[0]).toBeGreaterThan(0.9 * (width / (width + ITEMS)));
    expect(Math.abs(means[1]!)).toBeLessThan(0.03);
  });
});

test("states that do not vary are like nothing", () => {
  const none = alignedForm(new Float64Array(ITEMS * ITEMS), ITEMS);
  expect(alignment(none, alignedForm(gramOf(states("a", 5)), ITEMS), "unbiased")).toBe(0);
});
