/**
 * One world after another: made by the generator, examined by the laboratory, and each decoy measured twice: as the
 * laboratory found it, and as if it had been found whole (its true accounts handed over), which is the harder null.
 *
 *   npm run build && node validation/traffic/worlds.ts --shared ../shared --set validation --from 0 --to 40 --out FILE.jsonl
 *
 * Appends a line a world and leaves out worlds that FILE already holds, so that it can be stopped and carried on.
 * Tuning and validation draw on different prompt sources and different arrivals.
 */
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { findGroups } from "../../dist/labs/traffic/find-groups.js";
import { judge, outsidersOf } from "../../dist/labs/traffic/graph/membership.js";
import { hashSeeds, keyedHash, lineDigest } from "../../dist/labs/traffic/host/keyed-hash.js";
import { ChdbEngine } from "../../dist/labs/traffic/host/sql/chdb-engine.js";
import { newSink } from "../../dist/labs/traffic/log/canonical-row.js";
import { parseLines } from "../../dist/labs/traffic/log/parse-lines.js";
import { FORMATS } from "../../dist/labs/traffic/log/sniff.js";
import { createTables, PROMPTS_COLUMNS, ROWS_COLUMNS, structure } from "../../dist/labs/traffic/log/tables.js";
import { LEVELS, METHOD_VERSION } from "../../dist/labs/traffic/method.js";
import type { GroupMeasures } from "../../dist/labs/traffic/score/measures.js";
import { fillGroupTables, measure } from "../../dist/labs/traffic/score/read-counts.js";
import { statistic } from "../../dist/labs/traffic/score/statistic.js";
import { BYSTANDERS, LIKE_MEMBERS } from "../../materials/worlds/bystanders.ts";
import { COMMUNITIES } from "../../materials/worlds/communities.ts";
import { compose, truthOf, type World } from "../../materials/worlds/compose.ts";
import { CONTRACTS, CONTRACTS_LIKE_CAMPAIGNS } from "../../materials/worlds/contracts.ts";
import { DECOYS, HONEST } from "../../materials/worlds/decoys.ts";
import { type Lacking, litellmLine } from "../../materials/worlds/litellm.ts";
import { RELAYS } from "../../materials/worlds/relays.ts";
import { LIKE_CAMPAIGNS, TRADE_RELAYS, TRADES } from "../../materials/worlds/trades.ts";
import type { Account } from "../../materials/worlds/world.ts";
import { lost } from "./lost.ts";

const { values } = parseArgs({
  options: {
    shared: { type: "string", default: "../shared" },
    set: { type: "string", default: "validation" },
    from: { type: "string", default: "0" },
    to: { type: "string", default: "1" },
    rows: { type: "string", default: "26000" },
    accounts: { type: "string", default: "900" },
    campaign: { type: "string", default: "accounts=40,rows=8000" },
    benign: { type: "boolean", default: false },
    /** Tuning only: take the campaign's prompts from this source. */
    extraction: { type: "string" },
    /** Kinds of decoys, as in materials/worlds; `rotate` takes three of all kinds by turns, `one` one, `communities` two of these, `mixed` one of either, `relays` one relay, `limits` one of those that no field tells from a campaign. */
    decoys: { type: "string", default: "all" },
    /** Fields that the logs lack: payment, network, org. */
    without: { type: "string", default: "" },
    /** Tuning only, with `extraction`: the campaign's list is cut to its first so many prompts. */
    list: { type: "string" },
    /** Says beside each campaign at which step its accounts were lost (lost.ts). */
    lost: { type: "boolean", default: false },
    /** Draws worlds of an earlier salt again, under this version. */
    salt: { type: "string" },
    out: { type: "string" },
  },
});
const without = values.without.split(",").filter((field) => field !== "") as Lacking[];

/**
 * Fresh with each version of the method: no world of the study was looked at before that version was fixed. Worlds of
 * version 1 were drawn with the empty salt.
 */
const SALT = values.salt ?? (values.set === "tuning" ? `v${METHOD_VERSION}-tuning` : `v${METHOD_VERSION}-b3a8`);

/** Worlds in which a campaign imitates a tool, or has innocents beside its accounts. */
const FRAMING = ["imitated", "neighbours", "bystanders", "like-members"];

