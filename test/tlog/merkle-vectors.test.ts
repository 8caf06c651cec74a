/** Proofs good and bad of transparency-dev/merkle (Apache-2.0): every one judged as its authors judge it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from "../../src/tlog/merkle-proof.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const FOLDER = join(SHARED, "vectors/merkle/testdata");

function vectors(kind: string): [string, Record<string, unknown>][] {
  const root = join(FOLDER, kind);
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => [name, JSON.parse(readFileSync(join(root, name), "utf8"))]);
}

const bytes = (text: unknown) => new Uint8Array(Buffer.from(String(text ?? ""), "base64"));
const hashes = (list: unknown) => ((list as string[] | null) ?? []).map(bytes);

const KINDS: Record<string, (v: Record<string, unknown>) => boolean> = {
  inclusion: (v) =>
    verifyInclusion({
      index: Number(v.leafIdx),
      size: Number(v.treeSize),
      leaf: bytes(v.leafHash),
      root: bytes(v.root),
      proof: hashes(v.proof),
    }),
  subtreeinclusion: (v) =>
    verifySubtreeInclusion({
      index: Number(v.leafIdx),
      start: Number(v.start),
      end: Number(v.end),
      leaf: bytes(v.leafHash),
      root: bytes(v.root),
      proof: hashes(v.proof),
    }),
  consistency: (v) =>
    verifyConsistency({
      oldSize: Number(v.size1),
      size: Number(v.size2),
      oldRoot: bytes(v.root1),
      root: bytes(v.root2),
      proof: hashes(v.proof),
    }),
  subtreeconsistency: (v) =>
    verifySubtreeConsistency({
      start: Number(v.start),
      end: Number(v.end),
      size: Number(v.size),
      subtreeRoot: bytes(v.root1),
      root: bytes(v.root2),
      proof: hashes(v.proof),
    }),
};

test.skipIf(!HAS_SHARED).each(Object.keys(KINDS))("all %s vectors", (kind) => {
  const judged = vectors(kind).map(([name, v]) => ({ name, holds: KINDS[kind]!(v), wanted: !v.wantErr }));
  expect(judged.length).toBeGreaterThan(80);
  expect(judged.filter(({ holds, wanted }) => holds !== wanted)).toEqual([]);
});
