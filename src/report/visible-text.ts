/**
 * Names of models, tensors and files are hostile text. Escaping of markup is the renderer's work; this file makes
 * what cannot be seen visible: control characters, bidirectional overrides (CVE-2021-42574, "Trojan Source"),
 * zero-width characters and lone surrogates are printed as \uXXXX. It cannot see look-alike letters.
 */

/** Cc control, Cf format (bidi, zero width, tags), Cs lone surrogate, Zl and Zp separators, and what XML forbids. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu;

/** Unseen characters as \uXXXX; everything else, look-alike letters among it, stays as it is. */
export function visibleText(text: string): string {
  return text.replace(UNSEEN, (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, "0")}`);
}

/** Every string inside a JSON value, keys included, made visible: one pass, so that no section can forget it. */
export function visibleValue<T>(value: T): T {
  if (typeof value === "string") return visibleText(value) as T;
  if (Array.isArray(value)) return value.map(visibleValue) as T;
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, inner]) => [visibleText(key), visibleValue(inner)]);
  return Object.fromEntries(entries) as T;
}
