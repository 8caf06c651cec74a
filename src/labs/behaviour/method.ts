/**
 * The method's name, its settings and the class of transcripts its validation study speaks for. A change of any number
 * here, in the normaliser or in the features is a new version: findings of two versions are not compared.
 */

export const METHOD_VERSION = "2";

export const PROPOSITIONS_TESTED = ["behaviour/same-model", "behaviour/tuned-from", "behaviour/taught-by"] as const;
export type BehaviourProposition = (typeof PROPOSITIONS_TESTED)[number];

/** Seed of the order in which prompts are taken into rounds. */
export const SEED_DEFAULT = "assay-behaviour-1";

export interface Settings {
  seed: string;
}

/** Prompts both sides must have answered: the least number the study calibrated. */
const PROMPTS_MIN = 50;
/** Independent families of the panel (HOUSE §3, scored tests). */
export const PANEL_FAMILIES_MIN = 15;
/** A panel member must have answered this share of the prompts of the two sides, else it is left out. */
export const PANEL_COVERAGE_MIN = 0.8;
/** Share of answers whose letters are Latin: the words, refusals and tags were validated on English. */
const LATIN_SHARE_MIN = 0.8;
/** Share of answers that are not empty. */
const ANSWERED_SHARE_MIN = 0.7;
/** Share of distinct answers: below it a side answers by rote, and agreement is no habit. */
const DISTINCT_SHARE_MIN = 0.5;

/** Rounds end after so many prompts: each doubles what was asked, so that looks stay few. */
export const ROUND_ENDS = [50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800];

/**
 * One opening on more of a side's answers than this is a wrapper: a persona, or reasoning that leaks in a fixed format.
 * Two unrelated models in one such wrapper score as high as a copy (validation/behaviour-adversaries.md).
 */
const OPENING_SHARE_MAX = 0.4;

/** Prompts shown side by side. */
export const EXHIBITS = 20;
/** Characters of each answer in an exhibit. */
export const EXHIBIT_CHARS = 400;

/** What a side is like as a whole; decides whether the study speaks for it. */
export interface SideProfile {
  prompts: number;
  latinShare: number;
  answeredShare: number;
  distinctShare: number;
  /** Share of the most common opening of three words. */
  openingShare: number;
}

/** Why the examination lies outside the class that the study speaks for; null when inside. */
export function outsideReferenceClass(
  sides: readonly { role: string; profile: SideProfile }[],
  prompts: number,
  panelFamilies: number,
): string | null {
  if (prompts < PROMPTS_MIN) return `${prompts} prompts answered by both sides; the study has at least ${PROMPTS_MIN}`;
  if (panelFamilies < PANEL_FAMILIES_MIN)
    return `a panel of ${panelFamilies} independent families; at least ${PANEL_FAMILIES_MIN} are needed`;
  for (const { role, profile } of sides) {
    if (profile.answeredShare < ANSWERED_SHARE_MIN)
      return `the ${role} left ${percent(1 - profile.answeredShare)} of the prompts empty`;
    if (profile.latinShare < LATIN_SHARE_MIN)
      return `${percent(1 - profile.latinShare)} of the ${role}'s answers are not in Latin script; the study's are English`;
    if (profile.openingShare > OPENING_SHARE_MAX)
      return `${percent(profile.openingShare)} of the ${role}'s answers open with the same three words, as leaked reasoning or a persona does`;
    if (profile.distinctShare < DISTINCT_SHARE_MIN)
      return `only ${percent(profile.distinctShare)} of the ${role}'s answers differ from one another`;
  }
  return null;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
