/** The sentences every finding of this laboratory carries: its assumption, what else could explain it, what it cannot see. */

export const ASSUMPTION =
  "Of at least one of the two models: its units were initialised by independent draws that treat the units of an axis alike, its training treats them alike (as SGD and Adam do), and nobody put them into an order or basis that depends on the weights or was chosen with the other model in view. Nothing is assumed about the other model. Where that fails because one structure (a mask, a window, a factor, a tool's order) sets units apart in both models, it is enough that no sign was preferred: of a unit's values, or of a residual coordinate's.";

/** Of the combined test, where one draw is enough to explain what agrees. */
export const COMMON_START =
  "Nothing but a common start is needed for units that agree: one framework and one seed, one published table or one rule. Norm gains, which start at one value whatever the seed, agree no more than in runs from one start, and neither model holds the other's weights whole.";

export const ALTERNATIVES: readonly string[] = [
  "The suspect was made from the reference.",
  "The reference was made from the suspect.",
  "Both were made from a third model.",
  "Both were initialised from the same random seed by the same framework in the same shape: a lawful coincidence that this test cannot tell from common ancestry. Ask for seeds and initialisation code.",
  "Both were given the same structured initialisation (identity, one-hot, a published table), both were grown by repeating units, or both were put into an order or basis of one kind (sorted units, principal axes).",
  "One of the two was reordered or altered with the other in view, after the fact. Ask when each was committed, by digest, and to whom.",
];

/** True of the exact tests alone; the second stage takes it back. */
export const DISGUISE_LIMIT =
  "It does not see weights whose units were permuted, rotated or mixed after copying; such a pair comes out inconclusive.";

export const LIMITS: readonly string[] = [
  "It says nothing about direction: who had the weights first is a question of dates and records.",
  DISGUISE_LIMIT,
  "It does not see training on another model's answers; a student trained from scratch on its teacher's text comes out inconclusive.",
  "It cannot tell common weights from few free numbers: matrices made from fewer than a few thousand own numbers by a rule that both makers share, other in each layer and repeating no value, can look alike beyond chance.",
  "It cannot tell a copy from two models of one start of which one was hardly trained (a few dozen steps, or a tenth of the other's change), and does not find two models tuned for long from one trained model, nor merges at a small share in place: those come out inconclusive.",
  "It presumes initialisation by independent random draws. Identity, constant or otherwise structured initialisation breaks the assumption.",
  "Its validation rests on trained models of 0.1 to 1 million parameters. For larger models its error rate is an extrapolation that rests on the assumption above, and its power is not shown.",
  "It says nothing about intent, ownership, licence or legality.",
];

export const P0 =
  "P0: within a layer of at least one of the two models, which up row goes with which gate row is a uniform permutation given both unordered sets of rows, everything else of that model, and the other model. Independent models that learn the same pairings break it a little.";

export const P0_TOLERANT =
  "P0 with 5 % tolerance: at most one unit in twenty (rounded up) of a layer may be paired alike in independent models, because they learned the same feature; the others' pairing is a uniform permutation, as in P0. A choice that the validation study bears out on its models, not a law.";

export const ALIGNED_ALTERNATIVES: readonly string[] = [
  "Two independent models learned the same features, units and all, far beyond what the study's models did: universality grows with size and training, and the study's models are small.",
];

/**
 * Of the aligned stage alone: where units are paired in the basis as it stands, students reached no p, and a finding of a
 * version that was not changed says what it said.
 */
export const STUDENT_ALTERNATIVE =
  "One was trained to reproduce the other's hidden states, or both a third's, as those do who distil an open model layer by layer: units come to be alike, and no weight was copied. Ask for the training code, and for initial weights.";

export const ALIGNED_LIMITS: readonly string[] = [
  "After alignment the p-value rests on P0 with 5 % tolerance, not on random draws alone; it is not exact.",
  "The alignment may miss: a heavily retrained copy whose embeddings were replaced, or single layers retrained for long, can stay hidden.",
  "Two methods were applied in turn, each at 10⁻⁶ under its own assumption.",
];

export const PERMUTED_LIMITS: readonly string[] = [
  "Where units were put into another order the p-value rests on P0 with 5 % tolerance, not on random draws alone; it is not exact.",
  "It does not see weights whose residual stream was rotated after copying, nor routed experts in another order.",
  "It does not see a theft of the first or last layers alone: independent models agree there, so that layers near the ends do not count.",
  "Methods were applied in turn, each at 10⁻⁶ under its own assumption.",
];

export const ROTATED_LIMITS: readonly string[] = [
  "Where the residual stream was turned the p-value rests on P0 with 5 % tolerance, not on random draws alone; it is not exact.",
  "Units are seen through tokens that both models have: it does not see a copy whose embeddings were replaced or whose tokens were renamed, nor routed experts in another order.",
  "It does not see a theft of the first or last layers alone: independent models agree there, so that layers near the ends do not count.",
  "Methods were applied in turn, each at 10⁻⁶ under its own assumption.",
];

/** Of models for which no rotation is searched for, where units seen through tokens do not answer to each other. */
export const TOKENS_UNSEEN =
  "Not seen here: a copy whose residual stream was turned and whose tokens were renamed or embeddings replaced, since no rotation of such models is searched for without names of tokens.";