/** Independent sources: prompt files that come from one data set count as one. */
const TUNING = ["imdb", "samsum", "quarel", "xsum", "wiki_qa", "sciq", "arena-users-a"];
const corpora = join(values.shared, "corpora");
const files = [
  ...readdirSync(join(corpora, "templates")).map((name) => join(corpora, "templates", name)),
  ...["arena-users-a.jsonl.gz", "self-instruct-a.jsonl.gz", "self-instruct-seed-tasks.jsonl"].map((n) =>
    join(corpora, "prompts", n),
  ),
];
const DATA_SETS = [
  ...[
    "amazon_polarity",
    "cnn_dailymail",
    "common_gen",
    "cosmos_qa",
    "dream",
    "gigaword",
    "glue_mrpc",
    "imdb",
    "kilt_tasks_hotpotqa",
  ],
  ...[
    "qasc",
    "quarel",
    "quartz",
    "quoref",
    "ropes",
    "samsum",
    "sciq",
    "trec",
    "wiki_bio",
    "wiki_hop",
    "wiki_qa",
    "wiqa",
    "xsum",
  ],
  ...["arena-users-a", "self-instruct-a", "self-instruct-seed-tasks"],
];
const sourceOf = (file: string) =>
  DATA_SETS.filter((s) => file.split("/").at(-1)!.startsWith(s)).sort((a, b) => b.length - a.length)[0]!;
const sources = DATA_SETS.filter((s) => TUNING.includes(s) === (values.set === "tuning"));
const arrivals = join(
  corpora,
  "arrivals",
  values.set === "tuning" ? "azure-llm-2023-conv.csv" : "mooncake-synthetic.jsonl",
);

export interface Measured {
  kind: string;
  source: string;
  whole: boolean;
  accounts: number;
  pooled: number;
  extraction: number;
  weakest: string;
  measures: GroupMeasures;
}

/** One engine for all worlds: its tables are dropped between them. */
const scratch = mkdtempSync(join(tmpdir(), "assay-worlds-"));
const engine = await ChdbEngine.open(join(scratch, "engine"), 2);
const key = new Uint8Array(32).fill(9);
const keyed = keyedHash(key);
const hash = (account: string) => Buffer.from(keyed("account", account, 16)).toString("hex");
const context = { mapping: FORMATS.find((f) => f.id === "litellm-spend")!, hash: keyed, seeds: hashSeeds(key) };

const sink = newSink();

/** The generator's lines through the parser into the tables, a day a batch, as a log file would go. */
async function takeIn(world: World): Promise<number> {
  for (const table of ["rows", "prompts", "templates"]) await engine.run(`DROP TABLE IF EXISTS ${table}`);
  await createTables(engine);
  let rows = 0;
  for (let day = 0; day < world.stage.days; day++) {
    const block = Buffer.from(
      world
        .rowsOn(day)
        .map((row) => `${litellmLine(row, without)}\n`)
        .join(""),
    );
    rows += parseLines(block, { ...context, batch: day + 1 }, sink, lineDigest).rows;
  }
  await engine.insert("rows", structure(ROWS_COLUMNS), sink.rows.take());
  await engine.insert("prompts", structure(PROMPTS_COLUMNS), sink.prompts.take());
  sink.seen.clear();
  return rows;
}

