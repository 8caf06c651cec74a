/** The page as text: every outcome renders, nothing is fetched, nothing runs, no forbidden word, hostile names inert. */
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { forbiddenWording } from "../../src/finding/wording.js";
import { PAGE_CSS } from "../../src/report/generated/page-css.js";
import { renderPage } from "../../src/report/page.js";
import { ALL, derived, HOSTILE_NAME, hostile, inconclusive, pageInput, refused } from "./fixtures.js";

/** Everything a reader may see or hear. */
function visible(html: string): string {
  const { document } = parseHTML(html);
  for (const element of document.querySelectorAll("style")) element.remove();
  const labels = [...document.querySelectorAll("[aria-label]")].map((e) => e.getAttribute("aria-label"));
  return [document.title, document.body.textContent, ...labels].join("\n").replace(/\s+/g, " ");
}

describe.each(Object.entries(ALL))("the page of a finding: %s", (_name, finding) => {
  const html = renderPage(pageInput(finding));
  const { document } = parseHTML(html);

  test("is the same text twice", () => expect(renderPage(pageInput(finding))).toBe(html));

  test("makes no request and runs nothing", () => {
    expect(html).not.toMatch(/<script|<iframe|<img|<object|<embed|javascript:|@import/i);
    // The styles are checked below; they name http only in selectors.
    const text = html.replace(/<style>.*?<\/style>/s, "").replaceAll("http://www.w3.org/2000/svg", "");
    expect(text).not.toMatch(/https?:/);
    for (const element of document.querySelectorAll("*"))
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^(on|src|action|formaction|poster|xlink)/i);
        if (name === "href") expect(value).toMatch(/^#|^data:,$/);
      }
  });

  test("uses no forbidden word", () => expect(forbiddenWording(visible(html))).toBeNull());

  test("has one h1 and headings in order", () => {
    const levels = [...document.querySelectorAll("h1,h2,h3,h4")].map((h) => Number(h.tagName[1]));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.slice(1).forEach((level, i) => {
      expect(level).toBeLessThanOrEqual(levels[i]! + 1);
    });
  });

  test("has unique ids, and every reference to one is answered", () => {
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const e of document.querySelectorAll("[aria-labelledby]"))
      for (const id of e.getAttribute("aria-labelledby")!.split(" ")) expect(ids).toContain(id);
    for (const e of document.querySelectorAll("a[href^='#']")) expect(ids).toContain(e.getAttribute("href")!.slice(1));
  });

  test("every table has a caption and scopes", () => {
    for (const table of document.querySelectorAll("table")) {
      expect(table.querySelector("caption")?.textContent).toBeTruthy();
      for (const th of table.querySelectorAll("th")) expect(th.getAttribute("scope")).toMatch(/^(col|row|rowgroup)$/);
    }
  });
});

describe("outcomes in words", () => {
  test("support states ratio, scale, term and the bound of the validation", () => {
    const text = visible(renderPage(pageInput(derived)));
    expect(text).toContain(
      "The observations are taken to be 15 times more probable if the two models share ancestral weights",
    );
    expect(text).toContain("On scale enfsi-2015 this is moderate support");
    expect(text).toContain(
      "(1128 pairs over 96 independent families) does not permit a value above 15, so none is stated.",
    );
    expect(text).toContain("10 to the power −512");
    // The conclusion and the table of the study state one and the same bound.
    expect(text).toContain("the rate of false accusation on such material is below 6.1 %");
    expect(text).toContain("false accusation below 6.1 %");
  });

  test("inconclusive says that it does not show independence", () => {
    expect(visible(renderPage(pageInput(inconclusive)))).toContain(
      "This does not show that they were initialised independently",
    );
  });

  test("refused leaves out observations and figures", () => {
    const html = renderPage(pageInput(refused));
    expect(html).not.toContain("<svg");
    expect(html).not.toContain('id="observations"');
  });

  test("a study other than the one named is flagged", () => {
    const input = pageInput(derived);
    const other = { ...input, validation: { ...input.validation!, digest: `sha256:${"0".repeat(64)}` as const } };
    expect(visible(renderPage(other))).toContain("their digests differ");
    expect(visible(renderPage(input))).not.toContain("their digests differ");
  });

  test("observations that no laboratory reads are shown plainly", () => {
    const html = renderPage(pageInput({ ...derived, observations: { something: "else" } }));
    expect(html).toContain('id="observations"');
    expect(html).toContain("something");
  });
});

describe("hostile names", () => {
  const html = renderPage({ ...pageInput(hostile), reproduce: { command: `assay examine weights '${HOSTILE_NAME}'` } });

  test("are printed, escaped, with the unseen made visible", () => {
    expect(html).toContain(
      "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39; onload=&#39;a&quot;\\u202e\\u0000\\u001b[2J&amp;amp;",
    );
    expect(visible(html)).toContain('<script>alert("x")</script>\' onload=\'a"\\u202e\\u0000');
  });

  test("add no element", () => {
    const { document } = parseHTML(html);
    expect(document.querySelectorAll("script, [onload]")).toHaveLength(0);
    expect(document.querySelectorAll("style")).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the claim
    expect(html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});

test("the styles fetch nothing and look like no government", () => {
  expect(PAGE_CSS).not.toMatch(/url\(|@font-face|@import|GDS Transport|crown/i);
});
