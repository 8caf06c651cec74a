/**
 * What a plan pays for the choices that were open to its maker. Entries of a log are cheap, so that a maker may commit to a
 * million plans and open the one that fits: each entry has a price of its own, fixed by its place, and the prices' inverses
 * sum to 1 over all entries there can ever be. Whoever commits to however many plans is accused of a model that saw none of
 * them with the level's probability at most. (Elias's code lengths as a spending of α.)
 */

/** A commitment's place: in one of so many logs that are believed. */
interface Place {
  /** From 0. */
  index: number;
  logs: number;
}

/** Whole number: 2 at the first entry, some 5 × 10⁴ at the thousandth, 2 × 10⁸ at the millionth. @param index from 0 */
function priceOfEntry(index: number): number {
  const level = Math.floor(Math.log2(index + 1));
  return 2 ** level * (level + 1) * (level + 2);
}

/** How many ways are paid for: tries, and places in any of the logs that are believed. */
export function waysPaid(tries: number, dated: Place | null): number {
  return tries * (dated ? dated.logs * priceOfEntry(dated.index) : 1);
}

/** log10 of the p after all that is paid for. */
export function log10Paid(log10P: number, tries: number, dated: Place | null): number {
  const price = dated ? Math.log10(priceOfEntry(dated.index)) + Math.log10(dated.logs) : 0;
  return Math.min(0, log10P + Math.log10(tries) + price);
}
