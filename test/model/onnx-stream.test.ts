/** The residual stream found in graphs of several architectures, and what has none. That the values are states: collect-states.test. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type OnnxGraph, type OnnxNode, readOnnx } from "../../src/model/formats/onnx.js";
import { moreOutputs, residualStream } from "../../src/model/formats/onnx-stream.js";
import { writeLlamaOnnx } from "../host/onnx-writer.js";

const graphOf = (bytes: Uint8Array) =>
  readOnnx(async (at, length) => bytes.slice(at, at + length), bytes.length, "m.onnx");

describe("one value before each attention, one before each MLP, one behind the last", () => {
  test.each(["causal", "preference", "reward"])("torch's export: %s, two layers", async (name) => {
    const graph = await graphOf(readFileSync(`fixtures/scorers/${name}/onnx/model.onnx`));
    const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
    const stream = residualStream(graph, "m");
    expect(stream.filter((value) => !made.has(value))).toEqual([]);
    // Masks that are added to scores may be among them; their shape tells them apart when the graph is run.
    expect(stream.length).toBeGreaterThanOrEqual(5);
    expect(stream.length).toBeLessThanOrEqual(7);
  });

  test("a graph for generation, three layers", async () => {
    const shape = { layers: 3, hidden: 8, heads: 2, keyValueHeads: 1, headDim: 4, vocabulary: 16, positions: 8 };
    const weight = (name: string) => {
      const of = /norm/.test(name)
        ? [8]
        : /embed|lm_head/.test(name)
          ? [16, 8]
          : /k_proj|v_proj/.test(name)
            ? [4, 8]
            : [8, 8];
      return { shape: of, data: new Float32Array(of.reduce((a, b) => a * b)) };
    };
    const bytes = writeLlamaOnnx({ ...shape, normEpsilon: 1e-5, ropeTheta: 1e4 }, weight);
    const stream = residualStream(await graphOf(bytes), "m");
    expect(stream.length).toBeGreaterThanOrEqual(7);
  });
});

const node = (op: string, inputs: string[], ...outputs: string[]): OnnxNode => ({
  op,
  name: "",
  inputs,
  outputs,
  attributes: new Map(),
});
const graph = (...nodes: OnnxNode[]): OnnxGraph => ({
  tensors: new Map(
    ["w", "b"].map((name) => [name, { name, dtype: "F32", shape: [1], file: null, offsetBytes: 0, sizeBytes: 4 }]),
  ),
  nodes,
  own: nodes.length,
  again: [],
});

test("additions that are none: a bias, two positions, an activation's own powers, what stands in a graph within a node", () => {
  const embedded = node("Gather", ["w", "ids"], "x");
  const none = [
    [embedded, node("MatMul", ["x", "w"], "y"), node("Add", ["y", "b"], "z")],
    [embedded, node("Gather", ["w", "at"], "p"), node("Add", ["x", "p"], "z")],
    [embedded, node("Pow", ["x", "b"], "y"), node("Add", ["x", "y"], "z")],
  ];
  for (const nodes of none) expect(() => residualStream(graph(...nodes), "m")).toThrow(/expected a residual stream/);
  const inner = graph(embedded, node("MatMul", ["x", "w"], "y"), node("Add", ["y", "x"], "z"));
  expect(residualStream(inner, "m")).toEqual(["x", "z"]);
  expect(() => residualStream({ ...inner, own: 2 }, "m")).toThrow(/expected a residual stream/);
});

test("fused additions give out their sum", () => {
  const fused = node("SkipLayerNormalization", ["x", "y", "w"], "n", "", "", "s");
  expect(
    residualStream(graph(node("Gather", ["w", "ids"], "x"), node("MatMulNBits", ["x", "w"], "y"), fused), "m"),
  ).toEqual(["x", "s"]);
});

test("graphs that are made to be followed for ever are not", () => {
  // A node that reads what comes after it, a ring, and more of everything than any model has.
  expect(() => residualStream(graph(node("MatMul", ["z", "w"], "y"), node("Add", ["y", "z"], "z")), "m")).toThrow(
    /residual stream/,
  );
  const nodes = Array.from({ length: 40_001 }, (_, i) => node("Relu", [`v${i}`], `v${i + 1}`));
  expect(() => residualStream(graph(...nodes), "m")).toThrow(/at most 40000 nodes/);
  const many = Array.from({ length: 4_001 }, (_, i) => node("Add", [`v${i}`, "ids"], `v${i + 1}`));
  expect(() => residualStream(graph(...many), "m")).toThrow(/at most 4000 additions/);
});

test("more outputs are a second piece of the same graph", () => {
  expect([...moreOutputs(["ab"])]).toEqual([58, 6, 98, 4, 10, 2, 97, 98]);
  // A length that takes two bytes.
  expect([...moreOutputs(["x".repeat(200)]).slice(0, 9)]).toEqual([58, 206, 1, 98, 203, 1, 10, 200, 1]);
});
