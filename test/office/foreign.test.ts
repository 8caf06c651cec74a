/** A log that holds entries of a later version: it opens, they are counted, and only what they name goes unanswered. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendEntries } from "../../src/app/log/log.js";
import { appendDeclarations, initRegister, openRegister } from "../../src/app/register/register.js";
import { checkRegister } from "../../src/app/register/register-fsck.js";
import { findModel, modelRecord } from "../../src/app/register/register-record.js";
import { utf8 } from "../../src/base/bytes.js";
import { canonicalJsonBytes } from "../../src/base/canonical-json.js";
import { lineage } from "../../src/office/register/lineage.js";
import { decodeRecord, isForeign } from "../../src/office/register/register-entry.js";
import { serveRegister } from "../../src/web/register/register-server.js";
import { SAMPLES } from "./samples.js";
import { bundleOf, derivation, model, party, policyBytes } from "./world.js";

const [north, south] = [party("Northwind", ["publisher"], ["*"]), party("Southwind", ["publisher"], ["*"])];
const [base, child, other] = [model("northwind/base"), model("northwind/child"), model("southwind/other")];
const nothing = () => undefined;
let folder: string;
let log: string;

/** As a version to come might write one. */
const later = (more: Record<string, unknown>) =>
  canonicalJsonBytes({
    type: "assay/register-entry/v1",
    kind: "embargo",
    key: south.id,
    received: Math.floor(Date.now() / 1000),
    ...more,
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-foreign-"));
  log = join(folder, "log");
  await initRegister(log, "register.example/foreign", policyBytes([north, south]));
  await appendDeclarations(
    log,
    [
      bundleOf(north, { subject: base, kind: "derivation", predicate: derivation() }),
      bundleOf(north, { subject: child, kind: "derivation", predicate: derivation([base]) }),
      bundleOf(south, { subject: other, kind: "origin", predicate: SAMPLES.origin }),
    ],
    null,
  );
  await appendEntries(
    log,
    [
      later({ target: { digest: { sha256: base.id.slice(7) } } }),
      canonicalJsonBytes({ type: "assay/docket-entry/v1", case: "2026-1", seq: 0 }),
      later({ kind: "tally", n: 3 }),
    ],
    null,
  );
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a log with entries of unknown kinds", () => {
  test("opens; they are counted; an answer is refused about what they name, and given about the rest", async () => {
    const register = await openRegister(log);
    expect(register.index.size).toBe(7);
    expect(register.index.foreign.entries.map(({ index, type, kind }) => [index, type, kind])).toEqual([
      [4, "assay/register-entry/v1", "embargo"],
      [5, "assay/docket-entry/v1", null],
      [6, "assay/register-entry/v1", "tally"],
    ]);
    const [b, c, o] = await Promise.all(
      [base, child, other].map(async ({ id }) => modelRecord(register, await findModel(register, id, nothing), null)),
    );
    expect(b).toMatchObject({
      label: null,
      refused: expect.stringContaining("entry 4 (embargo)"),
      foreign: { count: 3 },
    });
    expect(b!.statements).toHaveLength(1);
    // The key that signed a foreign entry is not what it speaks of.
    expect(o).toMatchObject({ refused: null, foreign: { count: 3, about: [] } });
    expect(o!.label!.facts[0]).toMatchObject({ status: "declared" });
    expect(c!.refused).toBeNull();
    expect(c!.remarks.map(({ code }) => code)).toContain("foreign-upstream");
    expect(lineage(register.index, child.id, "made-of").foreign.map(({ index }) => index)).toEqual([4]);
    expect(await checkRegister(log, null, nothing)).toMatchObject({ entries: 7, foreign: 3, faults: [] });
  });

  test("what goes on from what one names is not admitted; the rest is", async () => {
    const bundles = [
      bundleOf(north, { subject: base, kind: "origin", predicate: SAMPLES.origin }),
      bundleOf(north, { subject: child, kind: "origin", predicate: SAMPLES.origin }),
    ];
    const [about, rest] = await appendDeclarations(log, bundles, null);
    expect(about).toMatchObject({ admitted: false, reason: "foreign" });
    expect(rest).toMatchObject({ admitted: true });
  });

  test("pages and their twins count and show them", async () => {
    const site = await serveRegister({ where: log, port: 0, trust: null, writable: false });
    const get = async (path: string) => (await fetch(new URL(path, site.url))).text();
    try {
      expect(JSON.parse(await get("/index.json"))).toMatchObject({ foreign: 3 });
      expect(await get("/")).toMatch(/3 of them are of kinds that this version does not know/);
      expect(JSON.parse(await get("/entries/4.json"))).toMatchObject({ said: { kind: "embargo" } });
      expect(await get("/entries/5")).toMatch(/docket-entry/);
      expect(await get(`/models/${base.id}`)).toMatch(/No answer is given about this model/);
      expect(JSON.parse(await get(`/models/${base.id}.json`))).toMatchObject({ label: null });
      expect((await fetch(new URL(`/label/${base.id}.json`, site.url))).status).toBe(409);
      expect((await fetch(new URL(`/label/${other.id}.json`, site.url))).status).toBe(200);
    } finally {
      await site.close();
    }
  });
});

describe("reading one record", () => {
  test("a known kind misshapen, and what is no canonical object, is still a fault", () => {
    for (const bad of [
      '{"kind":"policy","type":"assay/register-entry/v1"}',
      '{"type":"assay/register-entry/v1"}',
      '{"a":1,"a":2}',
      '{ "a":1}',
      "[]",
      "not JSON",
    ])
      expect(() => decodeRecord(utf8(bad), "entry")).toThrow(/entry/);
    expect(() => decodeRecord(utf8(`{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`), "entry")).toThrow(/entry/);
    expect(() => decodeRecord(utf8(JSON.stringify({ a: "x".repeat(70_000) })), "entry")).toThrow(/65535/);
  });
  test("law: any canonical object of another type is read, and found by whatever digest stands in it", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 }),
        fc.array(fc.constantFrom("a", "b", "list", "0"), { maxLength: 4 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (value, path, digest) => {
          const hex = Buffer.from(digest).toString("hex");
          let held: unknown = hex;
          for (const name of path) held = name === "list" ? [held] : { [name]: held };
          let bytes: Uint8Array;
          try {
            bytes = canonicalJsonBytes({ ...value, type: "other/v9", held });
          } catch {
            return; // Lone surrogates have no UTF-8.
          }
          const read = decodeRecord(bytes, "entry");
          expect(isForeign(read) && read.names.includes(hex)).toBe(true);
        },
      ),
    );
  });
});
