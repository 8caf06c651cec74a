/**
 * Windows that stand in an answer's own prompt (Sander et al. 2024): a suspect that copies from a marked prompt shows
 * the mark without having learned it, so those windows do not count.
 */
import type { Scheme } from "../schemes/scheme.js";
import { TupleSet } from "../schemes/tuple-set.js";
import { contextName } from "./score-texts.js";
import type { IdText } from "./texts.js";

/** @returns whether the context before a position of text `number` occurs in that text's prompt */
export function promptWindows(
  scheme: Scheme,
  texts: readonly IdText[],
): (number: number, ids: Uint32Array, at: number) => boolean {
  if (scheme.contextOffsets.length === 0) {
    const tokens = texts.map(({ promptIds }) => new Set(promptIds));
    return (number, ids, at) => tokens[number]!.has(ids[at]!);
  }
  const windows = texts.map(({ promptIds }) => {
    const set = new TupleSet(promptIds.length);
    // The window that ends the prompt counts as well: `at` may stand just behind it.
    for (let at = scheme.contextWidth; at <= promptIds.length; at++) {
      const [high, low] = contextName(scheme, promptIds, at);
      set.add(high, low);
    }
    return set;
  });
  return (number, ids, at) => {
    const [high, low] = contextName(scheme, ids, at);
    return windows[number]!.has(high, low);
  };
}
