/**
 * A prompt as words: NFKC, lower case, runs of digits as one token, line breaks kept (templates live at line starts and
 * ends), scripts without spaces cut by character so that a short or a Chinese prompt is not one word.
 */
const WORD =
  /\n+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}\p{Script=Myanmar}]|\p{N}+|[\p{L}\p{M}_]+|[^\s\p{L}\p{N}\p{M}_]/gu;

/** Words looked at from the front and from the back of a long prompt. */
const EDGE_CHARS = 12_000;
const WORDS_MAX = 1200;

export const LINE = "\n";
const NUMBER = "0";

/** One text a prompt, however it was spaced or cased: what a prompt's hash is taken of. */
export function normalise(prompt: string): string {
  return prompt
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n[ \n]*/g, "\n")
    .trim();
}

/** Of a very long prompt its beginning and its end alone. */
export function words(normalised: string): string[] {
  const text =
    normalised.length > 2 * EDGE_CHARS
      ? `${normalised.slice(0, EDGE_CHARS)}\n${normalised.slice(-EDGE_CHARS)}`
      : normalised;
  const all: string[] = text.match(WORD) ?? [];
  for (let i = 0; i < all.length; i++) all[i] = token(all[i]!);
  return all.length > WORDS_MAX ? [...all.slice(0, WORDS_MAX / 2), ...all.slice(-WORDS_MAX / 2)] : all;
}

/** Line breaks and numbers each as one token; the common characters are told without a pattern. */
function token(word: string): string {
  const code = word.charCodeAt(0);
  if (code === 0x0a) return LINE;
  if (code < 0x80) return code >= 0x30 && code <= 0x39 ? NUMBER : word;
  return /^\p{N}/u.test(word) ? NUMBER : word;
}
