/**
 * What a model that is run here says of a text, or of an answer after a prompt: the log-probability of each token, from
 * raw logits. The first token of a text has none, since nothing stands before it.
 */
import type { Score } from "./endpoint-scores.js";
import type { LogitModel } from "./onnx-model.js";
import type { StepModel } from "./step-model.js";

/** Of one pass: attention over more takes gigabytes. */
const TOKENS_MAX = 8192;

/** A prompt and what is to be scored after it. */
interface Answered {
  prompt: string;
  answer: string;
  /** The prompt as one turn of the model's chat template. */
  chat: boolean;
}

/** Refused where the text has one token, or more than the model takes. */
export function scoreBySteps(model: StepModel, text: string): Promise<Score> {
  return stepped(model, model.encode(text, false), 1);
}

/** Of the answer alone, given the prompt. Its tokens are those that the prompt by itself does not begin with. */
export function scoreAnswerBySteps(model: StepModel, { prompt, answer, chat }: Answered): Promise<Score> {
  if (chat) {
    const marks = model.encode("", false).length;
    const before = model.encode(prompt, true);
    return stepped(model, [...before, ...model.encode(answer, false).slice(marks)], before.length);
  }
  const ids = model.encode(prompt + joint(prompt, answer) + answer, false);
  return stepped(model, ids, inCommon(model.encode(prompt, false), ids));
}

async function stepped(model: StepModel, ids: readonly number[], from: number): Promise<Score> {
  const why = unfit(ids, from);
  if (why !== null) return { refused: why };
  if (ids.length > model.contextTokens) return { refused: `the text has more than ${model.contextTokens} tokens` };
  const steps = await model.begin(ids.slice(0, from));
  try {
    let logprob = 0;
    for (let i = from; i < ids.length; i++) {
      const value = logSoftmaxAt(await steps.next(ids.slice(from, i)), ids[i]!);
      if (!Number.isFinite(value)) return { refused: "a token without a finite log-probability" };
      logprob += value;
    }
    return { logprob: Math.min(0, logprob), tokens: ids.length - from };
  } finally {
    steps.close();
  }
}

/** The same of a model that gives the logits of all places in one pass; what it cannot take, such as its length, is refused. */
export function scoreByLogits(model: LogitModel, text: string): Promise<Score> {
  return inOnePass(model, model.encode(text), 1);
}

/** Of the answer alone, given the prompt. Its tokens are those that the prompt by itself does not begin with. */
export function scoreAnswerByLogits(model: LogitModel, { prompt, answer, chat }: Answered): Promise<Score> {
  const before = chat ? model.turn(prompt) : prompt + joint(prompt, answer);
  const ids = model.encode(before + answer);
  return inOnePass(model, ids, inCommon(model.encode(chat ? before : prompt), ids));
}

async function inOnePass(model: LogitModel, ids: readonly number[], from: number): Promise<Score> {
  const why = unfit(ids, from);
  if (why !== null) return { refused: why };
  if (ids.length > TOKENS_MAX) return { refused: `the text has more than ${TOKENS_MAX} tokens` };
  let rows: readonly Float32Array[];
  try {
    rows = await model.logits(ids);
  } catch (error) {
    return { refused: `the model does not take the text: ${(error as Error).message.slice(0, 200)}` };
  }
  let logprob = 0;
  for (let i = from; i < ids.length; i++) {
    const value = logSoftmaxAt(rows[i - 1]!, ids[i]!);
    if (!Number.isFinite(value)) return { refused: "a token without a finite log-probability" };
    logprob += value;
  }
  return { logprob: Math.min(0, logprob), tokens: ids.length - from };
}

/** A space, where neither side brings one. */
function joint(prompt: string, answer: string): string {
  return /\s$/.test(prompt) || /^\s/.test(answer) ? "" : " ";
}

function inCommon(prompt: readonly number[], whole: readonly number[]): number {
  let n = 0;
  while (n < prompt.length && n < whole.length && prompt[n] === whole[n]) n++;
  return n;
}

function unfit(ids: readonly number[], from: number): string | null {
  if (from === 0) return "no token stands before the answer";
  if (ids.length <= from)
    return from === 1 ? "the text has fewer than two tokens" : "the answer has no token of its own";
  return null;
}

/** The logarithm of the softmax at one place, the largest logit taken out first. */
function logSoftmaxAt(logits: Float64Array | Float32Array, at: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > most) most = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  return (logits[at] ?? Number.NEGATIVE_INFINITY) - most - Math.log(sum);
}
