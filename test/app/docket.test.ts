/** Five courses of a fictional dispute, entered by signed entries, packed, and verified as the other side would. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyCase } from "../../dist/app/docket/verify-case.js";
import { STATED_COURSES } from "../../materials/docket/courses.ts";
import type { Court } from "../../materials/docket/court.ts";

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
  (await verifyCase(changed)).checks.filter(({ holds }) => !holds).map(({ name }) => name);

describe("a bundle that was tampered with", () => {
  test("each entry taken away, doubled or changed is found, and each pair exchanged", async () => {
    const count = [...files().keys()].filter((path) => path.endsWith("record.json")).length;
    const path = (seq: number, what: string) => `entries/${String(seq).padStart(6, "0")}.${what}.json`;
    for (let seq = 0; seq < count; seq++) {
      const edits: Map<string, Uint8Array>[] = [];
      // Taken away, and those behind moved up.
      const less = new Map(files());
      for (const what of ["record", "bundle"]) {
        for (let at = seq; at + 1 < count; at++) less.set(path(at, what), files().get(path(at + 1, what))!);
        less.delete(path(count - 1, what));
      }
      edits.push(less);
      const twice = new Map(files());
      for (const what of ["record", "bundle"]) {
        for (let at = count; at > seq; at--) twice.set(path(at, what), files().get(path(at - 1, what))!);
      }
      edits.push(twice);
      if (seq + 1 < count) {
        const swapped = new Map(files());
        for (const what of ["record", "bundle"]) {
          swapped.set(path(seq, what), files().get(path(seq + 1, what))!);
          swapped.set(path(seq + 1, what), files().get(path(seq, what))!);
        }
        edits.push(swapped);
      }
      for (const what of ["record", "bundle"]) {
        const changed = new Map(files());
        const bytes = Uint8Array.from(files().get(path(seq, what))!);
        const at = (seq * 37 + 11) % bytes.length;
        bytes[at] = bytes[at]! ^ 1;
        changed.set(path(seq, what), bytes);
        edits.push(changed);
      }
      for (const edit of edits) expect(await faults(edit)).not.toEqual([]);
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
