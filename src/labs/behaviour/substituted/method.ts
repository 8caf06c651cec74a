/** Names and numbers of the method. A change of any of them is a new version, and needs its study anew. */
import type { MethodName } from "../../../finding/frame.js";

export const SUBSTITUTED = "behaviour/substituted";
/**
 * Version 1 took a model's own habitual opening off with the host's greeting. Version 3 took an answer cut short, the
 * prompt said again, typographic quotes or a cache's repetitions for other weights' doing.
 */
export const SUBSTITUTED_METHOD: MethodName = { id: SUBSTITUTED, version: "4" };

/** Ways in which the same weights may honestly be served otherwise; controls show each. */
export const CONTROL_KINDS = ["host", "quantisation", "system-prompt", "template", "time"] as const;
/** What a host cannot change where it was asked through a completions interface, which takes the text as it is. */
export const ASKERS_OWN: readonly ControlKind[] = ["system-prompt", "template"];
export type ControlKind = (typeof CONTROL_KINDS)[number];

/** Fewer hosts do not show how far honest ones lie apart; the study has twelve. */
export const CONTROLS_MIN = 8;
/** Prompts that all answered. Below, what is surprising about one prompt weighs too much. The study has a hundred. */
export const PROMPTS_MIN = 40;
/** Answers a control must give: its own rate is learned from these. */
export const ANSWERS_MIN = 100;

/** Characters of an answer's opening that are compared: from a syllable to a sentence. */
export const DEPTHS = [2, 4, 8, 16, 48] as const;
/** An answer counts as surprising at a level when no more than this share of honest answers agrees with the others so little. */
export const LEVELS = [0.02, 0.1, 0.3] as const;
/**
 * How much more often an honest host may surprise than the most surprising control, as a factor of odds: a new host is no
 * copy of one that was seen. Set on four of the study's models, which judge nothing.
 */
export const ODDS_MARGIN = 1.5;
/** Odds that are bet on, as factors of the odds allowed; equal stakes. */
export const BETS = [1.5, 2, 3, 5, 10, 30, 100] as const;
/** Requests between two looks: any stop is valid, fewer looks cost less time. */
export const LOOK = 5;

/** e-values: a warning that is no outcome, and the house's level. */
export const LOG10_WARNING = 3;

/** An opening that begins this share of a side's answers, and a fifth of it of the reference's at most, is a frame. */
export const FRAME_SHARE = 0.3;
export const FRAME_CHARS_MIN = 3;
/** One text as the answer to so many prompts, and never an honest answer, is a notice of the service. */
export const NOTICE_PROMPTS_MIN = 4;
export const NOTICE_SHARE = 0.05;
/** With more left out than this, what remains is no sample of what the endpoint serves. */
export const LEFT_OUT_MAX = 0.3;
