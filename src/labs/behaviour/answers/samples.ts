/**
 * Several answers to one prompt, where a transcript holds them, beside what the server said of their probability. What
 * tests of identity are made on; the comparison with the panel takes the first answer alone.
 */

export interface SampledAnswer {
  text: string;
  /** Mean natural log-probability a token as the server stated it; null where it stated none. */
  logprob: number | null;
}

/** One transcript's answers by prompt id, in the order of their samples. */
export type SamplesOf = ReadonlyMap<string, readonly SampledAnswer[]>;

export interface PairedSamples {
  reference: readonly SampledAnswer[];
  suspect: readonly SampledAnswer[];
}

/** Samples of a prompt and side beyond these are left out: the cost grows with their square. */
export const SAMPLES_MAX = 32;

/** Prompts of both sides, in the order given. */
export function pairSamples(promptIds: readonly string[], reference: SamplesOf, suspect: SamplesOf): PairedSamples[] {
  return promptIds.flatMap((id) => {
    const [a, b] = [reference.get(id), suspect.get(id)];
    return a && b ? [{ reference: a.slice(0, SAMPLES_MAX), suspect: b.slice(0, SAMPLES_MAX) }] : [];
  });
}
