/**
 * The list of a docket's front page, from the index: by words that all stand in a case's public view, by state, the latest
 * entry or the next time first. A word is found by its beginning; words are kept in hexadecimal, so that their order is the
 * same on every engine.
 */
import type { Row, Value } from "../../../host/sql/database.js";
import { FOREVER } from "../../../office/docket/index/case-rows.js";
import { momentText } from "../../../office/docket/time/day.js";
import { KeptLists } from "./kept-lists.js";
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

/** By due, cases without a running time are left out and no words are looked for. */
export type CaseSearch = { offset?: number; limit: number } & (
  | { by: "latest"; words?: readonly string[]; state?: string }
  | { by: "due" }
);

/** So many words are looked for; more would only slow a reader. */
const WORDS_MAX = 16;

/** Of the index as it was read last; another reading takes its place when the index has changed. */
const LISTS = new WeakMap<CaseIndex, KeptLists>();

/** Questions for the present reading: one that is being answered, and those that wait for it, by their moment. */
const ASKING = new WeakMap<CaseIndex, { last: Promise<unknown>; waiting: Map<number, Promise<string>> }>();

/**
 * Which reading the index is in. Whoever asks while the database answers another waits for the next answer, and all who wait
 * share it: it was asked for after each of them came.
 */
function readingOf(index: CaseIndex, now: number): Promise<string> {
  let asking = ASKING.get(index);
  if (!asking) {
    asking = { last: Promise.resolve(), waiting: new Map() };
    ASKING.set(index, asking);
  }
  const { waiting, last } = asking;
  const before = waiting.get(now);
  if (before) return before;
  const answer = last.then(() => {
    waiting.delete(now);
    return settleNow(index, now);
  });
  waiting.set(now, answer);
  asking.last = answer.catch(() => undefined);
  return answer;
}

async function listsOf(index: CaseIndex, now: number): Promise<KeptLists> {
  const changes = await readingOf(index, now);
  const before = LISTS.get(index);
  if (before?.changes === changes) return before;
  const lists = new KeptLists(index.database, changes);
  LISTS.set(index, lists);
  return lists;
}

const COLUMNS = "case_key, listing, title, outcome, state, next_timer, next_due";

/** @param now Unix seconds @returns a page, and how many there are in all; it is kept, and others may be given the same */
export async function searchCases(
  index: CaseIndex,
  asked: CaseSearch,
  now: number,
): Promise<{ found: number; cases: readonly FoundCase[] }> {
  const lists = await listsOf(index, now);
  return lists.page(JSON.stringify(asked), () => searched(index, lists, asked));
}

async function searched(index: CaseIndex, lists: KeptLists, asked: CaseSearch) {
  const { offset = 0, limit } = asked;
  if (asked.by === "latest") {
    const words = (asked.words ?? []).slice(0, WORDS_MAX).flatMap(wordsIn);
    if (words.length > 0) {
      const { found, keys } = await lists.holding(words, asked.state, offset, limit);
      return { found, cases: await rowsOf(index, keys) };
    }
  }
  const state = asked.by === "latest" ? asked.state : undefined;
  const [where, order, values]: [string, string, Value[]] =
    asked.by === "due"
      ? ["next_due < $1", "next_due, case_key", [FOREVER]]
      : [
          state === undefined ? "1 = 1" : "state = $1",
          "last_entry DESC, case_key DESC",
          state === undefined ? [] : [state],
        ];
  const found = await lists.once(`count ${asked.by} ${state ?? ""}`, async (queries) => {
    const sql = `SELECT COUNT(*) AS found FROM docket_cases WHERE ${where}`;
    const [row] = await queries.all<{ found: number }>(sql, values);
    return Number(row!.found);
  });
  const rows = await index.database.all<FoundRow>(
    `SELECT ${COLUMNS} FROM docket_cases WHERE ${where} ORDER BY ${order} LIMIT $${values.length + 1} OFFSET $${values.length + 2}`,
    [...values, limit, offset],
  );
  return { found, cases: rows.map(foundCase) };
}

/** In the order of their keys. */
async function rowsOf(index: CaseIndex, keys: readonly string[]): Promise<FoundCase[]> {
  if (keys.length === 0) return [];
  const rows = await index.database.all<FoundRow>(
    `SELECT ${COLUMNS} FROM docket_cases WHERE case_key IN (${keys.map((_, n) => `$${n + 1}`).join(",")})`,
    keys,
  );
  const byKey = new Map(rows.map((row) => [row.case_key, row]));
  return keys.flatMap((key) => byKey.get(key) ?? []).map(foundCase);
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
  return (await listsOf(index, now)).once("standing", async (queries) => {
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
