/**
 * What a served model says of a text it is given: the natural log-probabilities of the text's own tokens, from an endpoint
 * that speaks OpenAI's completions and returns the prompt with them ("echo" with "logprobs", or vLLM's "prompt_logprobs").
 * The first token has none where the server puts nothing before it: the score is of the rest, for each text alike. It cannot
 * see what the server computed them with.
 */

import { chatUrl } from "../../transcript/chat-protocol.js";
import { boundedBody } from "../bounded-body.js";

/** Of 100,000 characters with their tokens, as JSON (CWE-400). */
const RESPONSE_BYTES_MAX = 32 * 1024 * 1024;
const TIMEOUT_MS = 120_000;
const TRIES = 5;
const WAIT_MS = 1000;
const AGAIN = new Set([408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529]);

interface ScoringEndpoint {
  url: string;
  model: string;
  /** Taken out of whatever comes back. */
  key: string | null;
}

export type Score = { logprob: number; tokens: number } | { refused: string };

/** The address of completions below a base address. @throws USAGE for what is no http address, or carries a password */
export function completionsUrl(endpoint: string): URL {
  const url = chatUrl(endpoint.replace(/\/completions\/?$/, ""), "openai");
  url.pathname = url.pathname.replace(/\/chat\/completions$/, "/completions");
  return url;
}

/**
 * One text, scored. What the server will not score is refused with its reason; a fault that may pass is tried again.
 * @param wait between two tries @throws Error where the server cannot be reached, or does not return prompts at all
 */
export async function scoreText(
  { url, model, key }: ScoringEndpoint,
  text: string,
  wait: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
): Promise<Score> {
  const clean = (said: string) => (key === null || key === "" ? said : said.replaceAll(key, "[key]")).slice(0, 200);
  let last = "";
  // Some servers take no request for nothing: the token they add is cut off again.
  for (const maxTokens of [0, 1]) {
    for (let tried = 0; tried < TRIES; tried++) {
      if (tried > 0) await wait(WAIT_MS * 2 ** (tried - 1));
      const answer = await asked(
        url,
        { model, prompt: text, max_tokens: maxTokens, temperature: 0, echo: true, logprobs: 1 },
        key,
      ).catch((error: unknown) => ({ status: 0, body: (error as Error).message }));
      if (answer.status === 200) return readScore(answer.body, text);
      last = answer.status === 0 ? clean(answer.body) : `status ${answer.status}: ${clean(answer.body)}`;
      if (answer.status !== 0 && !AGAIN.has(answer.status)) break;
    }
    if (!/max_tokens|max_completion_tokens/i.test(last)) break;
  }
  return { refused: last };
}

async function asked(url: string, body: object, key: string | null): Promise<{ status: number; body: string }> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json",
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(body),
    redirect: "manual", // a redirect followed would carry the key to another host
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const bytes = await boundedBody(response.body as AsyncIterable<Uint8Array> | null, RESPONSE_BYTES_MAX);
  if (bytes === null) return { status: 413, body: `an answer of more than ${RESPONSE_BYTES_MAX} bytes` };
  return { status: response.status, body: Buffer.from(bytes).toString("utf8") };
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** From a completions answer that holds the prompt. A server that leaves it out is refused, never scored by what it wrote. */
export function readScore(body: string, text: string): Score {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return { refused: "an answer that is no JSON" };
  }
  const choice = isObject(answer) && Array.isArray(answer.choices) ? answer.choices[0] : null;
  if (!isObject(choice)) return { refused: "an answer without a choice" };
  const prompt = isObject(answer) && isObject(answer.usage) ? answer.usage.prompt_tokens : undefined;
  if (Array.isArray(choice.prompt_logprobs)) return summed(choice.prompt_logprobs.map(ofOneToken));
  const logprobs = isObject(choice.logprobs) ? choice.logprobs.token_logprobs : null;
  if (!Array.isArray(logprobs) || typeof choice.text !== "string" || !choice.text.startsWith(text))
    return { refused: "the server does not return the prompt with its log-probabilities" };
  // What was written after the prompt is no part of the score.
  const offsets = isObject(choice.logprobs) ? choice.logprobs.text_offset : null;
  const more = choice.text.length > text.length;
  const count =
    typeof prompt === "number" && Number.isSafeInteger(prompt) && prompt <= logprobs.length
      ? prompt
      : Array.isArray(offsets) && offsets.length === logprobs.length
        ? offsets.filter((at) => typeof at === "number" && at < [...text].length).length
        : more
          ? null
          : logprobs.length;
  if (count === null) return { refused: "the server does not say where the prompt ends" };
  return summed(logprobs.slice(0, count));
}

/** vLLM: one entry for the token itself where no others are asked for. */
function ofOneToken(entry: unknown): unknown {
  if (!isObject(entry)) return entry;
  const values = Object.values(entry);
  return values.length === 1 && isObject(values[0]) ? values[0].logprob : undefined;
}

function summed(values: readonly unknown[]): Score {
  const rest = values[0] === null ? values.slice(1) : values;
  if (rest.length === 0) return { refused: "no token of the text has a log-probability" };
  let logprob = 0;
  for (const value of rest) {
    if (typeof value !== "number" || !Number.isFinite(value) || value > 1e-6)
      return { refused: "a token without a finite log-probability" };
    logprob += Math.min(0, value);
  }
  return { logprob, tokens: rest.length };
}
