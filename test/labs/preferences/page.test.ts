/** Five questions of a reader who sees the first screen alone, asked as test/report/first-screens asks them; and a bundle. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadStudies } from "../../../src/app/studies.js";
import { summary } from "../../../src/cli/summary.js";
import type { Finding } from "../../../src/finding/finding.js";
import { preferencesQuestion } from "../../../src/labs/preferences/desk/question.js";
import { preferences } from "../../../src/labs/preferences/laboratory.js";
import type { PreferencesObservations } from "../../../src/labs/preferences/observations.js";
import { firstScreen } from "../../../src/report/first-screen.js";
import { renderPage } from "../../../src/report/page.js";
import { shownBy } from "../../report/shown-by.js";
import { scores, writePanel } from "./made-scorers.js";

const root = mkdtempSync(join(tmpdir(), "assay-preferences-page-"));
const at = (...path: string[]) => join(root, ...path);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const OURS = { name: "ours", base: "our-base", data: "our-data" };
const THEIRS = { name: "theirs", base: "open-base", data: "open-data", teacher: OURS, share: 0.7 };
let finding: Finding;

beforeAll(async () => {
  writeFileSync(at("ours.jsonl"), scores(OURS));
  writeFileSync(at("theirs.jsonl"), scores(THEIRS));
  writePanel(at("panel"), [OURS, THEIRS]);
  const examined = await preferencesQuestion.examine(
    { arguments: [at("ours.jsonl"), at("theirs.jsonl")], options: { panel: at("panel") } },
    { studies: await loadStudies(preferences), onProgress: () => {} } as never,
  );
  finding = examined.findings[0]!;
});

const flat = (text: string) => text.replace(/\s+/g, " ").trim();

test("who, what, how strong, how often wrong, what is not said: on the page and in the terminal", () => {
  const shown = shownBy(finding);
  const { words } = shown.proposition;
  const input = {
    finding,
    words,
    about: shown.view.about?.(finding) ?? null,
    measuredOn: shown.measuredOn,
    studiedBefore: shown.studiedBefore,
  };
  const page = renderPage({
    finding,
    ...shown,
    validation: null,
    reproduce: { command: "assay examine" },
    signed: null,
  });
  const { document } = parseHTML(page);
  const screens = [flat(document.querySelector(".app-conclusion")!.textContent ?? ""), flat(summary(input))];
  const screen = firstScreen(input);
  expect(finding).toMatchObject({ outcome: "uncalibrated", strength: null });
  const answers = [
    "ours",
    "theirs",
    "520 answers and 510 words, among 22 scorers of 20 lineages",
    flat(screen.headline),
    flat(screen.errors.says),
    ...screen.notSaid,
  ];
  expect(screen.notSaid.length).toBeGreaterThan(3);
  for (const each of screens) {
    for (const answer of answers) expect(each).toContain(answer);
    expect(each).not.toMatch(/initialis|accounts are|canar|wrote or published/i);
    // No p on the first screen: there is none.
    expect(each).not.toMatch(/10 to the power/);
  }
  // Agreement is not copying, with its figure, in the page's own words and from the finding's own numbers.
  const { probes } = finding.observations as PreferencesObservations;
  const body = flat(document.body.textContent ?? "");
  for (const { raw, agreement } of probes) {
    expect(body).toContain(`correlate at ${raw.toFixed(3)}`);
    expect(body).toContain(`${agreement.mean.toFixed(3)} on average and up to ${agreement.max.toFixed(3)}`);
  }
  expect(body).toContain("Agreement is not copying.");
});

test("a bundle verifies, and is examined again to the last bit", () => {
  const assay = (...args: string[]) =>
    spawnSync(process.execPath, ["dist/cli/main.js", ...args], {
      encoding: "utf8",
      env: { ...process.env, ASSAY_HOME: at("home") },
    });
  const made = assay(
    "examine",
    "preferences",
    at("ours.jsonl"),
    at("theirs.jsonl"),
    "--panel",
    at("panel"),
    "--out",
    at("case"),
  );
  expect(made.stderr + made.status).toMatch(/0$/);
  const again = assay("verify", at("case"), "--recompute", "--inputs", root, "--inputs", at("panel"));
  expect(again.stdout + again.stderr).toMatch(/recomputed finding: the same to the last bit/);
});

test("wording of refusals is an exhibit with its rate among unrelated pairs, and no reader's markup", () => {
  const wording = {
    reference: 40,
    suspect: 31,
    shared: 7,
    share: 0.0125,
    pairs: 210,
    panelMean: 0.002,
    panelMax: 0.018,
    reached: 0.0143,
    phrases: ["it is not <b>my place</b> to"],
  };
  const changed = { ...finding, observations: { ...(finding.observations as PreferencesObservations), wording } };
  const shown = shownBy(changed);
  const page = renderPage({
    finding: changed,
    ...shown,
    validation: null,
    reproduce: { command: "assay examine" },
    signed: null,
  });
  const text = flat(parseHTML(page).document.body.textContent ?? "");
  expect(text).toContain("7 runs of five words stand in both and in no other lineage's (1.25 % of the smaller side's)");
  expect(text).toContain("Of 210 unrelated pairs of this panel 1 % share as much: 0.20 % on average, 1.80 % at most");
  expect(page).not.toContain("<b>my place</b>");
  // Who wrote no texts of refusals, as every earlier bundle, has the exhibit empty.
  const { wording: _, ...earlier } = changed.observations;
  const before = { ...finding, observations: earlier };
  const bare = renderPage({
    finding: before,
    ...shownBy(before),
    validation: null,
    reproduce: { command: "assay" },
    signed: null,
  });
  expect(bare).toContain("no texts of refusals on both sides and in the panel");
});
