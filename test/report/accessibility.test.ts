/**
 * The page in a browser: axe (WCAG 2.2 AA), no request, nothing clipped at 390 px, and the conclusion on one screen.
 * Needs the system's Chromium at /usr/bin/chromium; skipped with a message where there is none.
 */
import { existsSync, mkdirSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderIndex } from "../../src/report/index-page.js";
import { renderPage } from "../../src/report/page.js";
import { ALL, pageInput } from "./fixtures.js";

const CHROMIUM = "/usr/bin/chromium";
const present = existsSync(CHROMIUM);
if (!present) console.log(`accessibility.test: skipped, no ${CHROMIUM} (apt-get install chromium)`);

/** Where to leave pictures for a person to look at; none by default. */
const pictures = process.env.PICTURES;

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
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);

      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      if (pictures) await page.screenshot({ path: `${pictures}/${name}-mobile.png`, fullPage: true });
      expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([]);
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
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await context.close();
  }, 60_000);
});
