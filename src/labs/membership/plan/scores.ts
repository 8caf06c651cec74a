/**
 * What a model says of each text: JSON Lines `{"id", "logprob"}`, the natural logarithm of the text's probability, by any
 * model and any means; other numbers of a row are kept as exhibits. What a score is made of the reader cannot see.
 */
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { SCORES_BYTES_MAX } from "../method.js";

export interface Scores {
  logprobs: ReadonlyMap<string, number>;
  /** Other numbers of the rows, by name and id: Min-K%, a ratio to zlib's length and the like. */
  others: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Names of other numbers that are kept. */
const OTHERS_MAX = 20;

/** @throws AssayError LIMIT, FORMAT naming the line */
export function readScores(bytes: Uint8Array, what: string): Scores {
  if (bytes.length > SCORES_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${SCORES_BYTES_MAX} bytes of scores, got ${bytes.length}`);
  const logprobs = new Map<string, number>();
  const others = new Map<string, Map<string, number>>();
  for (const [i, line] of fromUtf8(bytes, what).split("\n").entries()) {
    if (line.trim() === "") continue;
    const where = `${what}, line ${i + 1}`;
    const row = parseStrictJson(line, where);
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new AssayError("FORMAT", `${where}: expected {"id", "logprob"}`);
    const { id: given, logprob, ...rest } = row as Record<string, unknown>;
    const id = typeof given === "number" ? String(given) : given;
    if (typeof id !== "string" || id.length > 100)
      throw new AssayError("FORMAT", `${where}: expected "id" as text, got ${quoted(given)}`);
    if (typeof logprob !== "number" || !(logprob <= 0) || !Number.isFinite(logprob))
      throw new AssayError(
        "FORMAT",
        `${where}: expected "logprob" as a finite number of at most 0, got ${quoted(logprob)}`,
      );
    if (logprobs.has(id)) throw new AssayError("FORMAT", `${where}: expected one score of ${quoted(id)}, got two`);
    logprobs.set(id, logprob);
    for (const [name, value] of Object.entries(rest)) {
      if (typeof value !== "number" || !Number.isFinite(value)) continue;
      const held = others.get(name) ?? new Map<string, number>();
      if (others.size < OTHERS_MAX || others.has(name)) others.set(name, held.set(id, value));
    }
  }
  return { logprobs, others };
}

/** Scores of the ids of one group, or how many are missing. */
export function scoresOf({ logprobs }: Scores, ids: readonly string[]): { values: number[] } | { missing: number } {
  const values = ids.flatMap((id) => logprobs.get(id) ?? []);
  return values.length === ids.length ? { values } : { missing: ids.length - values.length };
}
