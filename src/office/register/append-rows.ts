/**
 * What admission asks of the log, a row of 32 bytes an entry: the first bytes of its statement, of its model's id, and of
 * its name as a reader may take it. Rows find the few entries that bear on a declaration, so that these alone are folded.
 * A row only leads to an entry, which is read from the log itself: two things of one beginning cost a read, never an answer.
 */

import { utf8 } from "../../base/bytes.js";
import { sha256Hex } from "../../base/digest.js";
import { skeleton } from "./names/look-alike.js";
import { isAccess, isDeclared, type LoggedRecord } from "./register-entry.js";

/** 32-bit words a row: two each for statement, model and name, one for whether every admission needs it, one free. */
export const ROW_WORDS = 8;
const [STATEMENT, MODEL, NAME, NEEDED] = [0, 2, 4, 6];

/**
 * What rows were made by. Names are kept as a reader takes them: were other letters taken for one another, rows of before
 * would no longer lead to a look-alike, and are made anew.
 */
export const ROWS_FORM = sha256Hex(
  utf8(skeleton("0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz ._-/| rn nn vv uu cl ci ri a.b-c_d")),
).slice(0, 16);

/** What declarations are judged by. */
export interface Asked {
  /** Their own statements, and those they speak of. */
  statements: readonly string[];
  models: readonly string[];
  names: readonly string[];
}

/** Keys, authorities and kinds that this version does not know bear on all; the access ledger on no declaration. */
export function rowOf(record: LoggedRecord): Uint32Array {
  const row = new Uint32Array(ROW_WORDS);
  if (isDeclared(record)) {
    row.set(beginning(record.statement), STATEMENT);
    row.set(beginning(record.model), MODEL);
    row.set(beginning(skeleton(record.name)), NAME);
  } else if (!isAccess(record)) row[NEEDED] = 1;
  return row;
}

/** @param rows one after another, in the log's order @returns indices of entries, rising */
export function bearingOn(rows: Uint32Array, { statements, models, names }: Asked): number[] {
  const byStatement = new Beginnings(statements);
  const byName = new Beginnings(names.map(skeleton));
  const byModel = new Beginnings(models);
  // A name belongs to whoever first used it: a model that is found by a later one is folded from its beginning.
  for (let at = 0; at < rows.length; at += ROW_WORDS)
    if (byStatement.has(rows, at + STATEMENT) || byName.has(rows, at + NAME)) byModel.add(rows, at + MODEL);
  const found: number[] = [];
  for (let at = 0; at < rows.length; at += ROW_WORDS)
    if (rows[at + NEEDED] === 1 || byModel.has(rows, at + MODEL)) found.push(at / ROW_WORDS);
  return found;
}

/** A few beginnings, asked for a million times: most are told apart by 16 bits. */
class Beginnings {
  readonly #some = new Uint8Array(65_536);
  readonly #all = new Set<string>();

  constructor(texts: readonly string[]) {
    for (const text of texts) this.add(Uint32Array.from(beginning(text)), 0);
  }

  add(words: Uint32Array, at: number): void {
    this.#some[words[at]! & 0xffff] = 1;
    this.#all.add(`${words[at]} ${words[at + 1]}`);
  }

  has(words: Uint32Array, at: number): boolean {
    return this.#some[words[at]! & 0xffff] === 1 && this.#all.has(`${words[at]} ${words[at + 1]}`);
  }
}

function beginning(text: string): [number, number] {
  const hex = /^(?:sha256:|uri:)?([0-9a-f]{64})$/.exec(text)?.[1] ?? sha256Hex(utf8(text));
  return [Number.parseInt(hex.slice(0, 8), 16), Number.parseInt(hex.slice(8, 16), 16)];
}