async function runWorld(world: string, i: number, benign: string[], extraction: string | null) {
  const of = (names: string[]) => files.filter((file) => names.includes(sourceOf(file)));
  // What is imitated and who imitates it use one file.
  const imitating = FRAMING.includes(values.decoys);
  const asked = extraction === null ? [] : values.list ? [shortList(of([extraction])[0]!)] : of([extraction]);
  const made = compose({
    arrivals: [arrivals],
    benign: of(benign),
    extraction: imitating ? [asked[i % asked.length]!] : asked,
    campaign: extraction === null ? [] : [`${values.campaign},name=campaign`],
    decoys: decoysOf(i),
    accounts: Number(values.accounts),
    rows: Number(values.rows),
    days: 14,
    start: "2026-03-02",
    seed: world,
  });
  const rows = await takeIn(made);
  const search = await findGroups(engine, rows, () => undefined);
  const decoys = made.decoys.map((d) => ({ ...d, accounts: d.accounts.map((a) => a.id) }));
  const label = new Map<string, { kind: string; source: string }>();
  for (const d of decoys)
    for (const a of d.accounts)
      label.set(hash(a), { kind: d.kind, source: d.source.includes(" ") ? benign.join("+") : sourceOf(d.source) });
  const members = truthOf(made).map(({ account }) => hash(account));
  for (const account of members) label.set(account, { kind: "campaign", source: extraction ?? "" });
  const kindOf = (account: number) =>
    label.get(search.accounts.hex(account)) ?? { kind: "people", source: benign.join("+") };
  const groups: Measured[] = search.groups.map((group) => {
    const counts = new Map<string, number>();
    for (const { account } of group.members) {
      const { kind, source } = kindOf(account);
      counts.set(`${kind}\t${source}`, (counts.get(`${kind}\t${source}`) ?? 0) + 1);
    }
    const [name] = [...counts].sort((a, b) => b[1] - a[1])[0]!;
    const [kind = "", source = ""] = name.split("\t");
    return line(kind, source, false, group.measures);
  });
  // Accounts that a finding would list: of every group above the level, whatever it is.
  const listed = new Map(
    search.groups
      .filter((_, k) => groups[k]!.pooled > LEVELS["traffic/pooled-operation"])
      .flatMap((g) => g.listed.map((m) => [m.account, m] as const)),
  );
  const wrong = [...listed.values()]
    .map((m) => ({ kind: kindOf(m.account).kind, log10P: m.log10P, rows: m.rows }))
    .filter((m) => m.kind !== "campaign");
  // Decoys as if found whole.
  const { activity } = search;
  const index = new Map(Array.from({ length: activity.accounts.length }, (_, n) => [activity.accounts.hex(n), n]));
  const wholes = decoys.map((d) => d.accounts.flatMap((a) => index.get(hash(a)) ?? []).sort((x, y) => x - y));
  const judged = wholes.map((accounts) => judge(accounts, outsidersOf([accounts], activity), activity));
  await fillGroupTables(engine, judged, activity);
  const measured = await measure(engine, judged);
  for (const [k, d] of decoys.entries())
    groups.push(line(d.kind, label.get(hash(d.accounts[0]!))!.source, true, measured[k]!.measures));
  // The campaign as if found whole: whether it is the search or the statistic that misses it.
  let whole: Measured | null = null;
  if (members.length > 0) {
    const accounts = members.flatMap((a) => index.get(a) ?? []).sort((x, y) => x - y);
    const own = judge(accounts, outsidersOf([accounts], activity), activity);
    await fillGroupTables(engine, [own], activity);
    whole = line("campaign", extraction ?? "", true, (await measure(engine, [own]))[0]!.measures);
  }
  const found = search.groups
    .map((group, k) => ({ group, ...groups[k]! }))
    .filter(({ kind }) => kind === "campaign")
    .sort((a, b) => b.pooled - a.pooled || b.accounts - a.accounts)[0];
  const drawn = ({ id, payment, addresses }: Account) => ({
    number: index.get(hash(id)),
    cell: `${payment} ${addresses[0]!.split(".").slice(0, 3).join(".")}`,
  });
  const campaign = made.campaigns.flatMap((c) => c.accounts).map(drawn);
  const others = made.decoys.flatMap((d) => d.accounts).map(drawn);
  const missing =
    values.lost && members.length > 0
      ? { lost: lost(campaign, [...others, ...campaign], found?.group ?? null, search) }
      : {};
  return {
    world,
    methodVersion: METHOD_VERSION,
    rows,
    accounts: made.accounts,
    outsiders: search.outsiders.count,
    benign,
    extraction,
    campaign:
      extraction === null
        ? null
        : {
            source: extraction,
            accounts: members.length,
            named: listed.size,
            right: listed.size - wrong.length,
            pooled: found?.pooled ?? 0,
            extraction: found?.extraction ?? 0,
            measures: found?.measures ?? null,
            whole,
            ...missing,
          },
    wrong,
    groups,
  };
}

