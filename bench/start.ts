/**
 * What a command costs before it works: processor time of whole commands beside an empty Node.js, and of the joined
 * command line (dist/command) beside the same modules one by one (dist/cli), turn by turn in one run.
 *   node bench/start.ts [--write]      writes bench/start.json and prints the table
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TURNS = 15;
const folder = mkdtempSync(join(tmpdir(), "assay-start-"));
const bundle = join(folder, "case");
const node = process.execPath;
const joined = "dist/command/main.js";
const single = "dist/cli/main.js";

execFileSync(node, [joined, "examine", "weights", "fixtures/demo/base", "fixtures/demo/finetune", "--out", bundle]);

const commands: Record<string, string[]> = {
  "node -e 0": ["-e", "0"],
  "assay --version": [joined, "--version"],
  "assay --version, modules one by one": [single, "--version"],
  "assay verify BUNDLE": [joined, "verify", bundle],
  "assay verify BUNDLE, modules one by one": [single, "verify", bundle],
};

/** Seconds, user and system; bash's own clock of its child. */
function processorTime(args: readonly string[]): number {
  const quoted = [node, ...args].map((arg) => `'${arg}'`).join(" ");
  const { stderr, status } = spawnSync("bash", ["-c", `TIMEFORMAT='%U %S'; time ${quoted} >/dev/null 2>&1`], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${quoted} failed`);
  const [user, system] = stderr.trim().split(" ").map(Number) as [number, number];
  return user + system;
}

const times = Object.fromEntries(Object.keys(commands).map((name) => [name, [] as number[]]));
for (let turn = 0; turn < TURNS; turn++)
  for (const [name, args] of Object.entries(commands)) times[name]!.push(processorTime(args));
rmSync(folder, { recursive: true, force: true });

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const empty = median(times["node -e 0"]!);
const rows = Object.entries(times).map(([command, values]) => ({
  command,
  seconds: Number(median(values).toFixed(3)),
  ratio: Number((median(values) / empty).toFixed(2)),
}));
// The package itself is a line of this list.
const listed = spawnSync("npm", ["ls", "--omit=dev", "--all", "--parseable"], { encoding: "utf8" }).stdout;
const packages = listed.trim().split("\n").length - 1;

const result = { node: process.version, turns: TURNS, statistic: "median of user and system time", rows, packages };
console.table(rows);
console.log(`${packages} production packages`);
if (process.argv.includes("--write")) writeFileSync("bench/start.json", `${JSON.stringify(result, null, 2)}\n`);
