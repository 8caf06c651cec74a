/**
 * Entropy gating from a transcript alone (after TRACE, 2510.02962): a context that came several times and was always
 * followed by the same token left the suspect no choice, so it cannot show a learned preference. Tokens and contexts
 * alone decide, never a score: leaving such tuples out is lawful under any key and only adds power.
 */

import type { Scheme } from "../schemes/scheme.js";
import { contextName } from "./score-texts.js";
import type { IdText } from "./texts.js";

/** Seen this often with one follower, a context has at most some 0.5 bits of choice left (95 %: p ≥ 0.47^(1/4)…). */
const OCCURRENCES_MIN = 4;

/** @returns whether the context before a position left no choice in this corpus */
export function choicelessContexts(
  scheme: Scheme,
  texts: readonly IdText[],
): (ids: Uint32Array, at: number) => boolean {
  if (scheme.contextOffsets.length === 0) return () => false;
  const seen = new Map<number, { follower: number; count: number; only: boolean }>();
  const name = (ids: Uint32Array, at: number) => {
    const [high, low] = contextName(scheme, ids, at);
    return (high & 0x1fffff) * 2 ** 32 + low;
  };
  for (const { ids } of texts)
    for (let at = scheme.contextWidth; at < ids.length; at++) {
      const key = name(ids, at);
      const entry = seen.get(key);
      if (!entry) seen.set(key, { follower: ids[at]!, count: 1, only: true });
      else {
        entry.count++;
        if (entry.follower !== ids[at]) entry.only = false;
      }
    }
  return (ids, at) => {
    const entry = seen.get(name(ids, at));
    return entry?.only === true && entry.count >= OCCURRENCES_MIN;
  };
}
