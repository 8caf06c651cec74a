/**
 * Embedding rows of the two models that stand for the same token string. Without a tokenizer on both sides rows are
 * taken by number. The pairing is about tokens, never about the residual labels that are tested, so a poor pairing
 * costs power and nothing else.
 */
import type { Run } from "../kernels/row-order.js";
import type { Vocabulary } from "../model/model.js";
import { positionSample, toRuns } from "./sampling.js";

/** Tokens of the same string that are used, half of them for the fit. */
export const TOKENS_PAIRED = 8192;

export interface SharedTokens {
  rows: { reference: number; suspect: number }[];
  how: "by token string" | "by row number";
}

/** @param max pairs kept, drawn by the seed @returns row numbers of either side, in pairs */
export function sharedTokens(
  vocabularies: { reference: Vocabulary | null; suspect: Vocabulary | null },
  referenceRows: number,
  suspectRows: number,
  max: number,
  seed: string,
): SharedTokens {
  const { reference, suspect } = vocabularies;
  const all =
    reference && suspect
      ? byString(reference, suspect, referenceRows, suspectRows)
      : Array.from({ length: Math.min(referenceRows, suspectRows) }, (_, r) => ({ reference: r, suspect: r }));
  const rows = positionSample(all.length, max, seed).map((p) => all[p]!);
  return { rows, how: reference && suspect ? "by token string" : "by row number" };
}

/** The sampled rows of one side, as runs in the order of the sample. */
export function tokenRuns(tokens: SharedTokens, side: "reference" | "suspect"): Run[] {
  return toRuns(tokens.rows.map((row) => row[side]));
}

function byString(reference: Vocabulary, suspect: Vocabulary, referenceRows: number, suspectRows: number) {
  const rows: { token: string; reference: number; suspect: number }[] = [];
  for (const [token, id] of reference) {
    const other = suspect.get(token);
    if (other !== undefined && id < referenceRows && other < suspectRows)
      rows.push({ token, reference: id, suspect: other });
  }
  // By the lower number, then the higher, then the token: an order that stays when the two models change places.
  const low = (row: SharedTokens["rows"][number]) => Math.min(row.reference, row.suspect);
  const high = (row: SharedTokens["rows"][number]) => Math.max(row.reference, row.suspect);
  return rows
    .sort((a, b) => low(a) - low(b) || high(a) - high(b) || (a.token < b.token ? -1 : 1))
    .map(({ reference: r, suspect: s }) => ({ reference: r, suspect: s }));
}
