/**
 * The prompt of a request: the last user message, the system prompt and how many user turns there were, from the
 * shapes that APIs and gateways log (OpenAI and Anthropic messages, OpenTelemetry parts, JSON as text, plain text).
 */
export interface Asked {
  prompt: string | null;
  system: string | null;
  /** User messages up to and with the last one. */
  turn: number;
}

/** Longer prompts are cut for hashing and templates: head and tail carry templates (a limit, not a judgement). */
export const PROMPT_CHARS_MAX = 200_000;
const MESSAGES_MAX = 10_000;

export function asked(value: unknown, system: unknown): Asked {
  const body = fromText(value);
  const list = messagesIn(body);
  const outer = system === undefined ? null : textOf(fromText(system));
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

/** Text that is itself JSON, as spend logs and spans often carry it. */
function fromText(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function messagesIn(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value.length > 0 && typeof value[0] === "object" ? value : null;
  if (typeof value !== "object" || value === null) return null;
  const { messages, input, prompt, contents } = value as Record<string, unknown>;
  for (const inner of [messages, input, contents]) if (Array.isArray(inner)) return inner;
  return typeof prompt === "string" ? [{ role: "user", content: prompt }] : null;
}

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
    const { text, content } = value as { text?: unknown; content?: unknown };
    if (typeof text === "string") return text;
    if (typeof content === "string") return content;
  }
  return null;
}

function cut(text: string | null): string | null {
  if (text === null || text.length <= PROMPT_CHARS_MAX) return text;
  return `${text.slice(0, PROMPT_CHARS_MAX / 2)}\n${text.slice(-PROMPT_CHARS_MAX / 2)}`;
}
