/** What a log without a field cannot carry is said in the finding and its reason, one line a field; with the fields nothing is. */
import { expect, test } from "vitest";
import { outOfReach } from "../../../src/labs/traffic/reach.js";

const full = { accounts: 100, payment: 90, network: 100, org: 100 };

test("cards, networks, organisations, or several of them, named for less than half of the accounts", () => {
  expect(outOfReach(full)).toEqual([]);
  expect(outOfReach({ ...full, payment: 50 })).toEqual([]);
  for (const [missing, words] of [
    [["payment"], [/a card for 49 of 100/]],
    [["network"], [/a network for 49 of 100/]],
    [["org"], [/an organisation for 49 of 100/]],
    [
      ["payment", "network"],
      [/a card for 49 of 100/, /a network for 49 of 100/],
    ],
  ] as const) {
    const found = outOfReach({ ...full, ...Object.fromEntries(missing.map((field) => [field, 49])) });
    expect(found.length).toBe(words.length);
    for (const [i, { conclusion, why }] of found.entries()) {
      expect(conclusion).toMatch(/operated together, and so that what they ask harvests/);
      expect(why).toMatch(words[i]!);
    }
  }
});
