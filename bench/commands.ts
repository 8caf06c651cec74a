/**
 * Whole commands as users type them, of two builds turn by turn in one run: processor time, time by the clock, peak memory
 * of the process with all its threads (GNU time), each beside a limit: an empty Node.js, sha256sum or b3sum over the same
 * files, DuckDB, numpy. Two rows of marks run a build's own scoring (detect-one.ts).
 *   npm run build && node bench/make-pair.ts PAIR --shape 1.6b
 *   npm run world -- … --rows 1000000 --out WORLD                                   (a log as materials/worlds/main.ts makes it)
 *   node bench/commands.ts --before CHECKOUT --pair PAIR [--log WORLD/log] [--turns 3] [--large FILE] [--b3sum PROGRAM]
 *     [--duckdb PYTHON] [--numpy PYTHON] [--entries 1000000] [--write]             writes bench/commands.json and .md
 * CHECKOUT is a built checkout of an earlier commit; --large the one large file that is signed (the pair's first shard);
 * PYTHON a Python that has duckdb, which counts rows and users of the same files, or numpy, which scores the same ids. A
 * register of so many entries is made first, and one entry added by this build; each append adds one.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { anotherDeclaration, fillRegister, newRegister } from "./large-register.ts";

const { values } = parseArgs({
  options: {
    before: { type: "string" },
    pair: { type: "string" },
    turns: { type: "string", default: "3" },
    large: { type: "string" },
    b3sum: { type: "string" },
    log: { type: "string" },
    duckdb: { type: "string" },
    numpy: { type: "string" },
    entries: { type: "string", default: "1000000" },
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

const key = join(folder, "key.pem");
writeFileSync(
  key,
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }),
);
const shards = readdirSync(join(pair, "reference")).filter((name) => name.endsWith(".safetensors"));
const large = values.large ?? join(pair, "reference", shards.sort()[0]!);
const size = `${(statSync(large).size / 1e9).toFixed(1)} GB`;
const parameters = Math.round(
  shards.reduce((sum, name) => sum + statSync(join(pair, "reference", name)).size, 0) / 2e6,
);
const signing = [
  "register",
  "sign",
  large,
  "--private-key",
  key,
  "--signature",
  join(folder, "sig"),
  "--hash",
  "blake3",
];
const ofPair = `examine weights, a generated pair (${(parameters / 1000).toFixed(2)} G parameters a side)`;
const SHA256 = "sha256sum of the pair";
const B3SUM = `b3sum of the file of ${size}`;
const NOTHING = "node -e 0";
const days = values.log ? readdirSync(values.log).map((name) => join(values.log!, name)) : [];
const logged = days.reduce((n, day) => n + gunzipSync(readFileSync(day)).filter((byte) => byte === 10).length, 0);
const DUCKDB = "DuckDB counting rows and users of the log";
const COUNTS = `import duckdb; duckdb.sql("set threads=2"); duckdb.sql("set enable_progress_bar=false"); print(duckdb.sql("""select count(*), count(distinct "user"), sum(prompt_tokens), count(distinct messages) from read_json('${values.log}/*', maximum_object_size=100000000)""").fetchall())`;

const NUMPY = "numpy scoring the same ids (bench/synthid_numpy.py)";
const register = join(folder, "register");
const declaration = join(folder, "one.declaration.json");
await newRegister(register);
await fillRegister(register, Number(values.entries));
// The first append by this build folds the whole log and keeps what it found; which is not what each append costs.
writeFileSync(declaration, anotherDeclaration());
execFileSync(node, [builds.after, "register", "append", register, declaration]);
execFileSync("sync");

interface Row {
  /** Of the command line, or of a script that is told the checkout. */
  words: string[];
  script?: boolean;
  limit: string | null;
}
const commands: Record<string, Row> = {
  "--version": { words: ["--version"], limit: NOTHING },
  "verify BUNDLE (the shipped pair's)": { words: ["verify", bundle], limit: NOTHING },
  "examine weights, the shipped pair (0.6 M parameters)": {
    words: ["examine", "weights", ...demo, "--json"],
    limit: NOTHING,
  },
  [ofPair]: {
    words: ["examine", "weights", join(pair, "reference"), join(pair, "suspect"), "--json"],
    limit: SHA256,
  },
  [`register sign --hash blake3, one file of ${size}`]: { words: signing, limit: values.b3sum ? B3SUM : null },
  ...(values.log && {
    [`traffic report, ${logged.toLocaleString("en")} rows of a gateway with their prompts, gzipped`]: {
      words: ["traffic", "report", ...days, "--json"],
      limit: values.duckdb ? DUCKDB : null,
    },
  }),
  [`register append of one declaration to ${Number(values.entries).toLocaleString("en")} entries`]: {
    words: ["register", "append", register, declaration],
    limit: NOTHING,
  },
  "KGW over 64,000 contexts, two megatokens": { words: ["contexts"], script: true, limit: null },
  "SynthID of 30 layers, two megatokens": {
    words: ["synthid"],
    script: true,
    limit: values.numpy ? NUMPY : null,
  },
};
const files = ["reference", "suspect"].flatMap((side) =>
  readdirSync(join(pair, side))
    .filter((name) => name.endsWith(".safetensors"))
    .map((name) => join(pair, side, name)),
);
const limits: Record<string, string[]> = {
  [NOTHING]: [node, "-e", "0"],
  [SHA256]: ["sha256sum", ...files],
  ...(values.b3sum ? { [B3SUM]: [values.b3sum, large] } : {}),
  ...(values.numpy ? { [NUMPY]: [values.numpy, "bench/synthid_numpy.py"] } : {}),
  ...(values.duckdb && values.log ? { [DUCKDB]: [values.duckdb, "-c", COUNTS] } : {}),
};
const checkouts = { before, after: "." };

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
  for (const [name, { words, script }] of Object.entries(commands))
    for (const when of ["before", "after"] as const) {
      const run = script ? ["bench/detect-one.ts", checkouts[when]] : [builds[when]];
      writeFileSync(declaration, anotherDeclaration());
      note(`${name} | ${when}`, [node, ...run, ...words]);
    }
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
    limit: commands[name]!.limit,
  })),
};
const s = (n: number) => n.toFixed(2);
const line = (command: string, b: Cost, a: Cost, limit: string) =>
  `| ${command} | ${s(b.processor)} | ${s(a.processor)} | ${s(a.processor / b.processor)} | ${s(b.clock)} | ${s(a.clock)} | ${b.mebibytes} | ${a.mebibytes} | ${limit} |`;
