/**
 * How texts vary in a world. Words are exchanged for words of the same file, so that no language model is needed and
 * every world can be made again. It cannot show what a language model's paraphrase does: that takes prompts already
 * paraphrased, given as another file.
 */
import type { Source } from "./material.ts";
import type { Random } from "./random.ts";

/** Exchanges a share of the words; those the template owns stay unless `alsoFixed`. */
function exchange(text: string, source: Source, share: number, r: Random, alsoFixed = false): string {
  if (source.vocabulary.length === 0) return text;
  return text
    .split(/(\s+)/)
    .map((part) => {
      if (part.trim() === "" || (!alsoFixed && source.fixed.has(part))) return part;
      return r.unit() < share ? r.pick(source.vocabulary) : part;
    })
    .join("");
}

/** A user's own prompt on a theme of the file: now copied word for word, mostly their own words, sometimes two at once. */
export function userPrompt(source: Source, item: number, r: Random): string {
  const text = source.prompts[item % source.prompts.length]!;
  const kind = r.unit();
  if (kind < 0.1) return text;
  if (kind < 0.2) return `${exchange(text, source, 0.3, r)}\n\n${exchange(r.pick(source.prompts), source, 0.3, r)}`;
  return exchange(text, source, 0.25 + 0.5 * r.unit(), r);
}

/** A filling of the file's template: its own words stay, half of the rest is exchanged. Untemplated: nearly as it is. */
export function filling(source: Source, item: number, r: Random): string {
  const text = source.prompts[item % source.prompts.length]!;
  return source.templated ? exchange(text, source, 0.5, r) : exchange(text, source, 0.04, r);
}

/** One rewording of a template, fixed by its seed: a share of all words, the template's own too, is exchanged or dropped. */
export function reworded(text: string, source: Source, share: number, r: Random): string {
  if (share === 0) return text;
  return exchange(text, source, share, r, true);
}

/** What people write next in a conversation. */
export const FOLLOW_UPS = [
  "continue",
  "make it shorter",
  "explain that again, more simply",
  "thanks, now translate it",
  "why?",
  "give me another example",
  "that does not work, try something else",
  "rewrite it in a friendlier tone",
  "can you add sources?",
  "ok, and what about the second part",
];
