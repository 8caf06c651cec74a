/**
 * A training summary from committed rows: shown line by line, and held against what a challenge drew. True ones stand, false
 * counts are contradicted, lines that are not shown are in nothing that is.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AuditedRun, jsonLines, OPENED_AT, openAuditedRun } from "../../materials/audit/audited-run.ts";
import { verifyAudit } from "../../src/app/audit/audit-bundle.js";
import { challengeOf, readSealed } from "../../src/app/audit/challenge.js";
import { openRun } from "../../src/app/audit/run-log.js";
import { disclose, disclosedOf, summarise } from "../../src/app/audit/summary-run.js";
import { prng } from "../../src/base/prng.js";
import type { DataRow } from "../../src/office/audit/rows.js";
import { checkSummary, SummaryCount, type SummaryLine } from "../../src/office/audit/summary.js";

const home = mkdtempSync(join(tmpdir(), "assay-summary-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
const HIDDEN = "PLANTED-source-";
let run: AuditedRun;
let opening: string;
let lines: SummaryLine[];

beforeAll(async () => {
  run = await openAuditedRun(home, "lm-01", {});
  const rows = Array.from({ length: 1000 }, (_, i) => ({
    licence: i % 10 === 0 ? "proprietary" : "cc0",
    source: `${HIDDEN}${i % 7}`,
    ...(i % 4 === 0 ? {} : { language: "en" }),
    num_tokens: 100 + (i % 3),
  }));
  await run.commit("data", "data.jsonl", jsonLines(rows), 400);
  const by = { folder: run.folder, key: run.maker.key, at: OPENED_AT + 410, witnesses: null };
  ({ lines } = await summarise({ ...by, fields: ["licence", "source", "language"], out: at("summary.json") }));
  // All rows: with a part of them a true count would be contradicted once in a thousand runs.
  await run.draw("data", 1000);
  opening = await run.open("opening");
  const wanted = { fields: ["licence", "language"], values: [], total: true };
  writeFileSync(at("shown.json"), await disclose(at("summary.json"), wanted));
});

test("counts are those of the rows, the total first", () => {
  expect(lines[0]).toEqual({ field: null, value: null, rows: 1000, tokens: 1000 * 100 + 999 });
  expect(lines.filter(({ field }) => field === "licence")).toMatchObject([
    { value: "cc0", rows: 900 },
    { value: "proprietary", rows: 100 },
  ]);
  expect(lines.find(({ field, value }) => field === "language" && value === null)?.rows).toBe(250);
  expect(lines.length).toBe(1 + 2 + 7 + 2);
});

describe("shown line by line", () => {
  test("what is shown is in the committed summary; what is not shown is in no file that goes out", async () => {
    const { lines: shown, entry } = await disclosedOf(run.folder, at("shown.json"));
    expect([shown.length, entry.size]).toEqual([5, 12]);
    const { files } = await run.report(opening, null, false, at("shown.json"));
    const logged = readdirSync(run.folder, { recursive: true })
      .map(String)
      .filter((name) => !/^(private|state)\b/.test(name) && statSync(join(run.folder, name)).isFile())
      .map((name) => readFileSync(join(run.folder, name)));
    const out = [...logged, readFileSync(at("shown.json")), ...[...files.values()].map((bytes) => Buffer.from(bytes))];
    const text = out.map((bytes) => bytes.toString("latin1")).join("\n");
    const inside = [...text.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)].map(([part]) => Buffer.from(part, "base64"));
    expect(text.includes(HIDDEN) || inside.some((bytes) => bytes.includes(HIDDEN))).toBe(false);
  });

  test("a count that was changed, a line of another summary, a line twice: not in it", async () => {
    const whole = JSON.parse(readFileSync(at("shown.json"), "utf8"));
    const tried = async (change: (value: typeof whole) => void) => {
      const copy = structuredClone(whole);
      change(copy);
      writeFileSync(at("changed.json"), JSON.stringify(copy));
      return disclosedOf(run.folder, at("changed.json"));
    };
    await expect(tried((value) => value.lines[1].line.rows++)).rejects.toThrow("is not in the summary");
    await expect(tried((value) => value.lines.push(value.lines[1]))).rejects.toThrow("is not in the summary");
    await expect(tried((value) => (value.lines[1].salt = "0".repeat(32)))).rejects.toThrow("is not in the summary");
    await expect(tried((value) => (value.summary = `sha256:${"0".repeat(64)}`))).rejects.toThrow("no such summary");
  });
});

describe("held against a challenge", () => {
  test("a true summary: every line holds, the bundle carries it, and verify computes it again", async () => {
    const { report, files } = await run.report(opening, null, false, at("shown.json"));
    expect(report.checked.filter(({ id }) => id.startsWith("summary/")).map(({ status }) => status)).toEqual(
      Array(5).fill("holds"),
    );
    const { state } = await openRun(run.folder);
    const rows = await readSealed(opening, run.auditor.identity, challengeOf(state, report.challenge.digest));
    expect(verifyAudit(files, { opening: rows }).checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(verifyAudit(files).checks.map(({ name, holds }) => [name, holds])).toContainEqual(["summary", true]);
    const without = new Map(files);
    without.delete("disclosed.json");
    expect(verifyAudit(without, { opening: rows }).holds).toBe(false);
  });

  test("a summary that was logged after the challenge, or that is of another commitment, is not held against it", async () => {
    const by = { folder: run.folder, key: run.maker.key, at: OPENED_AT + 900, witnesses: null };
    await summarise({ ...by, fields: ["licence"], out: at("late.json") });
    writeFileSync(
      at("late-shown.json"),
      await disclose(at("late.json"), { fields: ["licence"], values: [], total: false }),
    );
    await expect(run.report(opening, null, false, at("late-shown.json"))).rejects.toThrow(
      "logged before the challenge",
    );
  });

  const rowsWith = (share: number, n: number, seed: string): DataRow[] => {
    const source = prng("assay/summary-test", seed);
    return Array.from({ length: n }, () => ({
      start: null,
      tokens: null,
      extra: { licence: source.below(1000) < share * 1000 ? "proprietary" : "cc0" },
      line: `sha256:${"0".repeat(64)}`,
    }));
  };
  const line = (rows: number): SummaryLine => ({ field: "licence", value: "proprietary", rows, tokens: null });
  const statusOf = (claimed: number, units: (DataRow | null)[]) =>
    checkSummary([line(claimed)], { unit: "rows", population: 100_000, units })[0]!.status;

  test("a count too small, a count too large: contradicted; a near one is not", () => {
    const units = rowsWith(0.3, 300, "third");
    expect(statusOf(1000, units)).toBe("contradicted");
    expect(statusOf(80_000, units)).toBe("contradicted");
    expect(statusOf(30_000, units)).toBe("holds");
  });

  test("what was not opened is taken as the claim wants it", () => {
    const units: (DataRow | null)[] = rowsWith(0.3, 300, "part").map((row, i) => (i < 150 ? row : null));
    expect(statusOf(50_000, units)).toBe("holds");
    expect(statusOf(99_900, units)).toBe("contradicted");
    expect(checkSummary([line(1)], { unit: "rows", population: 10, units: [null, null] })[0]!.status).toBe(
      "not checkable",
    );
  });

  test("a true claim is contradicted with probability at most one in a thousand, summed exactly over all draws of 60 of 2,000", () => {
    const [N, k] = [2000, 60];
    const logs = [0];
    for (let i = 1; i <= N; i++) logs.push(logs[i - 1]! + Math.log(i));
    const choose = (n: number, r: number) =>
      r < 0 || r > n ? Number.NEGATIVE_INFINITY : logs[n]! - logs[r]! - logs[n - r]!;
    const [yes, no] = [rowsWith(1, 1, "yes")[0]!, rowsWith(0, 1, "no")[0]!];
    for (const m of [0, 1, 7, 40, 200, 1000, 1990, 2000]) {
      let off = 0;
      for (let x = 0; x <= k; x++) {
        const log = choose(m, x) + choose(N - m, k - x) - choose(N, k);
        if (log === Number.NEGATIVE_INFINITY) continue;
        const units = Array.from({ length: k }, (_, i) => (i < x ? yes : no));
        const [found] = checkSummary([line(m)], { unit: "rows", population: N, units });
        if (found!.status === "contradicted") off += Math.exp(log);
      }
      expect(off, `${m} of ${N}`).toBeLessThanOrEqual(0.001);
    }
  });
});

test("a field that names each row is refused before it fills the memory; equal fields and none are usage", () => {
  expect(() => new SummaryCount([])).toThrow("1 to 20");
  expect(() => new SummaryCount(["a", "a"])).toThrow("different fields");
  const counting = new SummaryCount(["id"]);
  const row = (i: number): DataRow => ({ start: null, tokens: 1, extra: { id: i }, line: "" });
  expect(() => {
    for (let i = 0; i < 200_001; i++) counting.add(row(i));
  }).toThrow("may be a name of each row");
});
