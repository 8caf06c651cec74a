/**
 * Brings the index up to the cases: what lies in a folder whose checkpoint is another than the one read last is folded anew;
 * the rest costs one small read each. A folder that does not hold together is listed with the reason, never left out.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { utf8 } from "../../../base/bytes.js";
import { sha256Digest, sha256Hex } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { insert, type Queries, type Value } from "../../../host/sql/database.js";
import { type CaseRows, FOREVER, rowsOfCase } from "../../../office/docket/index/case-rows.js";
import { momentText } from "../../../office/docket/time/day.js";
import { type CaseView, view } from "../../../office/docket/view/case-view.js";
import { visibleText } from "../../../report/visible-text.js";
import { CHECKPOINT_PATH } from "../../../tlog/log-writer.js";
import { openCaseFolder } from "../case-folder.js";
import { wholeCase } from "../whole-case.js";
import type { Listing } from "./listing.js";
import { type CaseIndex, changed } from "./open-index.js";
import { wordsIn } from "./words.js";

/** Cases of one transaction. */
const BATCH = 64;
const TABLES_OF_A_CASE = ["cases", "spans", "clocks", "parties", "models", "words", "entries", "faults"] as const;

export interface Refreshed {
  cases: number;
  /** Read anew, and gone since. */
  changed: number;
  gone: number;
  /** Folders that do not hold together, and logs that lie in two folders. */
  faults: { folder: string; says: string }[];
}

/** @param told after each batch: cases done of those to be read @param only the one folder that counts; all when left out */
export async function refreshIndex(
  { database, folder }: CaseIndex,
  told: (done: number, of: number) => void = () => undefined,
  only?: string,
): Promise<Refreshed> {
  const heads = new Map<string, { name: string; head: string }>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || (only !== undefined && entry.name !== only)) continue;
    const checkpoint = await readFile(join(folder, entry.name, CHECKPOINT_PATH)).catch(() => null);
    // Other folders may lie beside cases.
    if (checkpoint) heads.set(keyOf(entry.name), { name: entry.name, head: sha256Hex(checkpoint) });
  }
  const known = new Map<string, string>();
  for (const table of ["cases", "faults"])
    for (const row of await database.all<{ case_key: string; head: string }>(
      `SELECT case_key, head FROM docket_${table}`,
    ))
      known.set(row.case_key, row.head);
  const gone = [...known.keys()].filter((key) => !heads.has(key));
  if (gone.length > 0)
    await database.transaction(async (queries) => {
      await changed(queries);
      await forget(queries, gone);
    });
  const anew = [...heads.values()].filter(({ name, head }) => known.get(keyOf(name)) !== head);
  for (let at = 0; at < anew.length; at += BATCH) {
    const read: Read[] = [];
    for (const { name, head } of anew.slice(at, at + BATCH)) read.push(await readCase(folder, name, head));
    await writeCases({ database, folder }, read);
    told(Math.min(at + BATCH, anew.length), anew.length);
  }
  if (anew.length >= ANALYSED_FROM) await analyse({ database, folder });
  return {
    cases: heads.size,
    changed: anew.length,
    gone: gone.length,
    faults: await faultsOf({ database, folder }),
  };
}

/** From so many changes on, the engine looks again at what its tables hold: it plans questions by that. */
const ANALYSED_FROM = 100;

/** Gathers what the database plans its queries by; answers do not depend on it. */
export async function analyse({ database }: CaseIndex): Promise<void> {
  // PostgreSQL answers from an index alone only where it has looked which rows are gone.
  const look = database.engine === "postgresql" ? "VACUUM ANALYZE" : "ANALYZE";
  for (const table of TABLES_OF_A_CASE) await database.script(`${look} docket_${table}`);
}

/** One case that has changed: what a server calls after an entry. @param name of its folder */
export async function indexCase(index: CaseIndex, name: string): Promise<void> {
  const checkpoint = await readFile(join(index.folder, name, CHECKPOINT_PATH)).catch(() => null);
  if (!checkpoint) throw new AssayError("NOT_FOUND", `case index: expected a case at ${quoted(name)}`);
  await writeCases(index, [await readCase(index.folder, name, sha256Hex(checkpoint))]);
}

