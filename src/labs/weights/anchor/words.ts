/** The sentences that findings of the init anchor carry. */

export const METHOD_ID = "weights/init-anchor";
export const METHOD_VERSION = "1";

/** @param seedBits entropy that the claimant could have chosen among, paid for in the p */
export function assumption(seedBits: number): string {
  return `The initial weights shown are what a fixed public routine draws, as independent normal numbers with one standard deviation a tensor, from a seed of at most ${seedBits} bits (0: fixed and committed beforehand), and the suspect was made without them. Nothing is assumed of anyone's training, data or features.`;
}

export const ALTERNATIVES: readonly string[] = [
  "The suspect was made from the reference, or from another model that grew from the same initial weights.",
  "The reference was made from the suspect by someone who also came to hold the suspect's initial weights.",
  "Both were initialised from the same public or default seed by the same code in the same shape: a lawful coincidence. A secret random seed rules it out.",
  "The initial weights shown were made up with the suspect in view rather than drawn. Ask for the code and the seed that give them, or for a commitment older than the suspect.",
];

export const LIMITS: readonly string[] = [
  "It speaks of the initial weights shown, and of the reference only as far as the reference leans to them. Whoever holds them ran the training or was given them by who did: that is for records to show.",
  "It cannot see through training so long that the weights forgot their start; such a suspect comes out inconclusive.",
  "It takes initial weights that pass for normal draws; uniform, truncated, orthogonal or otherwise structured initialisation is refused.",
  "It does not see training on another model's answers; a student trained from scratch comes out inconclusive.",
  "Its validation rests on models of 0.1 to 1 million parameters. For larger models its error rate rests on the assumption above, and its power is not shown.",
  "It says nothing about intent, ownership, licence or legality.",
];

export const FOLD_LIMIT =
  "With a sketch on either side only weights left in their order and basis are seen: a rotation of the residual stream acts on rows before they are folded, and no fold can undo it.";
