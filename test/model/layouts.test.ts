/** Names and layouts beyond Llama's: what the canonical tensors are, and where they lie. */
import { describe, expect, test } from "vitest";
import { NO_CONFIG, parseConfig } from "../../src/model/beside/config.js";
import { parseSafetensorsHeader } from "../../src/model/formats/safetensors.js";
import { type TensorToWrite, writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import type { Model, ModelConfig } from "../../src/model/model.js";
import { readModel } from "../../src/model/read-model.js";
import { asGemma, asGpt2, asNeoX, asPhi3 } from "./layouts.js";
import { tensor, tinyLlama } from "./tiny-llama.js";

function read(tensors: TensorToWrite[], config: Partial<ModelConfig> = {}) {
  const bytes = writeSafetensors(tensors);
  const header = parseSafetensorsHeader(bytes, bytes.length, "f");
  return readModel([{ file: "f", tensors: header.tensors }], { ...NO_CONFIG, ...config });
}
function model(tensors: TensorToWrite[], config: Partial<ModelConfig> = {}): Model {
  const reading = read(tensors, config);
  if (reading.kind !== "model") throw new Error(reading.reason);
  return reading.model;
}
const llama = tinyLlama({ untied: true });
const config = { heads: 4, keyValueHeads: 2, headDim: 4 };
const roles = (m: Model) => [...m.tensors.keys()].sort();

test("Gemma: the norm before the MLP is the one called so, and outer norms have roles of their own", () => {
  const m = model(asGemma(llama), config);
  expect(m.tensors.get("layers.1.norm.mlp")!.sourceName).toBe("model.layers.1.pre_feedforward_layernorm.weight");
  expect(m.tensors.get("layers.1.norm.attention.post")!.sourceName).toMatch(/post_attention_layernorm/);
  expect(m.tensors.get("layers.1.norm.mlp.post")!.sourceName).toMatch(/post_feedforward_layernorm/);
  expect(m.others).toEqual([]);
});

test("Phi-3: fused rows are cut where the output projection says", () => {
  const m = model(asPhi3(llama), config);
  expect(roles(m)).toEqual(roles(model(llama, config)));
  expect(m).toMatchObject({ keyValueHeads: 2, headDim: 4, mlpHidden: 12, parameters: model(llama).parameters });
  const start = m.tensors.get("layers.0.attention.q")!.matrix.offsetBytes;
  expect(m.tensors.get("layers.0.attention.k")!.matrix).toMatchObject({ offsetBytes: start + 16 * 8 * 4, rows: 8 });
  expect(m.tensors.get("layers.0.attention.v")!.matrix).toMatchObject({ offsetBytes: start + 24 * 8 * 4, rows: 8 });
});

describe("GPT-2", () => {
  const tensors = asGpt2(tinyLlama({ keyValueHeads: 4, headDim: 2, units: 32 }));
  const heads = { heads: 4 };
  test("matrices of layers are read as columns, fused ones from their first column on", () => {
    const m = model(tensors, heads);
    expect(m).toMatchObject({ layers: 2, hidden: 8, mlpHidden: 32, keyValueHeads: 4, headDim: 2, tied: true });
    expect(m.tensors.has("layers.0.mlp.gate")).toBe(false);
    const [q, v] = ["q", "v"].map((x) => m.tensors.get(`layers.0.attention.${x}`)!.matrix);
    expect(v).toMatchObject({ rows: 8, columns: 8, order: { kind: "columns", stride: 24 } });
    expect(v!.offsetBytes).toBe(q!.offsetBytes + 16 * 4);
    expect(m.tensors.get("embed")!.matrix.order).toBeUndefined();
  });
  test("without prefix; with positions, fused biases and mask buffers", () => {
    const bare = tensors.map((t) => ({ ...t, name: t.name.replace("transformer.", "") }));
    const m = model([...bare, tensor("wpe.weight", "F32", [6, 8]), tensor("h.0.attn.c_attn.bias", "F32", [24])], heads);
    expect(m.tensors.get("positions")!.matrix).toMatchObject({ rows: 6, columns: 8 });
    const [q, k] = ["q", "k"].map((x) => m.tensors.get(`layers.0.attention.${x}.bias`)!.matrix);
    expect(k).toMatchObject({ rows: 1, columns: 8, offsetBytes: q!.offsetBytes + 8 * 4 });
    expect(model([...tensors, tensor("transformer.h.0.attn.bias", "BOOL", [1, 1, 4, 4])]).others).toHaveLength(1);
  });
  test("its names for sizes", () => {
    const text = `{"n_embd":8,"n_head":4,"n_layer":2,"n_inner":null,"n_positions":6,"activation_function":"gelu_new"}`;
    expect(parseConfig(new TextEncoder().encode(text))).toMatchObject({
      hiddenSize: 8,
      heads: 4,
      layers: 2,
      intermediateSize: null,
      maxPositions: 6,
      hiddenAct: "gelu_new",
    });
  });
});

describe("GPT-NeoX", () => {
  const tensors = asNeoX(tinyLlama({ headDim: 2, keyValueHeads: 4 }), 4);
  test("query, key and value lie head by head", () => {
    const m = model(tensors, { heads: 4 });
    expect(m).toMatchObject({ keyValueHeads: 4, headDim: 2 });
    const [q, v] = ["q", "v"].map((x) => m.tensors.get(`layers.1.attention.${x}`)!.matrix);
    expect(v).toMatchObject({ rows: 8, columns: 8, order: { kind: "blocks", count: 2, stride: 6 } });
    expect(v!.offsetBytes).toBe(q!.offsetBytes + 4 * 8 * 4);
  });
  test("its fused bias is left aside and takes nothing with it", () => {
    const bias = tensor("gpt_neox.layers.0.attention.query_key_value.bias", "F32", [24]);
    const m = model([...tensors, bias], { heads: 4 });
    expect(m).toMatchObject({ keyValueHeads: 4, headDim: 2, others: [bias.name] });
  });
  test("where the heads are not known attention is left out, not guessed", () => {
    for (const heads of [{}, { heads: 5 }]) {
      const m = model(tensors, heads);
      expect(m).toMatchObject({ keyValueHeads: 0, headDim: 0, mlpHidden: 12 });
      expect(m.tensors.has("layers.0.attention.v")).toBe(false);
      expect(m.others).toContain("gpt_neox.layers.0.attention.query_key_value.weight");
    }
  });
});

test("an MLP is gated in every layer or in none", () => {
  const none = llama.filter((t) => !t.name.includes("gate_proj"));
  expect(model(none).tensors.has("layers.0.mlp.gate")).toBe(false);
  const one = llama.filter((t) => !t.name.includes("layers.1.mlp.gate_proj"));
  // Half with a gate, half without: all are read, and what all have is compared.
  expect(model(one).tensors.has("layers.1.mlp.up")).toBe(true);
});

test("of two namings at once the larger model is read, the other named", () => {
  const neoX = asNeoX(tinyLlama({ layers: 1 }), 4).filter((t) => t.name.includes("layers"));
  const both = model([...llama, ...neoX]);
  expect(both.tensors.get("layers.0.mlp.up")!.sourceName).toMatch(/up_proj/);
  expect(both.leftOut[0]!.part).toMatch(/gpt_neox/);
});
