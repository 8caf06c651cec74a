/**
 * Answers as other tools export them, one object an answer (or a few): OpenAI and Anthropic batch output, OpenRouter and
 * other chat-completion responses, Langfuse and LiteLLM exports, promptfoo results, FastChat and Arena-Hard answers,
 * alpaca_eval lists. A shape is told by the keys that only it has; what is missing is named with the format.
 */
import { AssayError, quoted } from "../base/error.js";
import { checkedPromptId, isObject, type JsonObject, promptDigest, readSettings } from "./record.js";
import type { TranscriptFormat, UnnumberedRecord } from "./transcript.js";

/** Reads one object: answers, none where the object is a failure that its tool recorded, each with its place named. */
type Reader = (object: JsonObject, fault: Fault) => UnnumberedRecord[];
type Fault = (field: string, got: unknown) => AssayError;

interface Shape {
  format: TranscriptFormat;
  /** What a person calls it. */
  name: string;
  is: (object: JsonObject) => boolean;
  read: Reader;
}

/** The shape of an object, by its first line; null for the house's own form or none that is known. */
export function shapeOf(object: JsonObject): Shape | null {
  return SHAPES.find(({ is }) => is(object)) ?? null;
}

/** @param what file and line, for messages @throws FORMAT naming the shape and the field that is missing */
export function readForeign({ name, read }: Shape, object: JsonObject, what: string): UnnumberedRecord[] {
  return read(
    object,
    (field, got) => new AssayError("FORMAT", `${what}: expected ${field} in ${name}, got ${quoted(got ?? "nothing")}`),
  );
}

/** A whole document: a JSON list of objects, or one that holds its results in a list. null where it is neither. */
export function listedIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return null;
  const { results, data, observations } = value;
  if (isObject(results) && Array.isArray(results.results)) return results.results;
  for (const list of [results, data, observations]) if (Array.isArray(list)) return list;
  return null;
}

