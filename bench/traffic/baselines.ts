/**
 * Published detectors beside ours on the same worlds of the text path: accounts named, recall and precision, a line of
 * JSON a world.
 *
 *   npm run build && node bench/traffic/baselines.ts --shared ../shared --worlds 5 --out bench/traffic/baselines.jsonl
 *
 * SynchroTrap and FRAUDAR get our templates as their objects, so that what differs is the method; their thresholds are
 * the papers' or, where a paper leaves one open, the best of a few on the very world (told in `settings`): a favour that
 * ours does not get. MMD windows take the benign half of the accounts' first days as reference, which no owner has.
 */
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { embed } from "../../dist/labs/traffic/baselines/embedding.js";
import { fraudar } from "../../dist/labs/traffic/baselines/fraudar.js";
import { medianSquaredDistance, mmd2, mmdThreshold } from "../../dist/labs/traffic/baselines/mmd-windows.js";
import { PRADA_DELTA, prada } from "../../dist/labs/traffic/baselines/prada.js";
import { SYNCHROTRAP_DEFAULTS, synchroTrap } from "../../dist/labs/traffic/baselines/synchrotrap.js";
import { findGroups } from "../../dist/labs/traffic/find-groups.js";
import { hashSeeds, keyedHash, lineDigest } from "../../dist/labs/traffic/host/keyed-hash.js";
import { ChdbEngine } from "../../dist/labs/traffic/host/sql/chdb-engine.js";
import { newSink } from "../../dist/labs/traffic/log/canonical-row.js";
import { parseLines } from "../../dist/labs/traffic/log/parse-lines.js";
import { RowBinaryReader } from "../../dist/labs/traffic/log/row-binary.js";
import { FORMATS } from "../../dist/labs/traffic/log/sniff.js";
import { createTables, PROMPTS_COLUMNS, ROWS_COLUMNS, structure } from "../../dist/labs/traffic/log/tables.js";
import { LEVELS } from "../../dist/labs/traffic/method.js";
import { statistic } from "../../dist/labs/traffic/score/statistic.js";
import { compose, truthOf } from "../../materials/worlds/compose.ts";
import { litellmLine } from "../../materials/worlds/litellm.ts";
import { random } from "../../materials/worlds/random.ts";

const { values } = parseArgs({
  options: {
    shared: { type: "string", default: "../shared" },
    worlds: { type: "string", default: "5" },
    rows: { type: "string", default: "16000" },
    accounts: { type: "string", default: "600" },
    campaign: { type: "string", default: "accounts=30,rows=4000" },
    out: { type: "string", default: "baselines.jsonl" },
  },
});
/** Prompts of an account in its window: light accounts have no 1,500. */
const WINDOW = 100;
/** Sources that tuning used; the baselines need no held-out ones, and ours is not judged by this table. */
const SOURCES = ["imdb", "samsum", "quarel", "xsum", "wiki_qa", "sciq"];
const templates = join(values.shared, "corpora", "templates");
const filesOf = (source: string) =>
  readdirSync(templates)
    .filter((name) => name.startsWith(source))
    .sort()
    .map((name) => join(templates, name));
const key = new Uint8Array(32).fill(9);
const keyed = keyedHash(key);
const scratch = mkdtempSync(join(tmpdir(), "assay-baselines-"));
const engine = await ChdbEngine.open(join(scratch, "engine"), 2);
const context = { mapping: FORMATS.find((f) => f.id === "litellm-spend")!, hash: keyed, seeds: hashSeeds(key) };

