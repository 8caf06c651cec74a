/** `assay examine preferences`: who is found, who is not, what is refused, which files are read; no study yet, no strength. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadStudies } from "../../../src/app/studies.js";
import { AssayError } from "../../../src/base/error.js";
import { gatherTables } from "../../../src/labs/preferences/desk/gather.js";
import { preferencesQuestion } from "../../../src/labs/preferences/desk/question.js";
import { preferences } from "../../../src/labs/preferences/laboratory.js";
import type { PreferencesObservations } from "../../../src/labs/preferences/observations.js";
import { readScores } from "../../../src/labs/preferences/scores/read-scores.js";
import { scores, writePanel } from "./made-scorers.js";

const root = mkdtempSync(join(tmpdir(), "assay-preferences-"));
const at = (...path: string[]) => join(root, ...path);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const OURS = { name: "ours", base: "our-base", data: "our-data" };
const THEIRS = { name: "theirs", base: "open-base", data: "open-data" };
const SUSPECTS = {
  honest: THEIRS,
  "on-our-base": { ...THEIRS, base: "our-base" },
  "on-our-data": { ...THEIRS, data: "our-data" },
  student: { ...THEIRS, teacher: OURS, share: 0.6 },
  copy: { ...THEIRS, teacher: OURS, share: 0.95 },
};

beforeAll(() => {
  writeFileSync(at("ours.jsonl"), scores(OURS));
  for (const [folder, made] of Object.entries(SUSPECTS)) {
    mkdirSync(at(folder));
    writeFileSync(at(folder, "theirs.jsonl"), scores(made));
  }
  writePanel(at("panel"), [OURS, THEIRS]);
  writePanel(at("unsized"), [OURS, THEIRS], null);
});

async function examined(reference: string, suspect: string, panel = at("panel")) {
  const studies = await loadStudies(preferences);
  const { findings, inputs } = await preferencesQuestion.examine(
    { arguments: [reference, suspect], options: { panel } },
    {
      studies,
      onProgress: () => {},
    } as never,
  );
  const [finding] = findings;
  return { finding: finding!, seen: finding!.observations as PreferencesObservations, inputs };
}

describe("both probes above every unrelated lineage", () => {
  test.each(["student", "copy"])("a %s of our scores stands above them", async (who) => {
    const { seen, finding } = await examined(at("ours.jsonl"), at(who, "theirs.jsonl"));
    expect(seen.statistic).toBeGreaterThan(1);
    expect(["supports-hp", "uncalibrated"]).toContain(finding.outcome);
  });

  test.each(["honest", "on-our-base", "on-our-data"])("one that is %s does not", async (who) => {
    const { seen, finding } = await examined(at("ours.jsonl"), at(who, "theirs.jsonl"));
    expect(seen.statistic).toBeLessThan(1);
    expect(finding.outcome).not.toBe("supports-hp");
    // Agreement is not copying: raw scores correlate, and shuffled items would call most strangers related.
    for (const { raw, shuffled } of seen.probes) {
      expect(raw).toBeGreaterThan(0.3);
      expect(shuffled).toBeGreaterThan(0.9);
    }
  });

  test("a monotone disguise and a bonus for each prompt change nothing", async () => {
    const lines = readFileSync(at("student", "theirs.jsonl"), "utf8").trim().split("\n");
    const disguised = lines.map((line) => {
      const row = JSON.parse(line);
      return JSON.stringify({ ...row, score: Math.exp(row.score / 3) ** 3 + 7 });
    });
    mkdirSync(at("disguised"));
    writeFileSync(at("disguised", "theirs.jsonl"), disguised.join("\n"));
    const plain = await examined(at("ours.jsonl"), at("student", "theirs.jsonl"));
    const other = await examined(at("ours.jsonl"), at("disguised", "theirs.jsonl"));
    // To three places: scores that differ in the last bit alone may become equal.
    expect(other.seen.statistic).toBeCloseTo(plain.seen.statistic, 3);
  });
});

describe("no strength outside what was studied", () => {
  test("sizes not stated, sides not documented, no lineage at all", async () => {
    const unsized = await examined(at("ours.jsonl"), at("copy", "theirs.jsonl"), at("unsized"));
    expect(unsized.finding).toMatchObject({ outcome: "uncalibrated", strength: null });
    mkdirSync(at("bare"));
    for (let i = 0; i < 16; i++)
      writeFileSync(at("bare", `s${i}.jsonl`), scores({ name: `own-${i}`, base: `base-${i}`, data: `data-${i}` }));
    const bare = await examined(at("ours.jsonl"), at("copy", "theirs.jsonl"), at("bare"));
    expect(bare.finding.reason).toMatch(/not documented/);
    expect(bare.finding.outcome).toBe("uncalibrated");
  });

  test("fewer than 5 lineages, one probe alone, coarse scores: refused", async () => {
    mkdirSync(at("four"));
    for (let i = 0; i < 4; i++)
      writeFileSync(at("four", `s${i}.jsonl`), scores({ name: `own-${i}`, base: `base-${i}`, data: `data-${i}` }));
    const four = await examined(at("ours.jsonl"), at("copy", "theirs.jsonl"), at("four"));
    expect(four.finding).toMatchObject({ outcome: "refused", strength: null });
    expect(four.finding.reason).toMatch(/4 lineages; at least 5/);
    const words = scores(THEIRS)
      .split("\n")
      .filter((line) => line.includes('"words"'));
    writeFileSync(at("words-alone.jsonl"), words.join("\n"));
    const alone = await examined(at("ours.jsonl"), at("words-alone.jsonl"));
    expect(alone.finding.outcome).toBe("refused");
    const flat = scores(THEIRS).replaceAll(/"score":[^,]+/g, '"score":1');
    writeFileSync(at("flat.jsonl"), flat);
    expect((await examined(at("ours.jsonl"), at("flat.jsonl"))).finding.reason).toMatch(/alike/);
  });
});

test("a folder of files is one scorer, and a member that is a side is left out", async () => {
  mkdirSync(at("folder", "theirs"), { recursive: true });
  const lines = scores(SUSPECTS.copy).split("\n");
  writeFileSync(at("folder", "theirs", "pairs.jsonl"), lines.filter((line) => line.includes('"pairs"')).join("\n"));
  writeFileSync(
    at("folder", "theirs", "words.jsonl.gz"),
    gzipSync(lines.filter((line) => line.includes('"words"')).join("\n")),
  );
  const joined = await examined(at("ours.jsonl"), at("folder", "theirs"));
  const single = await examined(at("ours.jsonl"), at("copy", "theirs.jsonl"));
  expect(joined.seen.probes).toEqual(single.seen.probes);
  expect(joined.inputs.find(({ role }) => role === "suspect")!.files).toHaveLength(2);
  writePanel(at("with-side"), [OURS, THEIRS]);
  writeFileSync(at("with-side", "hidden.jsonl"), scores(OURS));
  const { seen } = await examined(at("ours.jsonl"), at("copy", "theirs.jsonl"), at("with-side"));
  expect(seen.panel.leftOut).toEqual([{ why: "the same file as a side", scorers: 1 }]);
});

describe("files of others' tools", () => {
  const rowsOf = (text: string) => [...readScores(text, "file").rows.values()];
  test("RewardBench: columns, rows, lines and several answers", () => {
    const columns = {
      id: [1, 2],
      subset: ["a", "a"],
      scores_chosen: [2, [3]],
      scores_rejected: [1, 4],
      chat_template: "tulu",
    };
    const read = readScores(JSON.stringify(columns), "file");
    expect(read.template).toBe("tulu");
    expect([...read.rows.values()].map(({ prompt, item, score }) => [prompt, item, score])).toEqual([
      ["a/1", "chosen", 2],
      ["a/1", "rejected", 1],
      ["a/2", "chosen", 3],
      ["a/2", "rejected", 4],
    ]);
    const rows = [{ id: 1, text_chosen: "one\ntwo", text_rejected: "x", scores_chosen: 2, scores_rejected: 1 }];
    expect(rowsOf(JSON.stringify(rows))[0]).toMatchObject({ length: 7, format: 1 });
    expect(rowsOf(rows.map((row) => JSON.stringify(row)).join("\n"))).toHaveLength(2);
    expect(rowsOf(JSON.stringify({ id: ["q"], scores: [[1, 2, 3, 4]] }))).toHaveLength(4);
  });
  test("alpaca_eval annotations: the second output is preferred at 2; null is left out", () => {
    const one = { instruction: "q", output_1: "a", output_2: "bb", annotator: "judge", preference: 2 };
    const read = rowsOf(JSON.stringify([one, { ...one, instruction: "r", preference: null }]));
    expect(read.map(({ item, score, length }) => [item, score, length])).toEqual([
      ["1", 0, 1],
      ["2", 1, 2],
    ]);
  });
  test("Inspect: the first score of each sample, grouped by its metadata", () => {
    const sample = (item: string, value: unknown) => ({
      id: item,
      epoch: 1,
      metadata: { prompt_id: "p", item },
      scores: { judge: { value } },
    });
    const log = { version: 2, eval: {}, samples: [sample("a", 0.5), sample("b", "C")] };
    expect(rowsOf(JSON.stringify(log)).map(({ prompt, item, score }) => [prompt, item, score])).toEqual([
      ["p", "a", 0.5],
      ["p", "b", 1],
    ]);
  });
  test("labels of refusals are an exhibit's probe", () => {
    expect(rowsOf('{"prompt_id":"q","label":"DENIAL"}')).toMatchObject([{ probe: "refusals", score: 2 }]);
  });
  test.each([
    ["", /expected scores, got none/],
    ['{"prompt_id":"p","item":"a","score":"high"}', /line 1: expected a score as a number/],
    ['{"prompt_id":"p","item":"a","score":1}\n{"prompt_id":"p","item":"a","score":2}', /line 2: expected one score/],
    ['{"prompt_id":"p","item":"a","score":1}\nnonsense', /line 2: expected JSON/],
    ['{"prompt_id":"p","item":"a","score":1e999}', /expected a score as a number/],
    ['{"id":[1],"scores_chosen":[1,2],"scores_rejected":[1]}', /columns of one length/],
    ['[{"instruction":"q","preference":9}]', /from 1 to 2/],
    ['{"samples":[{"id":"a"}]}', /expected a score/],
    ['{"prompt_id":"p","label":"MAYBE"}', /one of COMPLETE/],
    ["[1]", /item 1: expected/],
    ["7", /expected/],
    ['{"samples":[7]}', /expected/],
    ["{", /expected/],
  ])("hostile: %j", (text, message) => {
    expect(() => readScores(text, "file")).toThrow(AssayError);
    expect(() => readScores(text, "file")).toThrow(message);
  });
});

test("tables with a column a scorer become files of scores", async () => {
  writeFileSync(at("best.csv.gz"), gzipSync('name,elo,a/x,b\n"Tea, hot",1,0.5,-2\nWater,2,,3\n'));
  const said = await gatherTables({ tables: [at("best.csv.gz")], probe: "words", out: at("made"), skip: ["elo"] });
  expect(said).toMatch(/^2 scorers/);
  expect(readFileSync(at("made", "a_x.jsonl"), "utf8")).toBe(
    '{"probe":"words","prompt_id":"best","item":"Tea, hot","score":0.5,"length":8}\n',
  );
  writeFileSync(at("bad.csv"), "name,a\nx,1,2\n");
  await expect(gatherTables({ tables: [at("bad.csv")], probe: "words", out: at("m2"), skip: [] })).rejects.toThrow(
    /line 2: expected 2 cells, got 3/,
  );
});