/** What was read of one folder. */
type Read = { name: string; head: string } & ({ rows: CaseRows; shown?: Shown } | { says: string });

/** What the index holds of a case's public view. */
interface Shown {
  title: string;
  outcome: string | null;
  /** In hexadecimal, as `wordsIn` gives them. */
  words: readonly string[];
}

async function readCase(folder: string, name: string, head: string): Promise<Read> {
  try {
    const open = await openCaseFolder(join(folder, name));
    const { file, records, state, rules } = open;
    const shown = view(await wholeCase(open, state.at), "PUBLIC");
    const { title, decision } = shown;
    const about = { title, outcome: decision?.outcome ?? null, words: wordsIn(wordsOfView(shown)) };
    return { name, head, shown: about, rows: rowsOfCase(file, records, state, rules) };
  } catch (error) {
    if (error instanceof AssayError) return { name, head, says: error.message };
    // A folder that cannot be read, such as one of another owner.
    if ((error as NodeJS.ErrnoException).code !== undefined) return { name, head, says: (error as Error).message };
    throw error;
  }
}

/** In one transaction: a reader sees all of these cases as they were or all as they are. */
export async function writeCases({ database }: CaseIndex, read: readonly Read[]): Promise<void> {
  const rows = new Rows();
  for (const each of read) {
    const key = keyOf(each.name);
    if ("rows" in each) rowsOf(rows, key, each);
    else rows.add("faults", [[key, visibleText(each.name), each.head, visibleText(each.says)]]);
  }
  // A database in another process is asked as seldom as may be: a few statements a table, whatever the number of cases.
  await database.transaction(async (queries) => {
    await changed(queries);
    await forget(
      queries,
      read.map(({ name }) => keyOf(name)),
    );
    for (const table of TABLES_OF_A_CASE)
      await insert(queries, `docket_${table}`, COLUMNS[table].split(" "), rows.of(table));
  });
}

const COLUMNS: Readonly<Record<(typeof TABLES_OF_A_CASE)[number], string>> = {
  cases:
    "case_key folder head id origin pack rehearsal opened last_entry entries complainant respondent title outcome span since until state next_timer next_due listing",
  spans: "case_key span since until state next_timer next_due",
  clocks: "case_key span timer due",
  parties: "case_key party role opened state next_due",
  models: "case_key model part opened",
  words: "word case_key",
  entries: "case_key seq kind role received",
  faults: "case_key folder head says",
};

/** Rows of each table, each in the order of its columns. */
class Rows {
  readonly #rows = new Map<keyof typeof COLUMNS, Value[][]>();

  of(table: keyof typeof COLUMNS): readonly Value[][] {
    return this.#rows.get(table) ?? [];
  }

  add(table: keyof typeof COLUMNS, rows: readonly Value[][]): void {
    const list = this.#rows.get(table) ?? [];
    for (const row of rows) list.push(row);
    this.#rows.set(table, list);
  }
}

/** Cases of one statement that takes rows away. */
const FORGOTTEN_AT_ONCE = 1000;

async function forget(queries: Queries, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += FORGOTTEN_AT_ONCE) {
    const some = keys.slice(at, at + FORGOTTEN_AT_ONCE);
    const places = some.map((_, n) => `$${n + 1}`).join(",");
    for (const table of TABLES_OF_A_CASE)
      await queries.run(`DELETE FROM docket_${table} WHERE case_key IN (${places})`, some);
  }
}

