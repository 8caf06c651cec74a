/** A log grown in steps of any size has the root, the tiles and the proofs of the definition (RFC 9162 §2.1.1). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { EMPTY_ROOT, leafHash, nodeHash } from "../../src/tlog/merkle-hash.js";
import { verifyConsistency, verifyInclusion } from "../../src/tlog/merkle-proof.js";
import { split } from "../../src/tlog/merkle-ranges.js";
import { parseTilePath, tilePath, tilesOf } from "../../src/tlog/tile.js";
import { type Edge, EMPTY_EDGE, grow, readEdge } from "../../src/tlog/tree-growth.js";
import { consistencyProof, inclusionProof, readBundle, treeRoot } from "../../src/tlog/tree-reader.js";

const entry = (i: number) => utf8(`entry ${i}`);
const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => entry(from + i));

/** MTH by its definition. */
function definedRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return nodeHash(definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

class Log {
  files = new Map<string, Uint8Array>();
  edge: Edge = EMPTY_EDGE;
  root: Uint8Array = EMPTY_ROOT;
  read = async (path: string) => this.files.get(path) ?? null;
  add(count: number) {
    const { size } = this.edge;
    const grown = grow(this.edge, entries(size, size + count));
    for (const [path, bytes] of grown.files) this.files.set(path, bytes);
    [this.edge, this.root] = [grown.edge, grown.root];
  }
}

const steps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 6 });

test("roots, edges, proofs and entries of any growth", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), async (counts, pick) => {
      const log = new Log();
      const heads = [{ size: 0, root: EMPTY_ROOT }];
      for (const count of counts) {
        log.add(count);
        heads.push({ size: log.edge.size, root: log.root });
      }
      const { size } = log.edge;
      const leaves = entries(0, size).map(leafHash);
      const root = definedRoot(leaves);
      expect(log.root).toEqual(root);
      expect(await treeRoot(log.read, size)).toEqual(root);
      expect(await readEdge(log.read, size)).toEqual(log.edge);
      for (const tile of tilesOf(size)) expect(log.files.get(tilePath(tile))?.length).toBe(tile.width * 32);
      for (const old of heads) {
        const proof = await consistencyProof(log.read, old, { size, root });
        const claim = { oldSize: old.size, oldRoot: old.root, size, root, proof };
        expect(verifyConsistency(claim)).toBe(old.size > 0);
        if (old.size > 0) expect(verifyConsistency({ ...claim, oldRoot: leafHash(utf8("other")) })).toBe(false);
      }
      if (size === 0) return;
      const index = pick % size;
      const { leaf, proof } = await inclusionProof(log.read, { size, root }, index);
      expect(leaf).toEqual(leaves[index]);
      expect(verifyInclusion({ index, size, leaf, root, proof })).toBe(true);
      if (size > 1) expect(verifyInclusion({ index: (index + 1) % size, size, leaf, root, proof })).toBe(false);
      const bundle = Math.floor(index / 256);
      expect((await readBundle(log.read, size, bundle))[index % 256]).toEqual(entry(index));
    }),
    { numRuns: 25 },
  );
});

describe("two levels", () => {
  const log = new Log();
  log.add(70_000);
  test("the tiles of 70,000 entries are those that the specification lists", () => {
    const tiles = [...tilesOf(70_000)];
    expect(tiles.filter((t) => t.level === 0 && t.width === 256)).toHaveLength(273);
    expect(tiles.filter((t) => t.width < 256)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    for (const tile of tiles) expect(log.files.has(tilePath(tile))).toBe(true);
  });
  test("a proof across both", async () => {
    const head = { size: 70_000, root: log.root };
    expect((await inclusionProof(log.read, head, 69_999)).leaf).toEqual(leafHash(entry(69_999)));
    expect((await inclusionProof(log.read, head, 65_535)).leaf).toEqual(leafHash(entry(65_535)));
  });
  test("a changed byte of a tile or a bundle is found", async () => {
    const head = { size: 70_000, root: log.root };
    for (const path of ["tile/0/000", "tile/1/000"]) {
      const read = async (at: string) => {
        const bytes = await log.read(at);
        return at === path && bytes ? bytes.map((b, i) => (i === 40 ? b ^ 1 : b)) : bytes;
      };
      await expect(inclusionProof(read, head, 100)).rejects.toThrow(/do not lead/);
    }
    const read = async (at: string) => {
      const bytes = await log.read(at);
      return at === "tile/entries/001" && bytes ? bytes.map((b, i) => (i === 40 ? b ^ 1 : b)) : bytes;
    };
    await expect(readBundle(read, 70_000, 1)).rejects.toThrow(/does not hash/);
  });
});

test("paths: one text per tile, three digits a step", () => {
  expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe("tile/0/x001/x234/067");
  expect(tilePath({ level: 1, index: 0, width: 17 })).toBe("tile/1/000.p/17");
  expect(parseTilePath("tile/entries/x001/234.p/9")).toEqual({ level: "entries", index: 1234, width: 9 });
  for (const bad of [
    "tile/0/1",
    "tile/00/001",
    "tile/0/x000/001",
    "tile/0/001.p/0",
    "tile/0/001.p/256",
    "tile/64/001",
    "tile/0/../001",
  ])
    expect(() => parseTilePath(bad)).toThrow(/expected tile/);
});
