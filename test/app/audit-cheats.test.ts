/**
 * What a cheating maker can do, each as a run: bounded, contradicted, or asserted not to be seen; and honest runs that were
 * trained here, with the habits that look like cheating, of which none is contradicted. The table stands in docs/audit.md.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  DECLARED,
  dataRows,
  jsonLines,
  OPENED_AT,
  openAuditedRun,
  stepRows,
} from "../../materials/audit/audited-run.ts";
import { committedCheckpoints } from "../../materials/audit/committed-checkpoints.ts";
import { HONEST, honestRun } from "../../materials/audit/honest-runs.ts";
import type { AuditReport } from "../../src/office/audit/audit-report.ts";
import { CHEATS } from "../../src/office/audit/cheats.ts";
import { checkRows } from "../../src/office/audit/checks.ts";
import { breaksRule } from "../../src/office/audit/data-rules.ts";
import { rowOf } from "../../src/office/audit/readers/normal-form.ts";
import type { DataRow, Row, RowClass } from "../../src/office/audit/rows.ts";
import { logChoose } from "../../src/stats/log-factorial.ts";

const home = mkdtempSync(join(tmpdir(), "assay-audit-cheats-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

function log10HypergeometricMass(x: number, k: number, m: number, N: number): number {
  const choose = (n: number, r: number) => (r < 0 || r > n ? Number.NEGATIVE_INFINITY : logChoose(n, r));
  return (choose(m, x) + choose(N - m, k - x) - choose(N, k)) / Math.LN10;
}

let runs = 0;
interface Course {
  of: RowClass;
  rows: readonly unknown[];
  declared?: unknown;
  k: number;
  unit?: "rows" | "tokens";
  withhold?: (rows: number) => readonly number[];
  refuse?: boolean;
}

async function audited({ of, rows, declared, k, unit, withhold, refuse }: Course): Promise<AuditReport> {
  const run = await openAuditedRun(home, `run-${runs++}`, declared);
  await run.commit(of, "rows.jsonl", jsonLines(rows), 1000);
  await run.draw(of, k, unit);
  const opening = refuse ? null : await run.open("opening", withhold?.(rows.length));
  return (await run.report(opening)).report;
}

const faults = (report: AuditReport) =>
  report.checked.filter(({ status }) => status === "contradicted").map(({ id }) => id);
const shown = (report: AuditReport) =>
  report.checked.filter(({ status }) => status === "stands out").map(({ id }) => id);
const bound = (report: AuditReport, rule: string) => report.bounds.find((each) => each.rule === `declared/${rule}`)!;
const every = (n: number, step: number) => Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step);

describe("cheats with data", () => {
  test("a tenth of the rows breaks the declared rule: contradicted", async () => {
    const report = await audited({ of: "data", rows: dataRows("tenth", every(4096, 10)), k: 100 });
    expect(report.status).toBe("contradicted");
    expect(report.bounds[0]!.bad).toBeGreaterThan(0);
  });

  test("three of 4,096 rows break it: may be missed, and the bound then covers them", async () => {
    const report = await audited({ of: "data", rows: dataRows("three", [7, 1000, 4000]), k: 100 });
    expect(report.bounds[0]!.upper.count).toBeGreaterThanOrEqual(3);
  });

  test("bad rows are not opened: they count as bad, and the bound is no better than with them", async () => {
    const bad = every(4096, 10);
    const report = await audited({ of: "data", rows: dataRows("hidden", bad), k: 100, withhold: () => bad });
    expect(report.status).toBe("not opened");
    const { unopened, upper } = report.bounds[0]!;
    expect(unopened).toBeGreaterThan(0);
    expect(upper.count).toBeGreaterThanOrEqual(bad.length * 0.5);
  });

  test("the whole draw is refused: nothing is bounded", async () => {
    const report = await audited({ of: "data", rows: dataRows("refused"), k: 100, refuse: true });
    expect(report.status).toBe("not opened");
    expect(report.bounds[0]!.upper.count).toBe(4096);
  });

  test("padding with clean rows of one token: rows are diluted, tokens are not", async () => {
    const heavy = dataRows("heavy", every(400, 2), 400);
    const padding = dataRows("padding", [], 3600).map((row) => ({ ...row, num_tokens: 1 }));
    const report = await audited({
      of: "data",
      rows: [...heavy, ...padding],
      k: 60,
      unit: "tokens",
      declared: { dataRules: DECLARED.dataRules },
    });
    expect(report.status).toBe("contradicted");
    expect(report.bounds[0]!.bad).toBeGreaterThan(15);
  });

  test("data that the declared steps would not use: the sum stands out, as it does where an honest maker pads or packs", async () => {
    const report = await audited({ of: "data", rows: dataRows("half", [], 2000), k: 40, unit: "tokens" });
    expect(shown(report)).toEqual(["tokens-of-data"]);
  });

  test("NOT SEEN: data that was used and never committed, with a declaration to match", async () => {
    const report = await audited({ of: "data", rows: dataRows("all"), k: 100 });
    expect(report.status).toBe("no contradiction found");
    expect(report.cannotSee.join()).toMatch(/never committed/);
  });

  test("NOT SEEN: a row that says it is cc0 and is not", async () => {
    const lied = dataRows("lied", every(4096, 2)).map((row) => ({ ...row, licence: "cc0" }));
    expect((await audited({ of: "data", rows: lied, k: 100 })).status).toBe("no contradiction found");
  });
});

test("a share that is declared, and true, is contradicted with probability at most one in a thousand, summed exactly", () => {
  const rule = { id: "licence", field: "licence", shareMax: 0.29 };
  for (const [N, k] of [
    [2000, 60],
    [100, 40],
  ] as const)
    for (const bounds of [1, 3]) {
      // What is declared of N units: 29 of 100 is 28.999… in binary digits.
      const m = Math.round(rule.shareMax * N);
      let off = 0;
      for (let x = 0; x <= k; x++)
        if (breaksRule(rule, { bad: x, k, N }, bounds)) off += 10 ** log10HypergeometricMass(x, k, m, N);
      expect(off, `${k} of ${N}`).toBeLessThanOrEqual(0.001 / bounds);
      expect(breaksRule(rule, { bad: k, k, N }, bounds)).toBe(true);
    }
});

describe("cheats with steps", () => {
  const rows = stepRows("cheat");
  test("another schedule than declared: shown, and bounded near all rows", async () => {
    const other = rows.map((row) => ({ ...row, learning_rate: 2e-4 }));
    const report = await audited({ of: "steps", rows: other, k: 40 });
    expect([shown(report), faults(report)]).toEqual([["schedule"], []]);
    expect(bound(report, "schedule").bad).toBeGreaterThan(15);
  });
  test("larger batches than declared", async () => {
    const other = rows.map((row) => ({ ...row, num_input_tokens_seen: 8192 * (row.step as number) }));
    const report = await audited({ of: "steps", rows: other, k: 40 });
    expect([shown(report), faults(report)]).toEqual([["tokens-of-steps"], []]);
    expect(bound(report, "tokens-of-steps").bad).toBeGreaterThan(35);
  });
  test("a log of last year's run: every row stands out, as those of a machine whose clock is a year behind", async () => {
    const old = rows.map((row) => ({ ...row, timestamp: (row.timestamp as number) - 365 * 86_400 }));
    const report = await audited({ of: "steps", rows: old, k: 40 });
    expect([shown(report), faults(report)]).toEqual([["time"], []]);
    expect(report.says.join()).toMatch(/(\d+) of \1 dated rows were logged before the run was opened/);
  });
  test("a stride that was not declared", async () => {
    const sparse = rows.filter(({ step }) => (step as number) % 7 === 0);
    const report = await audited({ of: "steps", rows: sparse, k: 40, declared: { ...DECLARED, stride: 10 } });
    expect([shown(report), faults(report)]).toEqual([["stride"], []]);
    expect(bound(report, "stride").bad).toBeGreaterThan(20);
  });
  test("a share f of rows under another rate is missed as often as the hypergeometric says, and then covered", async () => {
    const few = rows.map((row, i) => (i % 100 === 50 ? { ...row, learning_rate: 1 } : row));
    const report = await audited({ of: "steps", rows: few, k: 100 });
    expect(bound(report, "schedule").upper.count).toBeGreaterThanOrEqual(4);
  });
  test("two runs sewn together: stands out, and is not called a contradiction", async () => {
    const seam = rows.map((row, i) => (i < 200 ? { ...row, loss: (row.loss as number) + 40 } : row));
    const report = await audited({ of: "steps", rows: seam, k: 399 });
    expect(report.checked.find(({ id }) => id === "jumps")?.status).toBe("stands out");
    expect(report.status).toBe("no contradiction found");
  });
  test("NOT SEEN: a log that was invented whole, inside its interval", async () => {
    const report = await audited({ of: "steps", rows: stepRows("invented"), k: 100 });
    expect(report.status).toBe("no contradiction found");
    expect(report.cannotSee.join()).toMatch(/running segments again/);
  });
});

describe("cheats with the model", () => {
  const released = async (pick: (last: string) => string) => {
    const run = await openAuditedRun(home, `run-${runs++}`);
    const root = pick((await committedCheckpoints(run, [0, 200, 400], 900)).at(-1)!);
    await run.draw("checkpoints", 1);
    return (await run.report(await run.open("opening"), root)).report;
  };
  test("another model is released than the last checkpoint", async () => {
    const other = await released(() => `sha256:${"d".repeat(64)}`);
    // An honest maker's export that nobody committed looks the same: shown, and nobody is contradicted.
    expect(faults(other)).toEqual([]);
    expect(other.checked.find(({ id }) => id === "released")!.status).toBe("stands out");
    expect((await released((last) => last)).status).toBe("no contradiction found");
  });
});

/** Everything of a run opened to the checks: the hardest look there is. */
function looked(
  of: RowClass,
  rows: readonly Row[],
  declared: unknown,
  tokens: number | null = null,
  witnessed: ReadonlyMap<number, number> = new Map(),
) {
  const beacon = { genesis: OPENED_AT, period: 3 };
  const target = { said: { size: rows.length, tokens }, seq: 1 };
  const state = {
    opened: { declared, beacon, first: { round: 1 } },
    committed: new Map([[of, [{ said: { ...target.said, beacon: { round: 100 } }, seq: 1 }]]]),
    closed: null,
  };
  const around = { state, challenge: { said: { class: of }, target }, witnessed, model: null };
  return checkRows({ rows: new Map(rows.entries()), strays: [] } as never, around as never);
}