/** A list's first prompts, as a file of their own. */
function shortList(file: string): string {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const path = join(scratch, `list-${values.list}.jsonl`);
  writeFileSync(path, text.split("\n").slice(0, Number(values.list)).join("\n"));
  return path;
}

/** Three a world, so that every kind comes as often as every other. */
function decoysOf(i: number): string[] {
  if (values.decoys === "communities") return [0, 1].map((k) => COMMUNITIES[(2 * i + k) % COMMUNITIES.length]!);
  if (values.decoys === "mixed")
    return [[...HONEST, ...DECOYS][i % (HONEST.length + DECOYS.length)]!, COMMUNITIES[i % COMMUNITIES.length]!];
  const turn = <T>(of: readonly T[]): T[] => [of[i % of.length]!];
  if (values.decoys === "bystanders") return turn(BYSTANDERS.filter((kind) => !LIKE_MEMBERS.includes(kind)));
  if (values.decoys === "like-members") return turn(LIKE_MEMBERS);
  if (values.decoys === "relays") return turn([...RELAYS, ...TRADE_RELAYS]);
  if (values.decoys === "contracts") return turn(CONTRACTS.filter((kind) => !CONTRACTS_LIKE_CAMPAIGNS.includes(kind)));
  if (values.decoys === "contract-limits") return turn(CONTRACTS_LIKE_CAMPAIGNS);
  if (values.decoys === "limits") return turn(["even-agency", "even-relay"]);
  const trades = TRADES.filter((kind) => !LIKE_CAMPAIGNS.includes(kind));
  if (values.decoys === "trades") return turn(trades);
  const kinds = [...HONEST, ...DECOYS, ...COMMUNITIES, ...trades];
  if (values.decoys === "one") return [kinds[i % kinds.length]!];
  if (values.decoys !== "rotate") return [values.decoys];
  return [0, 1, 2].map((k) => kinds[(3 * i + k) % kinds.length]!);
}

function line(kind: string, source: string, whole: boolean, measures: GroupMeasures): Measured {
  const pooled = statistic("traffic/pooled-operation", measures);
  const extraction = statistic("traffic/extraction-workload", measures);
  return {
    kind,
    source,
    whole,
    accounts: measures.accounts,
    pooled: pooled.value,
    extraction: extraction.value,
    weakest: pooled.weakest,
    measures,
  };
}

const out = values.out!;
const done = new Set(
  existsSync(out)
    ? readFileSync(out, "utf8")
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((l) => JSON.parse(l).world)
    : [],
);
for (let i = Number(values.from); i < Number(values.to); i++) {
  const kind = values.benign
    ? ["communities", "relays", "limits", "trades", "contracts", "contract-limits"].includes(values.decoys)
      ? values.decoys
      : "benign"
    : FRAMING.includes(values.decoys)
      ? "framing"
      : "campaign";
  const world = `${values.set}-${SALT}-${kind}-${values.rows}-${i}${FRAMING.slice(1).includes(values.decoys) ? `-${values.decoys}` : ""}`;
  if (done.has(world)) continue;
  const started = performance.now();
  // Two data sets of templates and one of plain prompts a world, and another for the campaign, by turns.
  const pick = (k: number) => sources[(i + k * 5 + Math.floor(i / sources.length) * 3) % sources.length]!;
  const benign = [...new Set([pick(0), pick(1), pick(2)])];
  const extraction =
    values.extraction ??
    sources.find((s, k) => k >= (i * 7) % sources.length && !benign.includes(s)) ??
    sources.find((s) => !benign.includes(s))!;
  const line = await runWorld(world, i, benign, values.benign ? null : extraction);
  appendFileSync(out, `${JSON.stringify(line)}\n`);
  const top = line.groups
    .filter((g: Measured) => g.kind !== "campaign")
    .reduce((m: number, g: Measured) => Math.max(m, g.pooled), 0);
  process.stderr.write(
    `${world}: highest decoy ${top}, campaign ${line.campaign ? `${line.campaign.pooled} (${line.campaign.right} of ${line.campaign.accounts}, ${line.campaign.named - line.campaign.right} wrong)` : "none"}, ${Math.round((performance.now() - started) / 1000)} s\n`,
  );
}
await engine.close();
rmSync(scratch, { recursive: true, force: true });
