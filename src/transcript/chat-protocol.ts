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
  /** The tokens ended before or within reasoning: what there is of the answer is none. */
  cutByReasoning: boolean;
}

/** What a server says went wrong, in a body that is no answer. */
interface ChatFault {
  message: string;
  /** The status it names in the body, where it names one. */
  status: number | null;
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

/** @param key null for a server that asks none */
export function chatHeaders(protocol: Protocol, key: string | null): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/json", accept: "application/json" };
  if (protocol === "anthropic") {
    headers["anthropic-version"] = ANTHROPIC_VERSION;
    if (key !== null) headers["x-api-key"] = key;
  } else if (key !== null) headers.authorization = `Bearer ${key}`;
  return headers;
}

/** Body of one request with one user turn. A setting that is null is left out, so the server's default holds. */
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

/**
 * Also of a server that streams whatever it is asked: events are put together.
 * @returns null for bytes that are no whole answer: cut JSON, or none of the fields that an answer has
 */
export function readChatAnswer(protocol: Protocol, text: string): ChatAnswer | null {
  const body = isEventStream(text) ? fromEvents(protocol, text) : parsed(text);
  if (!isObject(body)) return null;
  return protocol === "openai" ? openaiAnswer(body) : anthropicAnswer(body);
}

/** @returns null where the body states no fault */
export function readChatFault(text: string): ChatFault | null {
  const body = isEventStream(text) ? eventsOf(text).find((event) => isObject(event) && "error" in event) : parsed(text);
  const error = isObject(body) ? (body.error ?? (body.type === "error" ? body : undefined)) : undefined;
  if (error === undefined || error === null) return null;
  const message = isObject(error) ? (asText(error.message) ?? JSON.stringify(error)) : String(error);
  const code = isObject(error) ? Number(error.code ?? error.status) : Number.NaN;
  const filtered =
    isObject(error) && /content.?(?:filter|policy)|moderation|safety/i.test(`${error.code} ${error.type}`);
  return { message: message.slice(0, 200), status: code >= 400 && code < 600 ? code : filtered ? 400 : null };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Lines of server-sent events (WHATWG HTML §9.2), told from the content: not every server says so in its headers. */
function isEventStream(text: string): boolean {
  return /^\s*(?:data:|event:|id:|:)/.test(text.slice(0, 200));
}

/** Data of each event as JSON; what is none is left out, `[DONE]` among it. */
function eventsOf(text: string): unknown[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const value = line.startsWith("data:") ? parsed(line.slice("data:".length)) : null;
    return value === null ? [] : [value];
  });
}

/** The body that the same answer would have had unstreamed; null where the stream was cut before its end. */
function fromEvents(protocol: Protocol, text: string): JsonObject | null {
  const events = eventsOf(text).filter(isObject);
  if (protocol === "anthropic") {
    const start = events.find(({ type }) => type === "message_start");
    const end = events.findLast(({ type }) => type === "message_delta");
    if (!isObject(start?.message) || !events.some(({ type }) => type === "message_stop")) return null;
    const deltas = events.flatMap(({ type, delta }) =>
      type === "content_block_delta" && isObject(delta) ? [delta] : [],
    );
    const joined = deltas.map(({ text: part }) => asText(part) ?? "").join("");
    const usage = {
      ...(isObject(start.message.usage) ? start.message.usage : {}),
      ...(isObject(end?.usage) ? end.usage : {}),
    };
    const stop = isObject(end?.delta) ? end.delta.stop_reason : null;
    return { ...start.message, content: [{ type: "text", text: joined }], stop_reason: stop, usage };
  }
  const choices = events.flatMap(({ choices: list }) => (Array.isArray(list) && isObject(list[0]) ? [list[0]] : []));
  const finish = choices.findLast(({ finish_reason }) => asText(finish_reason) !== null)?.finish_reason ?? null;
  if (choices.length === 0 || (finish === null && !/^data:\s*\[DONE\]/m.test(text))) return null;
  const part = (key: string) =>
    choices
      .map(({ delta, text: plain }) =>
        isObject(delta) ? (asText(delta[key]) ?? "") : key === "content" ? (asText(plain) ?? "") : "",
      )
      .join("");
  const usage = events.findLast((event) => isObject(event.usage))?.usage ?? null;
  const message = { content: part("content"), reasoning_content: part("reasoning_content") || part("reasoning") };
  return { ...events[0], choices: [{ message, finish_reason: finish }], usage };
}

/** Reasoning that a tag opens and nothing closes. */
const OPEN_REASONING = /^\s*(?:<(?:think|thinking|seed:think)>|\[THINK\]|\u25c1think\u25b7|<\|START_THINKING\|>)/i;
const CLOSED_REASONING = /<\/(?:think|thinking|seed:think)>|\[\/THINK\]|\u25c1\/think\u25b7|<\|END_THINKING\|>/i;

function isCutByReasoning(text: string, reasoned: boolean, stopReason: string | null): boolean {
  if (OPEN_REASONING.test(text) && !CLOSED_REASONING.test(text)) return true;
  return text.trim() === "" && reasoned && (stopReason === "length" || stopReason === "max_tokens");
}

function openaiAnswer(body: JsonObject): ChatAnswer | null {
  const choice = Array.isArray(body.choices) ? body.choices[0] : undefined;
  if (!isObject(choice)) return null;
  const message = isObject(choice.message) ? choice.message : null;
  // A refusal may come in a field of its own, with no content; reasoning in another, which is not the answer.
  const text = message ? (textOf(message.content) ?? asText(message.refusal) ?? "") : asText(choice.text);
  if (text === null) return null;
  const usage = isObject(body.usage) ? body.usage : {};
  const stopReason = asText(choice.finish_reason);
  const reasoned =
    message !== null && [message.reasoning_content, message.reasoning].some((of) => (asText(of) ?? "") !== "");
  return {
    text,
    cutByReasoning: isCutByReasoning(text, reasoned, stopReason),
    responseId: asText(body.id),
    servedModel: asText(body.model),
    stopReason,
    inputTokens: asCount(usage.prompt_tokens),
    outputTokens: asCount(usage.completion_tokens),
    logprob: meanLogprob(choice.logprobs),
  };
}

function anthropicAnswer(body: JsonObject): ChatAnswer | null {
  const text = textOf(body.content);
  if (text === null || body.type === "error") return null;
  const usage = isObject(body.usage) ? body.usage : {};
  const stopReason = asText(body.stop_reason);
  const reasoned =
    Array.isArray(body.content) && body.content.some((part) => isObject(part) && part.type === "thinking");
  return {
    text,
    cutByReasoning: isCutByReasoning(text, reasoned, stopReason),
    responseId: asText(body.id),
    servedModel: asText(body.model),
    stopReason,
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
