/**
 * What the code laboratory costs: a library examined against its fork, beside JPlag on the same two trees in the same run,
 * and an index of public code built, with its cost a line as it grows and its peak memory. Writes bench/code.json and
 * bench/code.md; what a run measured is kept in WORK, so that a second run goes on where the first stopped.
 *
 *   npm run build
 *   node bench/code.ts --sources DIR --ours DIR --fork DIR --work DIR [--jplag LIB --java JAVA]
 *     [--jplag-seconds N] [--only index]
 *
 * DIR of sources holds one folder a maker, as materials/code/fetch-public.ts lays them out for Python; LIB the jars of
 * de.jplag:jplag and de.jplag:python-3, 6.0.0, from Maven Central (Java 21 or later); after N seconds it is stopped, and
 * what it used is a lower bound. Reads /proc, so Linux alone. On a
 * machine that others share, read processor time and ratios.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { readSourceTree } from "../dist/labs/code/host/source-tree.js";
import { PASSAGE_MAKERS_MIN } from "../dist/labs/code/method.js";

const here = import.meta.dirname;
const { values } = parseArgs({
  options: Object.fromEntries(
    ["sources", "ours", "fork", "work", "jplag", "java", "jplag-seconds", "only"].map((name) => [
      name,
      { type: "string" as const },
    ]),
  ),
});
const of = (name: string): string => {
  const value = values[name];
  if (value === undefined) throw new Error(`expected --${name}`);
  return resolve(value);
};
/** Makers of the index that the pair is examined by, of so many lines each: enough of them that passages are counted. */
const SMALL = 84;
const [MAKER_MIN, MAKER_MAX] = [3_000, 40_000];
/** The same without the last ones: too few for passages, so that the rest of the examination is seen by itself. */
const FEWER = PASSAGE_MAKERS_MIN - 1;
/** Makers of the fork, of the library and of what is built on it: a copy of a side in the index would leave nothing. */
const DESCENDANTS = ["adapterhub", "huggingface", "thilina"];
/** Lines of the target's. */
const LARGE = 3_000_000;
/** Clock ticks of /proc a second, on every Linux that Node runs on. */
const TICKS = 100;

interface Cost {
  wallS: number;
  processorS: number;
  peakMiB: number;
  loadAtStart: number;
  /** Before it ended, so that its cost is at least what stands here. */
  stopped?: true;
}
interface Used {
  processorS: number;
  peakMiB: number;
}

function usedBy(pid: number): Used | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return {
      processorS: (Number(fields[11]) + Number(fields[12])) / TICKS,
      peakMiB: Math.round(Number(peak?.[1] ?? 0) / 1024),
    };
  } catch {
    return null;
  }
}

/** @param onLine called for each line of standard error, with what was used up to it */
async function timed(
  command: string,
  args: readonly string[],
  onLine: (line: string, used: Used) => void = () => {},
  secondsMax = Number.POSITIVE_INFINITY,
): Promise<Cost & { out: string }> {
  const loadAtStart = Math.round(10 * loadavg()[0]!) / 10;
  const start = performance.now();
  const child = spawn(command, args, { env: { ...process.env, ASSAY_HOME: join(work, "home") } });
  let last: Used = { processorS: 0, peakMiB: 0 };
  let out = "";
  let error = "";
  let stopped = false;
  const look = () => {
    const used = usedBy(child.pid!);
    // A process that ended and was not yet waited for states no peak.
    if (used) last = { processorS: used.processorS, peakMiB: Math.max(last.peakMiB, used.peakMiB) };
    if (performance.now() - start > 1000 * secondsMax) stopped = child.kill() || stopped;
  };
  const timer = setInterval(look, 100);
  child.stdout.on("data", (data) => {
    out += data;
    look();
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    error = line;
    look();
    onLine(line, last);
  });
  const status = await new Promise((done) => child.on("close", done));
  clearInterval(timer);
  if (status !== 0 && !stopped) throw new Error(`${command} ${args[0]}: ${error}`);
  return {
    wallS: Math.round(performance.now() - start) / 1000,
    ...last,
    loadAtStart,
    ...(stopped ? { stopped: true as const } : {}),
    out,
  };
}
const assay = (args: readonly string[], onLine?: (line: string, used: Used) => void) =>
  timed(process.execPath, [join(here, "..", "dist", "cli", "main.js"), ...args], onLine);

