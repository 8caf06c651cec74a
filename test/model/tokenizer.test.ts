/** Vocabularies out of tokenizer.json in its three forms, and out of hostile ones. */
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { parseVocabulary } from "../../src/model/beside/tokenizer.js";
import { processorMs } from "../processor-time.js";

const parse = (value: unknown) => parseVocabulary(utf8(typeof value === "string" ? value : JSON.stringify(value)));

test("BPE, WordPiece and WordLevel keep an object; added tokens come beside", () => {
  const vocabulary = parse({
    added_tokens: [
      { id: 0, content: "<s>", special: true },
      { id: 9, content: "<new>" },
    ],
    model: { type: "BPE", vocab: { "<s>": 0, a: 1, "\u0120b": 2 }, merges: [["a", "b"]] },
  });
  expect([...vocabulary]).toEqual([
    ["<s>", 0],
    ["a", 1],
    ["\u0120b", 2],
    ["<new>", 9],
  ]);
});
test("Unigram keeps pieces and scores", () => {
  expect([
    ...parse({
      model: {
        type: "Unigram",
        vocab: [
          ["<unk>", 0],
          ["\u2581a", -3.5],
        ],
      },
    }),
  ]).toEqual([
    ["<unk>", 0],
    ["\u2581a", 1],
  ]);
});
test("an added token takes over an id", () => {
  expect([
    ...parse({ added_tokens: [{ id: 1, content: "<tool>" }], model: { vocab: { a: 0, "<reserved>": 1 } } }),
  ]).toEqual([
    ["a", 0],
    ["<tool>", 1],
  ]);
});
describe("refused", () => {
  test.each<[string, unknown, RegExp]>([
    ["no model", {}, /model\.vocab/],
    ["a list as a document", [], /model\.vocab/],
    ["a vocab that is a text", { model: { vocab: "a" } }, /model\.vocab/],
    ["a negative id", { model: { vocab: { a: -1 } } }, /non-negative integer id/],
    ["minus zero", `{"model":{"vocab":{"a":-0}}}`, /non-negative integer id/],
    ["a fractional id", { model: { vocab: { a: 0.5 } } }, /non-negative integer id/],
    ["a text id", { model: { vocab: { a: "1" } } }, /non-negative integer id/],
    ["an id over 2^31", { model: { vocab: { a: 2 ** 31 } } }, /non-negative integer id/],
    ["one id twice", { model: { vocab: { a: 1, b: 1 } } }, /unique ids/],
    ["one token twice", `{"model":{"vocab":{"a":1,"a":2}}}`, /twice/],
    [
      "one piece twice",
      {
        model: {
          vocab: [
            ["a", 0],
            ["a", 0],
          ],
        },
      },
      /unique tokens/,
    ],
    ["a piece without score", { model: { vocab: [["a"]] } }, /\[piece, score\]/],
    [
      "an added token under another id",
      { added_tokens: [{ id: 2, content: "a" }], model: { vocab: { a: 1 } } },
      /one id/,
    ],
    [
      "an added token without id",
      { added_tokens: [{ content: "b" }], model: { vocab: { a: 1 } } },
      /non-negative integer id/,
    ],
    ["added tokens that are an object", { added_tokens: {}, model: { vocab: { a: 1 } } }, /array/],
    ["deep nesting", `{"model":${"[".repeat(40)}`, /nesting/],
    ["50 MB of [", "[".repeat(5e7), /lists/],
  ])("%s", async (_, value, words) => {
    expect(await processorMs(() => expect(() => parse(value)).toThrow(words))).toBeLessThan(4_000);
  });
  test("more than 64 MiB", () => {
    expect(() => parseVocabulary(new Uint8Array(64 * 1024 * 1024 + 1))).toThrow(/at most 67108864 bytes/);
  });
});