const SHAPES: readonly Shape[] = [
  {
    format: "openai-batch",
    name: "OpenAI batch output",
    is: (o) => "custom_id" in o && "response" in o,
    read(o, fault) {
      // A request that failed is no answer; a status other than 200 is one the server rejected.
      if (o.response === null || o.response === undefined) return [];
      if (!isObject(o.response)) throw fault('"response" to be an object', o.response);
      const { body, status_code } = o.response;
      if (typeof status_code === "number" && status_code !== 200) return [];
      if (!isObject(body)) throw fault('"response.body" to be an object', body);
      return completion(body, fault, String(named(o.custom_id, '"custom_id"', fault)), null);
    },
  },
  {
    format: "anthropic-batch",
    name: "Anthropic batch output",
    is: (o) => "custom_id" in o && "result" in o,
    read(o, fault) {
      if (!isObject(o.result)) throw fault('"result" to be an object', o.result);
      if (o.result.type !== "succeeded") return [];
      const { message } = o.result;
      if (!isObject(message)) throw fault('"result.message" to be an object', message);
      const text = textOf(message.content);
      if (text === null) throw fault('"result.message.content" to be a text or parts', message.content);
      return [record(named(o.custom_id, '"custom_id"', fault), null, text, null, model(message))];
    },
  },
  {
    format: "promptfoo",
    name: "promptfoo results",
    // A call that failed outright has an error and no response.
    is: (o) =>
      "provider" in o &&
      ("response" in o || "error" in o) &&
      ("testIdx" in o || "promptIdx" in o || isObject(o.prompt)),
    read(o, fault) {
      const prompt = isObject(o.prompt) ? asText(o.prompt.raw) : asText(o.prompt);
      if (prompt === null) throw fault('"prompt.raw"', isObject(o.prompt) ? o.prompt.raw : o.prompt);
      if (o.response === null || o.response === undefined) return [];
      if (!isObject(o.response)) throw fault('"response" to be an object', o.response);
      const { output } = o.response;
      if (output === undefined && o.response.error !== undefined) return [];
      const text =
        typeof output === "string" ? output : isObject(output) || Array.isArray(output) ? JSON.stringify(output) : null;
      if (text === null) throw fault('"response.output"', output);
      const provider = isObject(o.provider) ? asText(o.provider.id) : asText(o.provider);
      return [record(promptDigest(lastUser(prompt)), lastUser(prompt), text, null, provider)];
    },
  },
  {
    format: "langfuse",
    name: "a Langfuse export",
    is: (o) => "input" in o && "output" in o && ("traceId" in o || "type" in o || "observations" in o || "name" in o),
    read(o, fault) {
      // Spans, tools and retrievals stand among the generations; what they put out is no model's answer.
      if (typeof o.type === "string" && !/^generation$/i.test(o.type)) return [];
      if (o.output === null) return [];
      const prompt = promptOf(o.input);
      if (prompt === null) throw fault('"input" to be a text or messages', o.input);
      const text = answerOf(o.output);
      if (text === null) throw fault('"output" to be a text or a message', o.output);
      return [record(promptDigest(prompt), prompt, text, null, asText(o.model))];
    },
  },
  {
    format: "litellm",
    name: "a LiteLLM log",
    is: (o) =>
      "messages" in o &&
      "response" in o &&
      ("call_type" in o || "request_id" in o || "litellm_call_id" in o || "model_group" in o),
    read(o, fault) {
      const messages = typeof o.messages === "string" ? parsed(o.messages) : o.messages;
      const prompt = promptOf(messages);
      const response = typeof o.response === "string" ? parsed(o.response) : o.response;
      if (response === null || response === undefined || (isObject(response) && Object.keys(response).length === 0)) {
        if (o.status === "failure") return [];
        throw fault('"response" (the proxy stores it with store_prompts_in_spend_logs)', o.response);
      }
      if (prompt === null) throw fault('"messages"', o.messages);
      if (!isObject(response)) throw fault('"response" to be an object', o.response);
      return completion(response, fault, promptDigest(prompt), prompt);
    },
  },
  {
    format: "fastchat",
    name: "FastChat answers (model_answer)",
    is: (o) => "question_id" in o && "choices" in o,
    read(o, fault) {
      const id = named(o.question_id, '"question_id"', fault);
      if (!Array.isArray(o.choices)) throw fault('"choices" to be a list', o.choices);
      return o.choices.map((choice, sample) => {
        const turn = isObject(choice) && Array.isArray(choice.turns) ? choice.turns[0] : undefined;
        const text = isObject(turn) ? asText(turn.content) : asText(turn);
        if (text === null) throw fault('"choices[].turns[0]" to be a text', turn);
        return record(
          id,
          null,
          text,
          o.choices !== undefined && (o.choices as unknown[]).length > 1 ? sample : null,
          asText(o.model_id),
        );
      });
    },
  },
  {
    format: "arena-hard",
    name: "Arena-Hard answers",
    is: (o) => "uid" in o && "messages" in o,
    read(o, fault) {
      if (!Array.isArray(o.messages)) throw fault('"messages" to be a list', o.messages);
      const at = o.messages.findIndex((message) => isObject(message) && message.role === "assistant");
      const message = o.messages[at];
      const content = isObject(message) ? message.content : undefined;
      const text = isObject(content) ? asText(content.answer) : textOf(content);
      if (text === null) throw fault('an assistant\'s "content" in "messages"', content);
      return [record(named(o.uid, '"uid"', fault), promptOf(o.messages.slice(0, at)), text, null, asText(o.model))];
    },
  },
  {
    format: "alpaca-eval",
    name: "an alpaca_eval list",
    is: (o) => "instruction" in o && "output" in o,
    read(o, fault) {
      const prompt = asText(o.instruction);
      if (prompt === null) throw fault('"instruction" to be a text', o.instruction);
      const text = asText(o.output);
      if (text === null) throw fault('"output" to be a text', o.output);
      return [record(promptDigest(prompt), prompt, text, null, asText(o.generator))];
    },
  },
  {
    format: "openrouter",
    name: "a chat-completion response (OpenRouter and others)",
    is: (o) => Array.isArray(o.choices) && ("object" in o || "id" in o || "provider" in o || "messages" in o),
    read(o, fault) {
      const prompt = promptOf(o.messages ?? (isObject(o.request) ? o.request.messages : undefined) ?? o.prompt);
      const given = o.prompt_id ?? o.custom_id;
      if (given === undefined && prompt === null)
        throw fault('"prompt_id", or the request\'s "messages" beside the answer', undefined);
      const id = given === undefined ? promptDigest(prompt!) : String(named(given, '"prompt_id"', fault));
      return completion(o, fault, id, prompt);
    },
  },
];

