/**
 * What a cheating maker can do, each as a run: bounded, contradicted, or asserted not to be seen; and twenty honest runs,
 * with the habits that look like cheating, of which none is contradicted. The table stands in docs/audit.md.
 */
import { mkdtempSync, rmSync } from "node:fs";
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
import type { AuditReport } from "../../src/office/audit/audit-report.ts";
import type { RowClass } from "../../src/office/audit/rows.ts";

const home = mkdtempSync(join(tmpdir(), "assay-audit-cheats-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

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

  test("data that the declared steps would not use: contradicted by the sum", async () => {
    const report = await audited({ of: "data", rows: dataRows("half", [], 2000), k: 40, unit: "tokens" });
    expect(faults(report)).toEqual(["tokens-of-data"]);
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

describe("cheats with steps", () => {
  const rows = stepRows("cheat");
  test("another schedule than declared", async () => {
    const other = rows.map((row) => ({ ...row, learning_rate: 2e-4 }));
    expect(faults(await audited({ of: "steps", rows: other, k: 40 }))).toContain("schedule");
  });
  test("larger batches than declared", async () => {
    const other = rows.map((row) => ({ ...row, num_input_tokens_seen: 8192 * (row.step as number) }));
    expect(faults(await audited({ of: "steps", rows: other, k: 40 }))).toContain("tokens-of-steps");
  });
  test("a log of last year's run", async () => {
    const old = rows.map((row) => ({ ...row, timestamp: (row.timestamp as number) - 365 * 86_400 }));
    expect(faults(await audited({ of: "steps", rows: old, k: 40 }))).toContain("time");
  });
  test("a stride that was not declared", async () => {
    const sparse = rows.filter(({ step }) => (step as number) % 7 === 0);
    expect(
      faults(await audited({ of: "steps", rows: sparse, k: 40, declared: { ...DECLARED, stride: 10 } })),
    ).toContain("stride");
  });
  test("a share f of rows under another rate is missed as often as the hypergeometric says", async () => {
    const few = rows.map((row, i) => (i % 100 === 50 ? { ...row, learning_rate: 1 } : row));
    const report = await audited({ of: "steps", rows: few, k: 100 });
    if (faults(report).length === 0) expect(report.bounds[0]!.upper.count).toBeGreaterThanOrEqual(4);
    else expect(faults(report)).toEqual(["schedule"]);
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
  const row = (step: number, digit: string) => ({ step, root: `sha256:${digit.repeat(64)}` });
  const released = async (root: string) => {
    const run = await openAuditedRun(home, `run-${runs++}`);
    const { rowOf } = await import("../../src/office/audit/readers/normal-form.ts");
    const { RowStore } = await import("../../src/app/audit/row-store.ts");
    const { runSecret } = await import("../../src/app/audit/run-log.ts");
    const store = await RowStore.open(run.folder, "checkpoints", await runSecret(run.folder));
    for (const [step, digit] of [
      [0, "a"],
      [200, "b"],
      [400, "c"],
    ] as const)
      await store.append(rowOf("checkpoints", row(step, digit), `sha256:${"0".repeat(64)}`, null));
    await store.save();
    await store.close();
    const { commitRows } = await import("../../src/app/audit/commit-rows.ts");
    await commitRows({
      folder: run.folder,
      of: "checkpoints",
      sources: [],
      key: run.maker.key,
      round: null,
      at: OPENED_AT + 900,
      witnesses: null,
      step: null,
    });
    await run.draw("checkpoints", 1);
    return (await run.report(await run.open("opening"), root)).report;
  };
  test("another model is released than the last checkpoint", async () => {
    const other = await released(`sha256:${"d".repeat(64)}`);
    // An honest maker's export that nobody committed looks the same: shown, and nobody is contradicted.
    expect(faults(other)).toEqual([]);
    expect(other.checked.find(({ id }) => id === "released")!.status).toBe("stands out");
    expect((await released(`sha256:${"c".repeat(64)}`)).status).toBe("no contradiction found");
  });
});

/** How honest trainers log: each of these was near to looking like a cheat. */
const HABITS: Record<string, (seed: string) => { rows: readonly Record<string, unknown>[]; declared?: unknown }> = {
  plain: (seed) => ({ rows: stepRows(seed) }),
  "rates noted after the step": (seed) => {
    const rows = stepRows(seed);
    return {
      rows: rows.map((row, i) => ({ ...row, learning_rate: rows[Math.min(i + 1, rows.length - 1)]!.learning_rate })),
    };
  },
  "rates rounded to three digits": (seed) => ({
    rows: stepRows(seed).map((row) => ({
      ...row,
      learning_rate: Number((row.learning_rate as number).toPrecision(3)),
    })),
  }),
  "no tokens counted": (seed) => ({ rows: stepRows(seed).map((row) => ({ ...row, num_input_tokens_seen: 0 })) }),
  "local time without a zone": (seed) => ({
    rows: stepRows(seed).map((row) => ({ ...row, timestamp: (row.timestamp as number) - 8 * 3600 })),
  }),
  "evaluation between steps": (seed) => ({
    rows: stepRows(seed).flatMap((row) =>
      (row.step as number) % 50 === 0 ? [row, { step: row.step, eval_loss: 3.1, eval_runtime: 2.5 }] : [row],
    ),
  }),
  "a restart from an earlier checkpoint": (seed) => {
    const rows = stepRows(seed);
    return { rows: [...rows.slice(0, 250), ...rows.slice(200)] };
  },
  "spikes of the loss": (seed) => ({
    rows: stepRows(seed).map((row, i) => (i % 90 === 70 ? { ...row, loss: 60 } : row)),
  }),
  "a loss that is no number": (seed) => ({
    rows: stepRows(seed).map((row, i) => (i === 5 ? { ...row, loss: null } : row)),
  }),
  "every tenth step, the first and the last": (seed) => ({
    rows: stepRows(seed).filter(({ step }) => (step as number) % 10 === 0 || step === 1 || step === 400),
    declared: { ...DECLARED, stride: 10 },
  }),
};

describe("twenty honest runs: none is contradicted", () => {
  test.each(Object.keys(HABITS).flatMap((habit) => ["a", "b"].map((seed) => [habit, seed])))(
    "%s (%s)",
    async (habit, seed) => {
      const { rows, declared } = HABITS[habit!]!(`${habit}-${seed}`);
      const report = await audited({
        of: "steps",
        rows,
        k: Math.min(100, rows.length),
        ...(declared === undefined ? {} : { declared }),
      });
      expect(report.checked.filter(({ status }) => status === "contradicted")).toEqual([]);
      expect(report.status).toBe("no contradiction found");
    },
  );
});
