/**
 * Whose copy is it? Each form of each place was a fair coin for each recipient, thrown after the places were fixed, so that
 * a suspect that was not made from a recipient's copy agrees with it on Binomial(n, 1/2) of the n places that are read:
 * which are read depends on the original and the suspect alone. Two counts are looked at, all places and those that
 * survive when a parsed text is printed anew (numbers in another base do not), and the smaller tail is paid for twice.
 */
import { log10BinomialTail } from "../../../stats/exact-tails.js";
import type { SiteKind } from "./sites.js";

interface Traced {
  name: string;
  agreements: number;
  structural: number;
  /** Paid for the two counts, not for recipients. */
  log10P: number;
}

/**
 * @param reading what the suspect says at each place; null where it was not read
 * @param kinds of the places @returns strongest first
 */
export function traceCopies(
  recipients: readonly string[],
  formsOf: (recipient: string) => Uint8Array,
  reading: readonly (0 | 1 | null)[],
  kinds: readonly SiteKind[],
): Traced[] {
  const all = reading.flatMap((said, i) => (said === null ? [] : [i]));
  const inside = all.filter((i) => isStructural(kinds[i]!));
  const tails = [tailsOf(all.length), tailsOf(inside.length)];
  return recipients
    .map((name) => {
      const forms = formsOf(name);
      const agreed = (places: readonly number[]) => places.filter((i) => forms[i] === reading[i]).length;
      const [agreements, structural] = [agreed(all), agreed(inside)];
      const log10P = Math.min(0, Math.min(tails[0]!(agreements), tails[1]!(structural)) + Math.log10(2));
      return { name, agreements, structural, log10P };
    })
    .sort((a, b) => a.log10P - b.log10P || (a.name < b.name ? -1 : 1));
}

/** Whether a place outlives a text that was parsed and printed anew. */
export const isStructural = (kind: SiteKind): boolean => kind !== "number";

/** log10 P(so many agreements or more of n fair coins), each computed once. */
function tailsOf(n: number): (agreements: number) => number {
  const known = new Map<number, number>();
  return (agreements) => {
    const held = known.get(agreements) ?? (agreements <= 0 ? 0 : log10BinomialTail(agreements, n, 0.5));
    known.set(agreements, held);
    return held;
  };
}
