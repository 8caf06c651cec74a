/**
 * The method's name, its numbers and the class of trees its study speaks for. A change of any number here, of a
 * language's table or of the prints is a new version: findings of two versions are not compared, nor is an index of one
 * read by another.
 */

export const METHOD = { id: "code/exclusive-containment", version: "7" } as const;

/** Whose copy is it? (copies/) Its places follow from its rules, so that a plan is read by one version alone. */
export const COPY_METHOD = { id: "code/recipient-copy", version: "1" } as const;

/** Tokens a print covers. Both lengths must agree: the short one survives edits, the long one is rarer by chance. */
export const PRINT_TOKENS = [16, 24] as const;
/** A unit of fewer exclusive prints, of either length, is not scored: one chance phrase would be a third of it. */
export const EXCLUSIVE_MIN = 100;
/** Exclusive prints that must be shared, of either length: about one page of statements, not one phrase. */
export const SHARED_MIN = 30;
/**
 * A passage is what one file of each side has in common and no maker of the index has (prints/passages.ts). So many prints of
 * either length stand for a whole unit: the same bound, STUDY_NULL, then asks for 160 of them.
 */
export const PASSAGE_PRINTS = 1000;
/** Prints that a passage counts: those whose run of so many tokens holds so many different ones. */
export const RUN_TOKENS = PRINT_TOKENS[1];
export const VARIED_MIN = 8;
/** A print in more files of one side is that side's way of writing, and counts in no passage. */
export const PASSAGE_FILES_MAX = 8;
/**
 * Makers of the index who publish in a language, before passages are counted in it. What many take from one library is
 * exclusive to two by a thin index: by one of 17 makers eight pairs of Rust's development makers stood above the bound.
 */
export const PASSAGE_MAKERS_MIN = 60;
/** Makers in the index who publish in the language (HOUSE §3, scored tests). */
export const PANEL_MAKERS_MIN = 15;
/** A maker stands in a language's panel from so many tokens on; a few scripts are no code base. */
export const PANEL_TOKENS_MIN = 10_000;
/** Standard errors taken off a share: neighbouring prints overlap, so a unit of n prints of k tokens counts as n/k. */
const SHARE_ERRORS = 3;
/** A file of which more was read by nothing is left out; before version 6 all that an error spans counted as that. */
export const PARSE_ERROR_MAX = 0.2;
/** Maker that holds so much of a side's prints is named as a possible descendant or source of it. */
export const KIN_SHARE = 0.3;
/**
 * What a statistic must exceed beside the index's makers, in every language. Of 35,000 pairs of 522 development makers in
 * five languages, each examined by an index of all others and by drawn ones of 17, the largest without a known common
 * source reached 0.104 (Rust; 0.084 in Python, 0.053 in C++, 0.048 in Go, 0.019 in TypeScript); the bound is that and a half.
 * It was fitted with version 3; version 4 reads more files of a tree and was judged by other makers with the bound as it was.
 * As passages it asks for 160 prints: of 17,114 pairs of 346 development makers the largest in Go was 90, in Python 37, in
 * TypeScript 68, and in Rust, but for six pairs with a known common source, 139.
 */
export const STUDY_NULL = { bound: 0.16, makers: 522 } as const;
/** Units and passages listed in a finding. */
export const LISTED_MAX = 50;
export const PASSAGES_LISTED_MAX = 20;

/**
 * Lower end of a share as a Wilson interval (Wilson 1927) over n/k effective trials: what is compared between a short
 * unit and a long one.
 * @param shared exclusive prints found on the other side @param exclusive exclusive prints @param tokens of a print
 */
export function lowerShare(shared: number, exclusive: number, tokens: number): number {
  if (exclusive === 0) return 0;
  const n = exclusive / tokens;
  const p = shared / exclusive;
  const z2 = SHARE_ERRORS * SHARE_ERRORS;
  const low = (p + z2 / (2 * n) - SHARE_ERRORS * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return Math.round(1e6 * Math.max(0, low)) / 1e6;
}
