/**
 * Files that lm-evaluation-harness 0.4.13 itself wrote (materials/makers/lm_eval_files.py: its own runner, filters, repeats
 * and aggregation over a made model): its own figures come out of the samples, and what is limited or has none is refused by name.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readEvaluation } from "../../src/app/gate/read-evaluation.js";

const FOLDER = "test/gate/lm-eval";
const resultsOf = (run: string) =>
  join(FOLDER, run, readdirSync(join(FOLDER, run)).find((name) => name.startsWith("results_"))!);

test.each(["whole", "weak", "limited"])("%s: the tool's own figures", async (run) => {
  const { reading } = await readEvaluation(resultsOf(run));
  const { results, "n-samples": sizes } = JSON.parse(readFileSync(resultsOf(run), "utf8"));
  const stated = Object.entries(results as Record<string, Record<string, number>>).flatMap(([task, figures]) =>
    Object.entries(figures).flatMap(([name, value]) =>
      task === "sums" || !name.includes(",") || name.includes("_stderr")
        ? []
        : [[`${task} ${name}`, Math.round(value * sizes[task].effective), sizes[task].effective]],
    ),
  );
  expect(reading.counts.map(({ metric, passed, attempts }) => [metric, passed, attempts])).toEqual(stated);
  expect(stated.length).toBe(4);
  expect(reading.tool).toBe("lm-eval");
  // A question that stands twice is one sample.
  for (const { metric, n } of reading.counts)
    expect(n, metric).toBeLessThanOrEqual(sizes[metric.split(" ")[0]!].effective);
  const names = new Set(reading.faults.map(({ name }) => name));
  expect([...names]).toEqual(run === "limited" ? ["limited"] : []);
});

test("results without samples are refused by name", async () => {
  const { reading } = await readEvaluation(resultsOf("no-samples"));
  expect(reading.faults.map(({ name }) => name)).toEqual(["no-samples", "no-samples"]);
  expect(reading.counts).toEqual([]);
});
