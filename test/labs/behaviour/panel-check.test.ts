/** What `assay panel check` says of a panel, and what it finds short. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPanelStatement } from "../../../src/labs/behaviour/panel/panel-check.js";
import { answersOf, toJsonl } from "./made-answers.js";

const statement = (models: number) => ({
  type: "assay/panel/v1",
  licence: "CC-BY-4.0",
  collected: { from: "2026-03-01", to: "2026-03-04" },
  settings: { temperature: 0, system: null },
  models: Array.from({ length: models }, (_, i) => ({
    file: `m${i}`,
    model: `Model ${i}`,
    maker: `Maker ${i}`,
    base: `base ${i}`,
    source: null,
  })),
});

function panelOf(models: number, prompts: number): string {
  const dir = mkdtempSync(join(tmpdir(), "assay-panel-"));
  for (let i = 0; i < models; i++)
    writeFileSync(join(dir, `m${i}.jsonl`), toJsonl(answersOf({ seed: `p${i}` }, prompts)));
  return dir;
}

const check = (dir: string, ...more: string[]) =>
  JSON.parse(
    execFileSync(process.execPath, ["dist/cli/main.js", "panel", "check", dir, "--json", ...more], {
      encoding: "utf8",
    }),
  );

describe("a panel", () => {
  it("is counted by families, with its bounds and its cost", { timeout: 60_000 }, () => {
    const dir = panelOf(16, 60);
    writeFileSync(join(dir, "panel.json"), JSON.stringify(statement(16)));
    writeFileSync(join(dir, "lineage.json"), JSON.stringify({ base: { one: ["m0", "m1"] } }));
    writeFileSync(join(dir, "prompts.json"), JSON.stringify(Array.from({ length: 60 }, (_, i) => `prompt ${i}`)));
    const seen = check(dir, "--count", "50", "--price-input", "1", "--price-output", "10");
    expect(seen).toMatchObject({ models: 16, families: 15, prompts: 60, bound: 0.0625, faults: [] });
    expect(seen.cost).toMatchObject({ prompts: 50, outputTokens: 30_000 });
    expect(seen.cost.cost).toBeCloseTo(0.3, 1);
    // One in sixteen comes first by chance; of the study’s bases at least a tenth is found.
    expect(seen.log10Ratio).toBeCloseTo(Math.log10(0.0977 * 16), 1);
    expect(seen.log10Cap).toBeGreaterThan(seen.log10Ratio);
    expect(seen.triesMax).toBe(1);
  });

  it("that is short says of what", { timeout: 60_000 }, () => {
    const dir = panelOf(3, 20);
    writeFileSync(join(dir, "panel.json"), JSON.stringify(statement(2)));
    expect(check(dir).faults.join("; ")).toMatch(
      /3 independent families.*20 prompts.*no lineage.json.*text is not known.*does not state 1 models: m2/,
    );
  });

  it("states its licence, dates and settings in a form that is checked", () => {
    expect(() => readPanelStatement({ ...statement(1), licence: "" })).toThrow(/panel\.json: licence/);
    expect(() => readPanelStatement({ ...statement(1), collected: { from: "May", to: "2026-01-01" } })).toThrow(
      /collected\.from: expected a date/,
    );
  });
});
