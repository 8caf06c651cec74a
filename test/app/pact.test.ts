/**
 * A pact from its adoption to a bundle that others check, over a real register, a real run and a real case: what is late,
 * answered, withheld, forged, cut off and named by another's key. Through the functions that the commands call.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type AuditedRun,
  dataRows,
  jsonLines,
  OPENED_AT,
  openAuditedRun,
  stepRows,
} from "../../materials/audit/audited-run.ts";
import { enterInRun, openRun, signEntry } from "../../src/app/audit/run-log.js";
import { Rehearsal } from "../../src/app/docket/rehearsal.js";
import { packPact, verifyPact } from "../../src/app/pact/pact-bundle.js";
import { createPact, enterInPact, openPact } from "../../src/app/pact/pact-folder.js";
import { headSeen, nameOfLog } from "../../src/app/pact/sources.js";
import { pactStatus } from "../../src/app/pact/status.js";
import { appendDeclarations, initRegister } from "../../src/app/register/register.js";
import { base64 } from "../../src/base/bytes.js";
import { MODEL_PACT_TEXT } from "../../src/office/pact/model/shipped.js";
import { type EntryKind, keyText } from "../../src/office/pact/schema/entry.js";
import type { Predicates } from "../../src/office/register/declarations/kinds.js";
import { SAMPLES } from "../office/samples.js";
import { bundleOf, derivation, model, type Party, party, policyBytes } from "../office/world.js";

const home = mkdtempSync(join(tmpdir(), "assay-pact-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const DAY = 86_400;
const folder = join(home, "accord");
const registerAt = join(home, "register");
const NAME = "accord-2026";
const [depositary, lab, rival, state] = ["depositary", "aldgate-labs", "meridian-cloud", "northland"].map((name) =>
  party(name, ["publisher"], ["*"]),
) as [Party, Party, Party, Party];
const NOW = Math.floor(Date.now() / 1000);
const lm = model("aldgate/lm");
let run: AuditedRun;
let court: Rehearsal;
let caseAt: string;
let challengedAt = 0;

const signer = ({ id, sign }: Party) => ({ keyId: id, sign });
async function say(by: Party, at: number, kind: EntryKind, facts: unknown) {
  return enterInPact({ folder, signer: signer(by), at, witnesses: null }, kind, facts);
}
const proofOf = (partyId: string, publicKey: string, sign: (message: Uint8Array) => Uint8Array) => ({
  publicKey,
  proof: base64(sign(keyText(NAME, partyId, publicKey))),
});

beforeAll(async () => {
  run = await openAuditedRun(home, "lm-01");
  await run.commit("steps", "steps.jsonl", jsonLines(stepRows("honest", 40)), 400);
  await run.commit("data", "data.jsonl", jsonLines(dataRows("honest", [], 200)), 1001);
  await run.draw("data", 20);
  await run.open("rows");
  const { key } = run.maker;
  const closed = {
    kind: "run.closed" as const,
    run: "lm-01",
    issued: "2026-03-01T01:00:00Z",
    model: lm.id as string,
    abandoned: false,
    reason: "done",
  };
  await enterInRun(run.folder, () => signEntry(closed, key), null);
  challengedAt = OPENED_AT;

  await initRegister(registerAt, "register.example", policyBytes([lab, rival]));
  const trained = structuredClone(SAMPLES["training-run"]) as Predicates["training-run"];
  trained.runDetails.metadata.finishedOn = "2026-03-01T00:50:00Z";
  trained.runDetails.metadata.assay_flop = "2e25" as never;
  const entered = await appendDeclarations(
    registerAt,
    [
      bundleOf(lab, { subject: lm, kind: "training-run", predicate: trained }),
      bundleOf(lab, { subject: lm, kind: "training-content", predicate: SAMPLES["training-content"] }),
      bundleOf(lab, { subject: lm, kind: "derivation", predicate: derivation() }),
    ],
    null,
  );
  expect(entered.map((each) => (each.admitted ? "" : each.says))).toEqual(["", "", ""]);

  const cases = join(home, "cases");
  court = await Rehearsal.open(cases, {
    id: "2026-001",
    office: "docket.example",
    begins: OPENED_AT,
    cast: { complainant: ["Meridian Cloud", "counsel"], respondent: ["Aldgate Labs", "counsel"] },
  });
  await court.act("complainant", "complaint", { members: 1, fee: "paid", tried: 1 });
  await court.later(1).act("registrar", "notice", {});
  await court.act("registrar", "preservation", {});
  await court.later(1).act("respondent", "commitment.received", { roots: [`sha256:${"1".repeat(64)}`] });
  caseAt = join(cases, "2026-001");

  await createPact(folder, { name: NAME, origin: "pact.example", pact: MODEL_PACT_TEXT, rehearsal: true });
  const { file } = await openPactFile();
  await say(depositary, OPENED_AT - 30 * DAY, "adopted", {
    pact: file.pact,
    publicKey: depositary.pem,
    rehearsal: true,
  });
  const logs = [await nameOfLog(run.folder)];
  const respondent = court.players.get("respondent")!;
  const keys = [
    proofOf("aldgate-labs", run.maker.key.publicKey, run.maker.key.sign),
    proofOf("aldgate-labs", respondent.publicKey, respondent.sign),
  ];
  await join_(lab, "aldgate-labs", "lab", keys, logs);
  await join_(
    rival,
    "meridian-cloud",
    "lab",
    [proofOf("meridian-cloud", run.auditor.key.publicKey, run.auditor.key.sign)],
    [],
  );
  await join_(state, "northland", "state", [], []);
  await say(depositary, OPENED_AT - 9 * DAY, "named", {
    logs: [await nameOfLog(registerAt), await nameOfLog(caseAt)],
    keys: [],
  });
});

async function openPactFile() {
  return { file: JSON.parse(readFileSync(join(folder, "pact.json"), "utf8")) as { pact: string } };
}

async function join_(who: Party, id: string, as: "lab" | "state", keys: unknown[], logs: unknown[]) {
  const at = OPENED_AT - 20 * DAY;
  const signed = await say(who, at, "signed", { party: id, name: id, as, publicKey: who.pem, keys, of: null, logs });
  if (!signed.admitted) throw new Error(signed.says);
  expect((await say(depositary, at, "accepted", { statement: signed.statement })).admitted).toBe(true);
}

const ALL = () => [registerAt, run.folder, caseAt];
async function standing(obligation: string, logs: string[], at = NOW + 2 * DAY, who = "aldgate-labs") {
  const { stated } = await pactStatus({ folder, logs, policy: null, at });
  return stated.standings.find((each) => each.party === who && each.obligation === obligation)!;
}

describe("a real register, run and case", () => {
  test("declared nine months after the run was closed: late, on its own entries", async () => {
    // The run's log says nothing since March: nobody could know of a later entry until somebody saw its head again.
    expect((await standing("register-models", ALL())).standing).toBe("unable to conclude");
    expect(await say(rival, NOW, "head.seen", await headSeen(run.folder))).toMatchObject({ admitted: true });
    const said = await standing("register-models", ALL());
    expect(said.standing).toBe("not met");
    expect(said.occasions[0]!.rests.map(({ log, kind, as }) => [log, kind, as])).toEqual([
      ["audit", "run-closed", "occasion"],
      ["register", "training-run", "late"],
    ]);
  });

  test("declared in time: met, by entries of the register", async () => {
    for (const obligation of ["describe-data", "say-descent"]) {
      const said = await standing(obligation, ALL());
      expect([obligation, said.standing]).toEqual([obligation, "met"]);
    }
    expect((await standing("evaluate", ALL())).standing).toBe("not yet due");
    // Its rows are committed, its run was opened before it ended, and the log was closed before the declaration.
    expect((await standing("commit-runs", ALL())).standing).toBe("met");
  });

  test("a challenge of another party was answered with nothing withheld", async () => {
    const said = await standing("open-on-challenge", ALL());
    expect(said.standing).toBe("met");
    expect(challengedAt).toBeGreaterThan(0);
  });

  test("what a case asked to keep was committed to, by the key that the party showed to be its own", async () => {
    await say(rival, NOW, "head.seen", await headSeen(caseAt));
    expect((await standing("preserve", ALL())).standing).toBe("met");
  });

  test("nothing of it is concluded without the log that would show it", async () => {
    for (const [obligation, without] of [
      ["describe-data", registerAt],
      ["commit-runs", run.folder],
      ["open-on-challenge", run.folder],
      ["preserve", caseAt],
    ] as const) {
      const said = await standing(
        obligation,
        ALL().filter((each) => each !== without),
      );
      expect([obligation, said.standing]).toEqual([obligation, "unable to conclude"]);
      expect(said.says).toContain("was not handed over");
    }
  });
});

describe("forged, cut off, another's", () => {
  const copy = (from: string, name: string) => {
    const to = join(home, name);
    cpSync(from, to, { recursive: true });
    return to;
  };
  const files = (at: string): string[] =>
    readdirSync(at).flatMap((name) =>
      statSync(join(at, name)).isDirectory() ? files(join(at, name)) : [join(at, name)],
    );

  test("one byte of a register's tiles or bundles", async () => {
    const bad = copy(registerAt, "bad-register");
    const object = files(join(bad, "objects")).find((path) => statSync(path).size > 500)!;
    const bytes = readFileSync(object);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(object, bytes);
    const said = await standing("describe-data", [bad, run.folder, caseAt]);
    expect(said.standing).toBe("unable to conclude");
    expect(said.says).toContain("does not hold");
  });

  test("a register of the same name under another key", async () => {
    const other = join(home, "other-register");
    await initRegister(other, "register.example", policyBytes([lab]));
    const said = await standing("describe-data", [other, run.folder, caseAt]);
    expect([said.standing, said.says.includes("does not hold")]).toEqual(["unable to conclude", true]);
  });

  test("a log that is behind the head that another party saw", async () => {
    const before = copy(registerAt, "register-before");
    const late = bundleOf(lab, {
      subject: lm,
      kind: "withdrawal",
      predicate: { ...SAMPLES.withdrawal, withdraws: null } as never,
    });
    await appendDeclarations(registerAt, [late], null);
    await say(rival, NOW, "head.seen", await headSeen(registerAt));
    const said = await standing("describe-data", [before, run.folder, caseAt]);
    expect(said.standing).toBe("unable to conclude");
    expect(said.says).toMatch(/saw register.example at 5 entries; what was handed over has 4/);
    // With the whole log: the model was withdrawn, so what was declared answers nothing any more.
    expect((await standing("describe-data", ALL(), NOW + 40 * DAY)).standing).toBe("unable to conclude");
  });

  test("a head that no log signed, and a log that another party names, leave nothing unanswered", async () => {
    const seen = await headSeen(registerAt);
    const made = {
      checkpoint: base64(
        new TextEncoder().encode(Buffer.from(seen.checkpoint, "base64").toString("latin1").replace("\n5\n", "\n9\n")),
      ),
    };
    expect(await say(rival, NOW, "head.seen", made)).toMatchObject({ admitted: false });
    const bogus = { kind: "docket", origin: "docket.example/none", key: (await nameOfLog(caseAt)).key };
    expect(await say(rival, NOW, "named", { logs: [bogus], keys: [] })).toMatchObject({ admitted: true });
    expect((await standing("preserve", ALL())).standing).toBe("met");
  });

  test("another's key cannot be named as one's own", async () => {
    const stolen = { publicKey: lab.pem, proof: base64(rival.sign(keyText(NAME, "meridian-cloud", lab.pem))) };
    const said = await say(rival, NOW, "named", { logs: [], keys: [stolen] });
    expect(said).toMatchObject({ admitted: false });
    expect(JSON.stringify(said)).toContain("did not sign that it is meridian-cloud's");
  });

  test("an entry for another party, a reservation too late, a pact that is not adopted", async () => {
    expect(await say(rival, NOW, "accepted", { statement: `sha256:${"0".repeat(64)}` })).toMatchObject({
      admitted: false,
    });
    expect(await say(lab, NOW, "reservation", { obligation: "evaluate", reasons: "late" })).toMatchObject({
      admitted: false,
    });
    expect(await say(party("nobody", ["publisher"], ["*"]), NOW, "left", { reasons: "none" })).toMatchObject({
      admitted: false,
    });
    await expect(openPact(join(home, "none"))).rejects.toThrow(/no pact.json/);
  });
});

test("its bundle holds offline; each file, changed, is found; with the logs at hand the facts are read again", async () => {
  const files = await packPact({ folder, logs: ALL(), policy: null, asOf: NOW + DAY });
  const report = await verifyPact(files, null, null);
  expect(report.checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(report.state!.standings.length).toBe(2 * 13 + 5);
  expect((await verifyPact(files, null, ALL())).holds).toBe(true);
  for (const [path, bytes] of files) {
    const changed = new Map(files);
    const bad = bytes.slice();
    bad[bad.length >> 1]! ^= 1;
    changed.set(path, bad);
    expect((await verifyPact(changed, null, null)).holds, path).toBe(false);
    changed.delete(path);
    expect((await verifyPact(changed, null, null)).holds, `${path} taken away`).toBe(false);
  }
  // A fact made up by the packer is consistent in itself, and found with the logs at hand.
  const told = await openRun(run.folder);
  expect(told.state.closed).not.toBeNull();
});
