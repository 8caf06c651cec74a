/**
 * Faster ways to the same sums: an eigenbasis has the bits that the validation studies were run with. Digests of what loops
 * down the columns gave, of full matrices, of two that share nothing, and of a diagonal with repeated values.
 */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { prng } from "../../src/base/prng.js";
import { symmetricEigen } from "../../src/kernels/rotation/eigen.js";

const kinds = {
  full: () => true,
  "in two blocks": (r: number, c: number, n: number) => 2 * r < n === 2 * c < n,
  diagonal: (r: number, c: number) => r === c,
} as const;

function symmetric(n: number, kind: keyof typeof kinds): Float64Array {
  const source = prng("test/eigen", `${n} ${kind}`);
  const out = new Float64Array(n * n);
  for (let r = 0; r < n; r++)
    for (let c = 0; c <= r; c++) {
      const drawn = kind === "diagonal" ? r % 3 : source.uint32() / 2 ** 31 - 1;
      if (kinds[kind](r, c, n)) out[r * n + c] = out[c * n + r] = drawn;
    }
  return out;
}

test.each([
  [1, "full", "d6e5bba2ddbc3e4ff1f14053b1f396ada9e1d2094b2c9f0bdae3d973f7eb9de1"],
  [5, "full", "3dcc2c1a4f8e82501ac3ba1cfcc5ea2fe8d80789a73e487d2de91eb15e077422"],
  [64, "full", "cb3929132a4f1ebef3af4334c0788011f47eaafbbba012fcab8961f6ae9bc72c"],
  [131, "full", "8a29aeb15e9514a538c6353f64d92ee6cb4d8505534b639272455eead044dfb4"],
  [40, "in two blocks", "c291f63e1b3bbca5ee3321b5b9cfc4cfcf72afd3d50f41a5041d659453b0968c"],
  [17, "diagonal", "eb760846a55692dbf609114abffdd739cabcd97d687b94370a717e47191e65f0"],
] as const)("the eigenbasis of a symmetric matrix of width %d, %s, is the same to the last bit", (n, kind, digest) => {
  const { values, vectors } = symmetricEigen({ rows: n, columns: n, data: symmetric(n, kind) });
  const hash = createHash("sha256").update(new Uint8Array(values.buffer)).update(new Uint8Array(vectors.data.buffer));
  expect(hash.digest("hex")).toBe(digest);
});
