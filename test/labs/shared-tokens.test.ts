/** Which rows stand for the same token must not depend on which model is called the reference. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { sharedTokens } from "../../src/alignment/shared-tokens.js";

const ids = fc.uniqueArray(fc.nat(40), { minLength: 12, maxLength: 12 });

test("two models that change places keep the order of their shared tokens", () => {
  fc.assert(
    fc.property(ids, ids, (a, b) => {
      const [x, y] = [a, b].map((list) => new Map(list.map((id, i) => [`token ${i}`, id])));
      const there = sharedTokens({ reference: x!, suspect: y! }, 30, 41, 2048, "seed");
      const back = sharedTokens({ reference: y!, suspect: x! }, 41, 30, 2048, "seed");
      expect(back.rows).toEqual(
        there.rows.map(({ reference, suspect }) => ({ reference: suspect, suspect: reference })),
      );
    }),
  );
});

test("tokens that changed places are told apart by their strings", () => {
  const [x, y] = [new Map([["a", 3]]).set("b", 5), new Map([["a", 5]]).set("b", 3)];
  const there = sharedTokens({ reference: x, suspect: y }, 8, 8, 2048, "seed");
  expect(there.rows).toEqual([
    { reference: 3, suspect: 5 },
    { reference: 5, suspect: 3 },
  ]);
  const back = sharedTokens({ reference: y, suspect: x }, 8, 8, 2048, "seed");
  expect(back.rows).toEqual([
    { reference: 5, suspect: 3 },
    { reference: 3, suspect: 5 },
  ]);
});
