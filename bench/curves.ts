/**
 * How costs grow: processor time of whole commands at four sizes each, twice as large each time, an exponent fitted over
 * all and one of the last doubling alone, where start-up weighs least. Accounts of a log, models of a panel, answers of
 * each model, answers of a suspect under one key. What other benches measured (layers, entries, contexts) is read from
 * their files and fitted the same way.
 *   npm run build && node bench/curves.ts --corpora ../shared/corpora [--turns 3] [--write]
 * Writes bench/curves.json and .md.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";

const { values } = parseArgs({
  options: {
    corpora: { type: "string", default: "../shared/corpora" },
    turns: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});
const corpora = values.corpora;
const folder = mkdtempSync(join(tmpdir(), "assay-curves-"));
const command = "dist/command/main.js";

/** Processor seconds of a whole command, the middle of the turns; each with a home of its own, so that no cache serves. */
function processor(words: readonly string[]): number {
  const turns = Array.from({ length: Number(values.turns) }, () => {
    const env = { ...process.env, ASSAY_HOME: mkdtempSync(join(folder, "home-")) };
    const { stderr, status } = spawnSync(
      "/usr/bin/time",
      ["-f", "TIME %U %S", process.execPath, command, ...words, "--json"],
      { encoding: "utf8", env, maxBuffer: 2 ** 30 },
    );
    const said = /TIME ([\d.]+) ([\d.]+)/.exec(stderr);
    if (status !== 0 || !said) throw new Error(`${words.join(" ")}: ${stderr.slice(-500)}`);
    return Number(said[1]) + Number(said[2]);
  });
  return turns.sort((a, b) => a - b)[turns.length >> 1]!;
}

/** A log of honest tools and one campaign, 40 rows an account; the seed is one for all sizes. */
function traffic(accounts: number): string[] {
  const out = join(folder, `world-${accounts}`);
  const of = (kind: string, names: readonly string[]) => names.map((name) => join(corpora, kind, `${name}.jsonl.gz`));
  const world = [
    ["--arrivals", join(corpora, "arrivals/azure-llm-2023-conv.csv")],
    ["--benign", ...of("templates", ["trec_fine_grained_open"]), ...of("prompts", ["self-instruct-a"])],
    ["--extraction", ...of("templates", ["qasc_is_correct_1", "gigaword_make_a_title", "glue_mrpc_generate_sentence"])],
    ["--accounts", `${accounts}`, "--rows", `${40 * accounts}`, "--seed", "curves"],
    ["--campaign", `accounts=${accounts / 50},rows=${2 * accounts},camouflage=0.2,jitter=6h`],
    ["--decoys", "all", "--out", out],
  ].flat();
  execFileSync(process.execPath, ["materials/worlds/main.ts", ...world], { stdio: "ignore" });
  return ["examine", "traffic", join(out, "log")];
}

const transcripts = readdirSync(join(corpora, "transcripts")).filter((name) => name.endsWith(".jsonl.gz"));
function behaviour(models: number, prompts: number): string[] {
  const out = join(folder, `panel-${models}-${prompts}`);
  // The largest panel stands in two rows.
  mkdirSync(out, { recursive: true });
  for (const name of transcripts.slice(0, models)) {
    const from = join(corpora, "transcripts", name);
    if (prompts === 805) copyFileSync(from, join(out, name));
    else {
      const lines = gunzipSync(readFileSync(from)).toString().split("\n").slice(0, prompts);
      writeFileSync(join(out, name.replace(".gz", "")), `${lines.join("\n")}\n`);
    }
  }
  const [a, b] = readdirSync(out).sort() as [string, string];
  return ["examine", "behaviour", join(out, a), join(out, b), "--panel", out];
}

const mark = join(folder, "mark.json");
const VOCABULARY = 32_000;
const key = Array.from({ length: 30 }, (_, i) => 1_000_003 * (i + 1));
writeFileSync(
  mark,
  JSON.stringify({ type: "assay/mark/v1", vocabulary: VOCABULARY, scheme: "synthid", variant: "transformers", key }),
);
/** Answers of 200 ids; each follows one of 16 ids upon the one before, as text mostly does. */
function inheritance(answers: number): string[] {
  const out = join(folder, `suspect-${answers}.jsonl`);
  let state = 1;
  const draw = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  };
  const lines = Array.from({ length: answers }, (_, id) => {
    const ids = [draw() % VOCABULARY];
    for (let i = 1; i < 200; i++) ids.push((Math.imul(ids[i - 1]! + 1, 40_503) + (draw() % 16) * 977) >>> 0);
    return JSON.stringify({ id: `${id}`, ids: ids.map((one) => one % VOCABULARY) });
  });
  writeFileSync(out, `${lines.join("\n")}\n`);
  return ["examine", "inheritance", out, "--mark", mark];
}