for (let i = 0; i < Number(values.worlds); i++) {
  const source = (k: number) => SOURCES[(i + k) % SOURCES.length]!;
  const world = compose({
    arrivals: [join(values.shared, "corpora", "arrivals", "azure-llm-2023-conv.csv")],
    benign: [source(0), source(1), source(2)].flatMap(filesOf),
    extraction: filesOf(source(3)),
    campaign: [values.campaign],
    decoys: ["all"],
    accounts: Number(values.accounts),
    rows: Number(values.rows),
    days: 14,
    start: "2026-03-02",
    seed: `baselines-${i}`,
  });
  for (const table of ["rows", "prompts", "templates"]) await engine.run(`DROP TABLE IF EXISTS ${table}`);
  await createTables(engine);
  const sink = newSink();
  let rows = 0;
  for (let day = 0; day < 14; day++) {
    const lines = world.rowsOn(day).map((row) => `${litellmLine(row)}\n`);
    rows += parseLines(Buffer.from(lines.join("")), { ...context, batch: day + 1 }, sink, lineDigest).rows;
  }
  await engine.insert("rows", structure(ROWS_COLUMNS), sink.rows.take());
  await engine.insert("prompts", structure(PROMPTS_COLUMNS), sink.prompts.take());
  const search = await findGroups(engine, rows, () => undefined);
  const { activity } = search;
  const n = activity.accounts.length;
  const members = new Set(
    truthOf(world).map(({ account }) => Buffer.from(keyed("account", account, 16)).toString("hex")),
  );
  const isMember = Array.from({ length: n }, (_, a) => members.has(activity.accounts.hex(a)));
  const score = (named: Iterable<number>) => {
    const all = new Set(named);
    const right = [...all].filter((a) => isMember[a]).length;
    return { named: all.size, recall: right / members.size, precision: all.size === 0 ? null : right / all.size };
  };
  const line = {
    world: i,
    rows,
    accounts: n,
    campaign: members.size,
    ours: score(
      search.groups
        .filter(
          (g) => statistic("traffic/extraction-workload", g.measures).value > LEVELS["traffic/extraction-workload"],
        )
        .flatMap((g) => g.listed.map((m) => m.account)),
    ),
    ...(await others(n, score)),
  };
  appendFileSync(values.out, `${JSON.stringify(line)}\n`);
  process.stderr.write(`${JSON.stringify(line)}\n`);

  async function others(accounts: number, judge: typeof score) {
    const actions = await readActions();
    const edges = [...new Set(actions.map((a) => a.account * 2 ** 26 + a.object))].map((p) => ({
      account: Math.floor(p / 2 ** 26),
      object: p % 2 ** 26,
    }));
    const objects = activity.templates.length;
    const traps = [0.02, 0.05, 0.1, 0.2, 0.3].map((similarityMin) => ({
      similarityMin,
      ...judge(synchroTrap(actions, accounts, { ...SYNCHROTRAP_DEFAULTS, similarityMin }).flat()),
    }));
    const vectors = await readVectors();
    const alarms = vectors.map((own) => prada(own));
    return {
      synchroTrap: best(traps),
      fraudar: judge(fraudar(edges, accounts, objects).block),
      mmdWindows: judge(mmd(vectors)),
      prada: judge(alarms.flatMap((w, a) => (w !== null && w < PRADA_DELTA ? [a] : []))),
    };
  }

  async function readActions() {
    const reader = new RowBinaryReader(
      await engine.bytes(
        "SELECT a.id, t.id, toInt64(toUnixTimestamp64Milli(ts)) FROM rows INNER JOIN templates AS m USING (prompt) INNER JOIN account_numbers AS a USING (account) INNER JOIN template_numbers AS t ON t.template = m.template",
      ),
    );
    const out: { account: number; object: number; timeMs: number }[] = [];
    while (reader.more) out.push({ account: reader.u32(), object: reader.u32(), timeMs: reader.i64() });
    return out;
  }

  /** Each account's prompts in order of time, embedded. */
  async function readVectors(): Promise<Float64Array[][]> {
    const reader = new RowBinaryReader(
      await engine.bytes(
        "SELECT a.id, p.features FROM rows AS r INNER JOIN account_numbers AS a USING (account) INNER JOIN prompts AS p ON p.prompt = r.prompt ORDER BY a.id, r.ts",
      ),
    );
    const out: Float64Array[][] = Array.from({ length: n }, () => []);
    while (reader.more) out[reader.u32()]!.push(embed(reader.u32s()));
    return out;
  }

  /** An account's prompts (at most WINDOW of them) as a window against a benign reference. */
  function mmd(vectors: Float64Array[][]): number[] {
    const r = random(`mmd ${i}`, "baselines");
    const benign = vectors.flatMap((own, a) => (isMember[a] ? [] : own));
    const draw = (k: number) => Array.from({ length: k }, () => r.pick(benign));
    const reference = draw(300);
    const width = medianSquaredDistance(reference.slice(0, 200));
    const threshold = mmdThreshold(Array.from({ length: 100 }, () => mmd2(draw(WINDOW), reference, width)));
    return vectors.flatMap((own, a) =>
      own.length >= 20 && mmd2(own.slice(0, WINDOW), reference, width) > threshold ? [a] : [],
    );
  }
}
await engine.close();
rmSync(scratch, { recursive: true, force: true });

function best<T extends { recall: number; precision: number | null }>(all: readonly T[]): T {
  const f1 = ({ recall, precision }: T) =>
    precision === null ? 0 : (2 * recall * precision) / (recall + precision || 1);
  return [...all].sort((a, b) => f1(b) - f1(a))[0]!;
}
