/** config.json: strict on what is used, silent on the rest. */
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { NO_CONFIG, parseConfig } from "../../src/model/beside/config.js";

const parse = (value: unknown) => parseConfig(utf8(JSON.stringify(value)));

test("the fields of a Llama", () => {
  expect(
    parse({
      model_type: "llama",
      hidden_size: 96,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-5,
      rope_theta: 1e4,
      tie_word_embeddings: false,
      other: [1],
    }),
  ).toEqual({
    ...NO_CONFIG,
    modelType: "llama",
    hiddenSize: 96,
    heads: 4,
    keyValueHeads: 2,
    normEpsilon: 1e-5,
    ropeTheta: 1e4,
    tiedEmbeddings: false,
  });
});
test("null is silence, and so is an empty object", () => {
  expect(parse({ num_key_value_heads: null, text_config: null })).toEqual(NO_CONFIG);
  expect(parse({})).toEqual(NO_CONFIG);
});
test("text_config goes before what stands outside", () => {
  expect(
    parse({ model_type: "vlm", tie_word_embeddings: true, text_config: { model_type: "qwen2", hidden_size: 8 } }),
  ).toEqual({
    ...NO_CONFIG,
    modelType: "qwen2",
    hiddenSize: 8,
    tiedEmbeddings: true,
  });
});
test("rope_theta where newer files keep it", () => {
  expect(parse({ rope_parameters: { rope_theta: 5e5, rope_type: "default" } }).ropeTheta).toBe(5e5);
});
describe("refused", () => {
  test.each([
    ["zero", { hidden_size: 0 }],
    ["a negative size", { vocab_size: -1 }],
    ["a fraction", { num_hidden_layers: 1.5 }],
    ["over 2^31", { intermediate_size: 2 ** 31 + 1 }],
    ["text for a number", { num_attention_heads: "4" }],
    ["a list", { head_dim: [4] }],
    ["a number for a word", { model_type: 1 }],
    ["a text for a truth value", { tie_word_embeddings: "yes" }],
    ["a nested fault", { text_config: { hidden_size: "8" } }],
    ["a text_config that is a text", { text_config: "x" }],
    ["a list as a document", []],
  ])("%s", (_, value) => expect(() => parse(value)).toThrow(/^config\.parse: config\.json: .*expected/));
  test("duplicate keys", () => expect(() => parseConfig(utf8(`{"head_dim":1,"head_dim":2}`))).toThrow(/twice/));
  test("deep nesting", () => expect(() => parseConfig(utf8(`{"a":${"[".repeat(40)}`))).toThrow(/nesting/));
  test("too large", () => expect(() => parseConfig(new Uint8Array(5_000_000))).toThrow(/at most 4194304 bytes/));
});
