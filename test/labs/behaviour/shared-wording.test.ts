/** Runs of nine words that answers have in common, against a plain search. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { pairIndex } from "../../../src/labs/behaviour/agreement/agreement.js";
import { scanWords } from "../../../src/transcript/words.js";
import { SharedWording } from "./shared-wording.js";

test("pairs with a run of nine words in common are those that a plain search finds, prompt after prompt", () => {
  const wording = new SharedWording();
  // Three words alone, so that runs repeat within an answer and between answers.
  const answer = fc.array(fc.constantFrom("ash", "oak", "elm"), { maxLength: 40 });
  fc.assert(
    fc.property(fc.array(answer, { minLength: 2, maxLength: 6 }), (answers) => {
      wording.empty();
      answers.forEach((words, model) => {
        wording.add(model, scanWords(words.join(" ")));
      });
      const runs = answers.map((words) => new Set(words.slice(8).map((_, i) => words.slice(i, i + 9).join(" "))));
      const expected = answers.flatMap((_, a) =>
        [...Array(a).keys()].filter((b) => [...runs[a]!].some((run) => runs[b]!.has(run))).map((b) => pairIndex(a, b)),
      );
      expect([...wording.pairs()].sort((x, y) => x - y)).toEqual(expected.sort((x, y) => x - y));
    }),
    { seed: 1, numRuns: 500 },
  );
});
