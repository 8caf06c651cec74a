/**
 * Reasoning that leaked into a recorded answer, in the formats that models write it in: taken away before answers are
 * compared, because a format two models share is no trace of one in the other. A format that is not known here is left
 * to boilerplate.ts, and what is neither stays.
 */

/** Characters searched for an end of reasoning. */
const SEARCHED_CHARS = 200_000;

const WORDS =
  "think|thinking|thoughts?|reasoning|reflection|scratchpad|analysis|inner_monologue|internal|plan|planning|deliberation|cot|rationale|seed:think|ant_?thinking|antml:thinking";
/** Ends by tag, the last of which counts: `</think>`, `[/THINK]`, `◁/think▷`, `<|END_THINKING|>`, `<|end_of_thought|>`. */
const END = new RegExp(
  `<\\/(?:${WORDS})>|\\[\\/(?:${WORDS})\\]|\u25c1\\/(?:${WORDS})\u25b7|<\\|end_?(?:of_)?(?:${WORDS})\\|>`,
  "gi",
);
const START = new RegExp(
  `^\\s*(?:<(?:${WORDS})>|\\[(?:${WORDS})\\]|\u25c1(?:${WORDS})\u25b7|<\\|(?:start|begin)_?(?:of_)?(?:${WORDS})\\|>)`,
  "i",
);
/** Channels: what stands after the last `final` is the answer. */
const FINAL_CHANNEL = /<\|channel\|>\s*final\s*(?:<\|constrain\|>[^<]{0,40})?<\|message\|>/gi;
const OTHER_CHANNEL = /^\s*(?:<\|start\|>\s*assistant\s*)?<\|channel\|>\s*(?:analysis|commentary)/i;
/** Wrappers of the answer itself, once reasoning is gone. */
const ANSWER_TAG =
  /^\s*(?:<(?:answer|output|response|final|solution|result)>|<\|begin_of_(?:solution|answer|box)\|>|\[(?:answer|response)\])/i;
const ANSWER_TAG_END =
  /(?:<\/(?:answer|output|response|final|solution|result)>|<\|end_of_(?:solution|answer|box)\|>|\[\/(?:answer|response)\])\s*$/i;
/** Reasoning without tags, as tuned models head it, and the line that ends it. */
const HEADED =
  /^\s*(?:#{1,6}\s*|\*{1,3}|[-_]{2,}\s*)?(?:my |the |internal |initial )?(?:thoughts?|thinking|thought process|thinking process|reasoning|analysis|scratchpad|chain of thought|let me think[^\n]{0,60})\s*(?:\*{1,3})?\s*(?:[:.\u2026]|\*{1,3}|\n)/i;
const HEADED_END =
  /(?:^|\n)\s*(?:#{1,6}\s*|\*{1,3}|[-_]{2,}\s*)?(?:(?:my |the )?(?:final )?(?:answer|response|reply|output|solution))\s*(?:\*{1,3})?\s*(?::|\n)\s*(?:\*{1,3})?\s*/gi;

/** @param text folded @returns the answer, and whether reasoning was all there was */
export function withoutReasoning(text: string): { answer: string; reasoned: boolean; cut: boolean } {
  const head = text.slice(0, SEARCHED_CHARS);
  let answer = text;
  let reasoned = false;
  const marked = head.includes("<") || head.includes("[") || head.includes("\u25c1");
  const final = marked ? last(FINAL_CHANNEL, head) : null;
  const end = final === null && marked ? last(END, head) : final;
  if (end !== null) {
    answer = text.slice(end);
    reasoned = true;
  } else if (marked && (START.test(head) || OTHER_CHANNEL.test(head))) return { answer: "", reasoned: true, cut: true };
  else if (HEADED.test(head.slice(0, 120))) {
    const after = last(HEADED_END, head);
    if (after !== null) {
      answer = text.slice(after);
      reasoned = true;
    }
  }
  const opened = marked ? ANSWER_TAG.exec(answer) : null;
  if (opened) answer = answer.slice(opened[0].length).replace(ANSWER_TAG_END, "");
  return { answer, reasoned, cut: false };
}

/** Where the last match ends; null for none. */
function last(pattern: RegExp, text: string): number | null {
  let end: number | null = null;
  pattern.lastIndex = 0;
  for (let hit = pattern.exec(text); hit !== null; hit = pattern.exec(text)) end = hit.index + hit[0].length;
  return end;
}
