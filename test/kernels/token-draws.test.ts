/** The generator and the hashes against vectors computed by the projects that define them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenDraws } from "../../src/kernels/token-draws.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const draws = new TokenDraws();
const sha256 = (bytes: ArrayBufferView) =>
  createHash("sha256")
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest("hex");
const low32 = (seed: string) => Number(BigInt.asUintN(32, BigInt(seed)));

describe.skipIf(!HAS_SHARED)("vectors of torch on a CPU", () => {
  const vectors = HAS_SHARED ? JSON.parse(readFileSync(join(SHARED, "vectors/watermark.json"), "utf8")) : null;

  it("randperm", () => {
    for (const { n, seed, head, sha256: digest } of vectors.randperm) {
      const permutation = draws.randperm(n, low32(seed));
      expect([...permutation.slice(0, 8)]).toEqual(head);
      expect(sha256(permutation)).toBe(digest);
    }
  });

  it("the SynthID table of the transformers library", () => {
    const table = Uint8Array.from(draws.words(65_536, 0), (w) => w & 1);
    expect(sha256(table)).toBe(vectors.synthid_table_sha256);
    expect([...table.slice(0, 64)]).toEqual(vectors.synthid_table_head);
  });

  it("the fixed tables of both KGW forms", () => {
    expect(sha256(draws.randperm(1_000_003, 15_485_863))).toBe(vectors.kgw_hf_table_sha256);
    expect(sha256(draws.randperm(1_000_003, 2_971_215_073))).toBe(vectors.kgw_orig_table_sha256);
  });

  it("rand", () => {
    const bits = draws.uniformBits(1, Uint32Array.of(0, 1, 2, 3));
    expect(Array.from(bits, (b) => b * 2 ** -24)).toEqual(vectors.rand_f32_seed1);
  });
});

describe("three ways to one green list", () => {
  it("agree, whatever vocabulary, size and tokens", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (n, share, seed) => {
          const count = Math.floor(n * share);
          const first = new Set(draws.randperm(n, seed).slice(0, count));
          const tokens = Uint32Array.from({ length: n }, (_, t) => t).filter((t) => t % 7 === seed % 7 || t < 3);
          const expected = Array.from(tokens, (t) => Number(first.has(t)));
          const bits = draws.firstOfPermutation(seed, n, count);
          expect(Array.from(tokens, (t) => (bits[t >> 5]! >>> (t & 31)) & 1)).toEqual(expected);
          expect([...draws.inFirstOfPermutation(seed, n, count, tokens)]).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});
