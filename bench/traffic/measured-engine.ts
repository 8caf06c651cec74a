/** What a run takes: seconds and rows a second of each stage, peak memory of both processes, bytes on disk. */
import { readdirSync, readFileSync } from "node:fs";
import type { SqlEngine } from "../../dist/labs/traffic/engine.js";

export interface StageTime {
  stage: string;
  seconds: number;
  /** Of processor, both processes together: what remains true on a machine that others use too. */
  cpuSeconds: number;
}

/** Stages end when the next begins. */
export class StageClock {
  readonly stages: StageTime[] = [];
  #open: { stage: string; since: number; cpu: number } | null = null;
  readonly #quiet: boolean;

  constructor(quiet = false) {
    this.#quiet = quiet;
  }

  begin(stage: string): void {
    this.end();
    this.#open = { stage, since: performance.now(), cpu: cpuSeconds() };
  }

  end(): void {
    if (this.#open === null) return;
    const seconds = Math.round((performance.now() - this.#open.since) / 10) / 100;
    const cpu = Math.round(100 * (cpuSeconds() - this.#open.cpu)) / 100;
    this.stages.push({ stage: this.#open.stage, seconds, cpuSeconds: cpu });
    if (!this.#quiet)
      process.stderr.write(`${this.#open.stage}: ${seconds} s (processor ${cpu} s), ${peakMiB().join(" + ")} MiB\n`);
    this.#open = null;
  }
}

/** Peak resident memory of this process and of each child, in MiB (Linux). */
export function peakMiB(): number[] {
  return processes().map((pid) => Math.round(status(pid, "VmHWM") / 1024));
}

function processes(): string[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => status(pid, "PPid") === process.pid);
  return [String(process.pid), ...children];
}

/** User and system time, in ticks of a hundredth of a second (proc(5), stat). */
function cpuSeconds(): number {
  return processes().reduce((sum, pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
      return sum + (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return sum;
    }
  }, 0);
}

function status(pid: string, field: string): number {
  try {
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0; // it has ended
  }
}

export async function diskBytes(engine: SqlEngine): Promise<Record<string, number>> {
  const lines = await engine.rows<{ name: string; bytes: number }>(
    "SELECT table AS name, toUInt64(sum(bytes_on_disk)) AS bytes FROM system.parts WHERE active GROUP BY table ORDER BY table",
  );
  return Object.fromEntries(lines.map(({ name, bytes }) => [name, bytes]));
}

/** The engine's bare scan: the columns that the search reads, each value consumed. */
export async function bareScanSeconds(engine: SqlEngine): Promise<number> {
  const since = performance.now();
  await engine.rows("SELECT sum(cityHash64(account, ts, template, prompt)) AS s FROM rows");
  return Math.round(performance.now() - since) / 1000;
}

/** The stages as a table for a page: each beside the engine's bare scan of the same rows. */
export function stageTable(stages: readonly StageTime[], rows: number, scanSeconds: number): string {
  const total = (field: "seconds" | "cpuSeconds") => stages.reduce((sum, stage) => sum + stage[field], 0);
  const line = (name: string, seconds: number, cpu: number) =>
    `| ${name} | ${seconds.toFixed(1)} | ${cpu.toFixed(1)} | ${((1e6 * cpu) / rows).toFixed(2)} | ${Math.round(rows / Math.max(seconds, 0.01)).toLocaleString("en-GB")} | ${(seconds / scanSeconds).toFixed(1)} |`;
  return [
    "| stage | seconds | processor seconds | processor seconds a million rows | rows a second | times the bare scan |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    line("bare scan of the table", scanSeconds, scanSeconds),
    ...stages.map(({ stage, seconds, cpuSeconds }) => line(stage, seconds, cpuSeconds)),
    line("all stages", total("seconds"), total("cpuSeconds")),
  ].join("\n");
}
