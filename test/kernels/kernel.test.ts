import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { prng, sample } from "../../src/base/prng.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { Kernel, type Matrix } from "../../src/kernels/kernel.js";
import type { StoredMatrix } from "../../src/kernels/row-source.js";

const kernel = new Kernel();

function gaussian(n: number, k: number, seed: string): Matrix {
  const source = prng("test", seed);
  const data = Float32Array.from({ length: n * k }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += source.uint32() / 2 ** 32;
    return sum;
  });
  return { n, k, data };
}

describe("decoding", () => {
  test("every half-precision code decodes to its value", () => {
    const codes = Uint16Array.from({ length: 65_536 }, (_, i) => i);
    const got = kernel.decode("F16", new Uint8Array(codes.buffer));
    for (let i = 0; i < 65_536; i++) {
      const [sign, exponent, mantissa] = [i >> 15 ? -1 : 1, (i >> 10) & 31, i & 1023];
      const want =
        exponent === 31
          ? mantissa
            ? Number.NaN
            : sign * Number.POSITIVE_INFINITY
          : exponent === 0
            ? sign * mantissa * 2 ** -24
            : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
      expect(Object.is(got[i], want) || (Number.isNaN(got[i]) && Number.isNaN(want))).toBe(true);
    }
  });

  test("every bfloat16 code decodes to its value, at any length", () => {
    const codes = Uint16Array.from({ length: 65_533 }, (_, i) => i);
    const got = new Uint32Array(kernel.decode("BF16", new Uint8Array(codes.buffer)).buffer);
    for (let i = 0; i < codes.length; i++) expect(got[i]).toBe(i * 65_536);
  });

  test("one value that is not finite is counted wherever it stands", () => {
    for (const dtype of ["F32", "F16", "BF16"] as const)
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
        for (const at of [0, 1, 7, 8, 15, 18]) {
          const f32 = new Float32Array(19).fill(1.5);
          f32[at] = bad;
          const bits = new Uint32Array(f32.buffer);
          const bytes =
            dtype === "F32"
              ? new Uint8Array(f32.buffer)
              : new Uint8Array(
                  Uint16Array.from(bits, (b) =>
                    dtype === "BF16"
                      ? b >>> 16
                      : (b & 0x7f800000) === 0x7f800000
                        ? 0x7c00 | ((b >>> 13) & 0x3ff)
                        : 0x3e00,
                  ).buffer,
                );
          expect(kernel.countNonFinite(dtype, bytes)).toBe(1);
        }
  });
});

