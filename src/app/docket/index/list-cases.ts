/**
 * Questions across cases, answered from the index a page at a time. A case stands where its times have brought it by the
 * asking moment; a rehearsal, whose times are given, where its last entry left it.
 */
import { AssayError } from "../../../base/error.js";
import type { Queries, Row, Value } from "../../../host/sql/database.js";
import { FOREVER } from "../../../office/docket/index/case-rows.js";
import type { EntryKind, Role } from "../../../office/docket/pack/names.js";
import { momentText } from "../../../office/docket/time/day.js";
import type { Listing } from "./listing.js";
import { type CaseIndex, changed } from "./open-index.js";
import { partyName } from "./refresh-index.js";

export const CASES_A_PAGE = 20;
export const CASES_A_PAGE_MAX = 500;

export interface CaseQuery {
  id?: string | undefined;
  party?: string | undefined;
  /** The party's role in the case. */
  role?: Role | undefined;
  state?: string | undefined;
  /** A time of the case ends at or before this moment, Unix seconds; by ends then, the next first. */
  dueBy?: number | undefined;
  /** Which time ends; any when left out. */
  timer?: string | undefined;
  model?: string | undefined;
  /** As it will stand if nothing more is entered, Unix seconds; cases with later entries are left out. */
  at?: number | undefined;
  limit?: number | undefined;
  /** Where the page before ended. */
  after?: string | undefined;
}

interface ListedCase extends Listing {
  state: string;
  next: { timer: string; due: string } | null;
}

interface CaseRow extends Row {
  case_key: string;
  place: number;
  stale: number;
  listing: string;
  state: string;
  next_timer: string;
  next_due: number;
}

/** @param now Unix seconds @returns a page, and where the next begins */
export async function listCases(
  { database }: CaseIndex,
  query: CaseQuery,
  now: number,
): Promise<{ cases: ListedCase[]; after: string | null }> {
  const limit = query.limit ?? CASES_A_PAGE;
  if (limit < 1 || limit > CASES_A_PAGE_MAX)
    throw new AssayError("USAGE", `case list: expected at most ${CASES_A_PAGE_MAX} cases a page`);
  const { sql, values } = asked(query, limit + 1, now);
  let rows = await database.all<CaseRow>(sql, values);
  // Each row tells whether any case's time has run out since; where there is none, that is asked.
  const stale =
    rows.length > 0 ? Number(rows[0]!.stale) !== 0 : query.at === undefined && (await isStale(database, now));
  if (stale) {
    await settle(database, now);
    rows = await database.all<CaseRow>(sql, values);
  }
  const last = rows.length > limit ? rows[limit - 1]! : null;
  return { cases: rows.slice(0, limit).map(listed), after: last && `${last.place}.${last.case_key}` };
}

/** Moves on the cases whose times have run out since the index was asked last, and back where a clock was set back. */
const STALE =
  "SELECT case_key FROM docket_cases WHERE until <= $1 UNION ALL SELECT case_key FROM docket_cases WHERE since > $1 AND span > 0";

async function isStale(queries: Queries, now: number): Promise<boolean> {
  return (await queries.all(`${STALE} LIMIT 1`, [now])).length > 0;
}

/**
 * Brings all cases to where their times have taken them by now.
 * @returns which reading of the index this is: another text after every change of it
 */
export async function settleNow({ database }: CaseIndex, now: number): Promise<string> {
  const asked = `SELECT value AS changes, CASE WHEN EXISTS (${STALE}) THEN 1 ELSE 0 END AS stale FROM docket_about WHERE name = 'changes'`;
  const ask = () => database.all<{ changes: string; stale: number }>(asked, [now]);
  let [row] = await ask();
  if (Number(row?.stale) !== 0) {
    await settle(database, now);
    [row] = await ask();
  }
  return row?.changes ?? "";
}

async function settle(database: CaseIndex["database"], now: number): Promise<void> {
  await database.transaction(async (queries: Queries) => {
    await changed(queries);
    const stale = await queries.all<{ case_key: string }>(STALE, [now]);
    for (const { case_key } of stale) {
      const [span] = await queries.all(
        "SELECT span, since, until, state, next_timer, next_due FROM docket_spans WHERE case_key = $1 AND (since <= $2 OR span = 0) AND until > $2 ORDER BY span DESC LIMIT 1",
        [case_key, now],
      );
      if (!span) continue;
      await queries.run(
        "UPDATE docket_cases SET span = $2, since = $3, until = $4, state = $5, next_timer = $6, next_due = $7 WHERE case_key = $1",
        [case_key, span.span!, span.since!, span.until!, span.state!, span.next_timer!, span.next_due!],
      );
      await queries.run("UPDATE docket_parties SET state = $2, next_due = $3 WHERE case_key = $1", [
        ...[case_key, span.state!, span.next_due!],
      ]);
    }
  });
}

