/**
 * A party files by passkey: enrolled by the registrar, judged before it is signed, entered, and verified offline from the
 * packed case. Replays, other origins, a device that did not ask who its user is, and enrolments that the passkey did not
 * sign so are refused.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Countersigned, countersign, signedAct } from "../../dist/app/docket/act.js";
import { bundleOfCase } from "../../dist/app/docket/case-bundle.js";
import { enterFiling, judgeFiling } from "../../dist/app/docket/file.js";
import { Rehearsal } from "../../dist/app/docket/rehearsal.js";
import { verifyCase } from "../../dist/app/docket/verify-case.js";
import { base64 } from "../../dist/base/bytes.js";
import { encodeSignedStatement, openSignedStatement, toBeSigned } from "../../dist/evidence/signed-statement.js";
import { platformKey } from "../../dist/host/signing/signature-keys.js";
import { encodeEntry } from "../../dist/office/docket/entry/entry-statement.js";
import { packFiling } from "../../dist/office/docket/entry/filing.js";
import { enrolmentText } from "../../dist/office/docket/entry/keys.js";
import { momentText } from "../../dist/office/docket/time/day.js";
import { FLAGS, makeAuthenticator, type Otherwise } from "../authenticator.ts";

const folder = mkdtempSync(join(tmpdir(), "assay-docket-passkey-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const device = makeAuthenticator();
let court: Rehearsal;

/** As the workspace makes it. */
function enrolment(other: Otherwise = {}, terms = device.terms): Countersigned {
  const said = { party: "Aldgate Labs", name: "counsel", roles: ["complainant" as const], publicKey: device.publicKey };
  const text = enrolmentText("2026-001", { ...said, passkey: terms });
  return { ...said, passkey: terms, countersignature: base64(device.sign(text, other)) };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function complaint(text = "Words of the complaint.") {
  const { records, digests } = await court.open();
  const said = {
    case: "2026-001",
    kind: "complaint" as const,
    role: "complainant" as const,
    issued: momentText(court.at),
    seen: { seq: records.length - 1, record: digests.at(-1)! },
    tier: "PUBLIC" as const,
    facts: { members: 1, fee: "paid" },
    text,
  };
  return encodeEntry(said);
}

const signed = (statement: Uint8Array, other: Otherwise = {}, over = statement) =>
  packFiling({ bundle: encodeSignedStatement(statement, device.sign(toBeSigned(over), other), device.keyId) }, []);

beforeAll(async () => {
  // The server's clock enters filings: the rehearsal begins now.
  court = await Rehearsal.open(folder, {
    id: "2026-001",
    office: "docket.example",
    begins: Math.floor(Date.now() / 1000) - 600,
    cast: { respondent: ["Meridian Cloud", "counsel"] },
  });
});

test("an enrolment that the passkey did not sign, at that origin and for that user, is refused", async () => {
  const enrol = (facts: Countersigned) => court.act("registrar", "key.enrolled", { ...facts });
  await expect(enrol(enrolment({ origin: "https://evil.example" }))).rejects.toThrow("did not sign its enrolment");
  await expect(enrol(enrolment({ flags: FLAGS.present }))).rejects.toThrow("did not sign its enrolment");
  const { passkey: _, ...without } = enrolment();
  await expect(enrol(without)).rejects.toThrow("did not sign its enrolment");
  const elsewhere = { ...enrolment(), passkey: { ...device.terms, origins: ["http://localhost:9999"] } };
  await expect(enrol(elsewhere)).rejects.toThrow("did not sign its enrolment");
  await enrol(enrolment());
  expect((await court.open()).keys.all.get(device.keyId)!.party).toBe("Aldgate Labs");
});

test("what is not signed yet is judged, and nothing is entered by it", async () => {
  const statement = await complaint();
  expect(await judgeFiling(court.folder, packFiling({ statement }, []), device.keyId)).toBeNull();
  expect(await judgeFiling(court.folder, packFiling({ statement }, []), "0".repeat(64))).toContain("does not count");
  const other = new TextDecoder().decode(statement).replace('"kind":"complaint"', '"kind":"response"');
  expect(await judgeFiling(court.folder, packFiling({ statement: bytesOf(other) }, []), device.keyId)).not.toBeNull();
  expect((await court.open()).state.counts.complaint).toBeUndefined();
});

test("a signature that does not hold enters nothing; one that holds enters once", async () => {
  const statement = await complaint();
  const other = await complaint("Other words.");
  const refused = async (filing: Uint8Array) => {
    const entered = await enterFiling(court.folder, filing);
    return entered.admitted ? "entered" : entered.reason;
  };
  expect(await refused(signed(statement, { origin: "http://localhost:8081" }))).toBe("signature");
  expect(await refused(signed(statement, { origin: "https://evil.example" }))).toBe("signature");
  expect(await refused(signed(statement, { rpId: "evil.example" }))).toBe("signature");
  expect(await refused(signed(statement, { flags: FLAGS.present }))).toBe("signature");
  expect(await refused(signed(statement, { flags: FLAGS.verified }))).toBe("signature");
  // An assertion over another statement, and a bare signature by the same key.
  expect(await refused(signed(statement, {}, other))).toBe("signature");
  const bare = device.ask(toBeSigned(statement)).signature;
  expect(await refused(packFiling({ bundle: encodeSignedStatement(statement, bare, device.keyId) }, []))).toBe(
    "signature",
  );
  const filed = await enterFiling(court.folder, signed(statement));
  expect(filed).toMatchObject({ admitted: true, record: { kind: "complaint", key: device.keyId } });
  // The same statement signed once more has other bytes, and is the same entry.
  expect(await refused(signed(statement, { counter: 5 }))).toBe("replay");
  court.at = (await court.open()).state.at;
});

test("the packed case verifies offline, by the platform's cryptography and in script; a changed assertion does not", async () => {
  const files = await bundleOfCase(court.folder, "PUBLIC", (await court.open()).state.at);
  for (const quick of [undefined, platformKey]) {
    const report = await verifyCase(files, quick ? { quick } : {});
    expect(report.checks.filter(({ holds }) => !holds)).toEqual([]);
  }
  const { seq } = (await court.open()).records.find(({ kind }) => kind === "complaint")!;
  const path = `entries/${String(seq).padStart(6, "0")}.bundle.json`;
  const statement = openSignedStatement(files.get(path)!, "bundle").payload;
  const forged = encodeSignedStatement(
    statement,
    device.sign(toBeSigned(statement), { flags: FLAGS.present }),
    device.keyId,
  );
  expect((await verifyCase(new Map([...files, [path, forged]]))).holds).toBe(false);
});

test("filings bring exactly what their entry names, signed, within bounds", async () => {
  const statement = await complaint("x");
  const stray = packFiling({ statement }, [bytesOf("a file that nobody named")]);
  await expect(judgeFiling(court.folder, stray, device.keyId)).rejects.toThrow("files that its entry names");
  await expect(enterFiling(court.folder, packFiling({ statement }, []))).rejects.toThrow("expected a signed entry");
  for (const bytes of [new Uint8Array(0), bytesOf("PK"), new Uint8Array(1000)])
    await expect(enterFiling(court.folder, bytes)).rejects.toThrow(/zip|filing/);
});

test("a passkey is enrolled once, and another replaces it by its signature and its own", async () => {
  const said = { party: "Aldgate Labs", name: "counsel", roles: ["complainant" as const], publicKey: device.publicKey };
  // The same passkey is enrolled once.
  const again = countersign("2026-001", said, device.sign);
  await expect(court.act("registrar", "key.enrolled", { ...again })).rejects.toThrow("is enrolled");
  const next = makeAuthenticator("docket.example", "https://docket.example");
  const facts = { old: device.keyId, publicKey: next.publicKey, passkey: next.terms, reason: "a new device" };
  const text = enrolmentText("2026-001", { ...said, publicKey: next.publicKey, passkey: next.terms });
  const replaced = { ...facts, countersignature: base64(next.sign(text)) };
  const open = await court.open();
  const act = { kind: "key.replaced" as const, role: "complainant" as const, facts: replaced };
  const bundle = await signedAct(open, act, { keyId: device.keyId, sign: device.sign }, court.at);
  expect(await enterFiling(court.folder, packFiling({ bundle }, []))).toMatchObject({ admitted: true });
});
