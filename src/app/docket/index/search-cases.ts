/**
 * The list of a docket's front page, from the index: by words that all stand in a case's public view, by state, the latest
 * entry or the next time first. A word is found by its beginning; words are kept in hexadecimal, so that their order is the
 * same on every engine.
 */
import type { Row } from "../../../host/sql/database.js";
import { momentText } from "../../../office/docket/time/day.js";
import { KeptLists, type Order } from "./kept-lists.js";
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
  by: Order;
  offset?: number;
  limit: number;
}

/** So many words are looked for; more would only slow a reader. */
const WORDS_MAX = 16;

/** Of the index as it was read last; another reading takes its place when the index has changed. */
const LISTS = new WeakMap<CaseIndex, KeptLists>();

async function listsOf(index: CaseIndex, now: number): Promise<KeptLists> {
  const changes = await settleNow(index, now);
  const before = LISTS.get(index);
  if (before?.changes === changes) return before;
  const lists = new KeptLists(index.database, changes);
  LISTS.set(index, lists);
  return lists;
}

/** @param now Unix seconds @returns a page, and how many there are in all */
export async function searchCases(
  index: CaseIndex,
  { words = [], state, by, offset = 0, limit }: CaseSearch,
  now: number,
): Promise<{ found: number; cases: FoundCase[] }> {
  const lists = await listsOf(index, now);
  const asked = { words: words.slice(0, WORDS_MAX).flatMap(wordsIn), state, by };
  const { found, keys } = await lists.page(asked, offset, limit);
  if (keys.length === 0) return { found, cases: [] };
  const rows = await index.database.all<FoundRow>(
    `SELECT case_key, listing, title, outcome, state, next_timer, next_due FROM docket_cases WHERE case_key IN (${keys.map((_, n) => `$${n + 1}`).join(",")})`,
    keys,
  );
  const byKey = new Map(rows.map((row) => [row.case_key, row]));
  return { found, cases: keys.flatMap((key) => byKey.get(key) ?? []).map(foundCase) };
}

interface FoundRow extends Row {
  case_key: string;
  listing: string;
  title: string;
  outcome: string;
  state: string;
  next_timer: string;
  next_due: number;
}

function foundCase({ listing, title, outcome, state, next_timer, next_due }: FoundRow): FoundCase {
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

/** States that cases are in, and folders that do not hold together, with the reason. @param now Unix seconds */
export async function standingOf(
  index: CaseIndex,
  now: number,
): Promise<{ states: string[]; unreadable: { case: string; says: string }[] }> {
  return (await listsOf(index, now)).standing(async (queries) => {
    const states = await queries.all<{ state: string }>("SELECT DISTINCT state FROM docket_cases");
    const faults = await queries.all<{ folder: string; says: string }>(
      "SELECT folder, says FROM docket_faults ORDER BY case_key LIMIT 100",
    );
    return {
      states: states.map(({ state }) => state).sort(),
      unreadable: faults.map(({ folder, says }) => ({ case: folder, says })),
    };
  });
}