/** One statement for every question; its shape depends on what is asked, its values never enter the text. */
function asked(query: CaseQuery, limit: number, now: number): { sql: string; values: Value[] } {
  const values: Value[] = [];
  const value = (given: Value) => `$${values.push(given)}`;
  const from = ["docket_cases c"];
  const where: string[] = [];
  const stands = query.at === undefined ? "c" : "s";
  const stale =
    query.at === undefined ? `CASE WHEN EXISTS (${STALE.replaceAll("$1", value(now))}) THEN 1 ELSE 0 END` : "0";
  if (query.at !== undefined) {
    const at = value(query.at);
    from.push("JOIN docket_spans s ON s.case_key = c.case_key");
    where.push(`s.since <= ${at} AND s.until > ${at}`);
  }
  // What is walked in order: the narrowest table that the question names.
  let place = { column: "c.opened", key: "c.case_key", down: true };
  if (query.model !== undefined) {
    from.unshift("docket_models m JOIN");
    from[1] += " ON m.case_key = c.case_key";
    where.push(
      `m.model = ${value(query.model)} AND m.part = (SELECT MIN(o.part) FROM docket_models o WHERE o.case_key = m.case_key AND o.model = m.model)`,
    );
    place = { column: "m.opened", key: "m.case_key", down: true };
  } else if (query.party !== undefined) {
    from.unshift("docket_parties p JOIN");
    from[1] += " ON p.case_key = c.case_key";
    where.push(`p.party = ${value(partyName(query.party))} AND p.role = ${value(query.role ?? "")}`);
    place = { column: "p.opened", key: "p.case_key", down: true };
  }
  if (query.model !== undefined && query.party !== undefined)
    where.push(
      `EXISTS (SELECT 1 FROM docket_parties p WHERE p.case_key = c.case_key AND p.party = ${value(partyName(query.party))} AND p.role = ${value(query.role ?? "")})`,
    );
  if (query.role !== undefined && query.party === undefined)
    throw new AssayError("USAGE", "case list: --role is the role of --party");
  if (query.id !== undefined) where.push(`c.id = ${value(query.id)}`);
  // A party's rows say how their cases stand now.
  const standing = stands === "c" && query.model === undefined && query.party !== undefined ? "p" : stands;
  if (query.state !== undefined) where.push(`${standing}.state = ${value(query.state)}`);
  if (query.timer !== undefined) {
    from.push(`JOIN docket_clocks k ON k.case_key = c.case_key AND k.span = ${stands}.span`);
    where.push(`k.timer = ${value(query.timer)} AND k.due <= ${value(query.dueBy ?? FOREVER)}`);
    place = { column: "k.due", key: "k.case_key", down: false };
  } else if (query.dueBy !== undefined) {
    where.push(`${standing}.next_due <= ${value(query.dueBy)}`);
    place = { column: `${standing}.next_due`, key: `${standing}.case_key`, down: false };
  }
  if (query.after !== undefined) {
    const [, at, key] = /^([0-9]{1,15})\.([0-9a-f]{32})$/.exec(query.after) ?? [];
    if (at === undefined || key === undefined)
      throw new AssayError("USAGE", "case list: expected --after as the page before printed it");
    where.push(`(${place.column}, ${place.key}) ${place.down ? "<" : ">"} (${value(Number(at))}, ${value(key)})`);
  }
  const direction = place.down ? "DESC" : "ASC";
  const sql = `SELECT ${place.key} AS case_key, ${place.column} AS place, c.listing, ${stands}.state, ${stands}.next_timer, ${stands}.next_due, ${stale} AS stale FROM ${from.join(" ")}${where.length > 0 ? ` WHERE ${where.join(" AND ")}` : ""} ORDER BY ${place.column} ${direction}, ${place.key} ${direction} LIMIT ${value(limit)}`;
  return { sql, values };
}

/** The listing was written with the row, so that its members are those of a listed case. */
function listed({ listing, state, next_timer, next_due }: CaseRow): ListedCase {
  const row = JSON.parse(listing) as ListedCase;
  row.state = state;
  row.next = next_timer === "" ? null : { timer: next_timer, due: momentText(next_due) };
  return row;
}

interface RecentEntry {
  case: string;
  folder: string;
  entry: number;
  kind: EntryKind;
  role: Role;
  received: string;
}

/** The latest entries across cases, newest first: for feeds and front pages. @param kind one kind alone */
export async function recentEntries({ database }: CaseIndex, limit: number, kind?: EntryKind): Promise<RecentEntry[]> {
  const rows = await database.all<{
    id: string;
    folder: string;
    seq: number;
    kind: EntryKind;
    role: Role;
    received: number;
  }>(
    `SELECT c.id, c.folder, e.seq, e.kind, e.role, e.received FROM docket_entries e JOIN docket_cases c ON c.case_key = e.case_key${kind === undefined ? "" : " WHERE e.kind = $2"} ORDER BY e.received DESC, e.case_key DESC, e.seq DESC LIMIT $1`,
    [limit, ...(kind === undefined ? [] : [kind])],
  );
  return rows.map(({ id, folder, seq, kind: of, role, received }) => ({
    case: id,
    folder,
    entry: seq,
    kind: of,
    role,
    received: momentText(received),
  }));
}
