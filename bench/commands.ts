/**
 * Whole commands as users type them, of two builds turn by turn in one run: processor time, time by the clock, peak memory
 * of the process with all its threads (GNU time), beside an empty Node.js and beside sha256sum over the same files.
 *   npm run build && node bench/make-pair.ts PAIR --shape 1.6b
 *   node bench/commands.ts --before CHECKOUT --pair PAIR [--turns 3] [--write]      writes bench/commands.json and .md
 * CHECKOUT is a built checkout of an earlier commit.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    before: { type: "string" },
    pair: { type: "string" },
    turns: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});
if (!values.before || !values.pair) throw new Error("expected --before CHECKOUT --pair FOLDER");
const [before, pair] = [values.before, values.pair];
const folder = mkdtempSync(join(tmpdir(), "assay-commands-"));
const node = process.execPath;
const builds = { before: join(before, "dist/command/main.js"), after: "dist/command/main.js" };
const demo = ["fixtures/demo/base", "fixtures/demo/finetune"];
const bundle = join(folder, "case");
execFileSync(node, [builds.after, "examine", "weights", ...demo, "--out", bundle]);
const commit = (at: string) => execFileSync("git", ["-C", at, "rev-parse", "--short", "HEAD"]).toString().trim();

const commands: Record<string, string[]> = {
  "--version": ["--version"],
  "verify BUNDLE (the shipped pair's)": ["verify", bundle],
  "examine weights, the shipped pair (0.6 M parameters)": ["examine", "weights", ...demo, "--json"],
  "examine weights, a generated pair (1.55 G parameters a side)": [
    ...["examine", "weights", join(pair, "reference"), join(pair, "suspect"), "--json"],
  ],
};
const files = ["reference", "suspect"].flatMap((side) =>
  readdirSync(join(pair, side))
    .filter((name) => name.endsWith(".safetensors"))
    .map((name) => join(pair, side, name)),
);
const limits: Record<string, string[]> = {
  "node -e 0": [node, "-e", "0"],
  "sha256sum of the pair": ["sha256sum", ...files],
};

interface Cost {
  processor: number;
  clock: number;
  mebibytes: number;
}
function cost(words: readonly string[]): Cost {
  // An ASSAY_HOME of its own: no digest comes from a cache.
  const env = { ...process.env, ASSAY_HOME: mkdtempSync(join(folder, "home-")) };
  const { stderr, status } = spawnSync("/usr/bin/time", ["-f", "TIME %U %S %e %M", ...words], {
    encoding: "utf8",
    env,
    maxBuffer: 2 ** 30,
  });
  const said = /TIME ([\d.]+) ([\d.]+) ([\d.]+) (\d+)/.exec(stderr);
  if (status !== 0 || !said) throw new Error(`${words.join(" ")}: ${stderr.slice(-500)}`);
  const [user, system, clock, kib] = said.slice(1).map(Number) as [number, number, number, number];
  return { processor: user + system, clock, mebibytes: Math.round(kib / 1024) };
}

const seen = new Map<string, Cost[]>();
const note = (what: string, words: readonly string[]) => seen.set(what, [...(seen.get(what) ?? []), cost(words)]);
for (let turn = 0; turn < Number(values.turns); turn++) {
  for (const [name, words] of Object.entries(limits)) note(name, words);
  for (const [name, words] of Object.entries(commands))
    for (const [when, main] of Object.entries(builds)) note(`${name} | ${when}`, [node, main, ...words]);
}
rmSync(folder, { recursive: true, force: true });

const middle = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
const median = (what: string): Cost => {
  const costs = seen.get(what)!;
  const of = (key: keyof Cost) => middle(costs.map((one) => one[key]));
  return { processor: of("processor"), clock: of("clock"), mebibytes: of("mebibytes") };
};
const result = {
  node: process.version,
  before: commit(before),
  after: commit("."),
  turns: Number(values.turns),
  load: Number(loadavg()[0]!.toFixed(1)),
  limits: Object.fromEntries(Object.keys(limits).map((name) => [name, median(name)])),
  commands: Object.keys(commands).map((name) => ({
    command: name,
    before: median(`${name} | before`),
    after: median(`${name} | after`),
  })),
};
const s = (n: number) => n.toFixed(2);
const rows = result.commands.map(
  ({ command, before: b, after: a }) =>
    `| ${command} | ${s(b.processor)} | ${s(a.processor)} | ${s(a.processor / b.processor)} | ${s(b.clock)} | ${s(a.clock)} | ${b.mebibytes} | ${a.mebibytes} |`,
);
const beside = Object.entries(result.limits).map(
  ([name, { processor, clock }]) => `${name}: ${s(processor)} s of processor time, ${s(clock)} s by the clock`,
);
const page = `<!-- Written by bench/commands.ts; do not edit. -->
# What whole commands cost, before and after

\`node bench/commands.ts --before CHECKOUT --pair PAIR --write\` on Node ${result.node}, two cores, load ${result.load}; \`${result.before}\` beside \`${result.after}\`, medians of ${result.turns} turns in one run; the pair's files in the page cache. ${beside.join("; ")}.

| command | processor s before | after | ratio | clock s before | after | peak MiB before | after |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}
`;
console.log(page);
if (values.write) {
  writeFileSync("bench/commands.json", `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync("bench/commands.md", page);
}