const timesOf = (a: Cost, limit: string | null) =>
  limit === null ? "" : `${s(a.processor / median(limit).processor)} × ${limit}`;
const rows = result.commands.map(({ command, before: b, after: a, limit }) => line(command, b, a, timesOf(a, limit)));
const beside = Object.entries(result.limits).map(
  ([name, { processor, clock, mebibytes }]) =>
    `${name}: ${s(processor)} s of processor time, ${s(clock)} s by the clock, ${mebibytes} MiB`,
);
const page = `<!-- Written by bench/commands.ts; do not edit. -->
# What whole commands cost, before and after

\`node bench/commands.ts --before CHECKOUT --pair PAIR${values.log ? " --log WORLD/log" : ""}${values.duckdb ? " --duckdb PYTHON" : ""}${values.numpy ? " --numpy PYTHON" : ""}${values.b3sum ? " --b3sum b3sum" : ""} --turns ${values.turns} --write\` on Node ${result.node}, two cores, load ${result.load}; \`${result.before}\` beside \`${result.after}\`, ${result.turns === 1 ? "one turn of each" : `medians of ${result.turns} turns`} in one run; the pair's files in the page cache. ${beside.join("; ")}.

| command | processor s before | after | ratio | clock s before | after | peak MiB before | after | after, processor time beside its limit |
|---|---|---|---|---|---|---|---|---|
${rows.join("\n")}
`;
console.log(page);
if (values.write) {
  writeFileSync("bench/commands.json", `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync("bench/commands.md", page);
}
