/** An expert's report: refused while an item is empty, claims too much or has a number of its own; signed, checked, printed. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  checkVerdict,
  draftOfVerdict,
  faultsOfVerdict,
  signVerdict,
  verdictOf,
} from "../../dist/app/docket/verdict.js";
import { parseEcdsaKey } from "../../dist/evidence/ecdsa-key.js";
import { printPdf } from "../../dist/host/print-pdf.js";
import { emptyOpinion, faultsOfOpinion, ITEM_IDS, ITEMS, type Opinion } from "../../dist/report/verdict/opinion.js";
import type { Verdict } from "../../dist/report/verdict/verdict.js";
import { SECTIONS } from "../../dist/report/verdict/verdict-page.js";
import { STATED_COURSES } from "../../materials/docket/courses.ts";
import { type Court, player } from "../../materials/docket/court.ts";
import { sampleFinding } from "./sample-bundle.js";

const home = mkdtempSync(join(tmpdir(), "assay-verdict-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const written: Opinion = {
  ...emptyOpinion(),
  ...Object.fromEntries(
    ITEM_IDS.filter((id) => ITEMS[id].required).map((id) => [id, `What the expert says on ${id}.`]),
  ),
};
let court: Court;
let verdict: Verdict;
const with_ = (opinion: Partial<Opinion>): Verdict => ({ ...verdict, opinion: { ...written, ...opinion } });

beforeAll(async () => {
  court = await STATED_COURSES.reversed(home);
  verdict = await verdictOf(court.open, written, "PUBLIC", court.at);
});

describe("a signature is refused", () => {
  test("while any item is empty", () => {
    for (const id of ITEM_IDS) {
      const faults = faultsOfVerdict(with_({ [id]: "  " }));
      expect([id, faults.length]).toEqual([id, ITEMS[id].required ? 1 : 0]);
    }
    expect(faultsOfVerdict(with_({}))).toEqual([]);
    expect(() => signVerdict(with_({ duty: "" }), player())).toThrow(
      "verdict sign: refused: Duty to the tribunal (duty) is empty",
    );
  });

  test.each([
    "The weights match.",
    "This proves copying.",
    "The suspect was identified.",
    "It is likely copied.",
    "The model was not derived from it.",
  ])("for words that claim too much: %s", (said) => {
    for (const id of ["conclusions", "qualifications", "rangeOfOpinion"] as const)
      expect(faultsOfVerdict(with_({ [id]: said }))[0]).toContain("which no test supports");
  });

  test("for a number that stands in no finding, and not for one that does", () => {
    const finding = sampleFinding();
    const faults = (conclusions: string) =>
      faultsOfOpinion({ ...written, conclusions }, [finding], [12]).map(({ says }) => says);
    for (const wrong of ["1,000,000 times more probable", "99.9 %", "a ratio of 10^9", "about 7341 units", "−77.1"])
      expect([wrong, faults(wrong).length]).toEqual([wrong, 1]);
    const { cap } = finding.strength!;
    for (const right of [
      `at least 10^${cap.log10LR.toFixed(2)}`,
      "log10 p −41.25",
      "61 of 64 units",
      "entry 12",
      "exhibit E1, slot-0, version v2, sha256:0123",
      "of 40 families",
    ])
      expect([right, faults(right)]).toEqual([right, []]);
  });
});

test("a rate or a ratio stands in a finding wherever it is written; years and ages of experience need not", () => {
  const faults = (qualifications: string) =>
    faultsOfOpinion({ ...written, qualifications }, [sampleFinding()], []).map(({ says }) => says);
  for (const wrong of ["right in 99.9 % of cases", "99 per cent certain", "I put it at 10^9", "5000 times as good"])
    expect([wrong, faults(wrong).length]).toEqual([wrong, 1]);
  for (const right of ["Since 1998; 27 years of practice, 412 reports.", "61 of 64 units, 40 families"])
    expect([right, faults(right)]).toEqual([right, []]);
});

describe("the report", () => {
  test("has every section and item, and a draft says so; what is open is named", () => {
    const { html } = draftOfVerdict({ ...verdict, opinion: emptyOpinion() });
    const { document } = parseHTML(new TextDecoder().decode(html));
    const headings = [...document.querySelectorAll("section > h2")].map((each) => each.textContent!.trim());
    expect(headings).toEqual(SECTIONS.map(([, title], n) => `${n + 1} ${title}`));
    const text = document.body.textContent!;
    expect(text).toContain("Draft, not signed");
    expect(text.match(/to be written/g)).toHaveLength(ITEM_IDS.filter((id) => ITEMS[id].required).length);
    expect(text).toContain("not done under accreditation");
    expect(document.querySelectorAll("script").length).toBe(0);
  });

  test("says of each finding what the case says, and of the plan what was run", () => {
    expect(verdict.findings).toHaveLength(6);
    expect(verdict.findings.filter(({ about }) => about === "suspect")).toHaveLength(2);
    expect(verdict.runs.every(({ done }) => done)).toBe(true);
    expect(verdict.findings.every(({ says }) => says === null)).toBe(true);
    expect(new TextDecoder().decode(draftOfVerdict(verdict).html)).toContain("Its bundle is not carried with the case");
  });

  test("is checked offline: one byte of page, data or signature, or another key, and it does not hold", () => {
    const expert = player();
    const signed = signVerdict(verdict, expert);
    const key = parseEcdsaKey(expert.publicKey, "key");
    expect(checkVerdict(signed, key)).toEqual([]);
    expect(checkVerdict(signed, parseEcdsaKey(player().publicKey, "key"))).not.toEqual([]);
    const other = signVerdict(with_({ conclusions: "Something else." }), expert);
    expect(checkVerdict({ ...signed, json: other.json }, key)).not.toEqual([]);
    expect(checkVerdict({ ...signed, html: other.html }, key)).not.toEqual([]);
    const html = Uint8Array.from(signed.html);
    html[html.length >> 1]! ^= 1;
    expect(checkVerdict({ ...signed, html }, key)).not.toEqual([]);
  });

  test.skipIf(!existsSync("/usr/bin/chromium"))(
    "prints as a tagged PDF with an outline",
    async () => {
      const path = join(home, "verdict.html");
      writeFileSync(path, draftOfVerdict(verdict).html);
      const pdf = Buffer.from((await printPdf(path))!).toString("latin1");
      expect(pdf.startsWith("%PDF-")).toBe(true);
      expect(pdf).toMatch(/\/MarkInfo\s*<<[^>]*\/Marked true/);
      expect(pdf).toContain("/Outlines");
    },
    60_000,
  );
});