interface Curve {
  what: string;
  command: string;
  sizes: number[];
  /** Processor seconds at each size. */
  seconds: number[];
}
const measured = (what: string, name: string, sizes: number[], words: (size: number) => string[]): Curve => ({
  what,
  command: name,
  sizes,
  seconds: sizes.map((size) => processor(words(size))),
});
const read = (name: string) => JSON.parse(readFileSync(`bench/${name}.json`, "utf8"));

interface Timed {
  processor: number;
}
const append: { rows: { entries: number; after: Timed[] }[] } = read("append");
const depth: { depths: { layers: number; after: Timed }[] } = read("depth");
const kgw: {
  tokens: number;
  rows: { contexts: number; firstTokensPerSecond: number; againTokensPerSecond: number }[];
} = read("kgw-contexts");
const contexts = kgw.rows.map((row) => row.contexts);
const curves: Curve[] = [
  {
    what: "layers (bench/depth.json)",
    command: "examine weights",
    sizes: depth.depths.map((row) => row.layers),
    seconds: depth.depths.map((row) => row.after.processor),
  },
  {
    what: "entries (bench/append.json)",
    command: "register append, one more",
    sizes: append.rows.map((row) => row.entries),
    seconds: append.rows.map(({ after }) => after[after.length >> 1]!.processor),
  },
  {
    what: "contexts, each asked of for the first time (bench/kgw-contexts.json)",
    command: "KGW detection of a megatoken",
    sizes: contexts,
    seconds: kgw.rows.map((row) => kgw.tokens / row.firstTokensPerSecond),
  },
  {
    what: "contexts, asked of again",
    command: "KGW detection of a megatoken",
    sizes: contexts,
    seconds: kgw.rows.map((row) => kgw.tokens / row.againTokensPerSecond),
  },
  measured("accounts, 40 rows each and the decoys'", "examine traffic", [500, 1000, 2000, 4000], traffic),
  measured("models of the panel, 805 prompts", "examine behaviour", [17, 34, 67, 133], (n) => behaviour(n, 805)),
  measured("answers of each of 133 models", "examine behaviour", [100, 201, 402, 805], (n) => behaviour(133, n)),
  measured(
    "answers of a suspect, 200 ids each, 1,001 keys",
    "examine inheritance",
    [256, 512, 1024, 2048],
    inheritance,
  ),
];
rmSync(folder, { recursive: true, force: true });

/** Least squares of log seconds on log size. */
function exponent(sizes: readonly number[], seconds: readonly number[]): number {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const [x, y] = [sizes.map(Math.log), seconds.map(Math.log)];
  const [mx, my] = [mean(x), mean(y)];
  return x.reduce((sum, xi, i) => sum + (xi - mx) * (y[i]! - my), 0) / x.reduce((sum, xi) => sum + (xi - mx) ** 2, 0);
}
const rows = curves.map((curve) => ({
  ...curve,
  exponent: exponent(curve.sizes, curve.seconds),
  last: exponent(curve.sizes.slice(-2), curve.seconds.slice(-2)),
}));
const n = (x: number) => x.toLocaleString("en");
const page = `<!-- Written by bench/curves.ts; do not edit. -->
# How costs grow

\`node bench/curves.ts --corpora ../shared/corpora --write\` on Node ${process.version}, two cores, load ${loadavg()[0]!.toFixed(1)}; processor seconds of whole commands, the middle of ${values.turns} turns; rows that name a file are read from it. The exponent is that of the size in a least squares fit of logarithms; the last column is of the last step alone, where start-up weighs least.

| command | grows with | sizes | processor seconds | exponent | of the last step |
|---|---|---|---|---|---|
${rows
  .map(
    (row) =>
      `| ${row.command} | ${row.what} | ${row.sizes.map(n).join(", ")} | ${row.seconds.map((s) => s.toFixed(2)).join(", ")} | ${row.exponent.toFixed(2)} | ${row.last.toFixed(2)} |`,
  )
  .join("\n")}

${rows.filter((row) => Math.max(row.exponent, row.last) > 1.1).length} of ${rows.length} rows have an exponent above 1.1. A panel of M models has M(M−1)/2 pairs, and every pair is compared, since a pair's score is ranked among all others of both its models: beyond what was measured here the square must come through, and [validation/behaviour.md](../validation/behaviour.md) has a panel of 1,000. Fresh contexts of KGW cost a list of the whole vocabulary each, which the scheme asks for. The time of an inheritance is that of the draws of 1,001 keys, whatever the text.
`;
console.log(page);
if (values.write) {
  writeFileSync(
    "bench/curves.json",
    `${JSON.stringify({ node: process.version, turns: Number(values.turns), rows }, null, 2)}\n`,
  );
  writeFileSync("bench/curves.md", page);
}
