/** Evaluations of four harnesses, counted again: the tools' own counts, and every faulty one refused by name. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { readEvaluation } from "../../src/app/gate/read-evaluation.js";
import { AssayError } from "../../src/base/error.js";
import { isArchive, readArchive } from "../../src/host/evaluations/eval-archive.js";
import { countOf, lower95Ppm } from "../../src/office/gate/evaluations/reading.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const root = mkdtempSync(join(tmpdir(), "assay-evaluations-"));
afterAll(() => rmSync(root, { recursive: true }));
const write = (name: string, value: unknown) => {
  const path = join(root, name);
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
};
const faultsOf = async (path: string) => [
  ...new Set((await readEvaluation(path)).reading.faults.map(({ name }) => name)),
];

const sample = (id: number, value: unknown, more: object = {}) => ({
  id,
  epoch: 1,
  input: `question ${id}`,
  target: "yes",
  scores: { match: { value } },
  ...more,
});
const inspect = (samples: object[], more: Record<string, unknown> = {}, about: object = {}) => ({
  version: 2,
  status: "success",
  eval: {
    task: "triage",
    model: "north/m",
    created: "2026-11-01T00:00:00Z",
    dataset: { samples: samples.length },
    config: {},
    ...about,
  },
  results: { total_samples: samples.length, completed_samples: samples.length, scores: [] },
  stats: {},
  samples,
  ...more,
});
const forty = Array.from({ length: 40 }, (_, i) => sample(i, i < 36 ? "C" : "I"));

describe("Inspect", () => {
  test("a whole log has no fault; the count is over distinct samples", async () => {
    const { reading } = await readEvaluation(write("whole.json", inspect(forty)));
    expect(reading.faults).toEqual([]);
    expect(reading.counts).toEqual([{ metric: "match", k: 36, n: 40, attempts: 40, passed: 36, stated: null }]);
    // The rate at which 36 or more of 40 have probability 1/20, bisected on the sum in Python.
    expect(lower95Ppm(reading.counts[0]!)).toBe(785_602);
  });

  test("a sample that stands twice, or is tried five times, is one trial, and passes only whole", async () => {
    const twice = [...forty, sample(99, "I", { input: "question 0" })];
    const { reading } = await readEvaluation(write("twice.json", inspect(twice)));
    expect(reading.counts[0]).toMatchObject({ k: 35, n: 40, attempts: 41, passed: 36 });
    expect(
      countOf(
        "m",
        [
          { sample: "a", passed: true },
          { sample: "a", passed: false },
        ],
        null,
      ),
    ).toMatchObject({ k: 0, n: 1 });
  });

  test.each([
    ["cancelled", inspect(forty, { status: "cancelled" }), "not-ended"],
    ["invalidated", inspect(forty, { invalidated: true }), "invalidated"],
    ["dirty", inspect(forty, {}, { revision: { dirty: true } }), "dirty"],
    ["a limit", inspect(forty, {}, { config: { limit: 40 } }), "limited"],
    ["chosen samples", inspect(forty, {}, { config: { sample_id: [1] } }), "limited"],
    ["fewer ids than the data set", inspect(forty, {}, { dataset: { samples: 400, sample_ids: [1, 2] } }), "limited"],
    [
      "not completed",
      inspect(forty, { results: { total_samples: 50, completed_samples: 40, scores: [] } }),
      "incomplete",
    ],
    ["an error in a sample", inspect([...forty, sample(40, "C", { error: { message: "x" } })]), "errored"],
    ["a sample without a score", inspect([...forty, { id: 41, input: "q", target: "t" }]), "unscored"],
    ["no samples", inspect([]), "no-samples"],
    ["ten samples", inspect(forty.slice(0, 10)), "few-samples"],
    ["a later format", inspect(forty, { version: 9 }), "unknown-format"],
    [
      "an accuracy that the samples do not give",
      inspect(forty, {
        results: {
          total_samples: 40,
          completed_samples: 40,
          scores: [{ name: "match", scorer: "match", metrics: { accuracy: { value: 0.99 } } }],
        },
      }),
      "sums-differ",
    ],
  ])("%s is refused by name", async (name, log, fault) => {
    expect(await faultsOf(write(`${name.replaceAll(" ", "-")}.json`, log))).toContain(fault);
  });

  test("NaN as Python writes it is read, and is a fault", async () => {
    const text = JSON.stringify(inspect(forty)).replace('"value":"C"', '"value":NaN');
    expect(await faultsOf(write("nan.json", text))).toContain("not-a-number");
    expect(
      await faultsOf(write("text.json", JSON.stringify(inspect(forty)).replace("question 0", "is NaN a number"))),
    ).toEqual([]);
  });

  test("an archive with zstd members, as written from late 2025 on", () => {
    const plain = new TextEncoder().encode('{"version":2}');
    const bytes = zipOf("header.json", plain, zstdCompressSync(plain), 93);
    expect(isArchive(bytes)).toBe(true);
    expect([...readArchive(bytes, "a.eval", () => true)]).toEqual([["header.json", Buffer.from(plain)]]);
    // One that unpacks to more than it says is refused before it is held.
    expect(() =>
      readArchive(zipOf("header.json", plain.subarray(1), zstdCompressSync(plain), 93), "a.eval", () => true),
    ).toThrow(AssayError);
  });

  test("hostile archives end in one error", () => {
    const good = zipOf("header.json", new TextEncoder().encode("{}"), new TextEncoder().encode("{}"), 0);
    for (let i = 0; i < good.length; i++) {
      const bad = good.slice();
      bad[i]! ^= 0xff;
      try {
        readArchive(bad, "a.eval", () => true);
      } catch (error) {
        expect(error).toBeInstanceOf(AssayError);
      }
    }
  });
});

/** One member, by hand. */
function zipOf(name: string, plain: Uint8Array, stored: Uint8Array, method: number): Uint8Array {
  const text = new TextEncoder().encode(name);
  const bytes = new Uint8Array(30 + text.length + stored.length + 46 + text.length + 22);
  const view = new DataView(bytes.buffer);
  const fields = (at: number, from: number) => {
    view.setUint16(at + from, method, true);
    view.setUint32(at + from + 10, stored.length, true);
    view.setUint32(at + from + 14, plain.length, true);
    view.setUint16(at + from + 18, text.length, true);
  };
  view.setUint32(0, 0x04034b50, true);
  fields(0, 8);
  bytes.set(text, 30);
  bytes.set(stored, 30 + text.length);
  const central = 30 + text.length + stored.length;
  view.setUint32(central, 0x02014b50, true);
  fields(central, 10);
  bytes.set(text, central + 46);
  const end = central + 46 + text.length;
  view.setUint32(end, 0x06054b50, true);
  view.setUint16(end + 8, 1, true);
  view.setUint16(end + 10, 1, true);
  view.setUint32(end + 12, 46 + text.length, true);
  view.setUint32(end + 16, central, true);
  return bytes;
}

