/**
 * How alike two answers to one prompt are: shared runs of three words over all runs (Jaccard), 0 to 1. Shared wording is
 * what training on answers leaves; a paraphrase of everything is not seen.
 */
import { normalise } from "../../../transcript/normaliser.js";
import { hashPair, scanWords } from "../../../transcript/words.js";

const RUN = 3;
/** Longer answers are cut: agreement is at the start where models have not yet drifted apart. */
const CHARS_MAX = 20_000;

/** Hashes of runs of three words of the cleaned answer; a shorter one is a run by itself. */
export function runsOf(answer: string): Set<number> {
  const { count, hashes } = scanWords(normalise(answer).slice(0, CHARS_MAX));
  const out = new Set<number>();
  if (count > 0 && count < RUN) out.add(hashes[0]!);
  for (let i = 0; i + RUN <= count; i++) out.add(hashPair(hashPair(hashes[i]!, hashes[i + 1]!), hashes[i + 2]!));
  return out;
}

/** Jaccard's share of two sets of runs; 0 for two empty ones. */
export function agreementOf(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let both = 0;
  for (const run of a) if (b.has(run)) both++;
  const all = a.size + b.size - both;
  return all === 0 ? 0 : both / all;
}
