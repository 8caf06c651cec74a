/** Green lists within their budget and beyond it: the same answers, asked once and asked again. */
import { describe, expect, test } from "vitest";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { GreenLists } from "../../../src/labs/marks/schemes/green-lists.js";

const VOCABULARY = 500;
const SEEDS = 60;
const seeds = new Uint32Array(SEEDS * 40);
const tokens = new Uint32Array(seeds.length);
for (let i = 0; i < seeds.length; i++) {
  // Seed 0 with token 0 too: a table of pairs of words must not take it for a free place.
  seeds[i] = i % SEEDS;
  tokens[i] = i % SEEDS < 30 ? (7 * Math.floor(i / SEEDS)) % VOCABULARY : i % 5;
}

describe.each([false, true])("lists at the end of the permutation: %s", (last) => {
  const ample = new GreenLists(new TokenDraws(), VOCABULARY, 125, last).test(seeds, tokens);

  test.each([0, 10 * (VOCABULARY / 8 + 64)])(
    "a budget of %d bytes changes no answer, asked again neither",
    (budget) => {
      const lists = new GreenLists(new TokenDraws(), VOCABULARY, 125, last, budget);
      for (let turn = 0; turn < 3; turn++) expect(lists.test(seeds, tokens)).toEqual(ample);
    },
  );
});
