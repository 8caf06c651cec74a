/** What a model that is run here says of a text: the log-probability of each token after the first, from raw logits. */
import type { StepModel } from "../../../host/answers/step-model.js";
import type { Score } from "./endpoint-scores.js";

/** Refused where the text has one token, or more than the model takes. */
export async function scoreBySteps(model: StepModel, text: string): Promise<Score> {
  const ids = model.encode(text, false);
  if (ids.length < 2) return { refused: "the text has fewer than two tokens" };
  if (ids.length > model.contextTokens) return { refused: `the text has more than ${model.contextTokens} tokens` };
  const steps = await model.begin(ids.slice(0, 1));
  try {
    let logprob = 0;
    for (let i = 1; i < ids.length; i++) {
      const value = logSoftmaxAt(await steps.next(ids.slice(1, i)), ids[i]!);
      if (!Number.isFinite(value)) return { refused: "a token without a finite log-probability" };
      logprob += value;
    }
    return { logprob: Math.min(0, logprob), tokens: ids.length - 1 };
  } finally {
    steps.close();
  }
}

/** The logarithm of the softmax at one place, the largest logit taken out first. */
function logSoftmaxAt(logits: Float64Array, at: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > most) most = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return (logits[at] ?? Number.NEGATIVE_INFINITY) - most - Math.log(sum);
}
