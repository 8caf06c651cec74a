/** Name, settings and reference class of the method. A change of any number, of the reading or of the rule is a new version. */
export const ORIGIN_PROPOSITION = "behaviour/common-origin";
export const ORIGIN_METHOD_VERSION = "5";

/** Where its study lies in the package. */
export const ORIGIN_STUDY = "validation/behaviour-common-origin.json";

/** Prompts on which the two sides' answers are compared: the least that was studied. */
export const ORIGIN_PROMPTS_MIN = 50;
/** Independent families of the panel (HOUSE §3, scored tests). */
export const ORIGIN_FAMILIES_MIN = 15;
/** Of a side's answers, at least so many must be compared: not empty, not in another script, not boilerplate alone. */
const COMPARED_SHARE_MIN = 0.7;

/**
 * Of the prompts that both answered, at least so many must be compared. A pair that is compared on few of its prompts and
 * with strangers on all of them leads by that alone, where a service put the same words before both sides' answers to the
 * rest: two strangers did, with the same reasoning before half of 400 answers. Relatives of the study have .65 and more.
 */
export const ORIGIN_PROMPTS_SHARE_MIN = 0.6;

/**
 * Of a side's words, at most so many may be its own (own-words.ts). The models of the study have .009 and less, and beside 15
 * models only .03 with 50 prompts; a persona's spelling on a quarter of the answers .04, another language on a quarter .2.
 */
const OWN_WORDS_SHARE_MAX = 0.02;

/** Suspects, references or prompt sets that a claimant may say were tried, this one included. */
export const TRIES_MAX = 10_000;

export interface OriginSettings {
  seed: string;
  tries: number;
}

/** A side's answers by what became of them. */
export interface OriginSide {
  answers: number;
  compared: number;
  empty: number;
  cutByReasoning: number;
  otherScript: number;
  boilerplate: number;
  /** Share of its words that are its own; not told of the panel. */
  ownWords?: number;
}

/** Why the examination lies outside the class that the study speaks for; null when inside. */
export function outsideOriginClass(given: {
  sides: readonly { role: string; side: OriginSide }[];
  /** Prompts that both sides answered; of these those compared, and those on which both gave the same words. */
  prompts: number;
  compared: number;
  same: number;
  families: number;
}): string | null {
  const { sides, prompts, compared, same, families } = given;
  if (prompts < ORIGIN_PROMPTS_MIN)
    return `${prompts} prompts answered by both sides; the study has at least ${ORIGIN_PROMPTS_MIN}`;
  if (families < ORIGIN_FAMILIES_MIN)
    return `a panel of ${families} independent families; at least ${ORIGIN_FAMILIES_MIN} are needed`;
  for (const { role, side } of sides) {
    const left = side.answers - side.compared;
    if (side.compared >= COMPARED_SHARE_MIN * side.answers) continue;
    const why = [
      [side.empty, "empty"],
      [side.cutByReasoning, "cut off while reasoning"],
      [side.otherScript, "in another script, or spelt with letters that look like Latin ones"],
      [side.boilerplate, "boilerplate or the prompt alone"],
    ] as const;
    const said = why.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
    return `${left} of the ${role}'s ${side.answers} answers cannot be compared: ${said.join(", ")}`;
  }
  for (const { role, side } of sides)
    if ((side.ownWords ?? 0) > OWN_WORDS_SHARE_MAX)
      return `${(100 * side.ownWords!).toFixed(1)} % of the ${role}'s words are ones that it uses again and again and models of no two other families do: another language, a persona's, a dialect's or a tool's, in which the panel was not asked to answer`;
  if (compared < ORIGIN_PROMPTS_MIN && same > 0)
    return `${same} of ${prompts} answers are the same word for word, as one recording, a relay or an answer cache gives them, and only ${compared} others are left to compare`;
  if (compared < ORIGIN_PROMPTS_SHARE_MIN * prompts && same > 0)
    return `${same} of ${prompts} answers begin or end with the same words, as one service before both sides gives them; at most ${Math.round(100 * (1 - ORIGIN_PROMPTS_SHARE_MIN))} % may be left out`;
  if (compared < ORIGIN_PROMPTS_MIN)
    return `${compared} prompts are left on which both sides' answers can be compared; the study has at least ${ORIGIN_PROMPTS_MIN}`;
  return null;
}
