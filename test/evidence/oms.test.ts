/** OMS root digests against directories signed by the Python reference implementation (sigstore/model-transparency). */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import { isIgnored, rootDigest, sortByName } from "../../src/evidence/oms.js";
import { SHARED } from "../shared-material.js";

const folder = join(SHARED, "vectors/oms/reference");
const there = existsSync(folder);
if (!there) console.log(`skipped: no reference directories at ${folder}`);

describe.skipIf(!there)("the Python reference implementation", () => {
  const names = there ? readdirSync(folder).filter((n) => existsSync(join(folder, n, "model.sig"))) : [];
  test("there are vectors", () => expect(names.length).toBeGreaterThanOrEqual(5));
  test.each(names)("%s", (name) => {
    const bundle = JSON.parse(readFileSync(join(folder, name, "model.sig"), "utf8"));
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString());
    const resources = statement.predicate.resources as { name: string; digest: string }[];
    const digestOf = (file: string) =>
      `sha256:${createHash("sha256")
        .update(readFileSync(join(folder, name, file)))
        .digest("hex")}` as const;
    const single = resources[0]!.name === ".";
    // These vectors were signed with `ignore-me` ignored; the signature is left out always.
    const files = single
      ? [statement.subject[0].name as string]
      : readdirSync(join(folder, name)).filter((f) => !isIgnored(f, ["ignore-me"]));
    const found = files.map((file) => ({ name: file, digest: digestOf(file) }));
    if (!single)
      expect(sortByName(found).map((r) => ({ name: r.name, digest: r.digest.slice(7) }))).toEqual(
        resources.map(({ name: n, digest }) => ({ name: n, digest })),
      );
    expect(rootDigest(found)).toBe(`sha256:${statement.subject[0].digest.sha256}`);
  });
});

describe("laws", () => {
  const resources = fc
    .uniqueArray(fc.string({ unit: "binary", minLength: 1 }), { minLength: 1 })
    .map((names) => names.map((name) => ({ name, digest: sha256Digest(utf8(name)) })));
  test("the order in which files are listed does not matter", () => {
    fc.assert(
      fc.property(resources, (list) => {
        expect(rootDigest([...list].reverse())).toBe(rootDigest(list));
      }),
    );
  });
  test("changing one file changes the root", () => {
    fc.assert(
      fc.property(resources, fc.nat(), (list, n) => {
        const changed = list.map((r, i) =>
          i === n % list.length ? { ...r, digest: sha256Digest(utf8(`${r.name}!`)) } : r,
        );
        expect(rootDigest(changed)).not.toBe(rootDigest(list));
      }),
    );
  });
  test("names sort by code point, not by UTF-16 unit", () => {
    const list = ["\u{10000}", "\uffff", "b", "a/b", "a.b"].map((name) => ({ name }));
    expect(sortByName(list).map((x) => x.name)).toEqual(["a.b", "a/b", "b", "\uffff", "\u{10000}"]);
  });
});

test("what git keeps is left out at the top only", () => {
  for (const name of [".git", ".git/config", ".gitignore", ".gitattributes", ".github/x", "model.sig"])
    expect(isIgnored(name)).toBe(true);
  for (const name of ["a/.git", "a/.gitignore", ".gitmodules", "model.sig.bak", "a/model.sig"])
    expect(isIgnored(name)).toBe(false);
});
test("no files and two files of one name are errors", () => {
  const a = { name: "a", digest: sha256Digest(utf8("a")) };
  expect(() => rootDigest([])).toThrow(/got none/);
  expect(() => rootDigest([a, a])).toThrow(/twice/);
});
