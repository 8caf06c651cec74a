/** The sentences that findings on substitution carry: assumption, other explanations, what is not seen. */
export const SUBSTITUTED_ASSUMPTION =
  "The controls are answers of the reference's own weights, and an honest endpoint surprises, over these prompts, no more often than the margin of the method times the most surprising control. Answers are drawn independently of one another, and the prompts were asked without regard to the answers.";

export const RAW_ASSUMPTION =
  "The endpoint was asked through a completions interface, as was said, and put no system prompt and no template round the text. It drew no warmer than the warmest control: in the study a host that did not hear the temperature asked for surprised as other weights do.";

export const CHAT_OUTSIDE =
  "the endpoint was asked through a chat interface, whose template is its host's own; in the study honest hosts under a template that no control had surprised as other weights do, for 4 of 32 models, by e-values up to 10^21. A completions interface (--raw) leaves no template to the host";

export const SUBSTITUTED_ALTERNATIVES: readonly string[] = [
  "The same weights were served under a system prompt, a template, a filter or a sampling unlike all of the controls'.",
  "The host did not hear the temperature that was asked for, and drew more warmly than any control.",
  "The same weights were quantised more coarsely than any control.",
  "The endpoint was updated by its maker between the reference's recording and this one.",
  "A control, or the reference's transcript, is not of the weights that it is said to be of.",
  "A relay, a cache or a tool in front of the endpoint rewrote answers.",
];

export const SUBSTITUTED_LIMITS: readonly string[] = [
  "It compares openings of answers. A substitute that opens its answers as the reference does is not seen.",
  "Other weights that surprise no more than the controls do are not seen: a light tuning, a coarser rounding, a small share of answers.",
  "It cannot say which weights answered instead, nor who chose them.",
  "What transcripts were recorded from is a question of custody.",
  "Prompts that the endpoint recognises as a test may be answered by the reference's weights and others not.",
];