/** Adds the rows of one case. */
function rowsOf(all: Rows, key: string, { name: folder, head, rows, shown }: Extract<Read, { rows: CaseRows }>): void {
  const { id, origin, pack, rehearsal, opened, lastEntry, spans, parties, models, entries } = rows;
  const first = (role: string) => visibleText(parties.find((each) => each.role === role)?.party ?? "");
  const now = spans[0]!;
  const listing: Listing = {
    type: "assay/case-row/v1",
    case: id,
    folder: visibleText(folder),
    origin: visibleText(origin),
    pack,
    rehearsal,
    complainant: first("complainant"),
    respondent: first("respondent"),
    opened: momentText(opened),
    lastEntry: momentText(lastEntry),
    entries: entries.length,
  };
  all.add("cases", [
    [
      ...[key, visibleText(folder), head, id, visibleText(origin), pack, Number(rehearsal), opened, lastEntry],
      ...[entries.length, first("complainant"), first("respondent")],
      ...[visibleText(shown?.title ?? id), shown?.outcome ?? ""],
      // In a rehearsal times are given: it stands where its last entry left it.
      ...[0, rehearsal ? 0 : now.since, rehearsal ? FOREVER : now.until, now.state],
      ...[now.clocks[0]?.timer ?? "", now.clocks[0]?.due ?? FOREVER],
      JSON.stringify(listing),
    ],
  ]);
  all.add(
    "spans",
    spans.map(({ since, until, state, clocks }, span) => [
      ...[key, span, since, until, state, clocks[0]?.timer ?? "", clocks[0]?.due ?? FOREVER],
    ]),
  );
  all.add(
    "clocks",
    spans.flatMap(({ clocks }, span) => clocks.map(({ timer, due }) => [key, span, timer, due])),
  );
  const named = new Set(
    parties.flatMap(({ party, role }) => ["", role].map((as) => JSON.stringify([partyName(party), as]))),
  );
  all.add(
    "parties",
    [...named].map((each) => [
      ...[key, ...(JSON.parse(each) as [string, string]), opened],
      ...[now.state, now.clocks[0]?.due ?? FOREVER],
    ]),
  );
  all.add(
    "models",
    models.map(({ model, part }) => [key, model, part, opened]),
  );
  all.add(
    "words",
    (shown?.words ?? []).map((word) => [word, key]),
  );
  all.add(
    "entries",
    entries.map(({ seq, kind, role, received }) => [key, seq, kind, role, received]),
  );
}

function wordsOfView({ case: id, title, parties, entries, exhibits }: CaseView): string {
  const words = [id, title, ...parties.map(({ party }) => party), ...exhibits.map((each) => each.title ?? "")];
  for (const { title: kind, text, facts } of entries) words.push(kind, text ?? "", ...stringsIn(facts));
  return words.join("\n");
}

/** Digests and keys are no words. */
function stringsIn(value: unknown): string[] {
  if (typeof value === "string")
    return /^sha256:|^-----BEGIN|^[0-9a-f]{64,}$|^[A-Za-z0-9+/=]{80,}$/.test(value) ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

/** As a party is asked for: in small letters, however its letters are composed. */
export function partyName(party: string): string {
  return visibleText(party.normalize("NFC").toLowerCase());
}

function keyOf(folder: string): string {
  return sha256Digest(utf8(folder)).slice(7, 39);
}

/** One log, or one number, in two folders: a copy, or two that went apart. Nothing here can say which is right. */
async function faultsOf({ database }: Pick<CaseIndex, "database" | "folder">): Promise<Refreshed["faults"]> {
  const faults = await database.all<{ folder: string; says: string }>(
    "SELECT folder, says FROM docket_faults ORDER BY case_key",
  );
  return [...faults, ...(await twiceIn(database))];
}

/** Folders that share a log with another, or a case's number. */
async function twiceIn(queries: Queries): Promise<Refreshed["faults"]> {
  const found: Refreshed["faults"] = [];
  for (const [column, what] of [
    ["origin", "the log"],
    ["id", "the case"],
  ] as const)
    for (const { folder, shared } of await queries.all<{ folder: string; shared: string }>(
      `SELECT folder, ${column} AS shared FROM docket_cases WHERE ${column} IN (SELECT ${column} FROM docket_cases GROUP BY ${column} HAVING COUNT(*) > 1) ORDER BY case_key`,
    ))
      if (!found.some((each) => each.folder === folder))
        found.push({ folder, says: `${what} ${shared} lies in more than one folder` });
  return found;
}
