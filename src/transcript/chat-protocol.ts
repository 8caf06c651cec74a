/**
 * The two HTTP protocols that chat models are served by: OpenAI's chat completions (also vLLM, llama.cpp, Ollama and
 * most gateways) and Anthropic's messages. Requests as JSON values, responses from bytes. No network here.
 */
import { AssayError, quoted } from "../base/error.js";
import { isObject, type JsonObject } from "./record.js";

export type Protocol = "openai" | "anthropic";

export interface ChatSettings {
  model: string;
  /** null leaves the server's own default, which is then recorded as such. */
  temperature: number | null;
  maxTokens: number;
  system: string | null;
  /** Passed to servers that take one. */
  seed: number | null;
  /** Ask for the probabilities of the answer's tokens; absent where not, so that older journals go on. */
  logprobs?: true;
}

/** What a server answered, as far as it is understood. */
export interface ChatAnswer {
  text: string;
  /** The server's own name for the response; two responses of one name are suspicious. */
  responseId: string | null;
  /** What the server says it served. */
  servedModel: string | null;
  stopReason: string | null;
  inputTokens: number | null;
  outputTokens: number | null;
  /** Mean natural log-probability a token, as stated by the server. */
  logprob: number | null;
}

/** Version of the messages API this was written to. */
const ANTHROPIC_VERSION = "2023-06-01";

/** A base address (…, …/v1) or the full address of the method. */
export function chatUrl(endpoint: string, protocol: Protocol): URL {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw new AssayError("USAGE", `--endpoint: expected an http or https address, got ${quoted(endpoint)}`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new AssayError("USAGE", `--endpoint: expected an http or https address, got ${quoted(url.protocol)}`);
  // A key in an address ends up in journals and findings (CWE-598).
  if (url.username !== "" || url.password !== "")
    throw new AssayError(
      "USAGE",
      "--endpoint: expected an address without a user or password; keys come from the environment",
    );
  const method = protocol === "openai" ? "/chat/completions" : "/messages";
  if (!url.pathname.endsWith(method)) {
    const base = url.pathname.replace(/\/+$/, "");
    url.pathname = `${/\/v\d+[a-z0-9]*$/.test(base) ? base : `${base}/v1`}${method}`;
  }
  return url;
}

export function chatHeaders(protocol: Protocol, key: string | null): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/json", accept: "application/json" };
  if (protocol === "anthropic") {
    headers["anthropic-version"] = ANTHROPIC_VERSION;
    if (key !== null) headers["x-api-key"] = key;
  } else if (key !== null) headers.authorization = `Bearer ${key}`;
  return headers;
}

export function chatRequest(protocol: Protocol, settings: ChatSettings, prompt: string): JsonObject {
  const { model, temperature, maxTokens, system, seed, logprobs } = settings;
  const user = { role: "user", content: prompt };
  if (protocol === "anthropic")
    return {
      model,
      max_tokens: maxTokens,
      messages: [user],
      ...(system === null ? {} : { system }),
      ...(temperature === null ? {} : { temperature }),
    };
  return {
    model,
    messages: system === null ? [user] : [{ role: "system", content: system }, user],
    max_tokens: maxTokens,
    ...(temperature === null ? {} : { temperature }),
    ...(seed === null ? {} : { seed }),
    ...(logprobs ? { logprobs } : {}),
  };
}

/** @returns null for bytes that are no whole answer: cut JSON, or none of the fields that an answer has */
export function readChatAnswer(protocol: Protocol, text: string): ChatAnswer | null {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(body)) return null;
  return protocol === "openai" ? openaiAnswer(body) : anthropicAnswer(body);
}

function openaiAnswer(body: JsonObject): ChatAnswer | null {
  const choice = Array.isArray(body.choices) ? body.choices[0] : undefined;
  if (!isObject(choice)) return null;
  const message = isObject(choice.message) ? choice.message : null;
  // A refusal may come in a field of its own, with no content; reasoning in another, which is not the answer.
  const text = message ? (textOf(message.content) ?? asText(message.refusal) ?? "") : asText(choice.text);
  if (text === null) return null;
  const usage = isObject(body.usage) ? body.usage : {};
  return {
    text,
    responseId: asText(body.id),
    servedModel: asText(body.model),
    stopReason: asText(choice.finish_reason),
    inputTokens: asCount(usage.prompt_tokens),
    outputTokens: asCount(usage.completion_tokens),
    logprob: meanLogprob(choice.logprobs),
  };
}

function anthropicAnswer(body: JsonObject): ChatAnswer | null {
  const text = textOf(body.content);
  if (text === null || body.type === "error") return null;
  const usage = isObject(body.usage) ? body.usage : {};
  return {
    text,
    responseId: asText(body.id),
    servedModel: asText(body.model),
    stopReason: asText(body.stop_reason),
    inputTokens: asCount(usage.input_tokens),
    outputTokens: asCount(usage.output_tokens),
    logprob: null,
  };
}

/** null unless every token carries a probability: a mean over some of them is a mean of something else. */
function meanLogprob(logprobs: unknown): number | null {
  const content = isObject(logprobs) && Array.isArray(logprobs.content) ? logprobs.content : [];
  const values = content.map((token) => (isObject(token) ? token.logprob : undefined));
  if (values.length === 0 || !values.every((v) => typeof v === "number" && Number.isFinite(v) && v <= 0)) return null;
  return (values as number[]).reduce((sum, value) => sum + value, 0) / values.length;
}

/** Content is a text or a list of parts, of which those of type "text" are the answer. */
function textOf(content: unknown): string | null {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return null;
  return content
    .map((part) => (isObject(part) && part.type === "text" && typeof part.text === "string" ? part.text : ""))
    .join("");
}

function asText(value: unknown): string | null {
  return typeof value === "string" ? value.slice(0, 1_000_000) : null;
}

function asCount(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
