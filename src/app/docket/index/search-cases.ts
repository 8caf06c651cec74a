/**
 * The list of a docket's front page, from the index: by words that all stand in a case's public view, by state, the latest
 * entry or the next time first. A word is found by its beginning; words are kept in hexadecimal, so that their order is the
 * same on every engine.
 */
import type { Row, Value } from "../../../host/sql/database.js";
import { FOREVER } from "../../../office/docket/index/case-rows.js";
import { momentText } from "../../../office/docket/time/day.js";
import { settleNow } from "./list-cases.js";
import type { Listing } from "./listing.js";
import type { CaseIndex } from "./open-index.js";
import { wordsIn } from "./words.js";

export interface FoundCase {
  case: string;
  title: string;
  state: string;
  opened: string;
  last: string;
  entries: number;
  outcome: string | null;
  /** The next time that runs out. */
  due: { timer: string; due: string } | null;
  rehearsal: boolean;
}

export interface CaseSearch {
  words?: readonly string[];
  state?: string;
  /** By due, cases without a running time are left out. */
  by: "latest" | "due";
  offset?: number;
  limit: number;
}

/** So many words are looked for; more would only slow a reader. */
const WORDS_MAX = 16;

/** @param now Unix seconds @returns a page, and how many there are in all */
export async function searchCases(
  index: CaseIndex,
  { words = [], state, by, offset = 0, limit }: CaseSearch,
  now: number,
): Promise<{ found: number; cases: FoundCase[] }> {
  await settleNow(index, now);
  const values: Value[] = [];
  const value = (given: Value) => `$${values.push(given)}`;
  const where = ["1 = 1"];
  for (const word of words.slice(0, WORDS_MAX).flatMap(wordsIn))
    where.push(
      `c.case_key IN (SELECT case_key FROM docket_words WHERE word >= ${value(word)} AND word < ${value(`${word}g`)})`,
    );
  if (state !== undefined) where.push(`c.state = ${value(state)}`);
  if (by === "due") where.push(`c.next_due < ${value(FOREVER)}`);
  const of = `FROM docket_cases c WHERE ${where.join(" AND ")}`;
  const [counted] = await index.database.all<{ found: number }>(`SELECT COUNT(*) AS found ${of}`, values);
  const order = by === "due" ? "c.next_due, c.case_key" : "c.last_entry DESC, c.case_key DESC";
  const asked = [...values, limit, offset];
  const rows = await index.database.all<FoundRow>(
    `SELECT c.listing, c.title, c.outcome, c.state, c.next_timer, c.next_due ${of} ORDER BY ${order} LIMIT $${asked.length - 1} OFFSET $${asked.length}`,
    asked,
  );
  return { found: Number(counted!.found), cases: rows.map(found) };
}

interface FoundRow extends Row {
  listing: string;
  title: string;
  outcome: string;
  state: string;
  next_timer: string;
  next_due: number;
}

function found({ listing, title, outcome, state, next_timer, next_due }: FoundRow): FoundCase {
  const { case: id, opened, lastEntry, entries, rehearsal } = JSON.parse(listing) as Listing;
  return {
    case: id,
    title,
    state,
    opened,
    last: lastEntry,
    entries,
    outcome: outcome === "" ? null : outcome,
    due: next_timer === "" ? null : { timer: next_timer, due: momentText(next_due) },
    rehearsal,
  };
}

/** Every state that a case is in. */
export async function statesOfCases({ database }: CaseIndex): Promise<string[]> {
  const rows = await database.all<{ state: string }>("SELECT DISTINCT state FROM docket_cases");
  return rows.map(({ state }) => state).sort();
}

/** Folders that do not hold together, with the reason. */
export async function unreadableCases({ database }: CaseIndex): Promise<{ case: string; says: string }[]> {
  const rows = await database.all<{ folder: string; says: string }>(
    "SELECT folder, says FROM docket_faults ORDER BY case_key LIMIT 100",
  );
  return rows.map(({ folder, says }) => ({ case: folder, says }));
}
