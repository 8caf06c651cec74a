/**
 * The dispute that `npm start` tells, shortened: invented findings stand for the laboratory's, so that it takes seconds; all
 * else is the same code. Each page's facts are those of the case's own file, verified as the other side would.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifyCase } from "../../dist/app/docket/verify-case.js";
import { demonstrated } from "../../dist/app/known.js";
import { type Step, type Story, tellDispute } from "../../dist/app/story/dispute.js";
import { unzipStrict, ZIP_LIMITS, zip } from "../../dist/evidence/zip.js";
import { renderStart } from "../../dist/report/start-page.js";
import { serveDocket } from "../../dist/web/docket/docket-server.js";
import type { Served } from "../../dist/web/static-server.js";
import { storyBundle } from "./sample-bundle.js";

const home = mkdtempSync(join(tmpdir(), "assay-story-"));
let story: Story;
let site: Served;
const seen: Step[] = [];
const { dispute } = demonstrated().demonstration;

beforeAll(async () => {
  story = await tellDispute({
    out: join(home, "told"),
    examine: async (slot, _, plan) => zip(storyBundle(basename(slot), found(slot), plan, dispute!.methods[0]!)),
    again: async () => true,
    onStep: (step) => void seen.push(step),
  });
  site = await serveDocket({ where: story.cases, port: 0 });
}, 120_000);
afterAll(async () => {
  await site?.close();
  rmSync(home, { recursive: true, force: true });
});

/** By what lies in the slot: the weights that were copied there say which model it is. */
function found(slot: string): boolean {
  const same = (name: string) =>
    readFileSync(join(slot, "config.json")).equals(readFileSync(join("fixtures/demo", name, "config.json"))) &&
    readFileSync(join(slot, "model.safetensors")).equals(
      readFileSync(join("fixtures/demo", name, "model.safetensors")),
    );
  return !same(dispute!.slots.independent);
}

test("every step is told, everything verified holds, and the case ends final with its order in force", async () => {
  expect(seen).toEqual(story.steps);
  expect(story.steps.map(({ title }) => title)).toEqual([
    ...["Complaint", "Answer", "Plan", "Slots", "Findings", "Labels", "Decision and order", "Appeal", "Report"],
  ]);
  const verified = story.steps.flatMap((step) => step.verified);
  expect(verified.length).toBe(5);
  expect(verified.filter(({ holds }) => !holds)).toEqual([]);
  const report = await verifyCase(unzipStrict(story.bundle, { ...ZIP_LIMITS, entriesMax: 65_535 }));
  expect(report.checks.filter(({ holds }) => !holds)).toEqual([]);
  expect(report.state).toMatchObject({ state: "final", appeal: "upheld", plan: { status: "clean" } });
  expect(report.state!.orders).toMatchObject([{ rung: 5, effect: "label", standing: "made" }]);
  const { gates } = report.state!;
  expect(gates.filter(({ open }) => open).map(({ rung }) => rung)).not.toContain(7);
});

test("the pages say what the bundle says", async () => {
  const { state } = await verifyCase(unzipStrict(story.bundle, { ...ZIP_LIMITS, entriesMax: 65_535 }));
  const read = async (path: string) => (await (await fetch(`${site.url}cases/2026-001${path}`)).json()) as never;
  const overview = (await read(".json")) as { state: string; history: unknown; decision: { outcome: string } };
  expect([overview.state, overview.history, overview.decision.outcome]).toEqual([
    state!.state,
    state!.history,
    state!.decision!.outcome,
  ]);
  expect(await read("/findings.json")).toMatchObject({
    findings: state!.findings,
    plan: state!.plan,
    gates: state!.gates,
  });
  const page = await (await fetch(`${site.url}cases/2026-001/findings`)).text();
  const { document } = parseHTML(page);
  const outcomes = [...document.querySelectorAll("table:first-of-type tbody tr")].map((row) => row.textContent);
  for (const [n, { outcome, about, entry }] of state!.findings.entries())
    for (const each of [outcome, about, `entry ${entry}`]) expect(outcomes[n]).toContain(each);
});

test("the start page leads each reader on and says what held", () => {
  const html = renderStart(story.steps, "2026-001", site.url);
  for (const who of ["A party", "The clerk", "The analyst", "A publisher", "A citizen"]) expect(html).toContain(who);
  expect(html.match(/: holds/g)).toHaveLength(5);
  expect(html).not.toContain("does not hold");
  expect(renderStart([{ title: "X", says: "<b>", verified: [{ what: "y", holds: false }] }], "c", null)).toContain(
    "does not hold",
  );
});
