/**
 * An inspection that a panel ordered, from the docket's entry to the exhibit in the case: order, commitments that a live
 * witness cosigns, a draw by the beacon, the sealed opening, the report, its entries in the register and the case. Rows that
 * were not drawn reach no file that leaves the lab. The parties are fictional.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuditedRun, dataRows, jsonLines, OPENED_AT, openAuditedRun } from "../../materials/audit/audited-run.ts";
import { verifyAudit } from "../../src/app/audit/audit-bundle.js";
import { challengeOf, enterSigned, makeChallenge, readSealed } from "../../src/app/audit/challenge.js";
import { openRun } from "../../src/app/audit/run-log.js";
import { announceDraw, drawFacts } from "../../src/app/docket/act.js";
import { bundleOfCase } from "../../src/app/docket/case-bundle.js";
import { Rehearsal } from "../../src/app/docket/rehearsal.js";
import { verifyCase } from "../../src/app/docket/verify-case.js";
import { openWitness } from "../../src/app/log/witness.js";
import { appendDeclarations, initRegister } from "../../src/app/register/register.js";
import { sha256Digest } from "../../src/base/digest.js";
import { unzipStrict, zip } from "../../src/evidence/zip.js";
import type { AuditReport } from "../../src/office/audit/audit-report.js";
import { encodeOrder, type InspectionOrder, orderDigest, readOrder } from "../../src/office/audit/inspection/order.js";
import type { Opening } from "../../src/office/audit/opening.js";
import type { Predicates } from "../../src/office/register/declarations/kinds.js";
import { encodeVerifierKey, parseVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { serveWitness } from "../../src/web/log-server.js";
import { SAMPLES } from "../office/samples.js";
import { bundleOf, model, party, policyBytes } from "../office/world.js";

const home = mkdtempSync(join(tmpdir(), "assay-ordered-"));
const closing: (() => void | Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(home, { recursive: true, force: true });
});

const PLANTED = "PLANTED-9c41";
const ROWS = 600;
const CASES = join(home, "cases");
const REGISTER = join(home, "register");
let run: AuditedRun;
let court: Rehearsal;
let order: InspectionOrder;
let ordered: string;
let opening: string;
let report: AuditReport;
let bundle: Uint8Array;
let policy: string;
/** The witness's clock, moved on with the run's. */
let clock = OPENED_AT;

/** One witness over HTTP on this machine, that watches the run's log. */
async function witness(): Promise<string> {
  const [log] = readFileSync(join(run.folder, "verifier-keys.txt"), "utf8").split("\n") as [string];
  const key = secretKeyOf("w1.example", "ed25519-cosigner", new Uint8Array(32).fill(7));
  const desk = await openWitness({
    folder: join(home, "witness"),
    key,
    logs: [parseVerifierKey(log, "log")],
    now: () => clock,
  });
  const served = await serveWitness(desk, 0);
  closing.push(
    () => desk.close(),
    () => served.close(),
  );
  return `log ${log}\nwitness W1 ${encodeVerifierKey(key)} ${served.url}\nquorum W1\n`;
}

