/** The sentences every finding about a recipient's copy carries. */

export const COPY_ASSUMPTION =
  "Each place of each copy is a fair coin thrown after tree and recipients were committed to; a suspect that was not made from a recipient's copy agrees with it at each place with probability one half, whatever it was made from.";
export const COPY_PAID =
  "Every recipient of the plan, both counts, the tries stated and the commitment's place in its log are paid for.";

export const COPY_ALTERNATIVES = [
  "Someone else who held the recipient's copy passed it on: whoever wrote the copies holds all of them.",
  "The recipient's copy, or what was made from it, was published, and the suspect was made from that.",
  "Two copies were mixed, and the one that is named gave more of the text or all that was read.",
] as const;

export const COPY_LIMITS = [
  "It sees places of the original that are found in the suspect by the tokens around them, names hidden. Who writes every place in one form, or writes the code anew, leaves nothing to read.",
  "Places number some ten in a thousand lines of Rust, some thirty and more elsewhere; some 28 that are read and all agree, or 50 of which nine in ten do, name one of a hundred recipients, so that a few functions are too little.",
  "A copy means the same under the languages' own rules; a class whose comparisons differ by side, or a tool that reads source text, may tell copies apart.",
  "It says nothing about who passed the code on, when, or with what right.",
] as const;
