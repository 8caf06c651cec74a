/** Inner states as exhibits of `assay examine preferences`: what is shown, what stays as it was, what is refused, and a bundle. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadStudies } from "../../../src/app/studies.js";
import { prng } from "../../../src/base/prng.js";
import type { Finding } from "../../../src/finding/finding.js";
import { preferencesQuestion } from "../../../src/labs/preferences/desk/question.js";
import { preferences } from "../../../src/labs/preferences/laboratory.js";
import type { PreferencesObservations } from "../../../src/labs/preferences/observations.js";
import { ALIKE_BY_CHANCE } from "../../../src/labs/preferences/states/measured.js";
import { refusalProjections } from "../../../src/labs/preferences/states/refusal-direction.js";
import { renderPage } from "../../../src/report/page.js";
import { centredGram } from "../../../src/transcript/states-file.js";
import { shownBy } from "../../report/shown-by.js";
import { scores, writePanel } from "./made-scorers.js";
import { PURPOSES, statesOf, writeStatesPanel } from "./made-states.js";

const root = mkdtempSync(join(tmpdir(), "assay-preferences-states-"));
const at = (...path: string[]) => join(root, ...path);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const OURS = { name: "ours", base: "our-base", data: "our-data" };
const THEIRS = { name: "theirs", base: "open-base", data: "open-data" };

beforeAll(() => {
  writeFileSync(at("ours.jsonl"), scores(OURS));
  writeFileSync(at("theirs.jsonl"), scores(THEIRS));
  writePanel(at("panel"), [OURS, THEIRS]);
  writeStatesPanel(at("states"));
  writeFileSync(at("ours.states.json"), statesOf("ours"));
  writeFileSync(at("copy.states.json"), statesOf("copy", { like: "ours", turned: true }));
  writeFileSync(at("stranger.states.json"), statesOf("stranger", { width: 20 }));
  writeFileSync(at("others.states.json"), statesOf("others", { digest: "1" }));
});

async function examined(suspect: string | null): Promise<Finding> {
  const states = suspect === null ? {} : { states: [at("ours.states.json"), at(suspect)], panelStates: at("states") };
  const { findings } = await preferencesQuestion.examine(
    { arguments: [at("ours.jsonl"), at("theirs.jsonl")], options: { panel: at("panel"), ...states } },
    { studies: await loadStudies(preferences), onProgress: () => {} } as never,
  );
  return findings[0]!;
}
const seenIn = ({ observations }: Finding) => (observations as PreferencesObservations).states!;
const flat = (text: string) => text.replace(/\s+/g, " ").trim();

describe("shown, and never counted", () => {
  test("a copy in another basis is like its original, a stranger as strangers are, beside the panel's pairs", async () => {
    const copy = seenIn(await examined("copy.states.json"));
    expect(copy.panel).toEqual({ models: 9, lineages: 8, pairs: 35 });
    for (const { value, reached, panelMax } of copy.likeness) {
      expect(value).toBeCloseTo(1, 5);
      expect(reached).toBe(0);
      expect(panelMax).toBeLessThan(0.9);
    }
    const stranger = seenIn(await examined("stranger.states.json"));
    expect(stranger.sides.suspect).toEqual({ layers: 3, width: 20 });
    expect(stranger.likeness.map(({ measure }) => measure)).toEqual(["cka", "reef", "refusal"]);
    // What is common to all is no copy: strangers are alike far beyond nought.
    expect(stranger.likeness[0]!.panelMean).toBeGreaterThan(0.02);
    expect(stranger.likeness[0]!.value).toBeLessThan(0.5);
  });

  test("nothing but the exhibit, its limit and its evidence changes", async () => {
    const [bare, brought] = [await examined(null), await examined("copy.states.json")];
    expect(bare.observations).not.toHaveProperty("states");
    const { states: _, ...observations } = brought.observations as PreferencesObservations;
    const limits = brought.limits.slice(0, -1);
    expect({ ...brought, observations, limits, evidence: brought.evidence.slice(0, bare.evidence.length) }).toEqual(
      bare,
    );
    expect(brought.limits.at(-1)).toContain("a file of states shows nothing of who made it");
    expect(brought.evidence.length - bare.evidence.length).toBe(12);
  });

  test("on the page with its rate, and that likeness is not copying", async () => {
    const finding = await examined("stranger.states.json");
    const shown = { ...shownBy(finding), validation: null, reproduce: { command: "assay examine" }, signed: null };
    const text = flat(parseHTML(renderPage({ finding, ...shown })).document.body.textContent ?? "");
    expect(text).toContain("Likeness of inner states is not copying.");
    for (const { value, panelMean, panelMax } of seenIn(finding).likeness)
      for (const each of [value, panelMean!, panelMax!]) expect(text).toContain(each.toFixed(3).replace("-", "−"));
    const { above, pairs, bases } = ALIKE_BY_CHANCE.cka;
    expect(text).toContain(`${above} of ${pairs} pairs of ${bases} small models`);
  });
});

test("the rate on the page is the study's", () => {
  const study = JSON.parse(readFileSync("validation/preferences-states.json", "utf8"));
  for (const measure of ["cka", "reef", "refusal"] as const) {
    const { above, pairs } = study.strangers[measure];
    expect(ALIKE_BY_CHANCE[measure]).toEqual({ above, pairs, bases: study.bases.judge });
  }
});

describe("a refusal direction", () => {
  test("is not made of the prompts it is asked about, and says nothing of the label alone", () => {
    const random = prng("test/states", "label");
    const draw = () => (random.uint32() / 2 ** 31 - 1) as number;
    // Two models that tell harmful from harmless and share nothing else.
    const models = ["a", "b"].map(() => {
      const rows = PURPOSES.map((purpose) => {
        const row = Float64Array.from({ length: 60 }, draw);
        row[0]! += purpose === "harmful" ? 9 : purpose === "harmless" ? -9 : 0;
        return row;
      });
      return refusalProjections(centredGram(rows), PURPOSES)!;
    });
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(dot(models[0]!, models[0]!)).toBeCloseTo(1, 12);
    expect(Math.abs(dot(models[0]!, models[1]!))).toBeLessThan(0.6);
  });

  test("needs eight pairs, one harmful for each harmless", () => {
    const gram = new Float64Array(PURPOSES.length ** 2);
    expect(
      refusalProjections(
        gram,
        PURPOSES.map((purpose, i) => (i < 2 ? "plain" : purpose)),
      ),
    ).toBeNull();
    expect(
      refusalProjections(
        gram,
        PURPOSES.map((purpose, i) => (i === 20 ? "harmful" : purpose)),
      ),
    ).toBeNull();
    expect([...refusalProjections(gram, PURPOSES)!]).toEqual(Array(16).fill(0));
  });
});

describe("on the command line", () => {
  const assay = (...args: string[]) =>
    spawnSync(process.execPath, ["dist/command/main.js", ...args], {
      encoding: "utf8",
      env: { ...process.env, ASSAY_HOME: at("home") },
    });
  const sides = () => ["examine", "preferences", at("ours.jsonl"), at("theirs.jsonl"), "--panel", at("panel")];

  test("a bundle verifies, and is examined again to the last bit", () => {
    const states = ["--states", at("ours.states.json"), at("copy.states.json"), "--panel-states", at("states")];
    const made = assay(...sides(), ...states, "--out", at("case"));
    expect(made.stderr + made.status).toMatch(/0$/);
    const inputs = [root, at("panel"), at("states")].flatMap((folder) => ["--inputs", folder]);
    const again = assay("verify", at("case"), "--recompute", ...inputs);
    expect(again.stdout + again.stderr).toMatch(/recomputed finding: the same to the last bit/);
  });

  test.each([
    ["one file", ["--states", "ours.states.json", "--panel-states", "states"], /expected two files/],
    [
      "three files",
      ["--states", "ours.states.json", "copy.states.json", "stranger.states.json", "--panel-states", "states"],
      /expected two files/,
    ],
    ["no panel", ["--states", "ours.states.json", "copy.states.json"], /expected --panel-states/],
    ["a panel alone", ["--panel-states", "states"], /expected two files/],
    [
      "a panel without states",
      ["--states", "ours.states.json", "copy.states.json", "--panel-states", "home"],
      /panel-states/,
    ],
    [
      "scores in place of states",
      ["--states", "ours.jsonl", "copy.states.json", "--panel-states", "states"],
      /ours\.jsonl/,
    ],
    [
      "more than memory holds",
      ["--states", "ours.states.json", "copy.states.json", "--panel-states", "large"],
      /at most 268435456 bytes in all/,
    ],
    ["no such file", ["--states", "ours.states.json", "none.states.json", "--panel-states", "states"], /none\.states/],
    [
      "other prompts",
      ["--states", "ours.states.json", "others.states.json", "--panel-states", "states"],
      /over the reference's prompts/,
    ],
  ])("%s: status 2, one line", (_, flags, message) => {
    mkdirSync(at("home"), { recursive: true });
    mkdirSync(at("large"), { recursive: true });
    // Holes: no byte of them is stored.
    for (const name of ["a", "b", "c"]) {
      writeFileSync(at("large", `${name}.states.json`), "");
      truncateSync(at("large", `${name}.states.json`), 100 * 1024 * 1024);
    }
    const { status, stderr } = assay(...sides(), ...flags.map((word) => (word.startsWith("--") ? word : at(word))));
    expect([status, stderr.trimEnd().split("\n").length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
  });
});