beforeAll(async () => {
  run = await openAuditedRun(home, "lm-01", {
    dataRules: [{ id: "licence", field: "licence", allow: ["cc0", "cc-by"] }],
  });
  policy = await witness();
  run.watchedBy(policy);
  const rows = dataRows("ordered", [], ROWS).map((row, i) => ({ ...row, text: `${PLANTED}-${i}-` }));
  clock = OPENED_AT + 460;
  await run.commit("data", "data.jsonl", jsonLines(rows.slice(0, 300)), 400);
  clock = OPENED_AT + 1060;
  await run.commit("data", "data.jsonl", jsonLines(rows), 1000);

  court = await Rehearsal.open(CASES, {
    id: "2026-001",
    office: "docket.example",
    begins: OPENED_AT,
    cast: {
      complainant: ["Aldgate Labs", "counsel of Aldgate Labs"],
      respondent: ["Meridian Cloud", "counsel of Meridian Cloud"],
      panel: ["the panel", "presiding member"],
      inspector: ["Thornbury Analysis", "inspector"],
      examiner: ["Thornbury Analysis", "examiner"],
    },
  });
  await court.act("complainant", "complaint", { members: 1, fee: "paid", tried: 1 });
  await court.later(1).act("registrar", "notice", async (open, received) => ({
    ...(await announceDraw(open, received, 3600)),
  }));
  await court.act("registrar", "service.proof", { way: "courier", on: court.today });
  await court.later(1).act("respondent", "commitment.received", { roots: [`sha256:${"1".repeat(64)}`] });
  await court.later(1).act("respondent", "response", { position: "independent-making" });
  const list = ["A. Moreau", "C. Lindqvist", "E. Nakagawa"];
  await court.later(1).act("registrar", "panel.drawn", async (open) => ({
    ...(await drawFacts(open, { list, excluded: [], signature: null })),
  }));
  const { state } = await court.open();
  await court.act("panel", "panel.disclosed", { who: state.panel[0]!, conflict: "none" });
  await court.later(6).act("panel", "threshold.decided", { held: "proceed", reasons: "the logs show access" });

  const log = await openRun(run.folder);
  order = {
    type: "assay/inspection-order/v1",
    case: "2026-001",
    run: log.state.run!,
    systems: ["the training cluster"],
    window: ["2026-03-01T00:00:00Z", "2026-04-30T00:00:00Z"],
    inspectors: [{ key: run.auditor.key.keyId, name: "Thornbury Analysis", disclosure: null }],
    host: run.maker.key.keyId,
    clears: "c".repeat(64),
    place: "secure room",
    tools: [],
    sample: { class: "data", unit: "rows", k: 60, alpha: "0.05" },
    deIdentify: null,
    completeness: ["the data manifest's commitment"],
    leaves: [{ what: "report", bytesMax: 1_000_000 }],
    clawBackDays: 14,
    incidentHours: 24,
    noticeDays: 5,
    exParte: null,
    end: "destroy",
  };
  await court.act("complainant", "inspection.asked", { systems: order.systems, because: "the data are in dispute" });
  ordered = await court.act(
    "panel",
    "inspection.ordered",
    {
      terms: orderDigest(order),
      noticeDays: 5,
      exParte: false,
      reviewDays: 0,
      clears: "the registrar",
      end: "destroy",
    },
    { attachments: [{ name: "terms.json", bytes: encodeOrder(order) }] },
  );
  clock = OPENED_AT + 1200;
  await run.draw("data", 60, "rows", order);
  await court.act("inspector", "inspection.event", { order: ordered, what: "drew 60 rows by a round of the beacon" });
  opening = await run.open("opening");
  const reported = await run.report(opening);
  report = reported.report;
  bundle = zip(reported.files);
  await enterSigned(
    run.folder,
    reported.files.get("reported.json")!,
    parsePolicy(new TextEncoder().encode(policy), "p"),
  );
  await court.act("inspector", "inspection.return", { order: ordered, delivered: 1, usable: 1, refused: false });
  await court.act(
    "examiner",
    "exhibit",
    {
      exhibit: "E1",
      title: "Report on the drawn rows of the run lm-01",
      kind: "log",
      root: sha256Digest(bundle),
      tier: "PUBLIC",
      carried: true,
      speaksFor: "neither",
    },
    { attachments: [{ name: "audit.zip", bytes: bundle }] },
  );
  await intoRegister();
}, 60_000);

/** The lab declares its run; the auditor says in the register what its report came to, by digest. */
async function intoRegister(): Promise<void> {
  const lab = party("meridian-cloud", ["publisher"], ["*"]);
  const auditor = party("thornbury", ["auditor"], ["*"]);
  const lm = model("meridian/lm");
  await initRegister(REGISTER, "register.example", policyBytes([lab, auditor]));
  const declared = bundleOf(lab, { subject: lm, kind: "training-run", predicate: SAMPLES["training-run"] });
  const [first] = await appendDeclarations(REGISTER, [declared], null);
  if (!first?.admitted) throw new Error("the run was not admitted");
  const said: Predicates["audit"] = {
    ...SAMPLES.audit,
    statement: first.record.statement as never,
    facts: ["resolvedDependencies"],
    result: "audited",
    method: "60 rows of the data manifest drawn by a beacon",
    report: { digest: sha256Digest(bundle) },
  };
  const [second] = await appendDeclarations(
    REGISTER,
    [bundleOf(auditor, { subject: lm, kind: "audit", predicate: said })],
    null,
  );
  if (!second?.admitted) throw new Error(JSON.stringify(second));
}

/** Every file below, by its path. */
function filesBelow(folder: string, out = (_: string) => false): [string, Buffer][] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(folder, name)).isFile() && !out(name))
    .map((name) => [join(folder, name), readFileSync(join(folder, name))]);
}

/** As it stands, and in whatever base64 or hexadecimal is in it: statements lie in envelopes. */
function holds(bytes: Buffer, text: string, depth = 0): boolean {
  if (bytes.includes(text)) return true;
  if (depth > 3) return false;
  const latin = bytes.toString("latin1");
  for (const [run64] of latin.matchAll(/[A-Za-z0-9+/_-]{16,}={0,2}/g))
    if (holds(Buffer.from(run64, "base64"), text, depth + 1)) return true;
  return [...latin.matchAll(/(?:[0-9a-f]{2}){16,}/g)].some(([digits]) => Buffer.from(digits, "hex").includes(text));
}

