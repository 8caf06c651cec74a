/** In how many places a tuple stands: a form, a notice and a phrase are one place, what comes up anywhere is many. */
import { expect, it } from "vitest";
import { phrasesOf, withForm, withPhrases } from "../../../materials/texts/served-forms.ts";
import { prng } from "../../../src/base/prng.js";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { schemeOf } from "../../../src/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../../../src/labs/marks/schemes/mark-file.js";
import { placesOfTuples } from "../../../src/labs/marks/text/places.js";
import { scoreTexts } from "../../../src/labs/marks/text/score-texts.js";
import type { IdText } from "../../../src/labs/marks/text/texts.js";

const VOCABULARY = 4096;
const scheme = schemeOf(
  parseMark(
    {
      type: "assay/mark/v1",
      scheme: "kgw",
      variant: "original",
      key: 7,
      vocabulary: VOCABULARY,
      parameters: { gamma: 0.25, seeding_scheme: "simple_1" },
    },
    "test",
  ),
  new TokenDraws(),
);
const source = prng("test/places", "texts");
const random = (n: number) => Uint32Array.from({ length: n }, () => source.below(VOCABULARY));
const answers: IdText[] = Array.from({ length: 60 }, (_, i) => ({
  id: String(i),
  ids: random(120),
  promptIds: new Uint32Array(0),
}));

/** Of each tuple (context, token) of `fixed`, in how many places it stands. */
function places(texts: readonly IdText[], fixed: Uint32Array): number[] {
  const scored = scoreTexts(scheme, texts, { vocabulary: VOCABULARY });
  const starts: number[] = [];
  let size = 0;
  for (const { ids } of texts) {
    starts.push(size);
    size += ids.length;
  }
  const ids = Uint32Array.from(texts.flatMap((text) => [...text.ids]));
  const placeOf = (entry: number) => starts[scored.text[entry]!]! + scored.position[entry]!;
  const counts = placesOfTuples(scored, { ids, placeOf, contextWidth: 1 });
  const wanted = new Set(Array.from(fixed.subarray(1), (id, i) => `${fixed[i]} ${id}`));
  const found = new Map<string, number>();
  for (const [entry, count] of counts.entries()) {
    const at = placeOf(entry);
    const name = `${ids[at - 1]} ${ids[at]}`;
    if (wanted.has(name)) found.set(name, count);
  }
  return [...found.values()];
}

it.each([0, 3, 5, 12, 40])("a form with a blank every %s ids is one place, in all answers and in some", (every) => {
  const fixed = random(100);
  for (const share of [1, 0.3])
    for (const blank of [1, 20]) {
      const counts = places(withForm(answers, { fixed, every, blank, share }, random(5000), source), fixed);
      expect(counts.length).toBeGreaterThan(60);
      // A blank may by chance hold the id that would make a tuple of the form.
      expect(counts.filter((count) => count > 1).length).toBeLessThanOrEqual(1);
      expect(Math.max(...counts)).toBeLessThanOrEqual(2);
    }
});

it("so are phrases of five ids, wherever they are put", () => {
  const marked = random(3 * 60 * 5);
  const phrases = phrasesOf(marked, 60, 5);
  const texts = withPhrases(answers, phrases, 8, source);
  const counts = phrases.flatMap((phrase) => places(texts, phrase));
  // Each stands in some eight answers; one that another phrase was put into is a place of its own.
  expect(counts.filter((count) => count > 3).length).toBeLessThan(0.02 * counts.length);
});

it("two ids that come up anywhere stand in as many places as texts", () => {
  const pair = Uint32Array.from([17, 4000]);
  expect(places(withPhrases(answers, [pair], 1, source), pair)).toEqual([answers.length]);
});
