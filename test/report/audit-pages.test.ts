/**
 * Pages of an audit's report, of a dossier of own making and of a membership finding in a browser: axe (WCAG 2.2 AA), no request, nothing clipped at
 * 390 px, and the conclusion on one screen. Needs Chromium; skipped with a message where there is none.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataRows, jsonLines, openAuditedRun } from "../../materials/audit/audited-run.ts";
import { loadStudies } from "../../src/app/studies.js";
import { utf8 } from "../../src/base/bytes.js";
import { prng } from "../../src/base/prng.js";
import { examineMembership } from "../../src/labs/membership/examine.js";
import { membership } from "../../src/labs/membership/laboratory.js";
import { committed, drawnCanaries, idsOf, PLAN_TYPE, type Plan } from "../../src/labs/membership/plan/plan.js";
import { readScores } from "../../src/labs/membership/plan/scores.js";
import { grouped } from "../../src/report/audit/frame.js";
import { renderOriginPage } from "../../src/report/audit/origin-page.js";
import { renderAuditPage } from "../../src/report/audit/report-page.js";
import { renderPage } from "../../src/report/page.js";
import { axeFaults } from "../axe.js";
import { EARLY, ROUND, SIGNATURE } from "../dated.js";
import { shownBy } from "./shown-by.js";

const CHROMIUM = "/usr/bin/chromium";
const present = existsSync(CHROMIUM);
if (!present) console.log(`audit-pages.test: skipped, no ${CHROMIUM} (apt-get install chromium)`);
/** Where to leave pictures for a person to look at; none by default. */
const pictures = process.env.PICTURES;

const home = mkdtempSync(join(tmpdir(), "assay-audit-pages-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

async function auditPage(name: string, bad: readonly number[], withhold: readonly number[]): Promise<string> {
  const run = await openAuditedRun(home, name);
  await run.commit("data", "data.jsonl", jsonLines(dataRows(name, bad, 512)), 3600);
  await run.draw("data", 100, "tokens");
  const { report } = await run.report(await run.open("opening", withhold));
  return renderAuditPage(report);
}

const kept = (name: string) => JSON.parse(readFileSync(`fixtures/audits/${name}.json`, "utf8"));

test("numbers of a sentence are read in groups, digests and dates as they are", () => {
  expect(grouped("At most 48883675 of the 3999981853 rows (0.03600), at 0.975000: 12345, 1200.")).toBe(
    "At most 48\u202f883\u202f675 of the 3\u202f999\u202f981\u202f853 rows (0.036), at 0.975: 12\u202f345, 1200.",
  );
  for (const text of ["sha256:0012345678", "2026-03-01T00:10:00Z", "1234567a", "v1.200000a", "0.12345678"])
    expect(grouped(text)).toBe(text);
});

async function membershipPage(kind: "canary" | "order", gain: number): Promise<string> {
  const source = prng("test/audit-pages", kind);
  const text = () => Array.from({ length: 24 }, () => "abcdefghij"[source.below(10)]).join("");
  const undrawn = committed({
    ...{ type: PLAN_TYPE, name: "harbour letters", secret: "7a".repeat(32), round: ROUND, kind },
    ...(kind === "canary"
      ? { sets: Array.from({ length: 6 }, () => Array.from({ length: 200 }, text)) }
      : { texts: Array.from({ length: 300 }, text), reference: null }),
  } as never) as Plan;
  const plan: Plan = { ...undrawn, signature: SIGNATURE };
  const drawn = plan.kind === "canary" ? drawnCanaries(plan) : [];
  const lines = idsOf(plan).flatMap((ids, group) =>
    ids.map((id, i) =>
      JSON.stringify({ id, logprob: -60 + source.below(1000) / 500 + (drawn[group] === i ? gain : 0), minK: -3 }),
    ),
  );
  const scores = readScores(utf8(lines.join("\n")), "suspect-scores.jsonl");
  const artefact = (name: string, of: "text" | "scores") => ({
    name,
    kind: of,
    root: `sha256:${"5e".repeat(32)}` as const,
  });
  const finding = examineMembership({
    plan: { artefact: artefact("harbour-letters.json", "text"), value: plan },
    suspect: { artefact: artefact("suspect-scores.jsonl", "scores"), value: scores },
    reference: null,
    dated: { index: 0, logs: 1, time: EARLY, by: "witness w0", evidence: `sha256:${"1d".repeat(32)}` },
    tries: 1,
    validations: (await loadStudies(membership)) as never,
    software: { name: "assay", version: "0", commit: "0" },
  });
  return renderPage({
    finding,
    ...shownBy(finding),
    validation: null,
    reproduce: { command: "assay examine membership harbour-letters.json suspect-scores.jsonl" },
    signed: null,
  } as never);
}

describe.skipIf(!present)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    if (pictures) mkdirSync(pictures, { recursive: true });
  }, 60_000);
  afterAll(async () => browser?.close());

  test.each<[string, string, () => Promise<string>]>([
    [
      "an audit that contradicts",
      "h1",
      () =>
        auditPage(
          "kestrel-3",
          Array.from({ length: 120 }, (_, i) => 4 * i),
          [7, 70, 170],
        ),
    ],
    ["a dossier of own making", "h1", async () => renderOriginPage(kept("origin-grown"))],
    ["a draw without an answer", "h1", async () => renderAuditPage(kept("unanswered"))],
    ["canaries found", ".app-conclusion", () => membershipPage("canary", 9)],
    ["a training order not found", ".app-conclusion", () => membershipPage("order", 0)],
  ])(
    "%s",
    async (name, conclusion, make) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      await page.setContent(await make());
      const file = name.replaceAll(" ", "-");
      if (pictures) {
        await page.screenshot({ path: `${pictures}/${file}-1280.png`, fullPage: true });
        await page.setViewportSize({ width: 390, height: 844 });
        await page.screenshot({ path: `${pictures}/${file}-390.png`, fullPage: true });
        await page.setViewportSize({ width: 1280, height: 800 });
      }
      const box = await page.locator(conclusion).boundingBox();
      expect(box!.y + box!.height).toBeLessThanOrEqual(800);
      await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })");
      expect(await axeFaults(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([]);
      await context.close();
    },
    120_000,
  );
});