const garakLines = (change: (lines: Record<string, unknown>[]) => Record<string, unknown>[] = (lines) => lines) =>
  change([
    {
      entry_type: "start_run setup",
      "plugins.target_type": "hf",
      "plugins.target_name": "m",
      "run.eval_threshold": 0.5,
    },
    { entry_type: "init", garak_version: "0.14.0", start_time: "2026-11-01T00:00:00" },
    ...Array.from({ length: 40 }, (_, i) => ({
      entry_type: "attempt",
      status: 2,
      probe_classname: "dan.Dan",
      prompt: { turns: [{ role: "user", content: { text: `attack ${i}` } }] },
      detector_results: { "dan.DAN": [0, i === 0 ? 1 : 0] },
    })),
    {
      entry_type: "eval",
      probe: "dan.Dan",
      detector: "dan.DAN",
      passed: 79,
      fails: 1,
      total_evaluated: 80,
      nones: 0,
      total_processed: 80,
    },
    { entry_type: "completion", end_time: "2026-11-01T01:00:00" },
  ])
    .map((line) => JSON.stringify(line))
    .join("\n");

describe("garak", () => {
  test("a prompt passes where every output does", async () => {
    const { reading } = await readEvaluation(write("good.report.jsonl", garakLines()));
    expect(reading.faults).toEqual([]);
    expect(reading.counts).toEqual([
      { metric: "dan.Dan dan.DAN", k: 39, n: 40, attempts: 80, passed: 79, stated: 79 / 80 },
    ]);
    expect(reading.model).toBe("hf/m");
  });
  const evalLine = (change: object) =>
    garakLines((lines) => lines.map((line) => (line.entry_type === "eval" ? { ...line, ...change } : line)));
  test.each([
    ["no end", garakLines((lines) => lines.slice(0, -1)), "not-ended"],
    ["outputs without a verdict", evalLine({ nones: 2, total_processed: 82 }), "unscored"],
    ["sums that do not add up", evalLine({ fails: 5 }), "sums-differ"],
    ["a count that the attempts do not give", evalLine({ passed: 80, fails: 0 }), "sums-differ"],
    ["no eval", garakLines((lines) => lines.filter(({ entry_type }) => entry_type !== "eval")), "incomplete"],
  ])("%s is refused by name", async (name, text, fault) => {
    expect(await faultsOf(write(`${name.replaceAll(" ", "-")}.jsonl`, text))).toContain(fault);
  });
});

