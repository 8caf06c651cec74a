/**
 * Honest runs, each really trained here and logged and declared as some maker would: opened, committed, drawn, answered and
 * reported on through the functions that the commands call. How many are contradicted, and what stands out?
 *
 *   npm run build && node validation/audit-honest.study.ts     (some minutes; writes validation/audit-honest.json)
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jsonLines, openAuditedRun } from "../materials/audit/audited-run.ts";
import { committedCheckpoints } from "../materials/audit/committed-checkpoints.ts";
import { HONEST, honestRun } from "../materials/audit/honest-runs.ts";

const OUT = "validation/audit-honest.json";
const home = mkdtempSync(join(tmpdir(), "assay-audit-honest-"));
const runs = [];
for (const [i, habit] of Object.keys(HONEST).entries()) {
  const honest = honestRun(habit, "study");
  const run = await openAuditedRun(home, `run-${i}`, honest.declared);
  await run.commit("steps", "steps.jsonl", jsonLines(honest.steps), 20_000);
  await run.commit("data", "data.jsonl", jsonLines(honest.data), 20_001);
  await committedCheckpoints(run, honest.checkpoints, 20_002);
  const statuses: Record<string, string[]> = {};
  let contradicted = 0;
  const audit = async (of: "steps" | "data" | "checkpoints", k: number, unit: "rows" | "tokens") => {
    await run.draw(of, k, unit);
    const { report } = await run.report(await run.open(`${of}-${unit}`));
    if (report.status === "contradicted") contradicted++;
    for (const { id, status, detail } of report.checked) {
      statuses[status] ??= [];
      statuses[status].push(status === "stands out" ? `${of}/${id}: ${detail}` : `${of}/${id}`);
    }
  };
  await audit("steps", honest.steps.length, "rows");
  await audit("data", 100, "tokens");
  await audit("checkpoints", honest.checkpoints.length, "rows");
  runs.push({ habit, rows: honest.steps.length, contradicted, standsOut: statuses["stands out"] ?? [] });
  console.error(`${i + 1} ${habit}: ${contradicted} contradicted`);
}
rmSync(home, { recursive: true });
const figures = {
  runs: runs.length,
  reports: 3 * runs.length,
  contradicted: runs.filter((run) => run.contradicted > 0).length,
  standingOut: runs.filter((run) => run.standsOut.length > 0).length,
  of: runs,
};
writeFileSync(OUT, `${JSON.stringify(figures, null, 1)}\n`);
console.log(
  `${figures.runs} honest runs, ${figures.contradicted} contradicted, ${figures.standingOut} with something that stands out`,
);
if (figures.contradicted > 0) process.exitCode = 1;