describe("cheats with places and lists", () => {
  const line = `sha256:${"0".repeat(64)}`;
  test("a second chain of rows over the same token positions: contradicted where it is opened, bounded as rows else", async () => {
    const chain = (from: number) =>
      Array.from({ length: 20 }, (_, i) => rowOf("data", { num_tokens: 10, id: from + i }, line, 10 * i));
    const checked = looked("data", [...chain(0), ...chain(20)], {}, 200);
    expect(checked.find(({ id }) => id === "positions")!.status).toBe("contradicted");
    const report = await audited({ of: "data", rows: dataRows("beside", [], 2000), k: 40, unit: "tokens" });
    expect(report.bounds.find(({ rule }) => rule === "one-chain")).toMatchObject({ unit: "rows", k: 40, unopened: 0 });
  });
  test("checkpoints out of order: stands out", () => {
    const rows = [0, 200, 100, 300].map((step) => rowOf("checkpoints", { step, root: line }, line, null));
    const checked = looked("checkpoints", rows, {});
    expect(checked.find(({ id }) => id === "checkpoints-rise")!.status).toBe("stands out");
    expect(checked.some(({ status }) => status === "contradicted")).toBe(false);
  });
  test("NOT SEEN: runs that were never opened in a log", async () => {
    const report = await audited({ of: "steps", rows: stepRows("the best of ten"), k: 40 });
    expect(report.status).toBe("no contradiction found");
    expect(report.cannotSee.join()).toMatch(/runs that were never opened/);
  });
});

