/**
 * Laws of names and signatures, on real files: every name of up to three bytes stands for itself or for nothing, and
 * no tree of files changes unseen. Every such name, 60,000 of them beside a model, and 100,000 trees are a study
 * (validation/name-laws.study.ts) over the same functions.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  CHANGES,
  changedTrees,
  likenesses,
  namesBeginning,
  newSigner,
  OCTETS,
} from "../../materials/register/odd-names.js";

// Memory where there is some: files are small and many.
const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "assay-names-"));
beforeAll(() => newSigner(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a name of up to three bytes is stated as itself, or not at all", () => {
  // The edges of every range of the table, and some in between.
  const edges = OCTETS.filter((o) => o % 37 === 0 || [0x5c, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xff].includes(o));
  for (const first of OCTETS) expect(namesBeginning(first, edges, edges).wrong, `beginning with ${first}`).toBe(0);
});

test("beside a signed model no file of such a name is unseen", async () => {
  const { added, seen } = await likenesses(folder, 1000);
  expect(added).toBeGreaterThan(100);
  expect(seen).toBe(added);
});

test("no tree changes unseen", async () => {
  const trees = changedTrees(folder);
  const counts: Record<string, number> = {};
  for (let i = 0; i < 150; i++) {
    const { change, seen } = await trees(i);
    counts[change] = (counts[change] ?? 0) + 1;
    expect(seen, `tree ${i}: ${change}`).toBe(true);
  }
  expect(Object.keys(counts).sort()).toEqual([...CHANGES].sort());
});
