/**
 * Managed access: queries by tools of the order, what was delivered and received, the gate for what leaves with its caps,
 * the duty to tell of incidents, and two parties that inspect each other. The parties are fictional.
 */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Party, party } from "../../materials/audit/audited-run.ts";
import {
  beginInspection,
  enterSignedWord,
  fileFacts,
  letOut,
  openInspection,
  reconcileInspections,
  reportOnInspection,
  runQuery,
  sayInInspection,
  signWord,
} from "../../src/app/audit/inspect.js";
import { sha256Digest } from "../../src/base/digest.js";
import { encodeOrder, type InspectionOrder } from "../../src/office/audit/inspection/order.js";

const home = mkdtempSync(join(tmpdir(), "assay-inspect-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
const BEGIN = Date.parse("2026-03-02T09:00:00Z") / 1000;
const AFTER = Date.parse("2026-06-01T00:00:00Z") / 1000;
const HOUR = 3600;
const PLANTED = "PLANTED-51ab";

let aldgate: Party;
let meridian: Party;
let registrar: Party;
const TOOL =
  "#!/usr/bin/env node\nlet s='';process.stdin.on('data',d=>s+=d).on('end',()=>console.log('rows with '+s.trim()+': 17'));\n";

beforeAll(async () => {
  [aldgate, meridian, registrar] = (await Promise.all(
    ["aldgate", "meridian", "registrar"].map((name) => party(at("keys"), name)),
  )) as [Party, Party, Party];
  writeFileSync(at("count.mjs"), TOOL);
  chmodSync(at("count.mjs"), 0o755);
});

const terms = (host: Party, inspector: Party, more: Partial<InspectionOrder> = {}): InspectionOrder => ({
  type: "assay/inspection-order/v1",
  case: "2026-001",
  run: null,
  systems: ["the training cluster"],
  window: ["2026-03-02T00:00:00Z", "2026-03-20T00:00:00Z"],
  inspectors: [{ key: inspector.key.keyId, name: "inspector", disclosure: null }],
  host: host.key.keyId,
  clears: registrar.key.keyId,
  place: "secure room",
  tools: [{ name: "count", digest: sha256Digest(new TextEncoder().encode(TOOL)) }],
  sample: null,
  deIdentify: null,
  completeness: ["manifest", "configuration"],
  leaves: [{ what: "counts", bytesMax: 100 }],
  clawBackDays: 7,
  incidentHours: 24,
  noticeDays: 5,
  exParte: null,
  end: "destroy",
  ...more,
});

let rooms = 0;
async function room(host: Party, inspector: Party, more: Partial<InspectionOrder> = {}) {
  const name = `room-${rooms++}`;
  const folder = at(name);
  await beginInspection({
    folder,
    name,
    order: encodeOrder(terms(host, inspector, more)),
    authority: null,
    inspectors: [inspector.key.publicKey],
    clears: registrar.key.publicKey,
    key: host.key,
    at: BEGIN,
    witnesses: null,
  });
  const by = (who: Party, hours: number) => ({ folder, key: who.key, at: BEGIN + hours * HOUR, witnesses: null });
  type Word = Parameters<typeof sayInInspection>[1];
  const say = async (who: Party, hours: number, facts: Word) => (await sayInInspection(by(who, hours), facts)).digest;
  return { folder, by, say, name };
}

/** All that an order asks of both sides, in order. */
async function whole(host: Party, inspector: Party, more: Partial<InspectionOrder> = {}) {
  const made = await room(host, inspector, more);
  const { folder, by, say } = made;
  writeFileSync(at(`${made.name}-query`), `licence ${PLANTED}`);
  const asking = { tool: at("count.mjs"), query: at(`${made.name}-query`), out: at(`${made.name}-result`) };
  const { entry } = await runQuery({ ...by(inspector, 1), ...asking });
  await say(host, 2, { kind: "observed", query: entry.digest, agrees: true, says: "" });
  for (const item of ["manifest", "configuration"]) {
    const digest = sha256Digest(new TextEncoder().encode(item));
    const delivered = await say(host, 3, { kind: "delivered", item, digest, bytes: 10, whole: true });
    await say(inspector, 4, { kind: "received", delivered, digest, bytes: 10, usable: true });
  }
  const file = at(`${made.name}-result`);
  const asked = await say(inspector, 5, { kind: "asked", what: "counts", ...(await fileFacts(file)) });
  await say(registrar, 6, { kind: "cleared", asked });
  await letOut(by(host, 7), asked, file, at(`${made.name}-outside`));
  await say(inspector, 8, { kind: "ended", end: "destroy", items: 3 });
  return { ...made, folder, asked, file };
}

const dutiesOf = (report: { duties: { id: string; status: string }[] }) =>
  Object.fromEntries(report.duties.map(({ id, status }) => [id, status]));

describe("an inspection by both words", () => {
  test("every duty kept, every word matched, and no query or result in the log", async () => {
    const { folder, file } = await whole(meridian, aldgate);
    expect(readFileSync(file, "utf8")).toBe(`rows with licence ${PLANTED}: 17\n`);
    const { report } = await reportOnInspection(folder, null, AFTER);
    expect(new Set(Object.values(dutiesOf(report)))).toEqual(new Set(["kept"]));
    expect([report.matched, report.mismatches]).toEqual([4, []]);
    expect(report.leaves).toEqual([{ what: "counts", bytesMax: 100, files: 1, left: statSync(file).size }]);
    const shown = readdirSync(folder, { recursive: true })
      .map(String)
      .filter((name) => !/^(private|state)/.test(name) && statSync(join(folder, name)).isFile());
    expect(shown.some((name) => readFileSync(join(folder, name)).includes(PLANTED))).toBe(false);
    const said = JSON.stringify((await openInspection(folder)).entries.map((each) => each.said));
    expect(said.includes(PLANTED) || said.includes("17")).toBe(said.includes("17"));
    expect(said.includes(PLANTED)).toBe(false);
  });

  test("tools by digest: another program is not run, and nothing is written", async () => {
    const { by } = await room(meridian, aldgate);
    writeFileSync(at("other.mjs"), TOOL.replace("17", "18"));
    writeFileSync(at("q"), "x");
    const asking = { tool: at("other.mjs"), query: at("q"), out: at("never") };
    await expect(runQuery({ ...by(aldgate, 1), ...asking })).rejects.toThrow("the order lists no tool");
    expect(existsSync(at("never"))).toBe(false);
  });

  test("a tool that was run all the same, and a query out of hours, are entered and shown", async () => {
    const { folder, say } = await room(meridian, aldgate);
    const D = `sha256:${"d".repeat(64)}`;
    await say(aldgate, 1, { kind: "queried", tool: D, query: D, result: null, resultBytes: 0 });
    await say(aldgate, 24 * 40, { kind: "queried", tool: D, query: D, result: null, resultBytes: 0 });
    const { report } = await reportOnInspection(folder, null, AFTER);
    expect(dutiesOf(report)).toMatchObject({ tools: "not kept", window: "not kept" });
    expect(report.mismatches.map(({ what }) => what)).toEqual(Array(2).fill("a query, and no word of the host"));
  });
});

describe("the gate", () => {
  test("nothing beyond the cap, under another kind, uncleared, or as other bytes", async () => {
    const { by, say } = await room(meridian, aldgate);
    writeFileSync(at("out-1"), "x".repeat(60));
    writeFileSync(at("out-2"), "y".repeat(60));
    const asked = await say(aldgate, 1, { kind: "asked", what: "counts", ...(await fileFacts(at("out-1"))) });
    const more = { kind: "asked" as const, ...(await fileFacts(at("out-2"))) };
    await expect(say(aldgate, 1, { ...more, what: "counts" })).rejects.toThrow("100 bytes in all: 60 are asked for");
    await expect(say(aldgate, 1, { ...more, what: "weights" })).rejects.toThrow('the order lets no "weights" leave');
    await expect(letOut(by(meridian, 2), asked, at("out-1"), at("gone"))).rejects.toThrow("not cleared");
    await expect(say(meridian, 2, { kind: "cleared", asked })).rejects.toThrow("not the host's to say");
    await expect(say(aldgate, 2, { kind: "cleared", asked })).rejects.toThrow("not the inspector's to say");
    await say(registrar, 3, { kind: "cleared", asked });
    await expect(letOut(by(meridian, 4), asked, at("out-2"), at("gone"))).rejects.toThrow("the file that was cleared");
    expect(existsSync(at("gone"))).toBe(false);
    await letOut(by(meridian, 4), asked, at("out-1"), at("gone"));
    expect(readFileSync(at("gone"), "utf8")).toBe("x".repeat(60));
    await expect(letOut(by(meridian, 5), asked, at("out-1"), at("twice"))).rejects.toThrow("left already");
  });

  test("what is stopped gives its bytes back, and never leaves", async () => {
    const { by, say } = await room(meridian, aldgate);
    writeFileSync(at("out-3"), "z".repeat(90));
    const asked = await say(aldgate, 1, { kind: "asked", what: "counts", ...(await fileFacts(at("out-3"))) });
    await say(registrar, 2, { kind: "stopped", asked, because: "it names a person" });
    await expect(letOut(by(meridian, 3), asked, at("out-3"), at("stopped"))).rejects.toThrow("not cleared");
    await say(aldgate, 4, { kind: "asked", what: "counts", ...(await fileFacts(at("out-3"))) });
  });
});

describe("duties that are not kept", () => {
  test("items withheld or not usable; an incident told late; clawed back and kept; another end", async () => {
    const { folder, say, by } = await whole(meridian, aldgate, { completeness: ["manifest", "configuration", "seed"] });
    await say(meridian, 9, { kind: "withheld", item: "seed", because: "it was not kept" });
    const noticed = new Date((BEGIN + 10 * HOUR) * 1000).toISOString().replace(".000Z", "Z");
    await say(meridian, 40, { kind: "incident", noticed, says: "a disk was copied" });
    const { state } = await openInspection(folder);
    await say(meridian, 41, { kind: "clawed-back", asked: state.exports[0]!.asked.digest, because: "privileged" });
    const { report } = await reportOnInspection(folder, null, AFTER);
    expect(dutiesOf(report)).toMatchObject({
      completeness: "not kept",
      incidents: "not kept",
      "claw-back": "not kept",
    });
    expect(report.says.join()).toMatch(/withheld by the host's word/);
    await expect(sayInInspection(by(aldgate, 42), { kind: "ended", end: "escrow", items: 0 })).rejects.toThrow("ended");
  });

  test("the same incident told in time is kept; before the window ends what is missing is open", async () => {
    const { folder, say } = await room(meridian, aldgate);
    const noticed = new Date((BEGIN + HOUR) * 1000).toISOString().replace(".000Z", "Z");
    await say(aldgate, 20, { kind: "incident", noticed, says: "a screen was seen" });
    const { report } = await reportOnInspection(folder, null, BEGIN + 24 * HOUR);
    expect(dutiesOf(report)).toMatchObject({ incidents: "kept", completeness: "open", end: "open" });
    const { report: late } = await reportOnInspection(folder, null, AFTER);
    expect(dutiesOf(late)).toMatchObject({ completeness: "not kept", end: "not kept" });
  });
});

describe("two parties that inspect each other", () => {
  test("both words agree: no mismatch, and equal terms", async () => {
    const [one, other] = [await whole(meridian, aldgate), await whole(aldgate, meridian)];
    const found = await reconcileInspections(one.folder, other.folder, null, AFTER);
    expect([found.status, found.unequal, found.inspections.map(({ matched }) => matched)]).toEqual([
      "both words agree",
      [],
      [4, 4],
    ]);
  });

  test("each side's word that the other does not have is a question to both, and nobody is accused", async () => {
    const one = await whole(meridian, aldgate);
    await one.say(meridian, 9, { kind: "missed", says: "a session of forty minutes at night" });
    const more = await one.say(meridian, 9, {
      kind: "delivered",
      item: "manifest",
      digest: `sha256:${"e".repeat(64)}`,
      bytes: 5,
      whole: true,
    });
    await one.say(aldgate, 9, {
      kind: "received",
      delivered: more,
      digest: `sha256:${"f".repeat(64)}`,
      bytes: 5,
      usable: true,
    });
    const other = await whole(aldgate, meridian, { leaves: [{ what: "counts", bytesMax: 1000 }] });
    const found = await reconcileInspections(one.folder, other.folder, null, AFTER);
    expect(found.status).toBe("words differ");
    expect(found.inspections[0]!.mismatches.map(({ what }) => what)).toEqual([
      "a query that no inspector told",
      "delivered and received, different bytes",
    ]);
    expect(found.unequal[0]).toMatch(/^what may leave/);
    expect(JSON.stringify(found)).not.toMatch(/\b(?:lied|breach|guilty|violat)/);
  });

  test("two inspections of one party are no mutual inspection", async () => {
    const [one, other] = [await room(meridian, aldgate), await room(meridian, aldgate)];
    await expect(reconcileInspections(one.folder, other.folder, null, AFTER)).rejects.toThrow("the host of each");
  });
});

test("a word that another side signed is entered by the host; another's key, a changed byte and a replay are refused", async () => {
  const { folder, say } = await room(meridian, aldgate);
  const digest = `sha256:${"a".repeat(64)}`;
  const delivered = await say(meridian, 1, { kind: "delivered", item: "manifest", digest, bytes: 3, whole: true });
  const word = { kind: "received" as const, delivered, digest, bytes: 3, usable: true };
  const bytes = await signWord(folder, word, aldgate.key, BEGIN + HOUR);
  const changed = bytes.slice();
  changed[changed.length >> 1]! ^= 1;
  await expect(enterSignedWord(folder, changed, null)).rejects.toThrow();
  const stranger = await party(at("keys"), "stranger");
  const theirs = await signWord(folder, word, stranger.key, BEGIN + HOUR);
  await expect(enterSignedWord(folder, theirs, null)).rejects.toThrow("none of the order's");
  await enterSignedWord(folder, bytes, null);
  await expect(enterSignedWord(folder, bytes, null)).rejects.toThrow("has its receipt");
});

test("the log is opened by the host alone, with exactly the order's keys", async () => {
  const opening = {
    folder: at("never-opened"),
    name: "x",
    order: encodeOrder(terms(meridian, aldgate)),
    authority: null,
    inspectors: [aldgate.key.publicKey],
    clears: registrar.key.publicKey,
    key: meridian.key,
    at: BEGIN,
    witnesses: null,
  };
  await expect(beginInspection({ ...opening, key: aldgate.key })).rejects.toThrow("keys that the order names");
  await expect(beginInspection({ ...opening, clears: aldgate.key.publicKey })).rejects.toThrow();
  expect(existsSync(at("never-opened"))).toBe(false);
});