/** Every choice is an answer; several are samples of one prompt. */
function completion(body: JsonObject, fault: Fault, id: string, prompt: string | null): UnnumberedRecord[] {
  // The messages and responses APIs, as gateways pass them on.
  const direct = textOf(body.content) ?? asText(body.output_text) ?? outputText(body.output);
  if (direct !== null && !Array.isArray(body.choices)) return [record(id, prompt, direct, null, model(body))];
  if (!Array.isArray(body.choices) || body.choices.length === 0)
    throw fault('"choices" with an answer', body.choices ?? body.error);
  return body.choices.map((choice, sample) => {
    if (!isObject(choice)) throw fault('"choices[]" to hold objects', choice);
    const message = isObject(choice.message) ? choice.message : null;
    const text = message ? (textOf(message.content) ?? asText(message.refusal) ?? "") : asText(choice.text);
    if (text === null) throw fault('"choices[].message.content"', choice.message);
    return record(id, prompt, text, (body.choices as unknown[]).length > 1 ? sample : null, model(body));
  });
}

function outputText(output: unknown): string | null {
  if (!Array.isArray(output)) return null;
  const parts = output.flatMap((item) =>
    isObject(item) && item.type === "message" ? (textOf(item.content) ?? []) : [],
  );
  return parts.length > 0 ? parts.join("") : null;
}

function record(
  promptId: string,
  prompt: string | null,
  text: string,
  sample: number | null,
  servedModel: string | null,
): UnnumberedRecord {
  return {
    promptId,
    prompt,
    text,
    ids: null,
    promptIds: null,
    logprob: null,
    sample,
    settings: servedModel === null ? null : readSettings({ model: servedModel }, "a model's name"),
  };
}

function named(given: unknown, field: string, fault: Fault): string {
  if (given === undefined || given === null || given === "") throw fault(field, given);
  return checkedPromptId(given, field);
}

function model(of: JsonObject): string | null {
  return asText(of.model);
}

function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Content is a text, or parts of which those of a text are read; reasoning is another part. */
function textOf(content: unknown): string | null {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return null;
  const parts = content.map((part) =>
    isObject(part) && typeof part.text === "string" && (part.type === "text" || part.type === "output_text")
      ? part.text
      : "",
  );
  return parts.join("");
}

/** What was asked: a text, messages (the user's last), or an object that holds either. */
function promptOf(input: unknown): string | null {
  if (typeof input === "string") return input;
  if (isObject(input)) return promptOf(input.messages ?? input.prompt ?? input.input ?? input.content ?? null);
  if (!Array.isArray(input)) return null;
  for (let i = input.length - 1; i >= 0; i--) {
    const message = input[i];
    if (isObject(message) && message.role === "user") return textOf(message.content);
  }
  return null;
}

function answerOf(output: unknown): string | null {
  if (typeof output === "string") return output;
  if (Array.isArray(output)) return output.length === 1 ? answerOf(output[0]) : null;
  if (!isObject(output)) return null;
  if (Array.isArray(output.choices) && isObject(output.choices[0])) return answerOf(output.choices[0].message);
  return textOf(output.content) ?? asText(output.completion) ?? asText(output.text) ?? asText(output.output);
}

/** promptfoo keeps messages as their JSON. */
function lastUser(raw: string): string {
  return raw.trimStart().startsWith("[") ? (promptOf(parsed(raw)) ?? raw) : raw;
}