describe("the course of it", () => {
  test("the report bounds what was drawn under the order, its clocks held on both sides by beacon and witness", () => {
    expect(report.challenge.order).toBe(orderDigest(order));
    expect(report.status).toBe("no contradiction found");
    expect(report.bounds.map(({ rule, k, unopened }) => [rule, k, unopened])).toEqual([["licence", 60, 0]]);
    expect(report.checked.find(({ id }) => id === "clocks")).toMatchObject({ status: "holds" });
    expect(report.committed.seenBy).toBe("2026-03-01T00:17:40Z");
  });

  test("the case holds offline and carries the report, which holds by itself and names the panel's order", async () => {
    const files = await bundleOfCase(court.folder, "PUBLIC", court.at);
    const verified = await verifyCase(files);
    expect(verified.checks.filter(({ holds: each }) => !each)).toEqual([]);
    const record = (await court.open()).records.find(({ kind }) => kind === "inspection.ordered")!;
    expect(record.facts).toMatchObject({ terms: report.challenge.order });
    const carried = [...files.values()].find((bytes) => sha256Digest(bytes) === sha256Digest(bundle))!;
    const audit = verifyAudit(unzipStrict(carried), { policy: parsePolicy(new TextEncoder().encode(policy), "p") });
    expect(audit.checks.filter(({ holds: each }) => !each)).toEqual([]);
    expect(audit.report?.challenge.order).toBe(orderDigest(order));
  });

  test("the auditor alone opens the rows, and only the drawn ones", async () => {
    const { state } = await openRun(run.folder);
    const given: Opening = await readSealed(opening, run.auditor.identity, challengeOf(state, report.challenge.digest));
    const text = JSON.stringify(given);
    const shown = new Set(given.rows.map(({ index }) => index));
    expect(shown.size).toBeGreaterThanOrEqual(60);
    for (let i = 0; i < ROWS; i++) expect(text.includes(`${PLANTED}-${i}-`), `row ${i}`).toBe(shown.has(i));
  });
});

describe("what leaves the lab", () => {
  test("planted strings of rows are in no file of it: log, sealed opening, report, case, register, witness", () => {
    writeFileSync(join(home, "audit.zip"), bundle);
    const unzipped = [...unzipStrict(bundle)].map(([name, bytes]) => [name, Buffer.from(bytes)] as [string, Buffer]);
    const all = [
      ...filesBelow(run.folder, (name) => /^(private|state)\b/.test(name)),
      ...filesBelow(CASES),
      ...filesBelow(REGISTER),
      ...filesBelow(join(home, "witness")),
      [opening, readFileSync(opening)] as [string, Buffer],
      ...unzipped,
    ];
    expect(all.length).toBeGreaterThan(60);
    expect(all.filter(([, bytes]) => holds(bytes, PLANTED)).map(([path]) => path)).toEqual([]);
  });

  test("the search finds a string that is there, however deep it lies in envelopes", () => {
    const deep = Buffer.from(JSON.stringify({ payload: Buffer.from(`x ${PLANTED} y`).toString("base64") }));
    expect(holds(Buffer.from(JSON.stringify({ of: deep.toString("base64") })), PLANTED)).toBe(true);
    expect(holds(Buffer.from(Buffer.from(`${PLANTED} and some more`).toString("hex")), PLANTED)).toBe(true);
    const kept = filesBelow(run.folder).filter(([path]) => path.includes("private"));
    expect(kept.some(([, bytes]) => holds(bytes, PLANTED))).toBe(true);
  });
});

describe("a challenge asks for no more than the order", () => {
  const asking = (more: Partial<Parameters<typeof makeChallenge>[0]>, by = order) =>
    makeChallenge({
      where: run.folder,
      of: "data",
      unit: "rows",
      k: 60,
      round: null,
      waitSeconds: 300,
      rules: [],
      recipient: run.auditor.recipient,
      dueDays: 14,
      order: by,
      key: run.auditor.key,
      at: OPENED_AT + 5000,
      ...more,
    });
  test("another count, another unit, another run, another's key", async () => {
    await expect(asking({ k: 61 })).rejects.toThrow("the order asks for 60 rows of data");
    await expect(asking({ unit: "tokens" })).rejects.toThrow("the order asks for");
    await expect(asking({}, { ...order, run: `sha256:${"0".repeat(64)}` })).rejects.toThrow("another run");
    await expect(asking({ key: run.maker.key })).rejects.toThrow("an inspector that the order names");
  });
  test("an order that is none is refused in one line", () => {
    const bytes = encodeOrder(order);
    expect(readOrder(bytes, "order.json")).toEqual(order);
    const text = new TextDecoder().decode(bytes);
    const read = (given: string) => () => readOrder(new TextEncoder().encode(given), "order.json");
    expect(read(text.replace('"k":60', '"k":0'))).toThrow("sample.k");
    expect(read(`${text}\n`)).toThrow("canonical text");
    expect(read(text.replace('"secure room"', '"anywhere"'))).toThrow("place");
    expect(read(text.replaceAll(run.maker.key.keyId, run.auditor.key.keyId))).toThrow("different keys");
    expect(read(text.replace("2026-04-30", "2026-02-01"))).toThrow("window");
  });
});
