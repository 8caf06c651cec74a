/**
 * Peers on the same work in the same run: MinHash as datatrove makes it beside template grouping, DuckDB beside the counting
 * of accounts and templates and the scan of one group, each in rows a processor second and against the engine's bare scan.
 *
 *   python3 -m venv V && V/bin/pip install datatrove duckdb "xxhash<4" spacy
 *   npm run build && node bench/traffic/peers.ts --world W --python V/bin/python [--prompts 20000] [--rows 3000000] --out FILE
 *
 * Without --world DuckDB alone is run. W is a world of `npm run world`; its prompts are used. Rows are drawn by bench/traffic/straight.ts. datatrove groups near
 * duplicates only: what templates are found by besides is not among its work.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { HALF_SQL, readActivity } from "../../dist/labs/traffic/graph/activity.js";
import { logFiles } from "../../dist/labs/traffic/host/files/log-files.js";
import { ChdbEngine } from "../../dist/labs/traffic/host/sql/chdb-engine.js";
import { features } from "../../dist/labs/traffic/templates/features.js";
import { groupPrompts } from "../../dist/labs/traffic/templates/group.js";
import { nearDuplicates } from "../../dist/labs/traffic/templates/near-duplicates.js";
import { setsOf } from "../../dist/labs/traffic/templates/sets.js";
import { normalise, words } from "../../dist/labs/traffic/templates/tokens.js";
import { bareScanSeconds, StageClock } from "./measured-engine.ts";
import { writeStraight } from "./straight.ts";

interface Measured {
  work: string;
  who: string;
  rows: number;
  cpuSeconds: number;
  /** Groups, uses or rows found: peers on the same work agree. */
  answer: number;
}

const { values } = parseArgs({
  options: {
    world: { type: "string" },
    python: { type: "string", default: "python3" },
    prompts: { type: "string", default: "20000" },
    rows: { type: "string", default: "3000000" },
    out: { type: "string", default: "peers.jsonl" },
  },
});
const scratch = mkdtempSync(join(tmpdir(), "assay-peers-"));
const found: Measured[] = [];
const peer = (work: string, file: string) => {
  const script = new URL("peers.py", import.meta.url).pathname;
  const out = execFileSync(values.python, [script, work, file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  found.push(...out.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Measured] : [])));
};

// Without a world only what is counted from rows is compared.
if (values.world !== undefined) await comparePrompts(values.world);

const engine = await ChdbEngine.open(join(scratch, "engine"), 2);
const rows = Number(values.rows);
await writeStraight(
  engine,
  {
    seed: 401,
    days: 14,
    benignAccounts: Math.round(rows / 150),
    benignRows: rows,
    campaignAccounts: 50,
    exchanges: 20_000,
    camouflage: 0.5,
    jitterHours: 6,
    templates: 35,
    rewordings: 1,
    sharing: 8,
    wording: 0,
  },
  () => undefined,
);
const [counted] = await engine.rows<{ n: number }>("SELECT toUInt64(count()) AS n FROM rows");
const parquet = join(scratch, "rows.parquet");
await engine.run(
  `INSERT INTO FUNCTION file('${parquet}', 'Parquet') SELECT hex(account) AS account, ts, hex(template) AS template, hex(prompt) AS prompt, ${HALF_SQL} AS half, toDate(ts) AS day FROM rows`,
);
const clock = new StageClock(true);
clock.begin("bare scan");
await bareScanSeconds(engine);
clock.begin("counting");
const { template } = await readActivity(engine, counted!.n);
clock.begin("group scan");
const [scan] = await engine.rows<{ n: number }>(
  `SELECT toUInt64(sum(n)) AS n, max(prompts) AS p, max(days) AS d FROM (SELECT account, count() AS n, uniqExact(prompt) AS prompts, uniqExact(toDate(ts)) AS days FROM rows
 WHERE ${HALF_SQL} = 1 AND template IN (SELECT template FROM uses GROUP BY template ORDER BY sum(f) DESC, template LIMIT 40) GROUP BY account)`,
);
clock.end();
await engine.close();
const answers = [0, template.length, scan!.n];
for (const [i, { stage, cpuSeconds }] of clock.stages.entries())
  found.push({ work: stage, who: "Assay (ClickHouse)", rows: counted!.n, cpuSeconds, answer: answers[i]! });
peer("duckdb", parquet);
rmSync(scratch, { recursive: true, force: true });

const bare = clock.stages[0]!.cpuSeconds / counted!.n;
appendFileSync(values.out, `${JSON.stringify({ found })}\n`);
const table = [...found]
  .sort((a, b) => (a.work < b.work ? -1 : a.work > b.work ? 1 : 0))
  .map(
    ({ work, who, rows, cpuSeconds, answer }) =>
      `| ${work} | ${who} | ${rows.toLocaleString("en-GB")} | ${cpuSeconds.toFixed(2)} | ${Math.round(rows / cpuSeconds).toLocaleString("en-GB")} | ${(cpuSeconds / rows / bare).toFixed(1)} | ${answer.toLocaleString("en-GB")} |`,
  );
process.stdout.write(
  `| work | who | rows | processor seconds | rows a processor second | times the engine's bare scan | found |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |\n${table.join("\n")}\n`,
);

async function comparePrompts(world: string): Promise<void> {
  const prompts = await promptsOf(world, Number(values.prompts));
  const file = join(scratch, "prompts.jsonl");
  writeFileSync(file, prompts.map((prompt) => `${JSON.stringify(prompt)}\n`).join(""));
  const own = <T>(work: string, who: string, run: () => T, answer: (result: T) => number) => {
    const before = process.cpuUsage();
    const result = run();
    const { user, system } = process.cpuUsage(before);
    found.push({ work, who, rows: prompts.length, cpuSeconds: (user + system) / 1e6, answer: answer(result) });
  };
  const sets = () => setsOf(prompts.map((prompt) => features(words(normalise(prompt)), { a: 1, b: 2 })));
  const groups = (of: Uint32Array) => new Set(of).size;
  own(
    "templates",
    "Assay, near duplicates alone",
    () => nearDuplicates(sets(), { rows: 4, similarityMin: 0.6 }),
    groups,
  );
  own("templates", "Assay, templates and near duplicates", () => groupPrompts(sets()).template, groups);
  peer("minhash", file);
}

/** The first distinct last messages of a world's log. */
async function promptsOf(world: string, most: number): Promise<string[]> {
  const out = new Set<string>();
  for (const { path } of (await logFiles([join(world, "log")])).files)
    for (const line of gunzipSync(readFileSync(path)).toString("utf8").split("\n")) {
      if (out.size >= most) return [...out];
      if (line !== "") out.add((JSON.parse(line) as { messages: { content: string }[] }).messages.at(-1)!.content);
    }
  return [...out];
}
