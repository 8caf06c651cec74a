/**
 * The page in a browser: axe (WCAG 2.2 AA), no request, nothing clipped at 390 px, and the conclusion on one screen.
 * Needs the system's Chromium at /usr/bin/chromium; skipped with a message where there is none.
 */
import { existsSync, mkdirSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pageWriter } from "../../src/app/pages/write-page.js";
import { unzipStrict } from "../../src/evidence/zip.js";
import { renderIndex } from "../../src/report/index-page.js";
import { renderPage } from "../../src/report/page.js";
import { keptBundles } from "../app/kept-bundles.js";
import { axeFaults } from "../axe.js";
import { ALL, pageInput } from "./fixtures.js";

const CHROMIUM = "/usr/bin/chromium";
const present = existsSync(CHROMIUM);
if (!present) console.log(`accessibility.test: skipped, no ${CHROMIUM} (apt-get install chromium)`);

/** Where to leave pictures for a person to look at; none by default. */
const pictures = process.env.PICTURES;

/** Of kept bundles, by question: those whose pages are like none made by hand. */
const OF_BUNDLES: [string, "v1" | "v2", string, string][] = [
  ["traffic", "v2", "traffic", "data/"],
  ["traffic, observations of an earlier form", "v1", "traffic", "data/findings/2/"],
  ["canaries that name an account", "v2", "canaries-named", "data/"],
  ["a common origin", "v2", "common-origin", "data/"],
  ["code", "v2", "code", "data/"],
  ["an endpoint", "v2", "endpoint", "data/"],
  ["membership", "v2", "membership", "data/"],
  ["units in another order", "v2", "permuted", "data/"],
  ["units seen through tokens", "v2", "rotated", "data/"],
  ["planted preferences", "v2", "planted", "data/"],
  ["preferences", "v2", "preferences", "data/"],
];

async function pageOf(form: "v1" | "v2", bundle: string, at: string): Promise<string> {
  const files = unzipStrict(keptBundles(form).find(([name]) => name === bundle)![1]);
  const write = await pageWriter(files.get("data/request.json")!, null);
  const study = files.get(`${at}validation.json`) ?? null;
  return write({ finding: files.get(`${at}finding.json`)!, study }).page;
}

describe.skipIf(!present)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    if (pictures) mkdirSync(pictures, { recursive: true });
  }, 60_000);
  afterAll(async () => browser?.close());

  test.each(Object.entries(ALL))(
    "%s",
    async (name, finding) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      await page.setContent(renderPage(pageInput(finding)));

      const conclusion = await page.locator(".app-conclusion").boundingBox();
      if (name !== "hostile") expect(conclusion!.y + conclusion!.height).toBeLessThanOrEqual(800);
      if (pictures) {
        await page.screenshot({ path: `${pictures}/${name}-screen.png` });
        await page.screenshot({ path: `${pictures}/${name}-desktop.png`, fullPage: true });
        await page.pdf({ path: `${pictures}/${name}.pdf`, preferCSSPageSize: true });
      }
      // Opened parts of the large page hold thousands of cells like those of the small one: minutes of axe, no news.
      if (name !== "large")
        await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })");
      expect(await axeFaults(page)).toEqual([]);

      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      if (pictures) await page.screenshot({ path: `${pictures}/${name}-mobile.png`, fullPage: true });
      expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([]);
      await context.close();
    },
    120_000,
  );

  test.each(OF_BUNDLES)(
    "%s",
    async (name, form, bundle, at) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const page = await context.newPage();
      await page.setContent(await pageOf(form, bundle, at));
      const conclusion = await page.locator(".app-conclusion").boundingBox();
      expect(conclusion!.y + conclusion!.height).toBeLessThanOrEqual(800);
      await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })");
      expect(await axeFaults(page)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      if (pictures) await page.screenshot({ path: `${pictures}/${name}-mobile.png`, fullPage: true });
      await context.close();
    },
    120_000,
  );

  test("the list of findings", async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    const made = "another random initialisation, trained on the same data in the same order";
    const entries = Object.entries(ALL).map(([name, finding]) => ({ name, made, href: "#main", finding }));
    await page.setContent(renderIndex(entries.filter(({ name }) => name !== "hostile")));
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    expect(await axeFaults(page)).toEqual([]);
    await context.close();
  }, 60_000);
});
