/**
 * The pages of the behaviour laboratory: committed as text and drawings (`GOLDEN=write` renews them; look before
 * committing), and in a browser under axe. PICTURES=FOLDER leaves screenshots.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseHTML } from "linkedom";
import { chromium } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { Finding } from "../../src/finding/finding.js";
import { forbiddenWording } from "../../src/finding/wording.js";
import { figures } from "../../src/report/figures.js";
import { renderPage } from "../../src/report/page.js";
import { axeFaults } from "../axe.js";
import { behaviourFindings, behaviourPageInput } from "./behaviour-fixtures.js";

const folder = fileURLToPath(new URL("./golden/", import.meta.url));
const CHROMIUM = "/usr/bin/chromium";
const present = existsSync(CHROMIUM);
if (!present) console.log(`behaviour-page.test: the browser's part is skipped, no ${CHROMIUM}`);

let findings: Finding[];
beforeAll(async () => {
  findings = await behaviourFindings();
});

function golden(name: string, content: string) {
  const path = `${folder}${name}`;
  if (process.env.GOLDEN === "write") writeFileSync(path, content);
  expect(existsSync(path), `${path}: run with GOLDEN=write`).toBe(true);
  expect(content).toBe(readFileSync(path, "utf8"));
}

/** A line a block of text: what a reader is told, without what only styles it. */
function words(html: string): string {
  const { document } = parseHTML(html);
  for (const element of document.querySelectorAll("style, svg")) element.remove();
  const lines = [...document.querySelectorAll("h1,h2,h3,h4,p,dt,dd,li,caption,tr,figcaption")].map((element) =>
    (element.tagName === "TR" ? [...element.children].map((c) => c.textContent).join(" | ") : element.textContent)
      .replace(/\s+/g, " ")
      .trim(),
  );
  return `${lines.filter((line) => line !== "").join("\n")}\n`;
}

describe("the pages of answers", () => {
  test.each([0, 1, 2])("finding %i reads as committed", (i) => {
    const finding = findings[i]!;
    const name = finding.proposition.id.replace("/", "-");
    const html = renderPage(behaviourPageInput(finding));
    expect(forbiddenWording(words(html))).toBeNull();
    golden(`${name}.txt`, words(html));
    for (const { name: drawing, svg } of figures(behaviourPageInput(finding)))
      if (i === 1) golden(`${name}.${drawing}.svg`, svg);
  });

  test("the page shows twenty prompts side by side, rivals, releases and the study's curves", () => {
    const pages = findings.map((finding) => words(renderPage(behaviourPageInput(finding))));
    expect(pages[1]).toContain("The 20 prompts that weigh most, side by side");
    expect(pages[1]).toContain("Before and after");
    expect(pages[2]).toContain("aldgate-chat-7b (sibling of the reference)");
    expect(pages[0]).toContain("Did one distribution answer?");
    for (const page of pages) expect(page).toContain("(Tippett)");
  });

  test.skipIf(!present)(
    "in a browser: axe, no request, nothing clipped",
    async () => {
      const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
      const pictures = process.env.PICTURES;
      if (pictures) mkdirSync(pictures, { recursive: true });
      // The three pages differ in these two; axe takes seconds a page.
      for (const finding of [findings[0]!, findings[2]!]) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
        const page = await context.newPage();
        const requests: string[] = [];
        page.on("request", (request) => requests.push(request.url()));
        await page.setContent(renderPage(behaviourPageInput(finding)));
        const name = finding.proposition.id.replace("/", "-");
        await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })");
        if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
        expect(await axeFaults(page)).toEqual([]);
        await page.setViewportSize({ width: 390, height: 844 });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
        expect(requests.filter((url) => !url.startsWith("data:"))).toEqual([]);
        await context.close();
      }
      await browser.close();
    },
    120_000,
  );
});
