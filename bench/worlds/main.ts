/**
 * Composes a world: a provider's log with campaigns and decoys hidden in it, from material given on the command line.
 *
 *   npm run world -- --arrivals F… --benign F… --extraction F… --accounts N --rows N --campaign SPEC… --decoys KINDS
 *     --seed S --out DIR [--days 14] [--start 2026-03-02] [--form litellm]
 *
 * Writes DIR/log/*.jsonl.gz (a file a day), DIR/truth.jsonl ({"account", "campaign"} a line, campaign accounts only)
 * and DIR/notes.json (all settings, every decoy with its accounts, digests of the material). README.md has the rest.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { campaign, parseSpec } from "./campaign.ts";
import { DECOYS, type DecoyKind, decoy } from "./decoys.ts";
import { litellmLine } from "./litellm.ts";
import { readArrivals, readSource } from "./material.ts";
import { person, volumes } from "./people.ts";
import { random } from "./random.ts";
import { type Actor, DAY_MS, newAccount, type Row, type Stage } from "./world.ts";

/** A list option takes all words up to the next option: `--benign a b c`. */
function spread(args: string[]): string[] {
  const lists = new Set(["--arrivals", "--benign", "--extraction", "--campaign", "--decoys"]);
  const out: string[] = [];
  let list: string | null = null;
  for (const arg of args) {
    if (arg.startsWith("--")) list = lists.has(arg) ? arg : null;
    if (arg.startsWith("--") && list) continue;
    out.push(...(list ? [list, arg] : [arg]));
  }
  return out;
}

const text = { type: "string" } as const;
const list = { type: "string", multiple: true, default: [] as string[] } as const;
const { values } = parseArgs({
  args: spread(process.argv.slice(2)),
  options: {
    arrivals: list,
    benign: list,
    extraction: list,
    campaign: list,
    decoys: list,
    accounts: { ...text, default: "2000" },
    rows: { ...text, default: "100000" },
    days: { ...text, default: "14" },
    start: { ...text, default: "2026-03-02" },
    seed: { ...text, default: "world-1" },
    form: { ...text, default: "litellm" },
    out: text,
  },
});

const wanted = number("rows");
const stage: Stage = {
  seed: values.seed,
  startMs: Date.parse(`${values.start}T00:00:00Z`),
  days: number("days"),
  arrivals: readArrivals(values.arrivals),
  benign: values.benign.map(readSource),
  extraction: values.extraction.map(readSource),
};
if (values.form !== "litellm")
  throw new Error(`worlds: expected --form litellm (hashed-parquet is not written yet), got ${values.form}`);
if (values.out === undefined) throw new Error("worlds: expected --out DIR");
if (stage.benign.length === 0) throw new Error("worlds: expected --benign files");
const out = values.out;
const campaigns = values.campaign.map((spec, i) => campaign(parseSpec(spec, i), stage));
const decoys = decoyKinds(values.decoys).map(({ kind, name }) => {
  const r = random(`size ${name}`, stage.seed);
  // A decoy takes 1 to 4 % of the accounts (at least 25) and 1 to 3 % of the rows.
  const size = Math.max(25, Math.round(number("accounts") * (0.01 + 0.03 * r.unit())));
  return decoy(kind, name, size, Math.max(size * 20, Math.round(wanted * (0.01 + 0.02 * r.unit()))), stage);
});
const spent = [
  ...campaigns.map((c) => c.spec.rows / (1 - c.spec.camouflage)),
  ...decoys.map((d) => d.accounts.length * 20),
];
const taken = [...campaigns, ...decoys].reduce((n, actor) => n + actor.accounts.length, 0);
const people = crowd(Math.max(0, number("accounts") - taken), Math.max(0, wanted - spent.reduce((a, b) => a + b, 0)));

mkdirSync(join(out, "log"), { recursive: true });
let rows = 0;
for (let day = 0; day < stage.days; day++) {
  const today: Row[] = [];
  for (const actor of [...campaigns, ...decoys, ...people])
    for (const row of actor.rowsOn(day, random(`${actor.name} ${actor.accounts[0]?.id} ${day}`, stage.seed)))
      today.push(row);
  today.sort((a, b) => a.time - b.time || (a.account.id < b.account.id ? -1 : 1));
  rows += today.length;
  const name = new Date(stage.startMs + day * DAY_MS).toISOString().slice(0, 10);
  save(join("log", `${name}.jsonl.gz`), gzipSync(today.map((row) => `${litellmLine(row)}\n`).join(""), { level: 1 }));
  process.stderr.write(`day ${day + 1} of ${stage.days}: ${rows} rows\n`);
}
const members = campaigns.flatMap((c) => c.accounts.map((a) => ({ account: a.id, campaign: c.name })));
save("truth.jsonl", members.map((m) => `${JSON.stringify(m)}\n`).join(""));
const notes = {
  type: "assay/world/v1",
  arguments: values,
  rows,
  accounts: taken + people.length,
  campaigns: campaigns.map(({ spec, sources, accounts }) => ({ ...spec, sources, accounts: accounts.length })),
  decoys: decoys.map(({ kind, name, source, accounts }) => ({
    kind,
    name,
    source,
    accounts: accounts.map((a) => a.id),
  })),
  sources: [...stage.benign, ...stage.extraction].map((s) => ({
    name: s.name,
    prompts: s.prompts.length,
    templated: s.templated,
  })),
};
save("notes.json", `${JSON.stringify(notes)}\n`);

/** Complete or absent. */
function save(name: string, content: string | Uint8Array): void {
  const path = join(out, name);
  writeFileSync(`${path}.part`, content);
  renameSync(`${path}.part`, path);
}

function crowd(n: number, total: number): Actor[] {
  const r = random("people", stage.seed);
  return volumes(n, total / stage.days, r).map((rowsADay, i) =>
    person({ account: newAccount(`p-${i}`, r), rowsADay }, stage),
  );
}

/** `all`, `none`, `relay agent:2`, or with commas. */
function decoyKinds(words: readonly string[]): { kind: DecoyKind; name: string }[] {
  const asked = (words.length === 0 ? ["all"] : words)
    .flatMap((w) => w.split(","))
    .filter((w) => w !== "" && w !== "none");
  const kinds = asked.flatMap((w) => (w === "all" ? [...DECOYS] : [w]));
  return kinds.flatMap((word) => {
    const [kind = "", count = "1"] = word.split(":");
    if (!DECOYS.includes(kind as DecoyKind))
      throw new Error(`worlds: expected decoys of ${DECOYS.join(", ")}, got ${kind}`);
    return Array.from({ length: Number(count) }, (_, i) => ({ kind: kind as DecoyKind, name: `${kind}-${i + 1}` }));
  });
}

function number(name: "rows" | "accounts" | "days"): number {
  const n = Number(values[name]);
  if (!(n > 0)) throw new Error(`worlds: expected --${name} above 0, got ${values[name]}`);
  return n;
}
