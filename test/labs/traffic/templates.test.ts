/** Templates: short and unspaced prompts must not fall together; fillings of one template must. */
import { describe, expect, test } from "vitest";
import { features } from "../../../src/labs/traffic/templates/features.js";
import { groupPrompts } from "../../../src/labs/traffic/templates/group.js";
import { setsOf } from "../../../src/labs/traffic/templates/sets.js";
import { normalise, words } from "../../../src/labs/traffic/templates/tokens.js";

const group = (prompts: string[]) =>
  groupPrompts(setsOf(prompts.map((p) => features(words(normalise(p)), { a: 5, b: 6 })))).template;
const nouns = [
  "river",
  "engine",
  "violin",
  "harbour",
  "lantern",
  "glacier",
  "orchard",
  "compass",
  "tunnel",
  "meadow",
  "anvil",
  "quarry",
];
const phrase = (i: number) =>
  Array.from({ length: 9 }, (_, k) => nouns[(i * 7 + k * (1 + (i % 5))) % nouns.length]).join(
    ` ${String.fromCharCode(97 + i)} `,
  );

describe("templates", () => {
  test("short prompts do not fall into one template", () => {
    const prompts = ["hi", "yes", "no", "why", "a bb ccc", "dd e ff", "你好", "謝謝你", "ok"];
    expect(new Set(group(prompts)).size).toBe(prompts.length);
  });

  test("fillings of two templates fall into two groups", () => {
    const a = Array.from(
      { length: 12 },
      (_, i) => `Summarise the following report in two plain sentences:\n${phrase(i)}`,
    );
    const b = Array.from(
      { length: 12 },
      (_, i) => `${phrase(i + 12)}\nDoes this text recommend the product? Answer yes or no.`,
    );
    const found = group([...a, ...b]);
    expect(new Set(found.subarray(0, 12)).size).toBe(1);
    expect(new Set(found.subarray(12)).size).toBe(1);
    expect(found[0]).not.toBe(found[12]);
  });
});