test("the printed table: each cheat has its test, and docs/audit.md has the table as it is", () => {
  const tests = ["audit-cheats", "audit", "audit-summary", "audit-rerun"]
    .map((name) => readFileSync(`test/app/${name}.test.ts`, "utf8"))
    .join("\n");
  expect(CHEATS.filter(({ test: title }) => !tests.includes(title)).map(({ cheat }) => cheat)).toEqual([]);
  const rows = CHEATS.map(({ cheat, comes, says }) => `| ${cheat} | **${comes}**: ${says} |`);
  expect(readFileSync("docs/audit.md", "utf8")).toContain(rows.join("\n"));
});

describe("with a witness", () => {
  const line = `sha256:${"0".repeat(64)}`;
  const rows = stepRows("witnessed").map((row) => rowOf("steps", row, line, null));
  const at = (seen: number, declared: unknown = DECLARED, of = rows) =>
    Object.fromEntries(looked("steps", of, declared, null, new Map([[1, seen]])).map(({ id, status }) => [id, status]));
  test("a witness after the last row: clocks and times hold", () => {
    expect(at(OPENED_AT + 2000)).toMatchObject({ clocks: "holds", time: "holds" });
  });
  test("a witness before the round that the commitment names: contradicted", () => {
    expect(at(OPENED_AT - 3600).clocks).toBe("contradicted");
  });
  test("rows that are all dated after their witness, or some of them: stand out", () => {
    const later = rows.map((row) => ({ ...row, time: (row as { time: number }).time + 5 * 86_400 }));
    expect(at(OPENED_AT + 2000, DECLARED, later as never).time).toBe("stands out");
    expect(at(OPENED_AT + 2000, DECLARED, [...later.slice(0, 9), ...rows.slice(9)] as never).time).toBe("stands out");
  });
  test("steps faster than the declared hardware, as a mixture of experts declares them: stands out", () => {
    expect(at(OPENED_AT + 2000, { ...DECLARED, parameters: 1e12, flopsPeak: 1e15 }).pace).toBe("stands out");
    expect(at(OPENED_AT + 2000, { ...DECLARED, parameters: 1e6, flopsPeak: 1e15 }).pace).toBe("holds");
  });
});