describe("lm-eval", () => {
  const lines = (of: (i: number) => object = () => ({})) =>
    Array.from({ length: 40 }, (_, i) =>
      JSON.stringify({
        doc_id: i,
        doc: { q: i },
        target: "a",
        arguments: [[`q${i}`]],
        filter: "none",
        acc: i < 30 ? 1 : 0,
        ...of(i),
      }),
    ).join("\n");
  const results = (change: object = {}) => ({
    results: { arc: { alias: "arc", "acc,none": 0.75, "acc_stderr,none": 0.07 } },
    "n-samples": { arc: { original: 40, effective: 40 } },
    versions: { arc: 1 },
    config: { model: "hf", limit: null },
    date: 1_790_000_000,
    ...change,
  });
  test("counts come from the samples beside the results", async () => {
    write("samples_arc_2026-11-01T00-00-00.1.jsonl", lines());
    const { reading } = await readEvaluation(write("results_2026-11-01T00-00-00.1.json", results()));
    expect(reading.faults).toEqual([]);
    expect(reading.counts).toMatchObject([{ metric: "arc acc,none", k: 30, n: 40 }]);
  });
  test.each([
    ["a limit", results({ config: { limit: 40 } }), "limited"],
    ["a part of the documents", results({ "n-samples": { arc: { original: 400, effective: 40 } } }), "limited"],
    ["another figure", results({ results: { arc: { "acc,none": 0.9 } } }), "sums-differ"],
    ["samples missing", results({ "n-samples": { arc: { original: 50, effective: 50 } } }), "incomplete"],
  ])("%s is refused by name", async (_, value, fault) => {
    expect(await faultsOf(write("results_2026-11-01T00-00-00.1.json", value))).toContain(fault);
  });
  test("without samples nothing is counted", async () => {
    expect(await faultsOf(write("results_alone.json", results({ results: { other: { "acc,none": 1 } } })))).toEqual([
      "no-samples",
    ]);
  });
});

describe("promptfoo", () => {
  const line = (i: number, more: object = {}) => ({
    promptIdx: 0,
    testIdx: i,
    vars: { q: `question ${i}` },
    provider: { id: "north" },
    prompt: { raw: "{{q}}", label: "plain" },
    success: i !== 0,
    score: i === 0 ? 0 : 1,
    failureReason: i === 0 ? 1 : 0,
    ...more,
  });
  const output = (rows: object[], stats: object, more: object = {}) => ({
    evalId: "eval-1",
    results: { version: 3, timestamp: "2026-11-01T00:00:00Z", results: rows, stats },
    config: { description: "triage", ...more },
  });
  const rows = Array.from({ length: 40 }, (_, i) => line(i));
  test("lines are counted by provider and prompt", async () => {
    const { reading } = await readEvaluation(write("p.json", output(rows, { successes: 39, failures: 1, errors: 0 })));
    expect(reading.faults).toEqual([]);
    expect(reading.counts).toMatchObject([{ metric: "pass, north, prompt 0 plain", k: 39, n: 40 }]);
  });
  test.each([
    [
      "errors",
      output([...rows, line(40, { success: false, failureReason: 2, error: "x" })], {
        successes: 39,
        failures: 1,
        errors: 1,
      }),
      "errored",
    ],
    ["sums", output(rows, { successes: 40, failures: 0, errors: 0 }), "sums-differ"],
    [
      "a filter",
      output(rows, { successes: 39, failures: 1, errors: 0 }, { commandLineOptions: { filterFirstN: 40 } }),
      "limited",
    ],
  ])("%s are refused by name", async (name, value, fault) => {
    expect(await faultsOf(write(`p-${name.replaceAll(" ", "-")}.json`, value))).toContain(fault);
  });
});

test("what is no evaluation is told so in one line", async () => {
  for (const [name, text] of [
    ["a.json", "{}"],
    ["b.json", "[1]"],
    ["c.json", "{"],
    ["d.eval", "PK\u0003\u0004 and no more than that"],
  ] as const)
    await expect(readEvaluation(write(name, text))).rejects.toBeInstanceOf(AssayError);
});

describe.skipIf(!HAS_SHARED)("public files of the tools' own tests", () => {
  const inspectFile = (name: string) => join(SHARED, "office/inspect", name);
  test.each([
    ["2024-11-05T13-32-37-05-00_input-task_hxs4q9azL3ySGkjJirypKZ.eval", ["few-samples"]],
    ["2025-02-11T15-17-00-05-00_popularity_dPiJifoWeEQBrfWsAopzWr.eval", ["unscored"]],
    ["2025-05-12T20-27-36-04-00_browser.json", ["few-samples"]],
    ["2025-05-12T20-28-13-04-00_popularity.json", ["not-ended", "limited", "few-samples"]],
    ["log_read_sample.json", ["limited", "few-samples"]],
    ["log_tool_call_error.json", ["incomplete", "unscored"]],
    ["log_version_3.txt", ["unknown-format", "limited", "no-samples"]],
  ])("%s", async (name, faults) => {
    expect(await faultsOf(inspectFile(name))).toEqual(expect.arrayContaining(faults));
  });
  test("a log that breaks off is refused", async () => {
    await expect(readEvaluation(inspectFile("log_invalid.txt"))).rejects.toThrow(/expected JSON/);
  });
  test("garak's own reports are too few, one did not end, sums agree with the attempts", async () => {
    const report = (name: string) => faultsOf(join(SHARED, "office/garak", name));
    expect(await report("test.report.jsonl")).toEqual(["few-samples"]);
    expect(await report("report_test.report.jsonl")).toEqual(["few-samples"]);
    expect(await report("agg.report.jsonl")).toContain("not-ended");
    expect(await report("qual_review_mixed.report.jsonl")).toEqual(
      expect.arrayContaining(["not-ended", "few-samples"]),
    );
  });
});
