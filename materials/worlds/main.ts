/**
 * Composes a world: a provider's log with campaigns and decoys hidden in it, from material given on the command line.
 *
 *   npm run world -- --arrivals F… --benign F… --extraction F… --accounts N --rows N --campaign SPEC… --decoys KINDS
 *     --seed S --out DIR [--days 14] [--start 2026-03-02] [--form litellm|hashed-parquet]
 *     [--without payment,network,org]
 *
 * Writes DIR/log/*.jsonl.gz (a file a day), DIR/truth.jsonl ({"account", "campaign"} a line, campaign accounts only)
 * and DIR/notes.json (all settings, every decoy with its accounts, digests of the material). README.md has the rest.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { compose, notesOf, truthOf } from "./compose.ts";
import { type Lacking, litellmLine } from "./litellm.ts";
import { DAY_MS, type Row } from "./world.ts";

const ROWS_A_MEMBER = 50_000;

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
    /** Fields left out of the log: payment, network, org, with commas. */
    without: { ...text, default: "" },
    form: { ...text, default: "litellm" },
    out: text,
  },
});

if (values.form !== "litellm" && values.form !== "hashed-parquet")
  throw new Error(`worlds: expected --form litellm or hashed-parquet, got ${values.form}`);
if (values.out === undefined) throw new Error("worlds: expected --out DIR");
const out = values.out;
const without = values.without.split(",").filter((field) => field !== "") as Lacking[];
const world = compose({ ...values, accounts: number("accounts"), rows: number("rows"), days: number("days") });
mkdirSync(join(out, "log"), { recursive: true });
let rows = 0;
for (let day = 0; day < world.stage.days; day++) {
  const today = world.rowsOn(day);
  rows += today.length;
  const name = new Date(world.stage.startMs + day * DAY_MS).toISOString().slice(0, 10);
  save(join("log", `${name}.jsonl.gz`), gzipped(today));
  process.stderr.write(`day ${day + 1} of ${world.stage.days}: ${rows} rows\n`);
}
save(
  "truth.jsonl",
  truthOf(world)
    .map((m) => `${JSON.stringify(m)}\n`)
    .join(""),
);
save("notes.json", `${JSON.stringify(notesOf(world, rows, values))}\n`);
if (values.form === "hashed-parquet") await hashed();

/** The log becomes one file of hashed rows with their templates; the key that hashed them stands beside it. */
async function hashed(): Promise<void> {
  const { exportLogs } = await import("../../dist/labs/traffic/desk/traffic-export.js");
  const tables = join(out, "tables");
  await exportLogs({
    logs: [join(out, "log")],
    folder: tables,
    keyFile: join(out, "key"),
    keyMayBeNew: true,
    mapping: null,
    reveal: false,
    out: join(out, "log.parquet"),
    onProgress: () => undefined,
  });
  for (const folder of [tables, join(out, "log")]) rmSync(folder, { recursive: true });
}

/** As gzip members one behind another (RFC 1952 allows several): a day of a million rows is longer than a string may be. */
function gzipped(today: readonly Row[]): Buffer {
  const members: Buffer[] = [];
  for (let from = 0; from === 0 || from < today.length; from += ROWS_A_MEMBER) {
    const lines = today.slice(from, from + ROWS_A_MEMBER).map((row) => `${litellmLine(row, without)}\n`);
    members.push(gzipSync(lines.join(""), { level: 1 }));
  }
  return Buffer.concat(members);
}

/** Complete or absent. */
function save(name: string, content: string | Uint8Array): void {
  const path = join(out, name);
  writeFileSync(`${path}.part`, content);
  renameSync(`${path}.part`, path);
}

function number(name: "rows" | "accounts" | "days"): number {
  const n = Number(values[name]);
  if (!(n > 0)) throw new Error(`worlds: expected --${name} above 0, got ${values[name]}`);
  return n;
}
