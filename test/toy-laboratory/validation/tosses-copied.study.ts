/**
 * The study of the toy laboratory: 80 pairs of independent records, none of which shares a coin with another, and 40
 * copies with one toss in ten changed. Prints validation/tosses-copied.json:
 *
 *   npm run build && node validation/tosses-copied.study.ts > validation/tosses-copied.json
 */
import { prng } from "../dist/base/prng.js";
import { OUTCOME_RULES } from "../dist/finding/outcome.js";
import { equalPlaces, METHOD } from "../dist/labs/tosses/examine.js";

const TOSSES = 200;
const record = (seed: string): string => {
  const random = prng("tosses", seed);
  return Array.from({ length: TOSSES }, () => (random.below(2) === 0 ? "H" : "T")).join("");
};
const copyOf = (tosses: string, seed: string): string => {
  const random = prng("copies", seed);
  return [...tosses].map((toss) => (random.below(10) > 0 ? toss : toss === "H" ? "T" : "H")).join("");
};
const log10P = (one: string, other: string): number => equalPlaces(one, other).log10P;
const reaches = (values: readonly number[]) => values.filter((value) => value <= OUTCOME_RULES.log10Alpha).length;

const nullLog10P = Array.from({ length: 80 }, (_, i) => log10P(record(`${i}a`), record(`${i}b`)));
const positiveLog10P = Array.from({ length: 40 }, (_, i) => log10P(record(`${i}c`), copyOf(record(`${i}c`), `${i}`)));
const [accused, found] = [reaches(nullLog10P), reaches(positiveLog10P)];
const summary = {
  type: "assay/validation/v1",
  method: METHOD.id,
  methodVersion: METHOD.version,
  page: "validation/tosses-copied.md",
  nulls: { pairs: 80, families: 160, accusedPairs: accused, accusedFamilies: 2 * accused },
  positives: { pairs: 40, families: 40, foundPairs: found, foundFamilies: found },
  nullLog10P,
  positiveLog10P,
};
process.stdout.write(`${JSON.stringify(summary)}\n`);
