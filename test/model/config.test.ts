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
describe("a field that is not as it should be is left aside and named, the rest is read", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["a negative size", { vocab_size: -1 }, "vocab_size"],
    ["a fraction", { num_hidden_layers: 4.5 }, "num_hidden_layers"],
    ["over 2^31", { intermediate_size: 2 ** 31 + 1 }, "intermediate_size"],
    ["text for a number", { num_attention_heads: "4" }, "num_attention_heads"],
    ["a list that differs from layer to layer", { num_key_value_heads: [4, 2] }, "num_key_value_heads"],
    ["a number for a word", { model_type: 1 }, "model_type"],
    ["a text for a truth value", { tie_word_embeddings: "yes" }, "tie_word_embeddings"],
    ["a nested fault", { text_config: { vocab_size: "8" } }, "vocab_size"],
    ["a text_config that is a text", { text_config: "x" }, "text_config"],
    ["bits that are a fraction, as exl2 has them", { quantization_config: { bits: 4.5 } }, "bits"],
    ["blocks of one number", { quantization_config: { weight_block_size: 128 } }, "weight_block_size"],
    ["rope parameters by layer type", { rope_parameters: { rope_theta: { full: 1 } } }, "rope_theta"],
    ["a word of a million characters", { hidden_act: "x".repeat(1e6) }, "hidden_act"],
  ])("%s", (_, value, field) => {
    const config = parse({ hidden_size: 96, ...value });
    expect(config.hiddenSize).toBe(96);
    expect(config.odd.map((o) => o.field)).toEqual([field]);
    expect(config.odd[0]!.got.length).toBeLessThanOrEqual(40);
  });
  test("a list of one number, a layer each, says that number", () => {
    expect(parse({ intermediate_size: [288, 288, 288] })).toMatchObject({ intermediateSize: 288, odd: [] });
    expect(parse({ moe_intermediate_size: [96] }).expertIntermediateSize).toBe(96);
  });
  test("nought experts are none", () => {
    expect(parse({ num_local_experts: 0, num_experts_per_tok: 0 })).toEqual(NO_CONFIG);
  });
  test("Python's numbers that JSON has no words for, outside strings alone; a byte-order mark", () => {
    const text = `{"time_step_limit": [0.0, Infinity], "a": -Infinity, "model_type": "NaN", "rope_theta": NaN}`;
    expect(parseConfig(utf8(`\uFEFF${text}`))).toEqual({ ...NO_CONFIG, modelType: "NaN" });
  });
});

describe("no configuration at all", () => {
  test("a list as a document", () => expect(() => parse([])).toThrow(/expected an object/));
  test("duplicate keys", () => expect(() => parseConfig(utf8(`{"head_dim":1,"head_dim":2}`))).toThrow(/twice/));
  test("deep nesting", () => expect(() => parseConfig(utf8(`{"a":${"[".repeat(40)}`))).toThrow(/nesting/));
  test("too large", () => expect(() => parseConfig(new Uint8Array(5_000_000))).toThrow(/at most 4194304 bytes/));
});
