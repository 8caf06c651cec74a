/**
 * What is compared for a common origin in one cleaned answer. Two groups of families: how it is said (openings, runs of
 * words) and what is said (content words, numbers with what they count, names, facts), which a frame around the answers
 * does not lift. Layout and manner are left out: services and fashions set them. The kernel that counts them knows their
 * order (kernels/assembly/origin.ts).
 */

export const ORIGIN_FAMILIES = [
  "first-words",
  "phrases",
  "long-phrases",
  "content-words",
  "facts",
  "numbers",
  "names",
] as const;
/** Families that are also taken as a share of what both answers hold, so that length alone lifts nothing. */
export const ORIGIN_SHARES = ["phrases", "content-words", "facts"] as const;
export const ORIGIN_STATISTICS = [...ORIGIN_FAMILIES, ...ORIGIN_SHARES.map((f) => `${f}-share` as const)] as const;
export type OriginStatistic = (typeof ORIGIN_STATISTICS)[number];
