/**
 * What `examine weights` costs as models grow deeper: arithmetic and processor time of the exact stage, and the whole
 * command, over 12 to 96 layers of one width, of two builds turn by turn in one run; exponents fitted.
 *   npm run build && node bench/depth.ts --before CHECKOUT --data FOLDER [--turns 3] [--write]
 * CHECKOUT is a built checkout of an earlier commit. Writes bench/depth.json and .md. FOLDER is filled when first used.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { makePair, parameters } from "./make-pair.ts";

const { values } = parseArgs({
  options: {
    before: { type: "string" },
    data: { type: "string" },
    turns: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});
if (!values.before || !values.data) throw new Error("expected --before CHECKOUT --data FOLDER");
const DEPTHS = [12, 24, 48, 96];
const shapeOf = (layers: number) => ({ hidden: 512, ff: 1408, layers, heads: 8, vocabulary: 8000 });
const builds = { before: resolve(values.before), after: resolve(".") };
const home = mkdtempSync(join(tmpdir(), "assay-depth-"));

interface Cost {
  /** Of the exact stage alone, 10^9 operations; of the whole command, seconds and MiB. */
  gigaflop: number;
  processor: number;
  clock: number;
  mebibytes: number;
}

function cost(build: string, folder: string): Cost {
  const stage = execFileSync(process.execPath, ["bench/stage.ts", "--data", folder], { cwd: build, encoding: "utf8" });
  const words = ["examine", "weights", join(folder, "reference"), join(folder, "suspect"), "--json"];
  // A home of its own each time: no digest comes from a cache.
  const env = { ...process.env, ASSAY_HOME: mkdtempSync(join(home, "home-")) };
  const { stderr, status } = spawnSync(
    "/usr/bin/time",
    ["-f", "TIME %U %S %e %M", process.execPath, join(build, "dist/command/main.js"), ...words],
    { encoding: "utf8", env, maxBuffer: 2 ** 30 },
  );
  const said = /TIME ([\d.]+) ([\d.]+) ([\d.]+) (\d+)/.exec(stderr);
  if (status !== 0 || !said) throw new Error(`${words.join(" ")}: ${stderr.slice(-500)}`);
  const [user, system, clock, kib] = said.slice(1).map(Number) as [number, number, number, number];
  const gigaflop = JSON.parse(stage).flop / 1e9;
  return { gigaflop, processor: user + system, clock, mebibytes: Math.round(kib / 1024) };
}

const seen = new Map<string, Cost[]>();
for (let turn = 0; turn < Number(values.turns); turn++)
  for (const layers of DEPTHS) {
    const folder = resolve(values.data, String(layers));
    makePair(folder, shapeOf(layers));
    for (const [when, build] of Object.entries(builds)) {
      const key = `${layers} ${when}`;
      seen.set(key, [...(seen.get(key) ?? []), cost(build, folder)]);
    }
  }
rmSync(home, { recursive: true, force: true });

const middle = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
const commit = (at: string) => execFileSync("git", ["-C", at, "rev-parse", "--short", "HEAD"]).toString().trim();
const of = (layers: number, when: string, key: keyof Cost) => middle(seen.get(`${layers} ${when}`)!.map((c) => c[key]));

/** Slope of a straight line through the logarithms. */
function exponent(ys: readonly number[]): number {
  const [x, y] = [DEPTHS.map(Math.log), ys.map(Math.log)];
  const mean = (list: readonly number[]) => list.reduce((sum, v) => sum + v, 0) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  const top = x.reduce((sum, v, i) => sum + (v - mx) * (y[i]! - my), 0);
  return top / x.reduce((sum, v) => sum + (v - mx) ** 2, 0);
}

const result = {
  node: process.version,
  before: commit(builds.before),
  after: commit(builds.after),
  turns: Number(values.turns),
  load: Number(loadavg()[0]!.toFixed(1)),
  depths: DEPTHS.map((layers) => ({
    layers,
    parameters: parameters(shapeOf(layers)),
    ...Object.fromEntries(
      Object.keys(builds).map((when) => [
        when,
        {
          gigaflop: of(layers, when, "gigaflop"),
          processor: of(layers, when, "processor"),
          clock: of(layers, when, "clock"),
          mebibytes: of(layers, when, "mebibytes"),
        },
      ]),
    ),
  })),
  exponents: Object.fromEntries(
    Object.keys(builds).flatMap((when) =>
      (["gigaflop", "processor"] as const).map((key) => [
        `${key} ${when}`,
        Number(exponent(DEPTHS.map((layers) => of(layers, when, key))).toFixed(2)),
      ]),
    ),
  ),
};
const row = ({ layers, parameters: n }: { layers: number; parameters: number }) => {
  const cell = (key: keyof Cost, digits: number) => {
    return `${of(layers, "before", key).toFixed(digits)} | ${of(layers, "after", key).toFixed(digits)}`;
  };
  return `| ${layers} | ${(n / 1e6).toFixed(0)} M | ${cell("gigaflop", 1)} | ${cell("processor", 1)} | ${cell("clock", 1)} | ${cell("mebibytes", 0)} |`;
};
const e = result.exponents;
const page = `<!-- Written by bench/depth.ts; do not edit. -->
# What \`examine weights\` costs as models grow deeper

\`node bench/depth.ts --before CHECKOUT --data FOLDER --write\` on Node ${result.node}, two cores, load ${result.load}; \`${result.before}\` beside \`${result.after}\`, medians of ${result.turns} turns in one run. Generated pairs of width 512, 1,408 units and 8,000 tokens, related in every layer. Arithmetic is what the exact stage multiplies and adds to choose and compare pairs of layers; all else is the whole command, digests included.

| layers | parameters a side | 10⁹ operations before | after | processor s before | after | clock s before | after | peak MiB before | after |
|---|---|---|---|---|---|---|---|---|---|
${result.depths.map(row).join("\n")}
| exponent | | ${e["gigaflop before"]} | ${e["gigaflop after"]} | ${e["processor before"]} | ${e["processor after"]} | | | | |
`;
console.log(page);
if (values.write) {
  writeFileSync("bench/depth.json", `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync("bench/depth.md", page);
}
