/**
 * How often two models that nobody related stood above every unrelated pair of a panel, by measure: for the page, beside
 * each value. From validation/preferences-states.json, which test/labs/preferences/states.test.ts holds these to.
 */

interface Chance {
  /** Pairs of unrelated models that stood above all of their panel, of so many, among so many independent bases. */
  above: number;
  pairs: number;
  bases: number;
}

export const ALIKE_BY_CHANCE: Readonly<Record<"cka" | "reef" | "refusal", Chance>> = {
  cka: { above: 10, pairs: 630, bases: 36 },
  reef: { above: 0, pairs: 630, bases: 36 },
  refusal: { above: 9, pairs: 630, bases: 36 },
};