describe("honest runs: none is contradicted", () => {
  const line = `sha256:${"0".repeat(64)}`;
  test.each(Object.keys(HONEST).flatMap((habit) => ["a", "b"].map((seed) => [habit, seed] as const)))(
    "%s (%s)",
    (habit, seed) => {
      const { declared, steps, data, checkpoints } = honestRun(habit, seed);
      let tokens = 0;
      const rowsOfData = data.map((fields) => {
        const row = rowOf("data", fields, line, tokens) as DataRow;
        tokens += row.tokens!;
        return row;
      });
      const checked = [
        ...looked(
          "steps",
          steps.map((fields) => rowOf("steps", fields, line, null)),
          declared,
        ),
        ...looked("data", rowsOfData, declared, tokens),
        ...looked(
          "checkpoints",
          checkpoints.map((step) => rowOf("checkpoints", { step, root: line }, line, null)),
          declared,
        ),
      ];
      expect(checked.filter(({ status }) => status === "contradicted")).toEqual([]);
    },
  );

  test("and through the whole course, with a mixture of experts declared by all its parameters", async () => {
    const { declared, steps } = honestRun("warm restarts, declared as one cosine", "course");
    const report = await audited({
      of: "steps",
      rows: steps,
      k: 100,
      declared: { ...declared, parameters: 1e12, flopsPeak: 1e12 },
    });
    expect(report.status).toBe("no contradiction found");
    expect(shown(report)).toContain("schedule");
    expect(bound(report, "schedule").says).toMatch(/no rate but the declared one/);
  });
});
