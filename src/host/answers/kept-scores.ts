/**
 * Scores asked one by one and kept: what was scored is on disk at once, and a second start goes on where the first was
 * cut. When all is asked, the part that is done becomes the file, in the order in which items were given.
 */
import { appendFile, readFile, rm } from "node:fs/promises";
import { AssayError, quoted } from "../../base/error.js";
import { assertFreeFile } from "../small-file.js";
import { writeWhole } from "../whole-file.js";

/** Refused before anything was scored: then what is refused is the asking, not the items. */
const REFUSED_FROM_START_MAX = 5;

interface Asked<T extends { id: string }, G extends object> {
  /** The command, for its faults. */
  who: string;
  items: readonly T[];
  score: (item: T) => Promise<G | { refused: string }>;
  /** The line of one item. */
  line: (item: T, given: G | { refused: string }) => string;
  /** A new file; beside it the part that is done, until all is. */
  out: string;
  /** What makes a part that is done this one's: digest of the items, endpoint and model. */
  of: string;
  concurrency: number;
  /** Whether a refusal is a line of its own, and not asked again: where the same would be said again. */
  refusalsKept: boolean;
  onProgress?: (done: number) => void;
  signal?: AbortSignal;
}

/** @returns how many have a score, and why others have none @throws USAGE where the part that is done is of something else */
export async function keepScores<T extends { id: string }, G extends object>(asked: Asked<T, G>) {
  const { who, items, score, line, out, of, concurrency, refusalsKept, signal } = asked;
  await assertFreeFile(out);
  const partial = `${out}.part`;
  const kept = await keptBefore<G>(who, partial, of);
  const waiting = items.filter(({ id }) => !kept.has(id));
  const refused: string[] = [];
  const said = (id: string, why: string) => refused.push(`${id}: ${why}`);
  for (const { id } of items) {
    const before = kept.get(id);
    if (before && "refused" in before) said(id, before.refused);
  }
  const scored = () => [...kept.values()].filter((given) => !("refused" in given)).length;
  let at = 0;
  const worker = async () => {
    while (at < waiting.length && !signal?.aborted) {
      const item = waiting[at++]!;
      const given = await score(item);
      if ("refused" in given) {
        said(item.id, given.refused);
        // What scores nothing is told once, not for each item.
        if (refused.length >= REFUSED_FROM_START_MAX && scored() === 0) at = waiting.length;
        if (!refusalsKept) continue;
      }
      kept.set(item.id, given);
      await appendFile(partial, `${JSON.stringify({ id: item.id, ...given })}\n`, { flush: true });
      asked.onProgress?.(kept.size);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  signal?.throwIfAborted();
  const done = scored();
  if (done === 0) {
    await rm(partial, { force: true });
    throw new AssayError("UNAVAILABLE", `${who}: nothing was scored; ${refused[0] ?? "there was nothing to score"}`);
  }
  const lines = items.flatMap((item) => {
    const given = kept.get(item.id);
    return given ? [`${line(item, given)}\n`] : [];
  });
  await writeWhole(out, new TextEncoder().encode(lines.join("")));
  await rm(partial, { force: true });
  return { scored: done, refused };
}

/** A line that was cut off while it was written is taken out, and its item asked again. */
async function keptBefore<G extends object>(who: string, partial: string, of: string) {
  const head = JSON.stringify({ scores: of });
  const before = await readFile(partial, "utf8").catch(() => null);
  const lines = before === null ? [] : before.split("\n").slice(0, -1);
  if (before === null || lines.length === 0) await writeWhole(partial, new TextEncoder().encode(`${head}\n`));
  else if (lines[0] !== head)
    throw new AssayError("USAGE", `${who}: ${quoted(partial)} was begun for other items or another model`);
  else if (!before.endsWith("\n"))
    await writeWhole(partial, new TextEncoder().encode(lines.map((each) => `${each}\n`).join("")));
  return new Map(
    lines.slice(1).map((each) => {
      const { id, ...given } = JSON.parse(each) as { id: string } & (G | { refused: string });
      return [id, given as G | { refused: string }];
    }),
  );
}
