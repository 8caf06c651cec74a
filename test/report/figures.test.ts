/** A figure's test is the figure: drawings are committed. `GOLDEN=write` renews them; look at them before committing. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { figures } from "../../src/report/figures.js";
import { marksInherited, marksLeak, marksPresent } from "./fixture-marks.js";
import { derived, hostile, inconclusive, large, pageInput, refused, supportsHd, uncalibrated } from "./fixtures.js";

const folder = fileURLToPath(new URL("./golden/", import.meta.url));
const drawn = {
  ...{ derived, inconclusive, uncalibrated, large, supportsHd },
  ...{ marksPresent, marksInherited, marksLeak },
};

describe.each(Object.entries(drawn))("figures of %s", (name, finding) => {
  test.each(figures(pageInput(finding)))("$name", (figure) => {
    const path = `${folder}${name}.${figure.name}.svg`;
    if (process.env.GOLDEN === "write") {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, figure.svg);
    }
    expect(existsSync(path), `${path}: run with GOLDEN=write`).toBe(true);
    expect(figure.svg).toBe(readFileSync(path, "utf8"));
  });
});

describe("every drawing", () => {
  const all = Object.values(drawn).flatMap((finding) => figures(pageInput(finding)));

  test("is named XML that stands alone", () => {
    for (const { svg } of all) {
      const { documentElement } = parseHTML(svg).document;
      expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(svg).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#\d+;)|class=|<style|NaN|undefined|Infinity/);
      expect(documentElement.querySelector("title")?.textContent).toBeTruthy();
      expect(documentElement.querySelector("desc")?.textContent).toBeTruthy();
    }
  });

  test("comes with its data as RFC 4180", () => {
    for (const { csv } of all) {
      const lines = csv.split("\r\n");
      expect(lines.at(-1)).toBe("");
      expect(csv.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
      expect(lines.length).toBeGreaterThan(2);
    }
  });

  test("holds no name from the evidence", () => {
    for (const { svg, csv } of figures(pageInput(hostile))) expect(svg + csv).not.toMatch(/script|onload/);
  });
});

test("a refused finding without a study has no figure", () => {
  expect(figures(pageInput(refused))).toEqual([]);
});
