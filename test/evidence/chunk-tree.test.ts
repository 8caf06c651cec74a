/** The hash tree over chunks: RFC 6962's own vectors for small trees, and the laws of its proofs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, hex, utf8 } from "../../src/base/bytes.js";
import { auditPath, holdsChunk, leafHash, treeRoot } from "../../src/evidence/chunk-tree.js";

/** Inputs and roots of the Certificate Transparency project's Merkle tree tests, sizes 1 to 8. */
const INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

describe("chunk tree", () => {
  test("roots are those of RFC 6962", () => {
    const leaves = INPUTS.map((input) => leafHash(fromHex(input, "input")));
    for (const [at, root] of ROOTS.entries()) expect(hex(treeRoot(leaves.slice(0, at + 1)))).toBe(root);
  });

  test("a chunk is held by its path, at its place only; anything altered is not", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), (count, pick, turn) => {
        const chunks = Array.from({ length: count }, (_, i) => utf8(`chunk ${i}`));
        const leaves = chunks.map(leafHash);
        const root = treeRoot(leaves);
        const index = pick % count;
        const path = auditPath(leaves, index);
        const chunk = chunks[index]!;
        expect(holdsChunk(root, { index, count }, chunk, path)).toBe(true);
        expect(holdsChunk(root, { index, count }, utf8("another"), path)).toBe(false);
        expect(holdsChunk(root, { index: count, count }, chunk, path)).toBe(false);
        if (count > 1) expect(holdsChunk(root, { index: (index + 1) % count, count }, chunk, path)).toBe(false);
        expect(holdsChunk(root, { index, count }, chunk, [...path, root])).toBe(false);
        if (path.length === 0) return;
        expect(holdsChunk(root, { index, count }, chunk, path.slice(1))).toBe(false);
        const altered = path.map((hash) => Uint8Array.from(hash));
        altered[turn % path.length]![turn % 32]! ^= 1;
        expect(holdsChunk(root, { index, count }, chunk, altered)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});
