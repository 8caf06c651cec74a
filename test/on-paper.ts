/** What paper would show of a page, as a browser lays it out for print on A4 between margins of 16 mm. */
import { writeFileSync } from "node:fs";
import type { Page } from "playwright-core";

/** 178 mm at 96 dots an inch. */
const PAPER_PX = 672;

/** Runs in the page: what is there to be pressed, what is cut off or scrolls, what stays folded, links without an address. */
const FAULTS = `(() => {
  const faults = [];
  const said = (what, element) => faults.push(what + ": " + element.outerHTML.replace(/\\s+/g, " ").slice(0, 120));
  const shown = (element) => element.getClientRects().length > 0 && !element.closest(".govuk-visually-hidden");
  for (const element of document.querySelectorAll("nav:not(.app-contents, [aria-labelledby=contents]), button, input, textarea, .govuk-skip-link"))
    if (shown(element)) said("is there to be pressed", element);
  const wide = document.documentElement.clientWidth + 1;
  for (const element of document.querySelectorAll("body *")) {
    if (!shown(element) || element.closest("svg, .govuk-visually-hidden")) continue;
    if (element.getBoundingClientRect().right > wide) said("is cut off", element);
    const { overflowX } = getComputedStyle(element);
    if (/auto|scroll|hidden/.test(overflowX) && element.scrollWidth > element.clientWidth + 1) said("scrolls", element);
  }
  for (const folded of document.querySelectorAll("details:not([open]) > :not(summary)"))
    if (!folded.checkVisibility({ contentVisibilityAuto: true })) said("stays folded", folded);
  for (const link of document.querySelectorAll("main p > a[href], main .govuk-list--bullet a[href]")) {
    const href = link.getAttribute("href");
    const after = getComputedStyle(link, "::after").content;
    if (shown(link) && /^(\\/|https?:)/.test(href) && !after.includes(href)) said("has no address", link);
  }
  for (const table of document.querySelectorAll("table"))
    if (getComputedStyle(table.tHead ?? table).display !== "table-header-group") said("does not repeat its head", table);
  return faults;
})()`;

/** @param pictures where a picture and a PDF are laid down for whoever looks @returns faults, each with its element */
export async function faultsOnPaper(page: Page, name: string, pictures: string | undefined): Promise<string[]> {
  const before = page.viewportSize()!;
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: PAPER_PX, height: 960 });
  const faults = (await page.evaluate(FAULTS)) as string[];
  if (pictures) {
    await page.screenshot({ path: `${pictures}/${name}-print.png`, fullPage: true });
    writeFileSync(`${pictures}/${name}.pdf`, await page.pdf({ preferCSSPageSize: true }));
  }
  await page.emulateMedia({ media: null });
  await page.setViewportSize(before);
  return faults;
}
