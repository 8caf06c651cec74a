/**
 * The fixed normaliser: what stands in an answer for reasons other than the model's own words is taken away before
 * answers are compared: reasoning that leaked out, chat-template marks, a second turn the model invented, typographic
 * variants. It is versioned: findings of two versions are not compared. It does not undo paraphrase or translation.
 */

export const NORMALISER_VERSION = "1";

/**
 * Characters of an answer that are looked at. The corpus the method was calibrated on keeps so many; a longer look at
 * one side than at the other would make agreement depend on who recorded it.
 */
const ANSWER_CHARS_MAX = 1000;

/** Longest stretch of leaked reasoning that is cut: a bound on the search, not on reasoning. */
const REASONING_CHARS_MAX = 200_000;

/** Tags that models put around reasoning which servers are meant to strip. */
const REASONING_END = /<\/(?:think|thinking|thoughts?|reasoning|reflection|scratchpad|analysis)>/i;
/** A line that ends leaked reasoning without tags, as tuned models write it. */
const FINAL_ANSWER =
  /(?:^|\n)\s*(?:#+\s*|\*\*)?(?:final answer|final response|response|answer)(?:\*\*)?\s*:(?:\*\*)?\s*/i;
const REASONING_OPENING =
  /^\s*(?:#+\s*|\*\*)?(?:thought|thinking|reasoning|analysis|scratchpad|let me think[^\n]{0,40})(?:\*\*)?\s*[:.…]/i;
/** Marks of chat templates (ChatML, Llama 2 and 3, Alpaca, Vicuna, Gemma) that leak into text. */
const TEMPLATE_MARK =
  /<\|[a-z_]{2,24}\|>|<\/?s>|<eos>|<bos>|<pad>|<unk>|\[\/?INST\]|<<\/?SYS>>|<(?:start|end)_of_turn>(?:user|model)?/g;
/** What introduces the answer itself: a role label at the very start. */
const ROLE_LABEL = /^\s*(?:#{2,3}\s*)?(?:assistant|ai|bot|response|output|answer)\s*:\s*/i;
/** Where an invented next turn begins. */
const NEXT_TURN = /\n\s*(?:(?:#{2,3}\s*)?(?:human|user|instruction|input)\s*:|<\|(?:im_start|user|prompter)\|>)/i;

/** @returns the answer without what is not its own, layout kept; at most ANSWER_CHARS_MAX characters */
export function normalise(text: string): string {
  let out = withoutReasoning(text.normalize("NFC"));
  const turn = NEXT_TURN.exec(out);
  if (turn && turn.index > 0) out = out.slice(0, turn.index);
  if (out.includes("<") || out.includes("[")) out = out.replace(TEMPLATE_MARK, " ");
  out = out.replace(ROLE_LABEL, "");
  return plainPunctuation(out).trim().slice(0, ANSWER_CHARS_MAX);
}

function withoutReasoning(text: string): string {
  // An opening tag may be missing: servers put it into the prompt. A closing one is enough.
  if (text.includes("</")) {
    const head = text.slice(0, REASONING_CHARS_MAX);
    const close = REASONING_END.exec(head);
    if (close) return text.slice(close.index + close[0].length);
  }
  if (!REASONING_OPENING.test(text.slice(0, 80))) return text;
  const final = FINAL_ANSWER.exec(text.slice(0, REASONING_CHARS_MAX));
  return final ? text.slice(final.index + final[0].length) : text;
}

/** Anything that is not ASCII. */
const UNPLAIN = /[^\0-\x7f]/;

/** Typographic quotes, dashes, spaces and bullets to their plain forms; invisible characters out. */
function plainPunctuation(text: string): string {
  // Plain text, which is most, has only carriage returns to lose.
  if (!UNPLAIN.test(text)) return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  return text
    .replace(/[\u200b-\u200d\u2060\ufeff\u00ad]/g, "")
    .replace(/[\u2018\u2019\u201b\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201f\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, " ")
    .replace(/\r\n?/g, "\n");
}

/** The script most letters are in: answers in two scripts share no words, whatever the models are. */
type Script = "latin" | "cyrillic" | "han" | "kana" | "hangul" | "arabic" | "other" | "none";

const SCRIPTS: readonly Script[] = ["none", "latin", "cyrillic", "han", "kana", "hangul", "arabic", "other"];
/** Letters looked at: the start of an answer tells its script. */
const SCRIPT_CHARS = 200;

/** Script of most letters among the answer's first characters; the first listed where no letter of another is found. */
export function scriptOf(text: string): Script {
  const counts = new Uint16Array(SCRIPTS.length);
  const length = Math.min(text.length, SCRIPT_CHARS);
  for (let i = 0; i < length; i++) counts[scriptOfUnit(text.charCodeAt(i))]!++;
  let best = 0;
  for (let s = 1; s < SCRIPTS.length; s++) if (counts[s]! > (best === 0 ? 0 : counts[best]!)) best = s;
  return SCRIPTS[best]!;
}

/** @returns place in SCRIPTS */
function scriptOfUnit(code: number): number {
  if (code < 0x80) return (code | 32) >= 0x61 && (code | 32) <= 0x7a ? 1 : 0;
  if (code < 0xc0) return 0;
  if (code < 0x0250) return 1;
  if (code >= 0x0400 && code < 0x0530) return 2;
  if (code >= 0x0600 && code < 0x0780) return 6;
  if (code >= 0x3040 && code < 0x3100) return 4;
  if ((code >= 0x3400 && code < 0xa000) || (code >= 0xf900 && code < 0xfb00)) return 3;
  if (code >= 0xac00 && code < 0xd7b0) return 5;
  return code >= 0x0370 && code < 0x2000 ? 7 : 0;
}
