/** The sentences a finding on a common origin carries: its assumption, what else could explain it, what it cannot see. */

export const ORIGIN_ASSUMPTION =
  "Were the suspect unrelated to the reference, it would be exchangeable with the panel's families given the reference: of their time and kind, asked the same prompts in the same way. Then it comes first in the reference's row with probability at most 1/(families + 1) for each try.";

export const ORIGIN_ALTERNATIVES: readonly string[] = [
  "Which relation it is, this method does not tell: the same weights, a tuned or merged model, another model of the same makers, or one trained on the other's answers.",
  "Both were trained by different makers, on different bases, on very nearly the same answers: pairs of that kind were studied, and the panel may hold none like these.",
  "One endpoint relayed the other for part of its answers: the transcript is then not the suspect's own.",
  "Both quoted one source, a search engine's page or a list of references, in pieces of fewer than nine words, which are not told.",
  "One service changed the content of both recordings in a way the study does not hold: frames, refusals, cuts, caches and reasoning tags were studied.",
];

export const ORIGIN_LIMITS: readonly string[] = [
  "It compares some thousand characters of recorded answers. Who gave them is a question of custody that no transcript answers.",
  "It needs strangers like the suspect in the panel. A panel without models of the suspect's time and kind makes any two of that time look alike, and two that learned from one public set stand out where nobody else in the panel did; who chose the panel should be known.",
  "A relative of either side in the panel hides relations: the pair must stand above it.",
  "Paraphrase, translation and mixtures of models lower every score; students of mixed teachers are mostly not found.",
  "The study holds English instruction prompts and models of 2022 to 2024; code and worked arithmetic were looked at and carry nothing yet.",
  "Where a prompt's text is not known, what both sides repeat of it is not taken out.",
  "It says nothing about direction, intent, ownership, licence or legality.",
];