/** Lines of the source files that are opened. */
async function linesOf(path: string): Promise<number> {
  const tree = await readSourceTree(path).catch(() => null);
  let lines = 0;
  for (const { bytes } of tree?.files ?? []) for (const byte of bytes) if (byte === 10) lines++;
  return lines;
}

const work = of("work");
mkdirSync(work, { recursive: true });
/** Kept in WORK: what a step measured. */
async function step<T>(name: string, measure: () => Promise<T>): Promise<T> {
  const path = join(work, `${name}.json`);
  if (!existsSync(path)) {
    writeFileSync(path, JSON.stringify(await measure()));
    process.stderr.write(`${name}: ${readFileSync(path, "utf8").slice(0, 300)}\n`);
  }
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

type Chosen = { name: string; lines: number }[];
const chosenOf = (name: string, isFull: (chosen: Chosen, lines: number) => boolean, fits: (lines: number) => boolean) =>
  step<Chosen>(`makers-${name}`, async () => {
    const chosen: Chosen = [];
    let lines = 0;
    for (const name of readdirSync(of("sources")).sort()) {
      if (isFull(chosen, lines)) break;
      if (DESCENDANTS.includes(name)) continue;
      const own = await linesOf(join(of("sources"), name));
      if (own === 0 || !fits(own)) continue;
      chosen.push({ name, lines: own });
      lines += own;
    }
    return chosen;
  });

interface Index extends Cost {
  lines: number;
  makers: number;
  /** After each maker: lines and processor time up to it. */
  grown: { lines: number; processorS: number }[];
}

const indexOf = (named: string, chosen: Chosen) =>
  step<Index>(`index-of-${named}`, async () => {
    const folder = join(work, `sources-${named}`);
    for (const { name } of chosen) cpSync(join(of("sources"), name), join(folder, name), { recursive: true });
    const out = join(work, `index-${named}`);
    rmSync(out, { recursive: true, force: true });
    const grown: Index["grown"] = [];
    let lines = 0;
    const { out: _, ...cost } = await assay(
      ["code", "corpus", "build", folder, "--out", out, "--dated", "2026-11-29"],
      (line, { processorS }) => {
        const maker = chosen.find(({ name }) => line.startsWith(`${name.toLowerCase()}: `));
        if (!maker) return;
        lines += maker.lines;
        grown.push({ lines, processorS });
      },
    );
    rmSync(folder, { recursive: true });
    return { lines: chosen.reduce((sum, each) => sum + each.lines, 0), makers: chosen.length, ...cost, grown };
  });
const largeIndex = async () =>
  indexOf(
    "large",
    await chosenOf(
      "large",
      (_, lines) => lines >= LARGE,
      () => true,
    ),
  );

// A second process may build the large index meanwhile: the first finds it in WORK.
if (values.only === "index") {
  await largeIndex();
  process.exit(0);
}
const chosen = await chosenOf(
  "small",
  (chosen) => chosen.length === SMALL,
  (lines) => lines >= MAKER_MIN && lines <= MAKER_MAX,
);
const small = await indexOf("small", chosen);
await indexOf("fewer", chosen.slice(0, FEWER));
const examined = (index: string) =>
  step(`pair-by-${index}`, async () => {
    const args = ["examine", "code", of("ours"), of("fork"), "--corpus", join(work, `index-${index}`), "--json"];
    const { out, ...cost } = await assay(args);
    const { corpus, forward, turned, passages } = JSON.parse(out).observations;
    return {
      ...cost,
      makers: corpus.panels[0].makers,
      forward: forward.max,
      turned: turned.max,
      passages: passages.length,
    };
  });
const lines = await step("lines", async () => ({ ours: await linesOf(of("ours")), fork: await linesOf(of("fork")) }));
const [full, fewer] = [await examined("small"), await examined("fewer")];
if (full.makers < PASSAGE_MAKERS_MIN || full.passages === 0 || fewer.passages > 0)
  throw new Error(
    `expected passages by ${SMALL} makers and none by ${FEWER}, got ${full.passages} and ${fewer.passages}`,
  );
const jplag = values.jplag
  ? await step<Cost>("jplag", async () => {
      const roots = join(work, "submissions");
      for (const side of ["ours", "fork"]) cpSync(of(side), join(roots, side), { recursive: true });
      const { out: _, ...cost } = await timed(
        values.java ?? "java",
        ["-cp", join(of("jplag"), "*"), join(here, "CodeJplag.java"), roots],
        undefined,
        Number(values["jplag-seconds"] ?? Number.POSITIVE_INFINITY),
      );
      return cost;
    })
  : null;
write(null);
write(await largeIndex());

function write(large: Index | null): void {
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`;
  writeFileSync(
    join(here, "code.json"),
    `${JSON.stringify({ machine, lines, full, fewer, jplag, small, large }, null, 2)}\n`,
  );
  const whole = (n: number) => Math.round(n).toLocaleString("en-GB");
  const row = (what: string, lines: number, { processorS, wallS, peakMiB, loadAtStart }: Cost) =>
    `| ${what} | ${whole(lines)} | ${processorS.toFixed(1)} s | ${wallS.toFixed(1)} s | ${whole((1e6 * processorS) / lines)} µs | ${peakMiB > 0 ? `${whole(peakMiB)} MiB` : "not kept"} | ${loadAtStart} |\n`;
  const both = lines.ours + lines.fork;
  const quarters = large
    ? [1, 2, 3, 4].map((quarter) => {
        const at = (share: number) =>
          large.grown.find(({ lines }) => lines >= share * large.lines) ?? large.grown.at(-1)!;
        const [from, to] = [quarter === 1 ? { lines: 0, processorS: 0 } : at((quarter - 1) / 4), at(quarter / 4)];
        return whole((1e6 * (to.processorS - from.processorS)) / (to.lines - from.lines));
      })
    : [];
  const ratio = (a: number, b: number) => (a / b).toFixed(2);
  writeFileSync(
    join(here, "code.md"),
    `<!-- Written by bench/code.ts; do not edit. -->
# What the code laboratory costs

\`npm run build && node bench/code.ts --sources DIR --ours DIR --fork DIR --work DIR --jplag LIB\` on ${machine}.
Others used the machine too: read processor time and ratios before wall time; the last column is the load when it began.

| what | lines | processor time | wall time | processor time a line | peak memory | load |
| --- | --- | --- | --- | --- | --- | --- |
${row(`a library examined against its fork, index of ${full.makers} makers`, both, full)}${row(`the same, index of ${fewer.makers} makers: no passages`, both, fewer)}${jplag ? row(`JPlag 6.0.0 on the same two trees, in the same run${jplag.stopped ? ", stopped before it ended" : ""}`, both, jplag) : ""}${row(`index of ${small.makers} makers`, small.lines, small)}${large ? row(`index of ${large.makers} makers`, large.lines, large) : ""}
Passages cost ${ratio(full.processorS, fewer.processorS)} times the processor time of an examination without them, on a pair that shares most of what it holds.
${jplag ? `\nAssay's processor time is ${ratio(full.processorS, jplag.processorS)} of JPlag's${jplag.stopped ? " at most" : ""}, its wall time ${ratio(full.wallS, jplag.wallS)}; asked: a third, 0.33.\n` : ""}${large ? `\nThe index: ${whole(large.peakMiB)} MiB at most (asked: less than 1,500). Processor time a line in the first to the fourth quarter of its lines: ${quarters.join(", ")} µs.\n` : ""}
Largest score of the pair ${full.forward.toFixed(3)}, turned ${full.turned.toFixed(3)}.
`,
  );
}
