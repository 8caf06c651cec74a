/**
 * Pages of a pact for ministers and for everyone: five fixed questions answered as the record has them, misreadings listed,
 * hostile names shown harmless; in Chromium axe (WCAG 2.2 AA), no script, no request, nothing clipped at 390 px.
 */
import { existsSync } from "node:fs";
import { parseHTML } from "linkedom";
import { chromium } from "playwright-core";
import { describe, expect, test } from "vitest";
import { MAPPING, MODEL_PACT } from "../../src/office/pact/model/shipped.js";
import { answersFor, MISREADINGS, READERS } from "../../src/report/pact/answers.js";
import { renderPactPage } from "../../src/report/pact/pact-page.js";
import { axeFaults } from "../axe.js";
import { BEGIN, DAY, factOf, occasionOf, PactWorld, SOURCES, source } from "../office/pact/fixtures.js";

const CHROMIUM = "/usr/bin/chromium";
const EVIL = `<script>alert(1)</script>\u202e"><img src=x onerror=alert(2)>`;
const flat = (text: string | null) => (text ?? "").replace(/\s+/g, " ").trim();

/** All five standings, asks of three kinds, a mismatch, a measure; and a hostile reason. */
function full() {
  const world = new PactWorld();
  world.join("northland", "state");
  world.join("southland", "state");
  world.join("aldgate-labs", "lab");
  world.join("meridian-cloud", "lab", ["evaluate"]);
  const each = (id: string) => MODEL_PACT.obligations.get(id)!;
  const call = occasionOf(each("describe-data"), "aldgate-labs", "northland", BEGIN);
  const met = factOf(each("describe-data").query.needs[0]!, "aldgate-labs", BEGIN + 9 * DAY, {}, call);
  const late = factOf(each("say-descent").query.needs[0]!, "aldgate-labs", BEGIN + 60 * DAY, {}, call);
  const thing = `sha256:${"1".repeat(64)}`;
  world.say("aldgate-labs", BEGIN, "granted", { to: "meridian-cloud", what: thing, grant: null });
  world.say("northland", BEGIN + DAY, "asked", {
    ask: "R1",
    kind: "routine",
    of: "aldgate-labs",
    grounds: [{ says: "yearly", statement: null }],
    systems: ["one"],
  });
  world.say("aldgate-labs", BEGIN + 2 * DAY, "refused", { ask: "R1", reasons: EVIL });
  return world.stated([call, met, late], BEGIN + 120 * DAY);
}
const PAGES = [
  ["everything at once", full()],
  ["nothing yet", new PactWorld().stated([], BEGIN)],
  [
    "a log that does not hold",
    (() => {
      const world = new PactWorld();
      world.join("aldgate-labs", "lab");
      const rest = SOURCES.filter(({ log }) => log !== "register");
      return world.stated([], BEGIN + 9 * DAY, [...rest, source("register", { holds: false, says: EVIL })]);
    })(),
  ],
] as const;

describe.each(PAGES)("%s", (name, stated) => {
  test.each(READERS)("%s: five questions, answered from the record alone", (reader) => {
    const { document } = parseHTML(renderPactPage(reader, stated, MODEL_PACT, MAPPING));
    const questions = [...document.querySelectorAll("section h2")].map(({ textContent }) => flat(textContent));
    expect(questions).toEqual(
      reader === "ministers"
        ? [
            "Who is bound, and since when?",
            "What is kept, and on which evidence?",
            "What is not kept, and what shows it?",
            "What can nobody say, and why?",
            "What may happen next, and who decides?",
          ]
        : [
            "What is this, and who promised something?",
            "Is it kept?",
            "Who did not do what they promised, and how is that known?",
            "What is not known?",
            "How can I check it?",
          ],
    );
    const sections = [...document.querySelectorAll("section")]
      .filter((each) => each.querySelector("h2"))
      .map(({ textContent }) => flat(textContent));
    const count = (standing: string) => stated.standings.filter((each) => each.standing === standing).length;
    // The numbers are the record's own, counted here and not by the code that writes the page.
    expect(sections[1]).toContain(
      `${count("met")} of ${stated.standings.length} are met; ${count("not met")} are not met; in ${count("unable to conclude")} nothing can be concluded`,
    );
    for (const each of stated.standings)
      if (each.standing === "not met") {
        const shown = each.occasions
          .flatMap(({ rests }) => rests)
          .find(({ as }) => as === "late" || as === "speaks against")!;
        expect(sections[2]).toContain(`entry ${shown.entry} (${shown.kind})`);
      }
    if (count("not met") === 0) expect(sections[2]).toContain("Nothing on record shows");
    for (const each of stated.parties) if (each.bound) expect(sections[0]).toContain(each.name);
    const page = flat(document.querySelector("main")!.textContent);
    for (const misread of MISREADINGS) expect(page).toContain(misread);
    expect(page).toContain("What this cannot see");
    expect(document.querySelectorAll("script, img, iframe, form").length).toBe(0);
    expect(page).not.toMatch(/\u202e/);
    expect(name.length).toBeGreaterThan(0);
  });
});

test("no standing is said otherwise than the record has it, and nobody is accused by an absence", () => {
  const [, stated] = PAGES[0];
  const answers = answersFor("ministers", stated, MODEL_PACT);
  const of = (standing: string) => stated.standings.filter((each) => each.standing === standing);
  expect(
    of("met").length *
      of("not met").length *
      of("unable to conclude").length *
      of("not yet due").length *
      of("reserved").length,
  ).toBeGreaterThan(0);
  expect(answers[2]!.lines.length).toBe(of("not met").length);
  expect(answers[3]!.lines.length).toBe(of("unable to conclude").length + stated.reconciliation.mismatches.length);
  expect(answers[3]!.answer).toContain("no breach");
});

describe.skipIf(!existsSync(CHROMIUM))("in a browser", () => {
  test("axe, no request, no script, narrow screens", async () => {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    for (const reader of READERS) {
      // Scripts of the page cannot run; axe itself needs them, so the second context looks without.
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      await page.setContent(renderPactPage(reader, full(), MODEL_PACT, MAPPING));
      expect(await axeFaults(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([]);
      await context.close();
      const plain = await browser.newContext({ javaScriptEnabled: false });
      const still = await plain.newPage();
      await still.setContent(renderPactPage(reader, full(), MODEL_PACT, MAPPING));
      expect(await still.locator("section h2").count()).toBe(5);
      await plain.close();
    }
    await browser.close();
  });
});
