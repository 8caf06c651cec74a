/**
 * What the tests take: processor time of the whole run with every process it starts (browsers, engines, commands), which
 * the clock of a busy machine does not lengthen as it does time by the clock; it moves by some 15 % with the load all the same.
 *   npm run build && node bench/suite.ts [--before CHECKOUT] [FILE…]
 * CHECKOUT is a built checkout of an earlier commit, whose run comes first. FILEs as Vitest takes them; all tests without.
 * Linux: a process's own count of what its ended children took, from /proc.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({ options: { before: { type: "string" } }, allowPositionals: true });
const folder = mkdtempSync(join(tmpdir(), "assay-suite-"));

/** Seconds of ended children, in hundredths as Linux counts them: fields 16 and 17 of proc_pid_stat(5). */
function childrenSeconds(): number {
  const behindName = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)!.split(" ");
  return (Number(behindName[13]) + Number(behindName[14])) / 100;
}

function measured(checkout: string): string {
  const report = join(folder, "report.json");
  const [began, children, load] = [performance.now(), childrenSeconds(), loadavg()[0]!];
  const asked = ["run", "--reporter=json", `--outputFile.json=${report}`, ...positionals];
  spawnSync(process.execPath, [join(checkout, "node_modules/vitest/vitest.mjs"), ...asked], { cwd: checkout });
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
  rmSync(report);
  const processor = childrenSeconds() - children;
  const clock = (performance.now() - began) / 1000;
  return `${numPassedTests} tests passed, ${numFailedTests} failed: ${processor.toFixed(0)} s of processor time, ${clock.toFixed(0)} s by the clock, load ${load.toFixed(1)} when it began`;
}

if (values.before) console.log(`before  ${measured(resolve(values.before))}`);
console.log(`here    ${measured(resolve("."))}`);
rmSync(folder, { recursive: true, force: true });
