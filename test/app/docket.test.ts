/** Five courses of a fictional dispute, entered by signed entries, packed, and verified as the other side would. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyCase } from "../../dist/app/docket/verify-case.js";
import { platformKey } from "../../dist/host/signing/signature-keys.js";
import { admit, openCase } from "../../dist/office/docket/entry/admission.js";
import { STATED_COURSES } from "../../materials/docket/courses.ts";
import type { Court } from "../../materials/docket/court.ts";
import { singleEdits } from "../../materials/docket/edits.ts";

const home = mkdtempSync(join(tmpdir(), "assay-docket-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const courts = new Map<string, { court: Court; files: Map<string, Uint8Array> }>();
beforeAll(async () => {
  for (const [name, course] of Object.entries(STATED_COURSES)) {
    const court = await course(join(home, name));
    courts.set(name, { court, files: await court.bundle() });
  }
});

describe("five courses", () => {
  test.each([
    ["default", "final", "not-shown"],
    ["settled", "settled", undefined],
    ["voided", "final", "not-shown"],
    ["not-shown", "final", "not-shown"],
    ["reversed", "final", "upheld"],
  ])("%s ends %s, and the other side's check holds", async (name, state, outcome) => {
    const report = await verifyCase(courts.get(name)!.files);
    expect(report.checks.filter(({ holds }) => !holds)).toEqual([]);
    expect([report.state!.state, report.state!.decision?.outcome]).toEqual([state, outcome]);
    expect(report.cannotSee).toContain("entries made after this bundle was packed, and entries that were refused");
    expect(report.state!.gates.filter((gate) => gate.open).every(({ rung }) => rung <= 3)).toBe(true);
  });
});

const files = () => courts.get("settled")!.files;
const faults = async (changed: Map<string, Uint8Array>) =>
  (await verifyCase(changed, { quick: platformKey })).checks.filter(({ holds }) => !holds).map(({ name }) => name);

describe("a bundle that was tampered with", () => {
  test("each entry taken away, doubled, moved, exchanged or changed is found", async () => {
    let tried = 0;
    // One in seven, of each kind; all of all courses in validation/docket-edits.json.
    for (const { what, files: edited } of singleEdits(files())) {
      if (tried++ % 7 !== 0) continue;
      expect([what, await faults(edited)]).not.toEqual([what, []]);
    }
    expect(tried).toBeGreaterThan(500);
  });

  test("an office that makes its log again without an entry is found by what later entries had seen", async () => {
    const { open, entries } = courts.get("settled")!.court;
    const bundles = open.records.map(({ seq }) => files().get(`entries/${String(seq).padStart(6, "0")}.bundle.json`)!);
    for (let gone = 1; gone + 1 < entries.length; gone++) {
      const anew = openCase(open.id, open.rules, platformKey);
      const answers = open.records
        .filter(({ seq }) => seq !== gone)
        .map(({ seq, received }) => admit(anew, bundles[seq]!, received, platformKey));
      const first = answers.find(({ admitted }) => !admitted);
      // The next entry named the one that is gone as the head that it saw.
      expect(first).toMatchObject({ admitted: false, reason: expect.stringMatching(/seen|unknown-key|state/) });
    }
  });

  test("another state, a clock that was moved, a stray file are found", async () => {
    const text = new TextDecoder().decode(files().get("state.json"));
    const other = text.replace('"settled"', '"withdrawn"');
    expect(await faults(new Map([...files(), ["state.json", new TextEncoder().encode(other)]]))).toContain(
      "state and clocks",
    );
    expect(await faults(new Map([...files(), ["notes.txt", new Uint8Array(1)]]))).toContain("layout");
    expect(await faults(new Map())).toContain("layout");
  });
});

test("a settled case takes no further act, and a refusal says why", async () => {
  const { court } = courts.get("settled")!;
  expect(await court.tries("respondent", "response", { position: "denies" })).toMatchObject({
    admitted: false,
    reason: "state",
  });
  expect(await court.tries("complainant", "decision", {})).toMatchObject({ admitted: false, reason: "role" });
});

test("silence, a shared log or a decoy accused opens no remedy", async () => {
  const { state } = await courts.get("voided")!.court.case();
  expect(state.plans.map(({ status }) => status)).toEqual(["void"]);
  const { orders } = (await courts.get("reversed")!.court.case()).state;
  expect(orders.map(({ standing }) => standing)).toEqual(["reversed"]);
});
