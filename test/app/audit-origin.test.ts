/**
 * Dossiers of own making: those of networks that were really trained here hold; forged ones do not, or pass for the reason
 * that docs/audit.md gives. SLOW=1 tries ten honest ones; two are tried always.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { jsonLines, OPENED_AT, openAuditedRun, stepRows } from "../../materials/audit/audited-run.ts";
import { between, drawn, grown, normal, type Weights, writeModel } from "../../materials/audit/grown-run.ts";
import { commitRows } from "../../src/app/audit/commit-rows.ts";
import { originOfRun } from "../../src/app/audit/origin-of-run.ts";
import { ORIGIN_FAKES } from "../../src/office/audit/origin-fakes.ts";
import type { OriginReport } from "../../src/office/audit/origin-report.ts";

const home = mkdtempSync(join(tmpdir(), "assay-origin-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let dossiers = 0;

interface Forged {
  /** Everything is committed at the end, in one go. */
  atOnce?: boolean;
  /** Steps are committed before the draw is. */
  stepsFirst?: boolean;
  /** Another model is released. */
  release?: Weights;
}

async function dossier(path: readonly Weights[], { atOnce, stepsFirst, release }: Forged = {}): Promise<OriginReport> {
  const name = `grown-${dossiers++}`;
  const run = await openAuditedRun(home, name);
  const checkpoints = join(home, `${name}-checkpoints`);
  await mkdir(checkpoints);
  const commit = (after: number) =>
    commitRows({
      folder: run.folder,
      of: "checkpoints",
      sources: [checkpoints],
      key: run.maker.key,
      round: null,
      at: OPENED_AT + after,
      witnesses: null,
      step: null,
    });
  const steps = (after: number) => run.commit("steps", "steps.jsonl", jsonLines(stepRows(name).slice(0, 50)), after);
  if (stepsFirst) await steps(99);
  for (const [i, weights] of path.entries()) {
    await writeModel(join(checkpoints, `checkpoint-${i * 50}`), weights);
    if (!atOnce) await commit(100 + 100 * i);
    if (i === 0 && !stepsFirst && !atOnce) await steps(110);
  }
  if (atOnce) {
    await commit(2000);
    await steps(2010);
  }
  const model = join(home, `${name}-model`);
  await writeModel(model, release ?? path.at(-1)!);
  return originOfRun({ folder: run.folder, model, checkpoints, policy: null });
}

const failed = (report: OriginReport) =>
  report.checked.filter(({ status }) => status === "does not hold").map(({ id }) => id);

describe("honest dossiers hold", () => {
  const seeds =
    process.env.SLOW === "1" ? Array.from({ length: 10 }, (_, i) => `honest-${i}`) : ["honest-0", "honest-1"];
  test.each(seeds)("%s", async (seed) => {
    const report = await dossier(grown(seed));
    if (process.env.SLOW === "1") console.log(seed, JSON.stringify(report.observed));
    expect(report.checked.filter(({ status }) => status === "does not hold")).toEqual([]);
    expect(report.status).toBe("grown here from this draw");
  });
});

describe("forged dossiers", () => {
  const stolen = grown("victim").at(-1)!;
  test("a stolen model as the draw", async () => {
    expect(failed(await dossier(grown("thief", stolen)))).toContain("random");
  });
  test("a path drawn backwards from the stolen model to a random draw", async () => {
    expect(failed(await dossier(between(drawn("thief"), stolen)))).toContain("path");
  });
  test("all committed afterwards, in one go", async () => {
    expect(failed(await dossier(grown("late"), { atOnce: true }))).toContain("along");
  });
  test("steps were committed before the draw", async () => {
    expect(failed(await dossier(grown("late"), { stepsFirst: true }))).toContain("first");
  });
  test("a run of one's own, then the stolen model as its last checkpoint", async () => {
    const own = grown("own");
    expect(failed(await dossier([...own.slice(0, -1), stolen]))).toContain("anchor");
  });
  test("a run of one's own, and the stolen model released", async () => {
    expect(failed(await dossier(grown("own"), { release: stolen }))).toEqual(["released"]);
  });
  test("a draw of another run, put before the checkpoints", async () => {
    expect(failed(await dossier([drawn("unrelated"), ...grown("own").slice(1)]))).toContain("anchor");
  });
  test("the stolen model hidden under noise as the draw: what noise hides it also loses", async () => {
    const next = normal("mask");
    const masked = { up: stolen.up.map((v) => v + 2 * next()), down: stolen.down.map((v) => v + 2 * next()) };
    expect(failed(await dossier([...between(masked, stolen).slice(0, -1), stolen]))).toContain("path");
  });
  test("PASSES the path: a line with noise of the size of training; the anchor to the draw refutes it where ends are unrelated", async () => {
    const report = await dossier(between(drawn("thief"), stolen, 6, 0.05));
    expect(failed(report)).not.toContain("path");
    expect(failed(report)).toContain("anchor");
    expect(report.cannotSee[0]).toMatch(/noise of the size/);
  });
});

test("docs/audit.md has the table of the dossier's page", () => {
  const rows = ORIGIN_FAKES.map(({ way, comes, needs }) => `| ${way} | ${comes} | ${needs} |`);
  expect(readFileSync("docs/audit.md", "utf8")).toContain(rows.join("\n"));
});

test("PASSES: a run trained anew under old rounds, where no witness is known; the dossier says that it cannot see the date", async () => {
  // All of this is written at one time, long after the rounds that it names.
  const report = await dossier(grown("again"));
  expect(report.status).toBe("grown here from this draw");
  expect(report.cannotSee.join()).toMatch(/when the log was written: no witness is known/);
});
