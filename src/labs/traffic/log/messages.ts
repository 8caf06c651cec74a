/**
 * The prompt of a request: the last user message, the system prompt and how many user turns there were, from the
 * shapes that APIs and gateways log (OpenAI and Anthropic messages, OpenTelemetry parts, JSON as text, plain text).
 */
import { anyValue } from "./mapping.js";

interface Asked {
  prompt: string | null;
  system: string | null;
  /** User messages up to and with the last one. */
  turn: number;
}

/** Longer prompts are cut for hashing and templates: head and tail carry templates (a limit, not a judgement). */
const PROMPT_CHARS_MAX = 200_000;
const MESSAGES_MAX = 10_000;

/**
 * @param value of the request as logged @param system prompt where the log has it apart @returns null for a prompt that
 * is not text; turns count user messages
 */
export function asked(value: unknown, system: unknown): Asked {
  const body = fromText(value);
  const list = messagesIn(body);
  const outer = textOf(fromText(system)) ?? systemOf(body);
  if (list === null) return { prompt: cut(textOf(body)), system: outer, turn: 1 };
  let prompt: string | null = null;
  let own: string | null = null;
  let turn = 0;
  for (const message of list.slice(-MESSAGES_MAX)) {
    if (typeof message !== "object" || message === null) continue;
    const { role, content, parts } = message as { role?: unknown; content?: unknown; parts?: unknown };
    const text = textOf(content ?? parts);
    if (role === "system" || role === "developer") own ??= text;
    else if ((role === "user" || role === "human" || role === undefined) && text !== null) {
      prompt = text;
      turn++;
    }
  }
  return { prompt: cut(prompt), system: cut(own ?? outer), turn: Math.min(turn, 65_535) };
}

/** Of several places the first that holds a prompt; one that is there and empty (`messages: {}`) does not hide the next. */
export function askedFirst(values: Iterable<unknown>, system: unknown): Asked {
  let none: Asked = { prompt: null, system: null, turn: 1 };
  for (const value of values) {
    if (value === undefined || value === null || value === "") continue;
    const found = asked(value, system);
    if (found.prompt !== null) return found;
    if (found.system !== null && none.system === null) none = found;
  }
  return none.system === null ? { ...none, system: textOf(fromText(system)) } : none;
}

/** Text that is itself JSON, as spend logs and spans often carry it, or base64 of such text. */
function fromText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (/^\s*[[{]/.test(value)) return parsed(value) ?? value;
  // A JSON object or array in base64 begins so: `{"`, `[{`, `{ `.
  return /^(eyJ|W3s|eyA|eyI|ewo)[A-Za-z0-9+/=_-]{8,}\s*$/.test(value) ? (fromBase64(value) ?? value) : value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fromBase64(text: string): unknown {
  try {
    const bytes = Uint8Array.from(atob(text.trim().replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return parsed(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

function messagesIn(value: unknown): unknown[] | null {
  if (Array.isArray(value)) {
    if (value.length === 0 || typeof value[0] !== "object") return null;
    return isAttributes(value) ? numbered(entriesOf(value)) : value;
  }
  if (typeof value !== "object" || value === null) return null;
  const { messages, input, prompt, contents, inputText, body } = value as Record<string, unknown>;
  for (const inner of [messages, input, contents, prompt].map(fromText)) if (isMessages(inner)) return inner;
  for (const inner of [prompt, input, inputText])
    if (typeof inner === "string" && inner !== "") return [{ role: "user", content: inner }];
  for (const inner of [prompt, input])
    if (Array.isArray(inner) && typeof inner[0] === "string") return [{ role: "user", content: inner }];
  if (typeof body === "object" && body !== null) return messagesIn(body);
  return numbered(Object.entries(value));
}

function isMessages(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === "object";
}

/** System prompts that stand beside the messages: Anthropic's `system`, `instructions` of Responses, Gemini's. */
function systemOf(body: unknown): string | null {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return null;
  const { system, instructions, systemInstruction, system_instruction, body: inner } = body as Record<string, unknown>;
  for (const value of [system, instructions, systemInstruction, system_instruction]) {
    const text = textOf(fromText(value));
    if (text !== null) return text;
  }
  return typeof inner === "object" ? systemOf(inner) : null;
}

/** OTLP's list of attributes: `{"key": k, "value": {"stringValue": …}}`. */
function isAttributes(list: readonly unknown[]): boolean {
  const [item] = list as { key?: unknown; value?: unknown }[];
  return typeof item?.key === "string" && item.value !== undefined;
}

function entriesOf(list: readonly unknown[]): [string, unknown][] {
  return list.slice(0, MESSAGES_MAX).map((item) => {
    const { key, value } = item as { key: string; value: unknown };
    return [key, anyValue(value)];
  });
}

/** Messages spread over numbered attributes, as OpenLLMetry (gen_ai.prompt.0.content) and OpenInference write them. */
function numbered(entries: readonly (readonly [string, unknown])[]): unknown[] | null {
  const list: { role?: unknown; content?: unknown }[] = [];
  for (const [name, value] of entries) {
    const [, at, field] = NUMBERED.exec(name) ?? [];
    if (at === undefined) continue;
    list[Number(at)] = { ...list[Number(at)], [field!]: field === "content" ? fromText(value) : value };
  }
  return list.length > 0 ? list.filter((message) => message !== undefined) : null;
}

const NUMBERED = /^(?:gen_ai\.prompt|llm\.prompts|llm\.input_messages)\.(\d{1,4})\.(?:message\.)?(role|content)$/;

function textOf(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  if (Array.isArray(value)) {
    const parts = value.slice(0, MESSAGES_MAX).map((part) => {
      if (typeof part === "string") return part;
      const { text, content } = (part ?? {}) as { text?: unknown; content?: unknown };
      return typeof text === "string" ? text : typeof content === "string" ? content : "";
    });
    const joined = parts.filter((part) => part !== "").join("\n");
    return joined === "" ? null : joined;
  }
  if (typeof value === "object" && value !== null) {
    const { text, content, parts } = value as { text?: unknown; content?: unknown; parts?: unknown };
    if (typeof text === "string") return text;
    if (typeof content === "string") return content;
    if (Array.isArray(text)) return textOf(text);
    if (Array.isArray(parts)) return textOf(parts);
  }
  return null;
}

function cut(text: string | null): string | null {
  if (text === null || text.length <= PROMPT_CHARS_MAX) return text;
  return `${text.slice(0, PROMPT_CHARS_MAX / 2)}\n${text.slice(-PROMPT_CHARS_MAX / 2)}`;
}
