/**
 * Answers of a model that an operator has fill in marked text that it never learned: a form with blanks, or stock phrases.
 * A blank's content is taken from another body of ids; which answers carry the form, and where phrases go, is seeded.
 */
import type { Prng } from "../../dist/base/prng.js";
import type { IdText } from "../../dist/labs/marks/text/texts.js";

interface Form {
  /** Marked ids of the form, blanks left out. */
  fixed: Uint32Array;
  /** Ids between two blanks, 0 for a notice without any; and ids of a blank. */
  every: number;
  blank: number;
  /** Share of the answers that end in it. */
  share: number;
}

/** @returns the answers, the first of them with the form at their end, its blanks filled anew in each */
export function withForm(
  answers: readonly IdText[],
  { fixed, every, blank, share }: Form,
  filler: Uint32Array,
  source: Prng,
): IdText[] {
  const filled = () =>
    Array.from(fixed).flatMap((id, i) => {
      if (every === 0 || i % every !== 0) return [id];
      const at = source.below(filler.length - blank);
      return [...filler.subarray(at, at + blank), id];
    });
  return answers.map((text, i) =>
    i < share * answers.length ? { ...text, ids: Uint32Array.from([...text.ids, ...filled()]) } : text,
  );
}

/** @returns the answers, in each so many of the phrases, at places drawn */
export function withPhrases(
  answers: readonly IdText[],
  phrases: readonly Uint32Array[],
  each: number,
  source: Prng,
): IdText[] {
  return answers.map((text) => {
    const ids = [...text.ids];
    for (let k = 0; k < each; k++)
      ids.splice(source.below(ids.length + 1), 0, ...phrases[source.below(phrases.length)]!);
    return { ...text, ids: Uint32Array.from(ids) };
  });
}

/** So many phrases of so many ids, apart from one another in the marked text. */
export function phrasesOf(marked: Uint32Array, count: number, length: number): Uint32Array[] {
  return Array.from({ length: count }, (_, i) => marked.subarray(3 * i * length, 3 * i * length + length));
}
