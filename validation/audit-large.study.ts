/**
 * Runs of a million and of ten million rows of data: what a row costs from the first tenth to the last, what memory it
 * takes, and what a draw of 300 tokens and its answer cost at the end. Through the functions that the commands call;
 * processor time, since other work shares the machine, and the most memory that the whole process held at any moment, as
 * the system counts it. Each size in a process of its own.
 *
 *   npm run build && node validation/audit-large.study.ts [ROWS …]     (some ten minutes; 2.5 GB of temporary disk)
 */
import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { openAuditedRun } from "../materials/audit/audited-run.ts";

const OUT = "validation/audit-large.json";
if (process.argv[2] !== "--one") {
  const sizes = process.argv.length > 2 ? process.argv.slice(2) : ["1000000", "10000000"];
  const runs = sizes.map((rows) => {
    const of = spawnSync(process.execPath, [import.meta.filename, "--one", rows], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (of.status !== 0) throw new Error(`${rows} rows: ended with status ${of.status}`);
    return JSON.parse(String(of.stdout)) as unknown;
  });
  writeFileSync(OUT, `${JSON.stringify({ runs }, null, 1)}\n`);
  process.exit(0);
}

const ROWS = Number(process.argv[3]);
const home = mkdtempSync(join(tmpdir(), "assay-audit-large-"));
const run = await openAuditedRun(home, "large", {
  dataRules: [{ id: "licence", field: "licence", allow: ["cc0", "cc-by"] }],
});

/** As `commit` names files; written a thousand rows at once. */
const path = join(home, "large-data.jsonl");
const file = createWriteStream(path);
for (let from = 0; from < ROWS; from += 1000) {
  let text = "";
  for (let i = from; i < Math.min(ROWS, from + 1000); i++)
    text += `{"id":"doc-${i}","licence":"${i % 2 ? "cc-by" : "cc0"}","num_tokens":${200 + (i % 401)}}\n`;
  if (!file.write(text)) await new Promise<void>((resolve) => file.once("drain", () => resolve()));
}
await new Promise<void>((resolve) => file.end(() => resolve()));

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const peakMb = () => Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
const atStart = { load: loadavg()[0]!.toFixed(1), rssMb: Math.round(process.memoryUsage.rss() / 1e6) };
const slices: { rows: number; cpuMicrosecondsARow: number; rssMb: number }[] = [];
let [last, lastCpu] = [0, cpu()];
const started = cpu();
const onProgress = ({ done }: { done: number }) => {
  if (done - last < ROWS / 10) return;
  const now = cpu();
  slices.push({
    rows: done,
    cpuMicrosecondsARow: Number(((1e6 * (now - lastCpu)) / (done - last)).toFixed(2)),
    rssMb: Math.round(process.memoryUsage.rss() / 1e6),
  });
  console.error(JSON.stringify(slices.at(-1)));
  [last, lastCpu] = [done, now];
};
await run.commit("data", "data.jsonl", null, 1000, onProgress);
const commitCpu = cpu() - started;
const committedPeakMb = peakMb();
const timed = async <T>(work: () => Promise<T>) => {
  const from = cpu();
  const value = await work();
  return { value, seconds: Number((cpu() - from).toFixed(2)) };
};
const drawn = await timed(() => run.draw("data", 300, "tokens"));
const opened = await timed(() => run.open("opening"));
const reported = await timed(() => run.report(opened.value));
const again = await timed(() => run.commit("data", "data.jsonl", null, 2000));
const { report } = reported.value;
const figures = {
  dated: new Date().toISOString().slice(0, 10),
  node: process.version,
  cores: availableParallelism(),
  rows: ROWS,
  bytes: statSync(path).size,
  commitCpuSeconds: Number(commitCpu.toFixed(1)),
  slices,
  atStart,
  committedPeakMb,
  peakRssMb: peakMb(),
  nothingNewCpuSeconds: again.seconds,
  drawCpuSeconds: drawn.seconds,
  openCpuSeconds: opened.seconds,
  reportCpuSeconds: reported.seconds,
  status: report.status,
  bound: report.bounds[0],
};
rmSync(home, { recursive: true });
console.log(JSON.stringify(figures));
