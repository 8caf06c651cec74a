/** From tensors under a maker's names to a canonical model, or to the sentence why not. */
import { describe, expect, test } from "vitest";
import { NO_CONFIG } from "../../src/model/beside/config.js";
import { parseSafetensorsHeader } from "../../src/model/formats/safetensors.js";
import { type TensorToWrite, writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import type { Model, ModelConfig } from "../../src/model/model.js";
import { PREFIXES } from "../../src/model/names/names.js";
import { readModel } from "../../src/model/read-model.js";
import { type TinyLlama, tensor, tinyLlama } from "./tiny-llama.js";

function read(tensors: TensorToWrite[], config: Partial<ModelConfig> = {}) {
  const bytes = writeSafetensors(tensors);
  return readModel([{ file: "f", tensors: parseSafetensorsHeader(bytes, bytes.length, "f").tensors }], {
    ...NO_CONFIG,
    ...config,
  });
}
function model(tensors: TensorToWrite[], config: Partial<ModelConfig> = {}): Model {
  const reading = read(tensors, config);
  if (reading.kind !== "model") throw new Error(reading.reason);
  return reading.model;
}
/** Why nothing is read, or what is left out of what is. */
function reason(tensors: TensorToWrite[], config: Partial<ModelConfig> = {}): string {
  const reading = read(tensors, config);
  if (reading.kind === "refused") return `refused: ${reading.reason}`;
  return ["read", ...reading.model.leftOut.map(({ part, why }) => `${part}: ${why}`)].join("\n");
}
const without = (tensors: TensorToWrite[], pattern: RegExp) => tensors.filter((t) => !pattern.test(t.name));
const renamed = (tensors: TensorToWrite[], from: RegExp, to: string) =>
  tensors.map((t) => ({ ...t, name: t.name.replace(from, to) }));
const reshaped = (tensors: TensorToWrite[], name: RegExp, shape: number[]) =>
  tensors.map((t) => (name.test(t.name) ? tensor(t.name, t.dtype, shape) : t));

const heads = { heads: 4, keyValueHeads: 2, headDim: 4 };

describe("read", () => {
  test.each(PREFIXES)("prefix %j", (prefix) => {
    const m = model(tinyLlama({ prefix, untied: true }), heads);
    expect(m).toMatchObject({
      layers: 2,
      hidden: 8,
      mlpHidden: 12,
      keyValueHeads: 2,
      headDim: 4,
      vocabulary: 10,
      tied: false,
      others: [],
    });
    expect(m.tensors.get("layers.1.mlp.up")).toMatchObject({
      sourceName: `${prefix}layers.1.mlp.up_proj.weight`,
      role: "mlp.up",
      layer: 1,
      matrix: { file: "f", dtype: "F32", rows: 12, columns: 8 },
    });
    expect(m.tensors.get("norm")!.matrix).toMatchObject({ rows: 1, columns: 8 });
  });
  test("the bytes of a tensor lie where the canonical tensor says", () => {
    const tensors = tinyLlama({ dtype: "BF16" });
    const bytes = writeSafetensors(tensors);
    const m = model(tensors);
    for (const { sourceName, matrix: x } of m.tensors.values())
      expect(bytes.subarray(x.offsetBytes, x.offsetBytes + x.rows * x.columns * 2)).toEqual(
        tensors.find((t) => t.name === sourceName)!.data,
      );
  });
  test("biases of Qwen 2 and head norms of Qwen 3", () => {
    const m = model(tinyLlama({ biases: true, headNorms: true }));
    expect(m.tensors.get("layers.0.attention.q.bias")!.matrix).toMatchObject({ rows: 1, columns: 16 });
    expect(m.tensors.get("layers.0.attention.k.norm")!.matrix).toMatchObject({ rows: 1, columns: 4 });
  });
  test("tied: no output of its own, or the config says so", () => {
    expect(model(tinyLlama()).tied).toBe(true);
    expect(model(tinyLlama({ untied: true })).tied).toBe(false);
    const both = model(tinyLlama({ untied: true }), { tiedEmbeddings: true });
    expect(both.tied).toBe(true);
    expect(both.tensors.has("output")).toBe(true);
  });
  test("parameters are those of the canonical tensors", () => {
    const m = model([...tinyLlama({ layers: 1 }), tensor("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", [2])]);
    expect(m.parameters).toBe(80 + 8 + 128 + 64 + 64 + 128 + 8 + 3 * 96 + 8);
    expect(m.others).toEqual(["model.layers.0.self_attn.rotary_emb.inv_freq"]);
  });
  test.each(["F64", "F8_E4M3", "F8_E5M2"] as const)("weights stored as %s", (dtype) => {
    const m = model(tinyLlama().map((t) => tensor(t.name, dtype, t.shape)));
    expect(m.tensors.get("layers.0.mlp.up")!.matrix.dtype).toBe(dtype);
  });
  test("layers may differ in hidden units", () => {
    const tensors = reshaped(
      reshaped(tinyLlama(), /layers\.1\.mlp\.(gate|up)/, [5, 8]),
      /layers\.1\.mlp\.down/,
      [8, 5],
    );
    expect(model(tensors).mlpHidden).toBe(12);
  });
  test("other tensors may have any dtype and rank", () => {
    expect(model([...tinyLlama(), tensor("vision.x", "I64", [1, 2, 3])]).others).toEqual(["vision.x"]);
  });
});

describe("heads", () => {
  const cases: [string, TinyLlama, Partial<ModelConfig>, number, number][] = [
    ["unknown without config", {}, {}, 0, 0],
    ["from config", {}, heads, 2, 4],
    ["width from hidden size over heads", { headDim: 2 }, { heads: 4, keyValueHeads: 2 }, 2, 2],
    ["all heads when key-value heads are not named", { keyValueHeads: 4 }, { heads: 4, headDim: 4 }, 4, 4],
    ["unknown when the config contradicts the shapes", {}, { heads: 4, keyValueHeads: 4, headDim: 4 }, 0, 0],
    ["unknown when the config contradicts the queries", {}, { heads: 8, keyValueHeads: 2, headDim: 4 }, 0, 0],
    ["from head norms without config", { headNorms: true }, {}, 2, 4],
    ["unknown when a norm is as wide as all keys", { headNorms: true, keyValueHeads: 1 }, {}, 0, 0],
  ];
  test.each(cases)("%s", (_, options, config, keyValueHeads, headDim) => {
    expect(model(tinyLlama(options), config)).toMatchObject({ keyValueHeads, headDim });
  });
});

describe("one odd part is left out, the rest is read", () => {
  test.each<[string, TensorToWrite[], RegExp]>([
    [
      "no gate in one layer",
      without(tinyLlama({ layers: 3 }), /1\.mlp\.gate/),
      /layers\.1\.mlp\.up: an MLP without the gate/,
    ],
    ["no value projection", without(tinyLlama({ layers: 3 }), /0.*v_proj/), /attention\.v of layer 0: not there/],
    [
      "no attention in one layer",
      without(tinyLlama({ layers: 3 }), /1\.self_attn/),
      /attention\.q.*attention\.o of layer 1: not there/,
    ],
    [
      "no MLP in one layer",
      without(tinyLlama({ layers: 3 }), /1\.mlp/),
      /mlp\.gate, mlp\.up, mlp\.down of layer 1: not there/,
    ],
    ["no embedding", without(tinyLlama(), /embed/), /embed: not there/],
    ["a gap in the layers", renamed(tinyLlama({ layers: 3 }), /layers\.1\./, "layers.3."), /of layer 1: not there/],
    [
      "a layer of a fanciful number",
      renamed(tinyLlama({ layers: 3 }), /layers\.1\./, "layers.999999."),
      /layer 999999 of a model of 3 layers/,
    ],
    [
      "a smaller model under another prefix",
      [...tinyLlama(), ...tinyLlama({ prefix: "", layers: 1 })],
      /^read\n.*no place in a model that is read/,
    ],
    [
      "two output embeddings",
      [...tinyLlama({ untied: true }), tensor("model.lm_head.weight", "F32", [10, 8])],
      /a second tensor for output/,
    ],
    [
      "another hidden size in one tensor",
      reshaped(tinyLlama(), /layers\.1\.mlp\.up/, [12, 7]),
      /layers\.1\.mlp\.up: residual width 7, where the model has 8/,
    ],
    [
      "gate and up of different heights",
      reshaped(tinyLlama(), /layers\.0\.mlp\.gate/, [11, 8]),
      /layers\.0\.mlp\.gate: 11 hidden units, where its MLP has 12/,
    ],
    [
      "keys and values of different heights",
      reshaped(tinyLlama(), /0.*k_proj/, [4, 8]),
      /attention\.k: 4 key rows beside 8 value rows/,
    ],
    [
      "output and queries that differ",
      reshaped(tinyLlama({ layers: 3 }), /0.*o_proj/, [8, 12]),
      /attention\.o: 16 query rows beside 12 columns/,
    ],
    ["a norm of another width", reshaped(tinyLlama(), /0\.input_layernorm/, [9]), /norm\.attention: residual width 9/],
    ["another vocabulary in the output", reshaped(tinyLlama({ untied: true }), /lm_head/, [11, 8]), /output: 11 rows/],
    ["a matrix of rank 3", reshaped(tinyLlama(), /0\.mlp\.up/, [12, 8, 1]), /expected a matrix/],
    ["a norm that is a matrix", reshaped(tinyLlama(), /model\.norm/, [1, 8]), /expected a vector/],
    ["a tensor without values", reshaped(tinyLlama(), /0\.mlp\.up/, [0, 8]), /a tensor without values/],
    [
      "8-bit integers without a scale",
      tinyLlama().map((t) =>
        /0\.mlp\.up_proj/.test(t.name) ? { ...tensor(t.name, "F8_E4M3", t.shape), dtype: "I8" } : t,
      ),
      /stored as I8; F64, F32, F16, BF16 and F8 are read, I8 and 4-bit weights with their scales/,
    ],
    [
      "fused qkv that holds no queries",
      renamed(without(tinyLlama(), /[kv]_proj/), /q_proj/, "qkv_proj"),
      /16 fused rows do not hold 16 queries/,
    ],
    [
      "an odd gate_up",
      reshaped(renamed(without(tinyLlama(), /gate_proj/), /up_proj/, "gate_up_proj"), /0.*gate_up/, [13, 8]),
      /13 fused rows do not halve/,
    ],
    [
      "a tensor of no role",
      [...tinyLlama(), tensor("model.layers.0.extra.weight", "F32", [8, 8])],
      /"model.layers.0.extra.weight": under names that have no place/,
    ],
  ])("%s", (_, tensors, words) => {
    const found = reason(tensors);
    expect(found).toMatch(/^read/);
    expect(found).toMatch(words);
  });

  test("whatever is left agrees: each part that the laboratories lean on is whole", () => {
    const m = model(reshaped(tinyLlama({ layers: 3 }), /layers\.1\.mlp\.up/, [12, 7]));
    expect(m.tensors.has("layers.1.mlp.up")).toBe(false);
    expect(m.tensors.has("layers.1.mlp.gate")).toBe(false);
    expect(m).toMatchObject({ hidden: 8, mlpHidden: 12, layers: 3 });
    expect(m.spare.map((t) => t.name)).toContain("model.layers.1.mlp.up_proj.weight");
  });
});

describe("refused", () => {
  test.each<[string, TensorToWrite[], RegExp]>([
    ["nothing", [], /no layers.*Llama family/],
    ["GPT-2 with nothing but attention", [tensor("h.0.attn.c_attn.weight", "F32", [8, 24])], /nothing says how many/],
    [
      "nothing but attention that is fused in a way nothing settles",
      [tensor("transformer.h.0.self_attention.query_key_value.weight", "F32", [24, 8])],
      /no layers under names.*Llama family/,
    ],
    [
      "a LoRA adapter",
      [tensor("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", "F32", [2, 8])],
      /LoRA adapter.*together with their base: BASE\+ADAPTER/,
    ],
    ["GPTQ", renamed(tinyLlama(), /proj\.weight/, "proj.qweight"), /GPTQ or AWQ.*no qzeros or scales/],
    ["GGUF names in a safetensors file", [tensor("blk.0.attn_q.weight", "F32", [8, 8])], /no layers under names/],
    ["Meta's own names", [tensor("layers.0.attention.wq.weight", "F32", [8, 8])], /Meta's own/],
  ])("%s", (_, tensors, words) => expect(reason(tensors)).toMatch(words));
});
