/**
 * What the told dispute costs beside one examination: processor time (user and system, children included) and time by the
 * wall of `assay demo --story` and of `assay examine weights` on the shipped pair, each in a new ASSAY_HOME.
 *   npm run build && node bench/story.ts [--write]      writes bench/story.json
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

const TURNS = 1;
const folder = mkdtempSync(join(tmpdir(), "assay-story-bench-"));
const main = "dist/command/main.js";

interface Taken {
  processor: number;
  wall: number;
}

/** Seconds; bash's own clock of its children. */
function timed(args: readonly string[], turn: number): Taken {
  const quoted = [process.execPath, main, ...args].map((arg) => `'${arg}'`).join(" ");
  const script = `TIMEFORMAT='%R %U %S'; time ${quoted} >/dev/null 2>&1`;
  const env = { ...process.env, ASSAY_HOME: join(folder, `home-${turn}-${args[0]}`) };
  const { stderr, status } = spawnSync("bash", ["-c", script], { encoding: "utf8", env });
  if (status !== 0) throw new Error(`${quoted} failed: ${status}`);
  const [wall, user, system] = stderr.trim().split(" ").map(Number) as [number, number, number];
  return { processor: user + system, wall };
}

const rows: { examination: Taken; story: Taken }[] = [];
for (let turn = 0; turn < TURNS; turn++)
  rows.push({
    examination: timed(["examine", "weights", "fixtures/demo/base", "fixtures/demo/finetune", "--json"], turn),
    story: timed(["demo", "--story", "--out", join(folder, `story-${turn}`)], turn),
  });
rmSync(folder, { recursive: true, force: true });

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const of = (what: "examination" | "story", kind: keyof Taken) =>
  Number(median(rows.map((row) => row[what][kind])).toFixed(1));
const ratio = (kind: keyof Taken) => Number((of("story", kind) / of("examination", kind)).toFixed(1));
const result = {
  ...{ node: process.version, cores: cpus().length, turns: TURNS, statistic: "median, seconds" },
  trafficEngine: existsSync("node_modules/chdb") ? "chdb: the log is examined" : "none: the log's bundle is verified",
  examination: { processor: of("examination", "processor"), wall: of("examination", "wall") },
  story: { processor: of("story", "processor"), wall: of("story", "wall") },
  ratio: { processor: ratio("processor"), wall: ratio("wall") },
};
console.log(JSON.stringify(result, null, 2));
if (process.argv.includes("--write")) writeFileSync("bench/story.json", `${JSON.stringify(result, null, 2)}\n`);
