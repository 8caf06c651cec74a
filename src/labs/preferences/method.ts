/**
 * The method's name and numbers. A change of any of them, or of how residuals are taken, is a new version. Version 3 asks
 * for a quarter above where version 2 asked for a tenth; and it takes out published rules where they are listed.
 */

export const METHOD = { id: "preferences/centred-residuals", version: "3" } as const;

/**
 * The two probes that speak. Pairs (a benchmark's prompts, a few answers each) see preference data that two scorers share;
 * words (single words after a question of value) see a base that they share. What else is scored is an exhibit.
 */
export const PROBES = ["pairs", "words"] as const;
export type Probe = (typeof PROBES)[number];
/** Labels of refusals, where rows bring them: never more than an exhibit. */
export const REFUSALS = "refusals";

/** Answers a prompt from which on ranks are taken within the prompt; below, over the probe, and centred by prompt. */
export const RANKED_WITHIN_MIN = 8;
/** Items of a probe that both sides and the panel scored. At 100 items related pairs stand apart in 40 % of draws. */
export const ITEMS_MIN = 500;
/** A scorer of the panel that scored less of the sides' common items is left out. */
export const COVERAGE_MIN = 0.98;
/** Share of pairs of items that a side scores alike, above which ranks say too little. */
export const TIES_MAX = 0.55;
/** Lineages without which there is no mean to take residuals on, and without which no rank may speak (HOUSE §3). */
export const [LINEAGES_MIN, LINEAGES_SPEAK_MIN] = [5, 15];
/** Scorers of the panel that share the suspect's base and not its data, and its data and not its base. */
export const SHARING_MIN = 3;
/** A residual correlation below it is never leaned on, however low the panel stays: unrelated makers reach .3. */
export const FLOOR = 0.1;
/** Other lineages of one base, or of one preference set, from which on their mean is taken out too. */
export const COHORT_MIN = 2;
/**
 * How far above every pair of no relation the two sides must stand. Version 2 asked for a tenth; then, among 540 more
 * innocent pairs, two makers on one public base with one trainer's default seed stood at 1.20, others at 1.08 at most.
 */
export const MARGIN = 1.25;
/**
 * Mean raw correlation of the panel's unrelated lineages, by probe, between which panels of the study lie: how good the
 * scorers are as judges. Version 1 accused an innocent pair of the poorest; of better judges than the best nothing is known.
 */
export const STUDIED_AGREEMENT: Readonly<Record<Probe, readonly [number, number]>> = {
  pairs: [0.11, 0.25],
  words: [0.04, 0.23],
};
/** Weights of the largest scorer that was studied: what is said of larger ones is not calibrated. */
export const STUDIED_PARAMETERS_MAX = 430_000;

/** Bytes of one file after decompression, rows of one scorer, scorers of a panel (CWE-770). */
export const SCORES_BYTES_MAX = 256 * 1024 * 1024;
export const ROWS_MAX = 400_000;
export const SCORERS_MAX = 400;

/** Planted preferences: an exact test, a method of its own. Version 2: a beacon draws after a log has the plan, and tries are paid for. */
export const PLANTED_METHOD = { id: "preferences/planted", version: "2" } as const;
/** Pairs of a plan: ten fair coins are one in a thousand at best; more than the most are a day of asking. */
export const [PLANTS_MIN, PLANTS_MAX] = [10, 20_000];
export const PLAN_BYTES_MAX = 256 * 1024 * 1024;