describe("nearest neighbours", () => {
  /** The same search written plainly, with the kernel's order of summation. */
  function plain(a: Matrix, b: Matrix) {
    const c = Array.from({ length: a.n }, (_, i) =>
      Float32Array.from({ length: b.n }, (_, j) => {
        let sum = 0;
        for (let p = 0; p < a.k; p++) sum = Math.fround(sum + Math.fround(a.data[i * a.k + p]! * b.data[j * b.k + p]!));
        return sum;
      }),
    );
    return c;
  }

  test("agree with a plain search, bit for bit, at awkward sizes", () => {
    for (const [n1, n2, k] of [
      [1, 1, 4],
      [5, 9, 8],
      [6, 8, 4],
      [97, 131, 24],
      [13, 700, 16],
    ] as const) {
      const a = gaussian(n1, k, `a${n1}`);
      const b = gaussian(n2, k, `b${n2}`);
      const c = plain(a, b);
      const got = kernel.nearest(a, b);
      for (let i = 0; i < n1; i++) {
        const top = Math.max(...c[i]!);
        expect(got.rows.value[i]).toBe(top);
        expect(c[i]![got.rows.partner[i]!]).toBe(top);
      }
      for (let j = 0; j < n2; j++) {
        const top = Math.max(...c.map((row) => row[j]!));
        expect(got.columns.value[j]).toBe(top);
        expect(c[got.columns.partner[j]!]![j]).toBe(top);
      }
    }
  });

  test("a shared maximum is marked, wherever the equals stand", () => {
    const b = gaussian(40, 8, "ties");
    for (let j = 24; j < 32; j++) b.data[j]! *= 10;
    b.data.copyWithin(33 * 8, 3 * 8, 4 * 8);
    const a = { n: 1, k: 8, data: b.data.slice(3 * 8, 4 * 8) };
    const got = kernel.nearest(a, b);
    expect(got.rows.tie[0]).toBe(1);
    expect(got.columns.tie.every((t) => t === 0)).toBe(true);
  });

  test("relabelling the units relabels the neighbours and changes no bit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 2, max: 60 }), fc.string(), (n1, n2, seed) => {
        const a = gaussian(n1, 12, `${seed}a`);
        const b = gaussian(n2, 12, `${seed}b`);
        const order = sample(n1, n1, prng("order", seed));
        const moved: Matrix = { n: n1, k: 12, data: new Float32Array(n1 * 12) };
        order.forEach((from, to) => {
          moved.data.set(a.data.subarray(from * 12, from * 12 + 12), to * 12);
        });
        const [one, two] = [kernel.nearest(a, b), kernel.nearest(moved, b)];
        order.forEach((from, to) => {
          expect(two.rows.partner[to]).toBe(one.rows.partner[from]);
          expect(two.rows.value[to]).toBe(one.rows.value[from]);
        });
        for (let j = 0; j < n2; j++) expect(order[two.columns.partner[j]!]).toBe(one.columns.partner[j]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("sketches", () => {
  const rows = gaussian(300, 96, "stored");
  const bytes = new Uint8Array(rows.data.buffer);
  const stored: StoredMatrix = { file: "m", offsetBytes: 0, dtype: "F32", rows: 300, columns: 96 };
  const compute = new LocalCompute(async (_file, offset, into) =>
    into.set(bytes.subarray(offset, offset + into.length)),
  );
  const job = { unit: "rows", width: 64, groups: 1, seed: "s" } as const;
  const all = [{ start: 0, count: 300 }];

  test("units have length one and are centred", async () => {
    const parts = [{ matrix: stored, runs: all }];
    const m = await compute.sketch({ ...job, parts });
    for (let r = 0; r < m.n; r++) {
      const square = m.data.subarray(r * m.k, (r + 1) * m.k).reduce((s, x) => s + x * x, 0);
      expect(square).toBeCloseTo(1, 5);
    }
  });

  test("a model matched with itself gives every label; with another draw, next to none", async () => {
    const parts = [{ matrix: stored, runs: all }];
    const a = await compute.sketch({ ...job, parts });
    const other = gaussian(300, 96, "other");
    const otherBytes = new Uint8Array(other.data.buffer);
    const elsewhere = new LocalCompute(async (_f, o, into) => into.set(otherBytes.subarray(o, o + into.length)));
    const b = await elsewhere.sketch({ ...job, parts });
    const [same, different] = await compute.match({ a, bs: [a, b], groups: 1 });
    expect(same).toMatchObject({ pairs: [300], self: 300 });
    expect(different!.self).toBeLessThan(6);
  });

  test("jobs given at once do not run into one another", async () => {
    const slow = new LocalCompute(async (_file, offset, into) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      into.set(bytes.subarray(offset, offset + into.length));
    });
    const jobs = [0, 100, 200].map((start) => ({ ...job, parts: [{ matrix: stored, runs: [{ start, count: 100 }] }] }));
    const together = await Promise.all(jobs.map((j) => slow.sketch(j)));
    for (const [i, j] of jobs.entries()) expect(together[i]!.data).toEqual((await compute.sketch(j)).data);
    const pairs = await Promise.all(jobs.map((b) => slow.pair({ groups: 1, a: jobs[0]!, b })));
    expect(pairs.map((p) => p.self === 100)).toEqual([true, false, false]);
  });

  test("columns as units see the same matrix transposed", async () => {
    const width = 300;
    const m = await compute.sketch({
      unit: "columns",
      width,
      groups: 1,
      seed: "s",
      parts: [{ matrix: stored, runs: all }],
    });
    expect([m.n, m.k]).toEqual([96, 300]);
    const [same] = await compute.match({ a: m, bs: [m], groups: 1 });
    expect(same).toMatchObject({ pairs: [96], self: 96 });
  });
});
