/**
 * What the code laboratory costs: an index of public code built from trees of growing size (cost a line, peak memory), and
 * a library examined against its fork by that index, beside JPlag on the same two trees in the same run. Writes
 * bench/code.json and bench/code.md.
 *
 *   npm run build
 *   node bench/code.ts --sources DIR --ours DIR --fork DIR --work DIR [--jplag LIB --java JAVA]
 *
 * DIR of sources holds one folder a maker, as materials/code/fetch-public.ts lays them out for one language or several;
 * LIB the jars of de.jplag:jplag and de.jplag:python-3, 6.0.0, from Maven Central (Java 21 or later). Needs GNU time.
 * On a machine that others share, read processor time and ratios.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readSourceTree } from "../dist/labs/code/host/source-tree.js";

const here = import.meta.dirname;
const { values } = parseArgs({
  options: Object.fromEntries(
    ["sources", "ours", "fork", "work", "jplag", "java"].map((name) => [name, { type: "string" as const }]),
  ),
});
const of = (name: string): string => {
  const value = values[name];
  if (value === undefined) throw new Error(`expected --${name}`);
  return resolve(value);
};
/** Lines of the indexes, about: the last is the target's. */
const SIZES = [100_000, 600_000, 3_000_000];

interface Cost {
  wallS: number;
  processorS: number;
  peakMiB: number;
  out: string;
}

function timed(command: string, args: readonly string[]): Cost {
  const report = join(work, "time");
  const { stdout, stderr, status } = spawnSync(
    "/usr/bin/time",
    ["-o", report, "-f", "%e %U %S %M", command, ...args],
    { encoding: "utf8", maxBuffer: 1 << 28, env: { ...process.env, ASSAY_HOME: join(work, "home") } },
  );
  if (status !== 0) throw new Error(`${command} ${args[0]}: ${stderr.slice(-500)}`);
  const [wall, user, system, peak] = readFileSync(report, "utf8").trim().split("\n").at(-1)!.split(" ").map(Number);
  return { wallS: wall!, processorS: user! + system!, peakMiB: Math.round(peak! / 1024), out: stdout };
}
const assay = (...args: string[]): Cost => timed(process.execPath, [join(here, "..", "dist", "cli", "main.js"), ...args]);

/** Lines of the source files that are opened. */
async function linesOf(path: string): Promise<number> {
  const tree = await readSourceTree(path).catch(() => null);
  let lines = 0;
  for (const { bytes } of tree?.files ?? []) for (const byte of bytes) if (byte === 10) lines++;
  return lines;
}

const work = of("work");
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const load = loadavg()[0]!.toFixed(1);
const makers: { path: string; name: string; lines: number }[] = [];
for (const name of readdirSync(of("sources")).sort()) {
  if (makers.reduce((sum, { lines }) => sum + lines, 0) >= SIZES.at(-1)!) break;
  const path = join(of("sources"), name);
  const lines = await linesOf(path);
  if (lines > 0) makers.push({ path, name, lines });
}

const indexes = [];
for (const size of SIZES) {
  const folder = join(work, `makers-${size}`);
  mkdirSync(folder);
  let lines = 0;
  for (const maker of makers) {
    if (lines >= size) break;
    cpSync(maker.path, join(folder, maker.name), { recursive: true });
    lines += maker.lines;
  }
  const count = readdirSync(folder).length;
  const cost = assay("code", "corpus", "build", folder, "--out", join(work, `index-${size}`), "--dated", "2026-11-29");
  indexes.push({ lines, makers: count, ...cost });
  rmSync(folder, { recursive: true });
  process.stderr.write(`index of ${lines} lines: ${cost.processorS} s, ${cost.peakMiB} MiB\n`);
}

const sides = { ours: await linesOf(of("ours")), fork: await linesOf(of("fork")) };
const examined = assay(
  "examine",
  "code",
  of("ours"),
  of("fork"),
  "--corpus",
  join(work, `index-${SIZES.at(-1)}`),
  "--json",
);
const { observations, outcome } = JSON.parse(examined.out);
process.stderr.write(`examined: ${examined.processorS} s\n`);

let jplag: Cost | null = null;
if (values.jplag) {
  const roots = join(work, "submissions");
  mkdirSync(roots);
  cpSync(of("ours"), join(roots, "ours"), { recursive: true });
  cpSync(of("fork"), join(roots, "fork"), { recursive: true });
  jplag = timed(values.java ?? "java", ["-cp", join(of("jplag"), "*"), join(here, "CodeJplag.java"), roots]);
  process.stderr.write(`JPlag: ${jplag.processorS} s\n`);
}

const without = ({ out: _, ...cost }: Cost) => cost;
const json = {
  machine: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`,
  loadAtStart: Number(load),
  indexes: indexes.map(({ lines, makers: count, ...cost }) => ({ lines, makers: count, ...without(cost) })),
  examined: {
    lines: sides,
    ...without(examined),
    outcome,
    forward: observations.forward.max,
    turned: observations.turned.max,
  },
  jplag: jplag && { ...without(jplag), says: jplag.out.trim().split("\n").at(-1) },
};
writeFileSync(join(here, "code.json"), `${JSON.stringify(json, null, 2)}\n`);
const whole = (n: number) => n.toLocaleString("en-GB");
const row = (what: string, lines: number, { processorS, wallS, peakMiB }: Cost | (typeof json)["examined"]) =>
  `| ${what} | ${whole(lines)} | ${processorS.toFixed(1)} s | ${wallS.toFixed(1)} s | ${((1e6 * processorS) / lines).toFixed(0)} µs | ${whole(peakMiB)} MiB |`;
const both = sides.ours + sides.fork;
writeFileSync(
  join(here, "code.md"),
  `<!-- Written by bench/code.ts; do not edit. -->
# What the code laboratory costs

\`npm run build && node bench/code.ts --sources DIR --ours DIR --fork DIR --work DIR --jplag LIB\` on ${json.machine}.
Load when it began: ${load} on ${cpus().length} cores. Read processor time and ratios; others used the machine too.

| what | lines | processor time | wall time | processor time a line | peak memory |
| --- | --- | --- | --- | --- | --- |
${indexes.map((each) => row(`index of ${each.makers} makers built`, each.lines, each)).join("\n")}
${row("a library examined against its fork, by the last index", both, examined)}
${jplag ? row("JPlag 6.0.0 on the same two trees", both, jplag) : "| JPlag | not run | | | | |"}

${jplag ? `Assay's processor time is ${(examined.processorS / jplag.processorS).toFixed(2)} of JPlag's, its wall time ${(examined.wallS / jplag.wallS).toFixed(2)}: the target is a third (0.33).` : ""}
Outcome \`${outcome}\`: largest score ${observations.forward.max.toFixed(3)}, turned ${observations.turned.max.toFixed(3)}.
`,
);
