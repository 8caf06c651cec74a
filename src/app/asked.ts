/** How options are read from what was typed, and how a setting is typed again. */
import { AssayError, quoted } from "../base/error.js";

export const optionValue = {
  text: (min: number, max: number) => (text: string) => {
    if (text.length < min || text.length > max)
      throw new AssayError("USAGE", `expected ${min} to ${max} characters, got ${text.length}`);
    return text;
  },
  whole: (min: number, max: number) => (text: string) => {
    const n = Number(text);
    if (!/^\d+$/.test(text) || n < min || n > max)
      throw new AssayError(
        "USAGE",
        `expected ${min.toLocaleString("en-GB")} to ${max.toLocaleString("en-GB")}, got ${quoted(text)}`,
      );
    return n;
  },
};

/** A word that a shell reads as it stands. */
export function quotedWord(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
