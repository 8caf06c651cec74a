/**
 * LiteLLM lines with prompts, gzipped, from file to findings: seconds, rows a second and processor seconds of each stage,
 * peak memory, disk, and who was named. The world's log is read as it lies there.
 *
 *   npm run world -- … --out W && npm run build && node bench/traffic/intake.ts W [--data DIR] --out FILE
 *
 * An account is named when it is listed by a finding whose statistic stands above the method's level.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { askingOf } from "../../dist/app/known.js";
import { SOFTWARE } from "../../dist/app/software.js";
import { loadStudies } from "../../dist/app/studies.js";
import { examineTraffic } from "../../dist/labs/traffic/examine.js";
import { logFiles } from "../../dist/labs/traffic/host/files/log-files.js";
import { ingest } from "../../dist/labs/traffic/host/ingest.js";
import { ChdbEngine } from "../../dist/labs/traffic/host/sql/chdb-engine.js";
import { LEVELS } from "../../dist/labs/traffic/method.js";
import type { TrafficObservations } from "../../dist/labs/traffic/observations.js";
import { bareScanSeconds, diskBytes, peakMiB, StageClock, stageTable } from "./measured-engine.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string", default: "intake.jsonl" },
    data: { type: "string" },
    threads: { type: "string", default: "2" },
    /** Only the first so many files, to try things. */
    files: { type: "string", default: "1000" },
  },
});
const world = positionals[0]!;
const folder = values.data ?? mkdtempSync(join(tmpdir(), "assay-intake-"));
const threads = Number(values.threads);
const logs = (await logFiles([join(world, "log")])).files.map(({ path }) => path).slice(0, Number(values.files));
const gzipped = logs.reduce((sum, path) => sum + statSync(path).size, 0);
const began = performance.now();
const clock = new StageClock();
clock.begin("opening the engine");
const engine = await ChdbEngine.open(join(folder, "engine"), threads);
clock.begin("intake");
let told = Date.now();
const { manifest, newRows } = await ingest(engine, {
  logs,
  folder,
  key: new Uint8Array(32).fill(9),
  mapping: null,
  reveal: true,
  threads,
  onProgress: ({ stage, done, total }) => {
    if (Date.now() - told < 30_000) return;
    told = Date.now();
    process.stderr.write(`  ${stage}: ${((100 * done) / total).toFixed(1)} %\n`);
  },
});
clock.begin("totals");
const names = new Map(
  readFileSync(join(folder, "accounts.tsv"), "utf8")
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t") as [string, string])
    .map(([hash, name]) => [hash, JSON.parse(name) as string]),
);
const findings = await examineTraffic({
  engine,
  name: "intake",
  formats: ["litellm-spend"],
  rejects: {},
  reveal: names,
  validations: await loadStudies(askingOf("examine traffic").laboratory),
  software: SOFTWARE,
  onStage: (stage) => clock.begin(stage),
});
clock.end();
const seconds = Math.round((performance.now() - began) / 100) / 10;
const scan = await bareScanSeconds(engine);
const named = new Set<string>();
for (const finding of findings) {
  const seen = finding.observations as TrafficObservations;
  if ((seen.group?.statistic.extractionWorkload ?? 0) > LEVELS["traffic/extraction-workload"])
    for (const { account } of seen.accounts) named.add(account);
}
const truth = join(world, "truth.jsonl");
const campaign = existsSync(truth)
  ? readFileSync(truth, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { account: string }).account)
  : [];
const right = campaign.filter((account) => named.has(account)).length;
const bytes = manifest.sources.reduce((sum, source) => sum + source.done, 0);
const line = {
  rows: newRows,
  bytes,
  gzipped,
  threads,
  seconds,
  scanSeconds: scan,
  stages: clock.stages,
  peakMiB: peakMiB(),
  disk: await diskBytes(engine),
  campaign: campaign.length,
  named: named.size,
  recall: campaign.length > 0 ? right / campaign.length : null,
  precision: named.size > 0 ? right / named.size : null,
  outcomes: findings.map((f) => `${f.proposition.id} ${f.outcome}`),
};
appendFileSync(values.out, `${JSON.stringify(line)}\n`);
process.stdout.write(
  `${newRows} rows, ${(bytes / newRows).toFixed(0)} bytes a row unpacked, ${(gzipped / newRows).toFixed(0)} gzipped, from file to findings in ${seconds} s\n` +
    `named ${named.size} of ${campaign.length}: recall ${line.recall}, precision ${line.precision}; peak ${line.peakMiB.join(" + ")} MiB\n\n` +
    `${stageTable(clock.stages, newRows, scan)}\n`,
);
await engine.close();
if (values.data === undefined) rmSync(folder, { recursive: true, force: true });
