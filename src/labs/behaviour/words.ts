/** The sentences every finding of this laboratory carries: its assumption, what else could explain it, what it cannot see. */
import type { BehaviourProposition } from "./method.js";

export const ASSUMPTION =
  "The panel's models are unrelated to both sides, and all were asked the same prompts in the same way at about the same time. A rank is exact only if the pair under test, were it unrelated, is exchangeable with the panel's pairs.";

const SHARED_ALTERNATIVES = [
  "Both sides were tuned on the same public data, or on answers of the same third model.",
  "Both sides come from one maker, or were tuned from two models of one maker that share data and recipe.",
  "Both recorded transcripts passed through the same service, system prompt or post-processing.",
  "One endpoint relayed the other: the transcript is then not the suspect's own.",
] as const;

export const ALTERNATIVES: Readonly<Record<BehaviourProposition, readonly string[]>> = {
  "behaviour/same-model": [
    "One side was lightly tuned from the other's weights: answers alone do not tell a light tuning from the same weights.",
    ...SHARED_ALTERNATIVES,
  ],
  "behaviour/tuned-from": [
    "The two are the same weights under another prompt, host or sampling.",
    "Both were tuned from another version of the reference that is not in the panel.",
    ...SHARED_ALTERNATIVES,
  ],
  "behaviour/taught-by": [
    "One side was tuned from the other's weights.",
    "The reference was trained on the suspect's answers: agreement has no direction.",
    ...SHARED_ALTERNATIVES,
  ],
};

const SHARED_LIMITS = [
  "It compares the first 1,000 characters of recorded answers. Who gave them is a question of custody that no transcript answers.",
  "The panel is presumed unrelated, not known to be: what it shares with a side raises the bar and hides relations.",
  "Paraphrase, translation, a persona or mixed models on the suspect's side lower every score; the validation page says how far.",
  "Validated on English instruction prompts and models of 2022 to 2024; for other prompts and later models its calibration is an extrapolation.",
  "It says nothing about direction, intent, ownership, licence or legality.",
] as const;

export const LIMITS: Readonly<Record<BehaviourProposition, readonly string[]>> = {
  "behaviour/same-model": SHARED_LIMITS,
  "behaviour/tuned-from": SHARED_LIMITS,
  "behaviour/taught-by": [
    "Students of mixed teachers look like their teachers no more than like other models of the time: power is low, and the documented students of the study have teachers of one maker only.",
    ...SHARED_LIMITS,
  ],
};
