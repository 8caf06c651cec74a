/** Layers of whatever transformer, by what their maps are called: two maps, three, gated channels; several stacks. */
import { describe, expect, test } from "vitest";
import { NO_CONFIG } from "../../src/model/beside/config.js";
import { parseSafetensorsHeader } from "../../src/model/formats/safetensors.js";
import { writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import { mlpsOf } from "../../src/model/mlps.js";
import type { Model } from "../../src/model/model.js";
import { readModel } from "../../src/model/read-model.js";
import { tensor } from "./tiny-llama.js";

type Shapes = Record<string, number[]>;

function read(shapes: Shapes) {
  const bytes = writeSafetensors(Object.entries(shapes).map(([name, shape]) => tensor(name, "F32", shape)));
  return readModel([{ file: "f", tensors: parseSafetensorsHeader(bytes, bytes.length, "f").tensors }], {
    ...NO_CONFIG,
    heads: 2,
  });
}
function model(shapes: Shapes): Model {
  const reading = read(shapes);
  if (reading.kind !== "model") throw new Error(reading.reason);
  return reading.model;
}
/** The same tensors in two layers. */
const twice = (prefix: string, layer: Shapes): Shapes =>
  Object.fromEntries([0, 1].flatMap((n) => Object.entries(layer).map(([name, s]) => [`${prefix}${n}.${name}`, s])));
const ways = (m: Model) =>
  Array.from({ length: m.layers }, (_, l) =>
    mlpsOf(m, l).map(({ gate, up }) => `${gate ? "gated " : ""}${up.matrix.rows}`),
  );

const MAPS: [string, string, Shapes, string][] = [
  ["BERT", "bert.encoder.layer.", { "intermediate.dense.weight": [12, 8], "output.dense.weight": [8, 12] }, "12"],
  ["ViT", "vit.encoder.layer.", { "mlp.fc1.weight": [12, 8], "mlp.fc2.weight": [8, 12] }, "12"],
  ["OPT", "model.decoder.layers.", { "fc1.weight": [12, 8], "fc2.weight": [8, 12] }, "12"],
  ["DistilBERT", "transformer.layer.", { "ffn.lin1.weight": [12, 8], "ffn.lin2.weight": [8, 12] }, "12"],
  ["XLNet", "transformer.layer.", { "ff.layer_1.weight": [12, 8], "ff.layer_2.weight": [8, 12] }, "12"],
  ["GPT-J", "transformer.h.", { "mlp.fc_in.weight": [12, 8], "mlp.fc_out.weight": [8, 12] }, "12"],
  ["BLOOM", "h.", { "mlp.dense_h_to_4h.weight": [12, 8], "mlp.dense_4h_to_h.weight": [8, 12] }, "12"],
  [
    "ChatGLM",
    "encoder.layers.",
    { "mlp.dense_h_to_4h.weight": [24, 8], "mlp.dense_4h_to_h.weight": [8, 12] },
    "gated 12",
  ],
  ["RWKV", "blocks.", { "feed_forward.key.weight": [12, 8], "feed_forward.value.weight": [8, 12] }, "12"],
  [
    "LFM2",
    "model.layers.",
    { "feed_forward.w1.weight": [12, 8], "feed_forward.w3.weight": [12, 8], "feed_forward.w2.weight": [8, 12] },
    "gated 12",
  ],
  ["ModernBERT", "model.layers.", { "mlp.Wi.weight": [24, 8], "mlp.Wo.weight": [8, 12] }, "gated 12"],
  ["Mamba", "backbone.layers.", { "mixer.in_proj.weight": [24, 8], "mixer.out_proj.weight": [8, 12] }, "gated 12"],
  ["Mamba 2", "backbone.layers.", { "mixer.in_proj.weight": [29, 8], "mixer.out_proj.weight": [8, 12] }, "gated 12"],
];

describe("maps of a layer", () => {
  test.each(MAPS)("%s", (_, prefix, layer, way) => {
    const m = model(twice(prefix, layer));
    expect(m).toMatchObject({ layers: 2, hidden: 8 });
    expect(ways(m)).toEqual([[way], [way]]);
  });

  test("a mixer’s gate is where its maker puts it", () => {
    const start = (rows: number) => {
      const m = model(twice("l.", { "mixer.in_proj.weight": [rows, 8], "mixer.out_proj.weight": [8, 12] }));
      const [up, gate] = ["up", "gate"].map((part) => m.tensors.get(`layers.0.mlp.shared.${part}`)!.matrix.offsetBytes);
      return up! - gate!;
    };
    expect(start(24)).toBe(-12 * 8 * 4);
    expect(start(29)).toBe(12 * 8 * 4);
  });

  test("an MLP and a mixer in one layer, and an MLP without a gate beside gated mixers, are all read", () => {
    const both = model({
      ...twice("model.layers.", { "mamba.in_proj.weight": [24, 8], "mamba.out_proj.weight": [8, 12] }),
      "model.layers.0.feed_forward.up_proj.weight": [20, 8],
      "model.layers.0.feed_forward.gate_proj.weight": [20, 8],
      "model.layers.0.feed_forward.down_proj.weight": [8, 20],
      "model.layers.2.fc1.weight": [16, 8],
      "model.layers.2.fc2.weight": [8, 16],
    });
    expect(ways(both)).toEqual([["gated 20", "gated 12"], ["gated 12"], ["16"]]);
  });
});

describe("stacks", () => {
  const t5 = (n: number, at: number) => ({
    [`block.${n}.layer.${at}.DenseReluDense.wi_0.weight`]: [12, 8],
    [`block.${n}.layer.${at}.DenseReluDense.wi_1.weight`]: [12, 8],
    [`block.${n}.layer.${at}.DenseReluDense.wo.weight`]: [8, 12],
  });
  const under = (prefix: string, shapes: Shapes) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [prefix + name, shape]));

  test("of one width are one model, numbered one behind the other; the embedding is found", () => {
    const m = model({
      "shared.weight": [10, 8],
      ...under("encoder.", { ...t5(0, 1), ...t5(1, 1) }),
      ...under("decoder.", { ...t5(0, 2), ...t5(1, 2) }),
    });
    expect(m.layers).toBe(4);
    expect(ways(m).flat()).toEqual(["gated 12", "gated 12", "gated 12", "gated 12"]);
    expect(m.tensors.get("layers.0.mlp.up")!.sourceName).toMatch(/^decoder/);
    expect(m.tensors.get("embed")!.sourceName).toBe("shared.weight");
    expect(m.leftOut).toEqual([]);
  });

  test("of another width the smaller is left out, by name and with its values", () => {
    const m = model({
      ...twice("vision_model.encoder.layers.", { "mlp.fc1.weight": [24, 12], "mlp.fc2.weight": [12, 24] }),
      ...twice("text_model.encoder.layers.", { "mlp.fc1.weight": [16, 8], "mlp.fc2.weight": [8, 16] }),
    });
    expect(m).toMatchObject({ layers: 2, hidden: 12 });
    const of = m.leftOut.filter(({ part }) => part.includes("text_model"));
    expect(of.reduce((sum, { values }) => sum + values, 0)).toBe(2 * 2 * 8 * 16);
  });

  test("where fixed tables set coordinates apart, embeddings are no residual axis", () => {
    const m = model({
      "model.decoder.embed_tokens.weight": [10, 8],
      ...twice("model.decoder.layers.", { "fc1.weight": [12, 8], "fc2.weight": [8, 12] }),
    });
    expect(m.tensors.has("embed")).toBe(false);
  });
});

test("names alone are not believed: maps that do not fit one another are refused", () => {
  const reading = read(twice("a.layer.", { "intermediate.dense.weight": [12, 8], "output.dense.weight": [5, 7] }));
  expect(reading).toMatchObject({
    kind: "refused",
    reason: expect.stringMatching(/residual width 8, where the model has 5/),
  });
  expect(read({ "a.b.c": [2, 2] })).toMatchObject({ kind: "refused", reason: expect.stringMatching(/no layers/) });
});
