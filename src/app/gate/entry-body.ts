/** What an entry of a register says: a correction stands for what it puts in place. */
import type { Correction } from "../../office/register/declarations/procedure.js";
import type { Declaration } from "../../office/register/declarations/statement.js";

/** The predicate in force, as the caller knows it from the entry's kind. */
export function bodyOf<T>({ kind, predicate }: Declaration): T {
  return (kind === "correction" ? (predicate as Correction).replacement : predicate) as T;
}
