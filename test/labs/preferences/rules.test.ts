/** A published rule that both sides take in: listed, it is taken out; and listing anything never adds to a case. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadStudies } from "../../../src/app/studies.js";
import { preferencesQuestion } from "../../../src/labs/preferences/desk/question.js";
import { preferences } from "../../../src/labs/preferences/laboratory.js";
import type { PreferencesObservations } from "../../../src/labs/preferences/observations.js";
import { scores, writePanel } from "./made-scorers.js";

const root = mkdtempSync(join(tmpdir(), "assay-rules-"));
const at = (...path: string[]) => join(root, ...path);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const OURS = { name: "ours", base: "our-base", data: "our-data" };
const THEIRS = { name: "theirs", base: "open-base", data: "open-data" };

type Line = { score: number };
const linesOf = (text: string): Line[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const written = (path: string, lines: readonly Line[]) =>
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join("\n"));

/** What a list of words would take off each item; the same for whoever applies it. */
const RULE = linesOf(scores({ name: "drawn", base: "drawn", data: "drawn" })).map((line, i) => ({
  ...line,
  score: i % 5 < 2 ? -1 : 0,
}));

beforeAll(() => {
  for (const made of [OURS, THEIRS])
    written(
      at(`${made.name}.jsonl`),
      linesOf(scores(made)).map((line, i) => ({ ...line, score: line.score + 6 * RULE[i]!.score })),
    );
  mkdirSync(at("plain"));
  writeFileSync(at("plain", "theirs.jsonl"), scores({ ...THEIRS, ...{ teacher: OURS, share: 0.95 } }));
  writeFileSync(at("plain", "ours.jsonl"), scores(OURS));
  for (const panel of ["silent", "listed", "both"]) {
    writePanel(at(panel), [OURS, THEIRS]);
    if (panel !== "silent") written(at(panel, "words.jsonl"), RULE);
    const path = at(panel, "lineage.json");
    const rules = { silent: [], listed: ["words"], both: ["words", "own-3"] }[panel];
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), rules }));
  }
});

async function seen(panel: string, folder = "."): Promise<PreferencesObservations> {
  const paths = [at(folder, "ours.jsonl"), at(folder, "theirs.jsonl")];
  const desk = { studies: await loadStudies(preferences), onProgress: () => {} };
  const { findings } = await preferencesQuestion.examine(
    { arguments: paths, options: { panel: at(panel) } },
    desk as never,
  );
  return findings[0]!.observations as PreferencesObservations;
}
const height = ({ statistic, kinds }: PreferencesObservations) =>
  statistic / Math.max(1, ...kinds.map(({ statisticMax }) => statisticMax));

test("two strangers who take in one rule stand above all, and not once the rule is listed", async () => {
  const [silent, listed] = [await seen("silent"), await seen("listed")];
  expect(height(silent)).toBeGreaterThan(silent.margin);
  expect(height(listed)).toBeLessThan(1);
  expect(listed.takenOut).toContain('the rule "words"');
  // A rule is no scorer.
  expect(listed.panel).toEqual(silent.panel);
});

test("what somebody lists as a rule takes from a case and never adds", async () => {
  const plain = await seen("silent", "plain");
  for (const panel of ["listed", "both"])
    expect(height(await seen(panel, "plain"))).toBeLessThanOrEqual(height(plain) + 1e-9);
});
