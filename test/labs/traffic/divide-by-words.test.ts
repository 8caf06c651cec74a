/** Division by words in clear: order and optional sentences divide where fillings are the same; slots do not; a short head is no template. */
import { expect, test } from "vitest";
import { divideByWords } from "../../../src/labs/traffic/templates/divide-by-words.js";
import { gatherByWords } from "../../../src/labs/traffic/templates/gather-by-words.js";
import { normalise, words } from "../../../src/labs/traffic/templates/tokens.js";

const NOUNS =
  "river engine violin harbour lantern glacier orchard compass tunnel meadow anvil quarry saddle turbine".split(" ");
const noun = (n: number) => NOUNS[((n % NOUNS.length) + NOUNS.length) % NOUNS.length]!;
/** A filling of its own for each number. */
const filling = (i: number, length = 20) =>
  Array.from({ length }, (_, k) => `${noun(i * 5 + k * k + (k % 3) * i)}${i}`).join(" ");

const numbers = new Map<string, number>();
const wordsOf = (text: string) =>
  Uint32Array.from(words(normalise(text)), (word) => {
    if (!numbers.has(word)) numbers.set(word, numbers.size);
    return numbers.get(word)!;
  });

/** Prompts in one group; those of one filling are near duplicates. @returns groups found, as lists of prompt numbers */
function divide(prompts: { text: string; filling: number }[]): number[][] {
  const first = new Map<number, number>();
  prompts.forEach((p, i) => {
    if (!first.has(p.filling)) first.set(p.filling, i);
  });
  const found = divideByWords(new Uint32Array(prompts.length), {
    words: prompts.map((p) => wordsOf(p.text)),
    duplicate: prompts.map((p) => first.get(p.filling)!),
  });
  const groups = new Map<number, number[]>();
  for (const [i, name] of found.entries()) groups.set(name, [...(groups.get(name) ?? []), i]);
  return [...groups.values()];
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

test("the same sentences in another order, over the same fillings, are another template", () => {
  const rule = "Choose the option that answers best.";
  const task = "Think about the text with great care.";
  const prompts = [
    ...upTo(12).map((i) => ({ text: `${rule}\n${filling(i)}\n${task}`, filling: i })),
    ...upTo(12).map((i) => ({ text: `${task}\n${filling(i)}\n${rule}`, filling: i })),
  ];
  expect(divide(prompts)).toEqual([upTo(12), upTo(12).map((i) => i + 12)]);
});

test("a sentence that half of a group has divides it where the fillings are the same, and not where they differ", () => {
  const head = "Read this note from the archive:";
  const more = "Answer in one short sentence only.";
  const same = [
    ...upTo(12).map((i) => ({ text: `${head}\n${filling(i)}`, filling: i })),
    ...upTo(12).map((i) => ({ text: `${head}\n${filling(i)}\n${more}`, filling: i })),
  ];
  expect(divide(same).length).toBe(2);
  const slot = upTo(24).map((i) => ({ text: `${head}\n${filling(i)}${i % 2 === 0 ? `\n${more}` : ""}`, filling: i }));
  expect(divide(slot).length).toBe(1);
});

test("three words at the head of long prompts are no template; at the head of short ones they may be", () => {
  const long = upTo(20).map((i) => ({ text: `Information: ${filling(i, 400)}`, filling: i }));
  expect(divide(long).length).toBe(20);
  const short = upTo(20).map((i) => ({ text: `Information: ${filling(i, 20)}`, filling: i }));
  expect(divide(short).length).toBe(1);
});

test("a prompt that stands alone joins the template whose words in a row it has", () => {
  const text = (i: number) => `Write a polite letter about the following matter:\n${filling(i)}`;
  const prompts = upTo(12).map((i) => wordsOf(i < 11 ? text(i) : text(99)));
  const template = Uint32Array.from(upTo(12), (i) => (i < 11 ? 0 : 11));
  expect([...gatherByWords(template, prompts)]).toEqual(upTo(12).map(() => 0));
});
