/** Mixtures of experts: every maker's layout gives the same values under the same canonical names. */
import { describe, expect, test } from "vitest";
import { LocalCompute } from "../../src/kernels/compute.js";
import { NO_CONFIG } from "../../src/model/beside/config.js";
import { parseGgufHeader } from "../../src/model/formats/gguf.js";
import { parseSafetensorsHeader } from "../../src/model/formats/safetensors.js";
import { type TensorToWrite, writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import { mlpsOf } from "../../src/model/mlps.js";
import type { Model, Reading } from "../../src/model/model.js";
import { readGguf } from "../../src/model/read-gguf.js";
import { readModel } from "../../src/model/read-model.js";
import { EXPERTS, fusedStacks, ggufStacks, type Mixture, mixture, separate } from "./experts.js";
import { writeGguf } from "./gguf-writer.js";
import { tensor, tinyLlama } from "./tiny-llama.js";

interface Read {
  reading: Reading;
  bytes: Uint8Array;
}
function read(tensors: readonly TensorToWrite[]): Read {
  const bytes = writeSafetensors(tensors);
  const header = parseSafetensorsHeader(bytes, bytes.length, "f");
  return { reading: readModel([{ file: "f", tensors: header.tensors }], NO_CONFIG), bytes };
}
function model({ reading }: Read): Model {
  if (reading.kind !== "model") throw new Error(reading.reason);
  return reading.model;
}
const reason = (tensors: readonly TensorToWrite[]) => {
  const { reading } = read(tensors);
  if (reading.kind === "refused") return reading.reason;
  return ["read", ...reading.model.leftOut.map(({ part, why }) => `${part}: ${why}`)].join("\n");
};

/** All values of every expert, against the mixture they were written from. */
async function expectSame(r: Read, m: Mixture, shared: boolean): Promise<Model> {
  const got = model(r);
  const compute = new LocalCompute(async (_, offset, into) => into.set(r.bytes.subarray(offset, offset + into.length)));
  expect(got).toMatchObject({ layers: 2, hidden: 8, mlpHidden: 6, experts: EXPERTS });
  for (let layer = 0; layer < 2; layer++) {
    const mlps = mlpsOf(got, layer);
    expect(mlps.map((x) => x.expert)).toEqual([...(shared ? ["shared"] : []), 0, 1, 2]);
    for (const mlp of mlps)
      for (const part of ["gate", "up", "down"] as const) {
        const role = mlp.expert === "shared" ? `mlp.shared.${part}` : `mlp.experts.${mlp.expert}.${part}`;
        const wanted = m.of(layer, role);
        const matrix = mlp[part]!.matrix;
        expect([matrix.rows, matrix.columns]).toEqual(wanted.shape);
        expect(await compute.load(matrix)).toEqual(new Float32Array(wanted.data.buffer.slice(0)));
      }
    const router = m.of(layer, "mlp.router");
    expect(await compute.load(got.tensors.get(`layers.${layer}.mlp.router`)!.matrix)).toEqual(
      new Float32Array(router.data.buffer.slice(0)),
    );
  }
  return got;
}

const proj = { gate: "gate_proj", up: "up_proj", down: "down_proj" };

describe("one tensor an expert", () => {
  test("Mixtral", async () => {
    const parts = { gate: "w1", down: "w2", up: "w3" };
    const names = { expert: "block_sparse_moe.experts.K.P.weight", parts, router: "block_sparse_moe.gate.weight" };
    await expectSame(read(separate(mixture(), names)), mixture(), false);
  });
  test.each([
    ["Qwen 3", undefined],
    ["Qwen 2", "mlp.shared_expert.P.weight"],
    ["DeepSeek", "mlp.shared_experts.P.weight"],
  ])("%s", async (_, shared) => {
    const names = { expert: "mlp.experts.K.P.weight", parts: proj, router: "mlp.gate.weight" };
    await expectSame(read(separate(mixture(), { ...names, ...(shared ? { shared } : {}) })), mixture(), !!shared);
  });
});

describe("experts in one tensor", () => {
  const names = { gateUp: "mlp.experts.gate_up_proj", down: "mlp.experts.down_proj", router: "mlp.router.weight" };
  const llama4 = {
    gateUp: "feed_forward.experts.gate_up_proj",
    down: "feed_forward.experts.down_proj",
    router: "feed_forward.router.weight",
  };
  test("Llama 4: by inputs, gate before up", async () => {
    await expectSame(
      read(fusedStacks(mixture(), { ...llama4, transposed: true, interleaved: false })),
      mixture(),
      false,
    );
  });
  test("by outputs", async () => {
    await expectSame(
      read(fusedStacks(mixture(), { ...names, transposed: false, interleaved: false })),
      mixture(),
      false,
    );
  });
  test.each([true, false])("GPT-OSS: gate and up alternate; transposed: %s", async (transposed) => {
    const biases = [0, 1].flatMap((layer) => [
      tensor(`model.layers.${layer}.mlp.experts.gate_up_proj_bias`, "F32", [EXPERTS, 12]),
      tensor(`model.layers.${layer}.mlp.experts.down_proj_bias`, "F32", [EXPERTS, 8]),
    ]);
    const tensors = fusedStacks(mixture(), { ...names, transposed, interleaved: true });
    const m = await expectSame(read([...tensors, ...biases]), mixture(), false);
    expect(m.others).toEqual([0, 1].map((n) => `model.layers.${n}.mlp.experts.gate_up_proj_bias`));
    expect(m.tensors.get("layers.1.mlp.experts.2.down.bias")!.matrix).toMatchObject({ rows: 1, columns: 8 });
  });
  test("GGUF, with a shared expert", async () => {
    const bytes = writeGguf([["general.architecture", "qwen2moe"]], ggufStacks(mixture()));
    const header = parseGgufHeader(bytes, bytes.length, "f")!;
    await expectSame({ ...readGguf(header, "f"), bytes }, mixture(), true);
  });
  test("shapes that settle nothing, or fit nothing, are left out", () => {
    const rest = mixture().rest;
    const stacks = (gateUp: number[], down: number[]) => [
      ...rest,
      tensor("model.layers.0.mlp.experts.gate_up_proj", "F32", gateUp),
      tensor("model.layers.0.mlp.experts.down_proj", "F32", down),
      tensor("model.layers.1.mlp.experts.gate_up_proj", "F32", gateUp),
      tensor("model.layers.1.mlp.experts.down_proj", "F32", down),
    ];
    expect(reason(stacks([2, 8, 8], [2, 8, 8]))).toMatch(/nothing settles whether stacked experts/);
    expect(reason(stacks([2, 8, 8], [2, 8, 4]))).toBe("read");
    expect(reason(stacks([2, 12, 7], [2, 8, 6]))).toMatch(/do not have the residual width 8/);
    expect(reason(stacks([2, 12, 8], [3, 8, 6]))).toMatch(/experts\.2\.down: an MLP without its up/);
    expect(reason(stacks([12, 8], [2, 8, 6]))).toMatch(/expected rank 3/);
    expect(reason(stacks([2, 13, 8], [2, 8, 6]))).toMatch(/13 fused rows do not halve/);
    expect(reason(stacks([20_000, 2, 8], [20_000, 8, 1]))).toMatch(/at most 16384 experts/);
  });
});

describe("DeepSeek", () => {
  const names = { expert: "mlp.experts.K.P.weight", parts: proj, router: "mlp.gate.weight" };
  const mixed = () => separate(mixture(), { ...names, shared: "mlp.shared_experts.P.weight" });
  /** The first layer's MLP is dense. */
  function firstDense(): TensorToWrite[] {
    const dense = tinyLlama({ hidden: 8, headDim: 2, units: 16 }).filter((t) => t.name.includes("layers.0.mlp."));
    return [...mixed().filter((t) => !t.name.includes("layers.0.mlp.")), ...dense];
  }
  function latent(tensors: TensorToWrite[], lowRankQueries: boolean): TensorToWrite[] {
    const rest = tensors.filter((t) => !/self_attn/.test(t.name));
    const add = [0, 1].flatMap((n) => {
      const at = (name: string, ...shape: number[]) =>
        tensor(`model.layers.${n}.self_attn.${name}.weight`, "F32", shape);
      const queries = lowRankQueries
        ? [at("q_a_proj", 5, 8), at("q_a_layernorm", 5), at("q_b_proj", 24, 5)]
        : [at("q_proj", 24, 8)];
      const keys = [at("kv_a_proj_with_mqa", 6, 8), at("kv_a_layernorm", 4), at("kv_b_proj", 32, 4)];
      return [...queries, ...keys, at("o_proj", 8, 16)];
    });
    return [...rest, ...add];
  }
  test("the first layers may be dense", () => {
    const m = model(read(firstDense()));
    expect(m).toMatchObject({ mlpHidden: 6, experts: 3 });
    expect(mlpsOf(m, 0).map((x) => x.expert)).toEqual([null]);
    expect(mlpsOf(m, 1).map((x) => x.stem)).toEqual([
      "layers.1.mlp.shared",
      ...[0, 1, 2].map((k) => `layers.1.mlp.experts.${k}`),
    ]);
  });
  test.each([true, false])("latent attention, low-rank queries: %s", (lowRank) => {
    const m = model(read(latent(firstDense(), lowRank)));
    expect(m).toMatchObject({ keyValueHeads: 0, headDim: 0, others: [] });
    expect(m.tensors.get("layers.1.attention.kv.a")!.matrix).toMatchObject({ rows: 6, columns: 8 });
    expect(m.tensors.has("layers.1.attention.q")).toBe(!lowRank);
  });
  test("what does not fit together is left out", () => {
    const tensors = latent(firstDense(), true);
    const without = (pattern: RegExp) => reason(tensors.filter((t) => !pattern.test(t.name)));
    for (const pattern of [/0\.self_attn\.q_b/, /1\.self_attn\.kv_a_proj/, /1\.mlp\.experts\.1\./, /1.*\.2\.down/])
      expect(without(pattern)).toMatch(/^read/);
    expect(without(/1\.mlp\.experts\.1\.gate/)).toMatch(/layers\.1\.mlp\.experts\.1\.up: an MLP without the gate/);
    const odd = tensors.map((t) => (/1\.mlp\.experts\.1\.up/.test(t.name) ? tensor(t.name, "F32", [6, 7]) : t));
    expect(reason(odd)).toMatch(/layers\.1\.mlp\.experts\.1\.up: residual width 7/);
  });
  test("a router's bias and its correction", () => {
    const extra = tensor("model.layers.1.mlp.gate.e_score_correction_bias", "F32", [3]);
    expect(model(read([...firstDense(), extra])).tensors.get("layers.1.mlp.router.bias")!.matrix.columns).toBe(3);
  });
});

test("a dense MLP beside experts, as Arctic and Grok have it, is one more block", () => {
  const names = { expert: "mlp.experts.K.P.weight", parts: proj, router: "mlp.gate.weight" };
  const dense = tinyLlama({ hidden: 8, headDim: 2 }).filter((t) => t.name.includes(".mlp."));
  const m = model(read([...separate(mixture(), names), ...dense]));
  expect(mlpsOf(m, 1).map((x) => x.expert)).toEqual([null, 0, 1, 2]);
});
