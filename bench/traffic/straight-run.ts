/**
 * A world written straight into the engine, examined and scored: one line of JSON appended to --out.
 *
 *   npm run build && node bench/traffic/straight-run.ts --benign-rows 3000000 --benign-accounts 20000 --campaign 50 --exchanges 20000 --out FILE
 *
 * An account is named when it is listed by a finding one of whose statistics stands above the method's level.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { askingOf } from "../../dist/app/known.js";
import { SOFTWARE } from "../../dist/app/software.js";
import { loadStudies } from "../../dist/app/studies.js";
import { examineTraffic } from "../../dist/labs/traffic/examine.js";
import { HALF_SQL } from "../../dist/labs/traffic/graph/activity.js";
import { ChdbEngine } from "../../dist/labs/traffic/host/sql/chdb-engine.js";
import { LEVELS, METHOD_VERSION } from "../../dist/labs/traffic/method.js";
import type { TrafficObservations } from "../../dist/labs/traffic/observations.js";
import { bareScanSeconds, diskBytes, peakMiB, StageClock } from "./measured-engine.ts";
import { kindsOf, type StraightWorld, writeStraight } from "./straight.ts";

const text = (value: string) => ({ type: "string", default: value }) as const;
const { values } = parseArgs({
  options: {
    seed: text("1"),
    days: text("14"),
    "benign-accounts": text("20000"),
    "benign-rows": text("3000000"),
    campaign: text("50"),
    exchanges: text("20000"),
    camouflage: text("0"),
    jitter: text("6"),
    templates: text("35"),
    rewordings: text("1"),
    sharing: text("8"),
    wording: text("0.6"),
    data: text("straight-world"),
    keep: { type: "boolean", default: false },
    /** Take the world that --data holds already. */
    written: { type: "boolean", default: false },
    /** A Python with duckdb: its time for the same counts, in the same run (peers.py). */
    python: { type: "string" },
    out: text("straight.jsonl"),
  },
});
const n = (name: Exclude<keyof typeof values, "keep" | "written" | "python">) => Number(values[name]);
const world: StraightWorld = {
  seed: n("seed"),
  days: n("days"),
  benignAccounts: n("benign-accounts"),
  benignRows: n("benign-rows"),
  campaignAccounts: n("campaign"),
  exchanges: n("exchanges"),
  camouflage: n("camouflage"),
  jitterHours: n("jitter"),
  templates: n("templates"),
  rewordings: n("rewordings"),
  sharing: n("sharing"),
  wording: n("wording"),
};
const folder = values.data;
if (!values.written) rmSync(folder, { recursive: true, force: true });
const engine = await ChdbEngine.open(join(folder, "engine"), 2);
const clock = new StageClock();
if (!values.written) {
  clock.begin("writing the world");
  let told = 0;
  await writeStraight(engine, world, (done, total) => {
    if (Date.now() - told < 20_000) return;
    told = Date.now();
    process.stderr.write(`  ${done} of ${total} accounts\n`);
  });
}
clock.begin("bare scan");
const scan = await bareScanSeconds(engine);
const began = performance.now();
clock.begin("totals");
const findings = await examineTraffic({
  engine,
  name: "straight",
  formats: ["hashed"],
  rejects: {},
  reveal: null,
  validations: await loadStudies(askingOf("examine traffic").laboratory),
  software: SOFTWARE,
  onStage: (stage) => clock.begin(stage),
});
clock.end();
const seconds = Math.round((performance.now() - began) / 100) / 10;
const kinds = await kindsOf(engine, world);
const named = new Set<string>();
for (const finding of findings) {
  const seen = finding.observations as TrafficObservations;
  const { pooledOperation = 0, extractionWorkload = 0 } = seen.group?.statistic ?? {};
  if (
    pooledOperation > LEVELS["traffic/pooled-operation"] ||
    extractionWorkload > LEVELS["traffic/extraction-workload"]
  )
    for (const { account } of seen.accounts) named.add(account);
}
const wrong: Record<string, number> = {};
let right = 0;
for (const account of named) {
  const kind = kinds.get(account) ?? "people";
  if (kind === "campaign") right++;
  else wrong[kind] = (wrong[kind] ?? 0) + 1;
}
const first = findings[0]!.observations as TrafficObservations;
const disk = await diskBytes(engine);
const peak = peakMiB();
// An hour's examination is not lost because the peer beside it finds no room on the disk.
const duckdb =
  values.python === undefined
    ? null
    : await countedInDuckDb(values.python).catch((e: unknown) => [{ failed: String(e).slice(0, 300) }]);
const line = {
  world,
  rows: first.log.rows,
  accounts: first.log.accounts,
  named: named.size,
  recall: world.campaignAccounts > 0 ? right / world.campaignAccounts : null,
  precision: named.size > 0 ? right / named.size : null,
  wrong,
  groups: first.groups.length,
  top: first.groups[0] ?? null,
  highestOther: Math.max(0, ...first.groups.slice(1).map((g) => g.statistic.extractionWorkload)),
  outcomes: findings.map((f) => `${f.proposition.id} ${f.outcome}`),
  seconds,
  scanSeconds: scan,
  stages: clock.stages,
  peakMiB: peak,
  disk,
  methodVersion: METHOD_VERSION,
  ...(duckdb ? { duckdb } : {}),
};
appendFileSync(values.out, `${JSON.stringify(line)}\n`);
process.stderr.write(
  `${line.rows} rows, named ${line.named}, recall ${line.recall}, precision ${line.precision}, wrong ${JSON.stringify(wrong)}, ${seconds} s\n`,
);
await engine.close();
if (!values.keep) rmSync(folder, { recursive: true, force: true });

/** The rows as Parquet, counted by DuckDB as bench/traffic/peers.ts has it; disk for both while it runs. */
async function countedInDuckDb(python: string): Promise<object[]> {
  const parquet = resolve(folder, "rows.parquet");
  await engine.run(
    `INSERT INTO FUNCTION file('${parquet}', 'Parquet') SELECT hex(account) AS account, ts, hex(template) AS template, hex(prompt) AS prompt, ${HALF_SQL} AS half, toDate(ts) AS day FROM rows`,
  );
  const script = new URL("peers.py", import.meta.url).pathname;
  const text = execFileSync(python, [script, "duckdb", parquet], { encoding: "utf8" });
  return text.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as object] : []));
}
