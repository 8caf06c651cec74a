/**
 * The one error a user can cause. Anything else that is thrown is a programmer's mistake.
 * Messages read `thing: expected X, got Y` on one line: the thing is a file, a flag, a command or what lies in them, never
 * a function or a module, which whoever reads the message does not know.
 */

/** Closed union: what kind of fault the input or the usage has. */
export type AssayErrorCode =
  | "USAGE"
  | "NOT_FOUND"
  | "FORMAT"
  | "LIMIT"
  | "NON_FINITE"
  | "UNSUPPORTED"
  | "DIGEST"
  | "SIGNATURE"
  | "SCHEMA"
  | "UNAVAILABLE";

export class AssayError extends Error {
  readonly code: AssayErrorCode;
  constructor(code: AssayErrorCode, message: string) {
    super(oneLine(message));
    this.name = "AssayError";
    this.code = code;
  }
}

/** Hostile names end up in messages: control characters are escaped and the length is bounded. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being removed
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return clean.length > 600 ? `${clean.slice(0, 600)}…` : clean;
}

/** Quote a value taken from hostile input for use in a message. */
export function quoted(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return `"${text.length > 120 ? `${text.slice(0, 120)}…` : text}"`;
}

/** A programmer's mistake: never caught, never shown as a user's fault. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
