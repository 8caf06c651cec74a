/**
 * Wordings that published cases name (S6 to S9 of the signals list): asking for reasoning to be written out, grading by
 * a rubric, rewriting so that a filter passes, holding the trace to one language. Anyone may use
 * such words and a campaign need not: no outcome rests on them alone.
 */
export const SIGNALS = [
  {
    id: "reasoning-elicitation",
    pattern:
      /\b(?:step[- ]by[- ]step|chain[- ]of[- ]thought|(?:internal|full|hidden) (?:reasoning|thoughts?)|reasoning (?:trace|behind)|think (?:aloud|out loud))\b/i,
  },
  {
    id: "grading-rubric",
    pattern:
      /\b(?:rubric|score (?:the|each|this) (?:answer|response)|rate the (?:answer|response)|which (?:answer|response) is better|response [ab]\b.{0,400}\bresponse [ab])\b/is,
  },
  { id: "safe-rewrite", pattern: /\brewrite\b.{0,120}\b(?:safe|policy|compliant|sensitive|neutral)\b/is },
  {
    id: "trace-language",
    pattern:
      /\b(?:think|reason(?:ing)?|thought)\b.{0,120}\b(?:consistent with|same as|in) (?:the )?(?:main |user'?s? )?language\b/is,
  },
  {
    id: "task-generation",
    pattern:
      /\b(?:come up with|generate|write) (?:a set of )?\d{1,4} (?:diverse |different )?(?:task|instruction|question|prompt)s?\b/i,
  },
] as const;

/** Longer texts are searched in their first part only. */
const SEARCHED_CHARS_MAX = 4000;

/** One bit a signal. */
export function signalsIn(prompt: string): number {
  const text = prompt.slice(0, SEARCHED_CHARS_MAX);
  let bits = 0;
  for (let i = 0; i < SIGNALS.length; i++) if (SIGNALS[i]!.pattern.test(text)) bits |= 1 << i;
  return bits;
}

/** Request settings worth a bit: log-probabilities asked for, a logit bias set, one token at most (logit probing). */
export const FLAGS = { logprobs: 1, logitBias: 2, oneToken: 4 } as const;
