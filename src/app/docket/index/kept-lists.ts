/**
 * What one reading of a docket's index answers again and again: how many cases there are, which of them hold a word or are in
 * a state, and pages of lists. It is kept in memory until the index changes, so that a list that was asked for before costs the
 * question whether it has. A case is a bit of a set: ten thousand cases are 1,250 bytes a word.
 */
import type { Queries } from "../../../host/sql/database.js";

/** Sets of all that was asked, together; the one asked longest ago is forgotten first. */
const SET_BYTES_MAX = 16 * 1024 * 1024;
/** Pages of lists, some 30 KB each; the one asked for longest ago is forgotten first. */
const PAGES_MAX = 400;
/** Characters of a case's key. */
const KEY_CHARACTERS = 32;

export class KeptLists {
  /** Which reading of the index this is. */
  readonly changes: string;
  readonly #queries: Queries;
  #latest: Promise<{ keys: readonly string[]; numbers: ReadonlyMap<string, number> }> | null = null;
  readonly #sets = new Map<string, Promise<Uint8Array>>();
  readonly #answers = new Map<string, Promise<unknown>>();
  readonly #pages = new Map<string, Promise<unknown>>();

  constructor(queries: Queries, changes: string) {
    this.#queries = queries;
    this.changes = changes;
  }

  /**
   * Keys of a page of the cases that hold all of the words, the latest entry first, and how many there are in all.
   * @param words in hexadecimal, at least one; each is found by its beginning
   */
  async holding(
    words: readonly string[],
    state: string | undefined,
    offset: number,
    limit: number,
  ): Promise<{ found: number; keys: string[] }> {
    const { keys } = await this.#cases();
    const sets = await Promise.all([
      ...words.map((word) => this.#set(`word ${word}`, WITH_WORD, [word, `${word}g`])),
      ...(state === undefined ? [] : [this.#set(`state ${state}`, IN_STATE, [state])]),
    ]);
    const all = sets[0]!.slice();
    for (const set of sets.slice(1)) for (let at = 0; at < all.length; at++) all[at]! &= set[at]!;
    const listed: string[] = [];
    let found = 0;
    for (let n = 0; n < keys.length; n++) {
      if ((all[n >> 3]! & (1 << (n & 7))) === 0) continue;
      if (found >= offset && listed.length < limit) listed.push(keys[n]!);
      found++;
    }
    return { found, keys: listed };
  }

  /** An answer that holds until the index changes. @param ask is called once a reading and question */
  once<T>(question: string, ask: (queries: Queries) => Promise<T>): Promise<T> {
    return kept(this.#answers, question, () => ask(this.#queries)) as Promise<T>;
  }

  /** A page of a list, as `once` but of so many pages alone. @param ask is called again where the page was forgotten */
  page<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const before = this.#pages.get(question);
    // The one asked last stands last.
    if (before) this.#pages.delete(question);
    else if (this.#pages.size >= PAGES_MAX) this.#pages.delete(this.#pages.keys().next().value!);
    if (before) this.#pages.set(question, before);
    return kept(this.#pages, question, ask) as Promise<T>;
  }

  /** Cases are numbered by their latest entry. */
  #cases() {
    this.#latest ??= this.#keys(ALL_BY_LATEST, [])
      .then((keys) => ({ keys, numbers: new Map(keys.map((key, n) => [key, n])) }))
      .catch((error: unknown) => {
        this.#latest = null;
        throw error;
      });
    return this.#latest;
  }

  async #set(name: string, sql: string, values: readonly string[]): Promise<Uint8Array> {
    const before = this.#sets.get(name);
    // The one asked last stands last.
    if (before) {
      this.#sets.delete(name);
      this.#sets.set(name, before);
      return before;
    }
    const { keys, numbers } = await this.#cases();
    const bytes = Math.ceil(keys.length / 8);
    const room = Math.max(1, Math.floor(SET_BYTES_MAX / Math.max(1, bytes)));
    while (this.#sets.size >= room) this.#sets.delete(this.#sets.keys().next().value!);
    return kept(this.#sets, name, async () => {
      const set = new Uint8Array(bytes);
      for (const key of await this.#keys(sql, values)) {
        // A case that came between two questions is in the next reading.
        const n = numbers.get(key);
        if (n !== undefined) set[n >> 3]! |= 1 << (n & 7);
      }
      return set;
    });
  }

  /** One long text in place of a row a case: a tenth of the time. */
  async #keys(sql: string, values: readonly (string | number)[]): Promise<string[]> {
    const [row] = await this.#queries.all<{ keys: string | null }>(sql, values);
    const text = row?.keys ?? "";
    return Array.from({ length: text.length / KEY_CHARACTERS }, (_, n) =>
      text.slice(n * KEY_CHARACTERS, (n + 1) * KEY_CHARACTERS),
    );
  }
}

const ALL_BY_LATEST =
  "SELECT string_agg(case_key, '' ORDER BY last_entry DESC, case_key DESC) AS keys FROM docket_cases";
const IN_STATE = "SELECT string_agg(case_key, '') AS keys FROM docket_cases WHERE state = $1";
const WITH_WORD = "SELECT string_agg(case_key, '') AS keys FROM docket_words WHERE word >= $1 AND word < $2";

/** The promise is kept, so that fifty who ask at once are one question; a failed one is asked again. */
function kept<K, T>(map: Map<K, Promise<T>>, name: K, ask: () => Promise<T>): Promise<T> {
  const before = map.get(name);
  if (before) return before;
  const asked = ask().catch((error: unknown) => {
    map.delete(name);
    throw error;
  });
  map.set(name, asked);
  return asked;
}
