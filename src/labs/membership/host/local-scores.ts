/** What a model that is run here says of a text: the log-probability of each token after the first, from raw logits. */
import type { LogitModel } from "../../../host/answers/onnx-model.js";
import type { StepModel } from "../../../host/answers/step-model.js";
import type { Score } from "./endpoint-scores.js";

/** Of one pass: attention over more takes gigabytes. */
const TOKENS_MAX = 8192;

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

/** The same of a model that gives the logits of all places in one pass; what it cannot take, such as its length, is refused. */
export async function scoreByLogits(model: LogitModel, text: string): Promise<Score> {
  const ids = model.encode(text);
  if (ids.length < 2) return { refused: "the text has fewer than two tokens" };
  if (ids.length > TOKENS_MAX) return { refused: `the text has more than ${TOKENS_MAX} tokens` };
  let rows: readonly Float32Array[];
  try {
    rows = await model.logits(ids);
  } catch (error) {
    return { refused: `the model does not take the text: ${(error as Error).message.slice(0, 200)}` };
  }
  let logprob = 0;
  for (let i = 1; i < ids.length; i++) {
    const value = logSoftmaxAt(rows[i - 1]!, ids[i]!);
    if (!Number.isFinite(value)) return { refused: "a token without a finite log-probability" };
    logprob += value;
  }
  return { logprob: Math.min(0, logprob), tokens: ids.length - 1 };
}

/** The logarithm of the softmax at one place, the largest logit taken out first. */
function logSoftmaxAt(logits: Float64Array | Float32Array, at: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > most) most = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return (logits[at] ?? Number.NEGATIVE_INFINITY) - most - Math.log(sum);
}
