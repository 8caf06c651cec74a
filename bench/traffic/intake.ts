/**
 * LiteLLM lines with prompts, gzipped, from file to findings: rows and bytes a second of each stage, processor seconds,
 * peak memory, disk. A world's own days are taken `--times` times over under other account names and prompts, so that
 * the log can be as long as asked without the generator's cost.
 *
 *   npm run world -- … --out W && npm run build && node bench/traffic/intake.ts W [--times 10] --out FILE
 */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { SOFTWARE } from "../../dist/app/software.js";
import { trafficValidation } from "../../dist/app/traffic-studies.js";
import { ingest } from "../../dist/host/ingest.js";
import { ChdbEngine } from "../../dist/host/sql/chdb-engine.js";
import { examineTraffic } from "../../dist/labs/traffic/examine.js";
import { bareScanSeconds, diskBytes, peakMiB, StageClock } from "./measured-engine.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { times: { type: "string", default: "1" }, out: { type: "string", default: "intake.jsonl" } },
});
const world = positionals[0]!;
const folder = mkdtempSync(join(tmpdir(), "assay-intake-"));
const days = readdirSync(join(world, "log")).sort();
const logs: string[] = [];
let bytes = 0;
for (let copy = 0; copy < Number(values.times); copy++)
  for (const day of days) {
    const text = gunzipSync(readFileSync(join(world, "log", day))).toString("utf8");
    // Other accounts and, by one word in front, other prompts: as many distinct ones as rows, as a real log has.
    const other =
      copy === 0
        ? text
        : text
            .replaceAll('"user":"', `"user":"c${copy}-`)
            .replaceAll('"role":"user","content":"', `"role":"user","content":"w${copy} `);
    bytes += Buffer.byteLength(other);
    const path = join(folder, `${copy}-${day}`);
    writeFileSync(path, gzipSync(other, { level: 1 }));
    logs.push(path);
  }
const gzipped = logs.reduce((sum, path) => sum + statSync(path).size, 0);
const engine = await ChdbEngine.open(join(folder, "engine"), 2);
const clock = new StageClock();
clock.begin("intake");
const { newRows } = await ingest(engine, {
  logs,
  folder,
  key: new Uint8Array(32).fill(9),
  mapping: null,
  reveal: false,
  threads: 2,
  onProgress: () => undefined,
});
clock.begin("bare scan");
const scan = await bareScanSeconds(engine);
clock.begin("totals");
await examineTraffic({
  engine,
  name: "intake",
  formats: ["litellm-spend"],
  rejects: {},
  reveal: null,
  validation: await trafficValidation(),
  software: SOFTWARE,
  onStage: (stage) => clock.begin(stage),
});
clock.end();
const line = {
  rows: newRows,
  bytes,
  gzipped,
  scanSeconds: scan,
  stages: clock.stages,
  peakMiB: peakMiB(),
  disk: await diskBytes(engine),
};
appendFileSync(values.out, `${JSON.stringify(line)}\n`);
process.stdout.write(`${JSON.stringify(line)}\n`);
await engine.close();
rmSync(folder, { recursive: true, force: true });
