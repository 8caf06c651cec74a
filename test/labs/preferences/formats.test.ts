/**
 * Files of others' tools in the layouts that these write, with contents of ours: RewardBench's eval-set-scores of version 1
 * (scripts/run_rm.py) and 2 (scripts/run_v2.py), alpaca_eval's annotations.json, a JSON log of Inspect. What is wrong in one
 * is told with the format's name and the field's.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { scorerOf } from "../../../src/labs/preferences/desk/scorer-files.js";
import { readScores } from "../../../src/labs/preferences/scores/read-scores.js";

type Json = Record<string, unknown>;
const text = (name: string) => readFileSync(`test/labs/preferences/formats/${name}.json`, "utf8");
const rowsOf = (of: string) =>
  [...readScores(of, "file").rows.values()].map(({ prompt, item, score, length }) => [prompt, item, score, length]);

describe("layouts", () => {
  test("RewardBench, version 1", () => {
    expect(readScores(text("reward-bench-1"), "file").template).toBe("tulu");
    expect(rowsOf(text("reward-bench-1"))).toEqual([
      ["alpacaeval-easy/30", "chosen", 2.375, 47],
      ["alpacaeval-easy/30", "rejected", -1.125, 47],
      ["refusals-dangerous/31", "chosen", -0.5, 41],
      ["refusals-dangerous/31", "rejected", 0.25, 48],
    ]);
  });
  test("RewardBench, version 2: the answers lie in text", () => {
    expect(rowsOf(text("reward-bench-2")).slice(0, 5)).toEqual([
      ["Factuality/17", "0", 1.5, 10],
      ["Factuality/17", "1", 0.25, 8],
      ["Factuality/17", "2", -2, 8],
      ["Factuality/17", "3", 0.125, 1],
      ["Ties/18", "0", 0.5, 1],
    ]);
  });
  test("alpaca_eval", () => {
    expect(rowsOf(text("alpaca-eval")).map(([, ...rest]) => rest)).toEqual([
      ["1", 0.0625, 10],
      ["2", 0.9375, 22],
    ]);
  });
  test("Inspect: the answer is the first choice's message, whether or not completion stands beside it", () => {
    expect(rowsOf(text("inspect"))).toEqual([
      ["river", "first", 1, 10],
      ["river", "second", 0.25, 4],
    ]);
  });
});

describe("faults", () => {
  const altered = (name: string, alter: (document: never) => void): string => {
    const document = JSON.parse(text(name));
    alter(document as never);
    return JSON.stringify(document);
  };
  test.each([
    [
      "reward-bench-1",
      (d: Json) => ((d.scores_rejected as unknown[])[1] = "low"),
      /RewardBench record 2: expected "scores_rejected" as a number, got "low"/,
    ],
    [
      "reward-bench-1",
      (d: Json) => delete d.scores_chosen,
      /RewardBench record 1: expected "scores_chosen" and "scores_rejected"/,
    ],
    [
      "reward-bench-2",
      (d: Json) => ((d.scores as unknown[][])[0]![2] = [1, 2]),
      /RewardBench record 1: expected "scores\[2\]" as a number/,
    ],
    [
      "alpaca-eval",
      (d: Json[]) => (d[0]!.preference = 3),
      /alpaca_eval annotation 1: expected "preference" from 1 to 2/,
    ],
    [
      "alpaca-eval",
      (d: Json[]) => delete d[0]!.instruction,
      /alpaca_eval annotation 1: expected "instruction" as text/,
    ],
    [
      "inspect",
      (d: { samples: Json[] }) => (d.samples[1]!.scores = {}),
      /Inspect sample 2: expected a score in "scores"/,
    ],
    [
      "inspect",
      (d: { samples: Json[] }) => (d.samples[0]!.scores = { judge: { value: "good" } }),
      /Inspect sample 1: expected "scores\.\*\.value" as a number/,
    ],
  ] as const)("%s", (name, alter, message) => {
    expect(() => readScores(altered(name, alter as (document: never) => void), "file")).toThrow(message);
  });

  test("an Inspect .eval archive is named", async () => {
    const home = mkdtempSync(join(tmpdir(), "assay-formats-"));
    writeFileSync(join(home, "log.json"), "PK\u0003\u0004rest");
    await expect(scorerOf("log", [join(home, "log.json")])).rejects.toThrow("inspect log dump");
    rmSync(home, { recursive: true });
  });
});
