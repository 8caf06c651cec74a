/** The sentences that findings of the init anchor carry. */
import { type HeldChange, PARAMETERS_MAX } from "./held-change.js";

export const METHOD_ID = "weights/init-anchor";
/**
 * Version 1 did not ask for more than a common draw: it accused whoever started from the same public seed. Version 2 asked,
 * of models of any size, what had been seen on small ones alone.
 */
export const METHOD_VERSION = "3";

const MILLION = 1e6;

/** @param parameters of the draw shown, or of the reference that grew from it */
export function beyondSize(parameters: number): string {
  return `${(parameters / MILLION).toPrecision(3)} million parameters. That two runs from one public seed do not hold one another's change was seen up to ${PARAMETERS_MAX / MILLION} million`;
}

/** @param seedBits entropy that the claimant could have chosen among, paid for in the p */
export function assumption(seedBits: number): string {
  return `The initial weights shown are what a fixed public routine draws, as independent normal numbers with one standard deviation a tensor, from a seed of at most ${seedBits} bits (0: fixed and committed beforehand), and the suspect was made without them. Nothing is assumed of anyone's training, data or features.`;
}

export const ALTERNATIVES: readonly string[] = [
  "The suspect was made from the reference, or from another model that grew from the same initial weights.",
  "The reference was made from the suspect by someone who also came to hold the suspect's initial weights.",
  "Both were initialised from the same public or default seed by the same code in the same shape, and one of the two was trained so little, or both in batches so large and on texts so alike, that the other holds what it changed: a lawful coincidence. A secret random seed rules it out.",
  "The initial weights shown were made up with the suspect in view rather than drawn. Ask for the code and the seed that give them, or for a commitment older than the suspect.",
];

export const LIMITS: readonly string[] = [
  "It speaks of the initial weights shown, and of the reference only as far as the reference leans to them. Whoever holds them ran the training or was given them by who did: that is for records to show.",
  "It asks whether one of the two holds what the other changed since the draw. Where both only grew from one draw, each by itself, it is inconclusive, also where the draw was secret and stolen.",
  "It cannot see through training so long that the weights forgot their start; such a suspect comes out inconclusive.",
  "It takes initial weights that pass for normal draws; uniform, truncated, orthogonal or otherwise structured initialisation is refused.",
  "It does not see training on another model's answers; a student trained from scratch comes out inconclusive.",
  "Its validation rests on models of 0.1 to 1 million parameters. For larger models the error rate of the exact test rests on the assumption above, and its power is not shown. That two runs from one public seed do not hold one another's change was seen on models of 0.27 to 0.81 million parameters in batches of up to 16,384 tokens, and 32,768 at 0.33 million; of larger models nothing is concluded. The larger the batch, the nearer they come to it: two makers who run one public recipe on the same texts, from the same seed, make one model twice.",
  "It says nothing about intent, ownership, licence or legality.",
];

export const FOLD_LIMIT =
  "With a sketch on either side only weights left in their order and basis are seen: a rotation of the residual stream acts on rows before they are folded, and no fold can undo it.";

export const COMMON_DRAW =
  "Whoever draws from one public seed has the draw as well: what is asked is whether one of the two also holds what the other changed since. Of two runs neither does, unless both moved alike.";

/**
 * What follows from the change, beside the rule's own sentence.
 * @param inside whether two runs of models of this size were seen not to come so near
 */
export function onHeldChange(log10P: number, change: HeldChange | null, whole: boolean, inside: boolean): string {
  const leans = `The suspect leans to the initial weights shown (10^${log10P.toFixed(1)} by the exact test).`;
  if (change === null) return `${leans} No matrix leans to them in both, so that nothing more can be asked.`;
  const { reference, suspect } = change;
  const figures = `Of what the reference changed since the draw the suspect holds ${reference.heldByOther.toFixed(2)}, and of what the suspect changed the reference holds ${suspect.heldByOther.toFixed(2)} (medians over ${change.matrices} matrices; a child holds about the whole, two runs of small models from one draw up to 0.81; the cosines with the draw are ${reference.lean.toFixed(2)} and ${suspect.lean.toFixed(2)})`;
  if (!whole)
    return `${leans} ${figures}: that is no more than one public seed explains, of which nobody need have copied anything. Whether the seed was public is for its holder to show, and the test cannot.`;
  return inside
    ? `${figures}: more than one public seed explains.`
    : `${leans} ${figures}: of small models that is more than one public seed explains. Of models of this size it was not measured, and two that were trained alike from one public seed may have come as near. A seed that was secret rules that out.`;
}
