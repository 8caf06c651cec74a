/**
 * The tables of bench/traffic.md from the runs' lines.
 *
 *   node bench/traffic/tables.ts bench/traffic/size.jsonl bench/traffic/frontier.jsonl bench/traffic/baselines.jsonl
 */
import { readFileSync } from "node:fs";
import type { StageTime } from "./measured-engine.ts";
import type { StraightWorld } from "./straight.ts";

interface Run {
  world: StraightWorld;
  rows: number;
  accounts: number;
  named: number;
  recall: number | null;
  precision: number | null;
  wrong: Record<string, number>;
  top: { statistic: { extractionWorkload: number; least: string } } | null;
  highestOther: number;
  scanSeconds: number;
  stages: StageTime[];
  peakMiB: number[];
  disk: Record<string, number>;
  /** Of the same counts, in the same run; lines of version 5 have it. */
  duckdb?: { work: string; cpuSeconds: number }[];
}
type Scored = { named: number; recall: number; precision: number | null };

const [size, frontier, baselines] = process.argv.slice(2).map((path) =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line)),
) as [Run[], Run[], Record<string, Scored>[]];
const out = (line: string) => process.stdout.write(`${line}\n`);
const whole = (n: number) => n.toLocaleString("en-GB");

const stages = [
  "writing the world",
  "digest of the log",
  "accounts and templates",
  "cards and networks",
  "links",
  "judging groups",
];
out("| rows | accounts | campaign (accounts, exchanges) | recall | precision | wrongly named |");
out("| ---: | ---: | --- | ---: | ---: | --- |");
for (const r of size)
  out(
    `| ${whole(r.rows)} | ${whole(r.accounts)} | ${whole(r.world.campaignAccounts)}, ${whole(r.world.exchanges)} | ${share(r.recall)} | ${share(r.precision)} | ${wrong(r)} |`,
  );
out("");
out(
  `| rows | ${stages.map((s) => `${s}`).join(" | ")} | exhibits | all but writing | accounts and templates in DuckDB, times | peak MiB (node + engine) | bytes a row on disk |`,
);
out(`| ---: | ${stages.map(() => "---: |").join(" ")} ---: | ---: | ---: | ---: | ---: |`);
for (const r of size) {
  const perMillion = (cpu: number) => ((1e6 * cpu) / r.rows).toFixed(2);
  const cpu = (name: string) =>
    r.stages.filter((s) => s.stage.startsWith(name)).reduce((sum, s) => sum + s.cpuSeconds, 0);
  const bytes = Object.values(r.disk).reduce((a, b) => a + b, 0);
  const all = r.stages.reduce((sum, s) => sum + s.cpuSeconds, 0) - cpu("writing the world") - cpu("bare scan");
  const duckdb = r.duckdb?.find(({ work }) => work === "counting")?.cpuSeconds;
  const times = duckdb ? `${perMillion(duckdb)}, ${(cpu("accounts and templates") / duckdb).toFixed(2)}` : "";
  out(
    `| ${whole(r.rows)} | ${stages.map((s) => perMillion(cpu(s))).join(" | ")} | ${perMillion(cpu("exhibits"))} | ${perMillion(all)} | ${times} | ${r.peakMiB.join(" + ")} | ${(bytes / r.rows).toFixed(0)} |`,
  );
}
out("");
out(
  "| campaign | camouflage | jitter | templates × rewordings | statistic | highest other group | recall | precision | wrongly named |",
);
out("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
for (const r of frontier) {
  const w = r.world;
  const found = r.named > 0;
  out(
    `| ${w.campaignAccounts === 0 ? "none" : `${w.campaignAccounts} accounts, ${whole(w.exchanges)}`} | ${(100 * w.camouflage).toFixed(0)} % | ±${w.jitterHours} h | ${w.templates} × ${w.rewordings} | ${(r.top?.statistic.extractionWorkload ?? 0).toFixed(2)} (${r.top?.statistic.least ?? "no group"}) | ${found ? r.highestOther.toFixed(2) : "–"} | ${share(r.recall)} | ${share(r.precision)} | ${wrong(r)} |`,
  );
}
out("");
out("| method | worlds | campaign accounts named | recall | precision |");
out("| --- | ---: | ---: | ---: | ---: |");
for (const [name, title] of [
  ["ours", "traffic/lockstep"],
  ["synchroTrap", "SynchroTrap (best of five thresholds on each world)"],
  ["fraudar", "FRAUDAR (densest block)"],
  ["mmdWindows", "MMD windows, an account's prompts as a window"],
  ["prada", "PRADA, δ = 0.95"],
] as const) {
  const all = baselines.map((b) => b[name]!);
  const named = all.reduce((n, s) => n + s.named, 0);
  const right = all.reduce((n, s) => n + Math.round((s.precision ?? 0) * s.named), 0);
  const members = baselines.reduce((n, b) => n + Number(b.campaign), 0);
  out(
    `| ${title} | ${all.length} | ${right} of ${named} named | ${share(right / members)} | ${share(named === 0 ? null : right / named)} |`,
  );
}

function share(value: number | null): string {
  return value === null ? "–" : value.toFixed(4);
}

function wrong({ wrong }: Run): string {
  const all = Object.entries(wrong).map(([kind, n]) => `${n} ${kind}`);
  return all.length === 0 ? "none" : all.join(", ");
}
