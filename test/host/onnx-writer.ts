/**
 * A Llama-family model as an ONNX file, as exporters lay it out for generation: input_ids, position_ids and past keys and
 * values in, logits and present keys and values out (the names Transformers.js expects). Written by hand from onnx.proto
 * (fields named below) and standard operators of opset 17, so that no exporter and no binary fixture is needed.
 */

/** Row-major values in 32-bit floats. */
export interface Weight {
  shape: readonly number[];
  data: Float32Array;
}

export interface LlamaShape {
  layers: number;
  hidden: number;
  heads: number;
  keyValueHeads: number;
  headDim: number;
  vocabulary: number;
  positions: number;
  normEpsilon: number;
  ropeTheta: number;
}

const FLOAT = 1;
const INT64 = 7;
const IR_VERSION = 8;
const OPSET = 17;
/** What a masked score is lowered by. */
const MASKED = -1e9;

// Protocol buffers: a field is its number and wire type, then a varint, 4 bytes, or a length and bytes.
type Bytes = Uint8Array;
const join = (parts: readonly Bytes[]): Bytes => new Uint8Array(Buffer.concat(parts));
function varint(value: number): Bytes {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return Uint8Array.from([...out, Number(rest)]);
}
const int = (field: number, value: number) => join([varint(field * 8), varint(value)]);
const bytes = (field: number, value: Bytes) => join([varint(field * 8 + 2), varint(value.length), value]);
const text = (field: number, value: string) => bytes(field, new TextEncoder().encode(value));

/** TensorProto: dims 1, data_type 2, name 8, raw_data 9. */
function tensor(name: string, type: number, shape: readonly number[], raw: ArrayBufferView): Bytes {
  const data = new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength);
  return join([...shape.map((n) => int(1, n)), int(2, type), text(8, name), bytes(9, data)]);
}

/** ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 | dim_param 2 } } } }. */
function valueInfo(name: string, type: number, shape: readonly (number | string)[]): Bytes {
  const dims = shape.map((n) => bytes(1, typeof n === "number" ? int(1, n) : text(2, n)));
  return join([text(1, name), bytes(2, bytes(1, join([int(1, type), bytes(2, join(dims))])))]);
}

/** GraphProto under construction: each operator gives its output's name. */
class Graph {
  readonly nodes: Bytes[] = [];
  readonly initializers: Bytes[] = [];
  #names = 0;

  /** NodeProto: input 1, output 2, op_type 4, attribute 5 { name 1, f 2, i 3, ints 8, type 20 }. */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Record<string, number | readonly number[]> = {},
    out?: string,
  ) {
    const output = out ?? `v${this.#names++}`;
    const attribute = Object.entries(attributes).map(([name, value]) =>
      bytes(
        5,
        typeof value === "number"
          ? join([text(1, name), int(3, value), int(20, 2)])
          : join([text(1, name), ...value.map((n) => int(8, n)), int(20, 7)]),
      ),
    );
    this.nodes.push(join([...inputs.map((name) => text(1, name)), text(2, output), text(4, type), ...attribute]));
    return output;
  }

  floats(shape: readonly number[], data: Float32Array): string {
    const name = `w${this.#names++}`;
    this.initializers.push(tensor(name, FLOAT, shape, data));
    return name;
  }

  ints(...values: number[]): string {
    const name = `i${this.#names++}`;
    this.initializers.push(tensor(name, INT64, [values.length], BigInt64Array.from(values, BigInt)));
    return name;
  }

  number(value: number): string {
    return this.floats([], Float32Array.of(value));
  }
}

/** @param weight by the names of Llama checkpoints, such as model.layers.0.self_attn.q_proj.weight */
export function writeLlamaOnnx(shape: LlamaShape, weight: (name: string) => Weight): Uint8Array {
  const g = new Graph();
  const { layers, hidden, heads, keyValueHeads, headDim } = shape;
  const param = (name: string) => {
    const { shape: of, data } = weight(name);
    return g.floats(of, data);
  };
  /** x Wᵀ: checkpoints hold a row an output. */
  const linear = (x: string, name: string) => g.op("MatMul", [x, g.op("Transpose", [param(name)], { perm: [1, 0] })]);
  const norm = (x: string, name: string) => {
    const mean = g.op("ReduceMean", [g.op("Mul", [x, x])], { axes: [-1], keepdims: 1 });
    const root = g.op("Sqrt", [g.op("Add", [mean, g.number(shape.normEpsilon)])]);
    return g.op("Mul", [g.op("Div", [x, root]), param(name)]);
  };
  const [cos, sin] = rotations(shape).map((table) =>
    g.op("Unsqueeze", [g.op("Gather", [g.floats([shape.positions, headDim], table), "position_ids"]), g.ints(1)]),
  );
  const half = headDim / 2;
  const slice = (x: string, from: number, to: number) => g.op("Slice", [x, g.ints(from), g.ints(to), g.ints(3)]);
  const rotate = (x: string) => {
    const turned = g.op("Concat", [g.op("Neg", [slice(x, half, headDim)]), slice(x, 0, half)], { axis: 3 });
    return g.op("Add", [g.op("Mul", [x, cos!]), g.op("Mul", [turned, sin!])]);
  };
  const split = (x: string, n: number) =>
    g.op("Transpose", [g.op("Reshape", [x, g.ints(0, 0, n, headDim)])], { perm: [0, 2, 1, 3] });
  /** Keys and values of a group serve several heads. */
  const spread = (x: string) => {
    const apart = g.op("Unsqueeze", [x, g.ints(2)]);
    const many = g.op("Expand", [apart, g.ints(1, 1, heads / keyValueHeads, 1, 1)]);
    return g.op("Reshape", [many, g.ints(1, heads, -1, headDim)]);
  };

  let x = g.op("Gather", [param("model.embed_tokens.weight"), "input_ids"]);
  let mask: string | null = null;
  for (let l = 0; l < layers; l++) {
    const at = `model.layers.${l}.`;
    const h = norm(x, `${at}input_layernorm.weight`);
    const q = rotate(split(linear(h, `${at}self_attn.q_proj.weight`), heads));
    const newKeys = rotate(split(linear(h, `${at}self_attn.k_proj.weight`), keyValueHeads));
    const newValues = split(linear(h, `${at}self_attn.v_proj.weight`), keyValueHeads);
    const keys = g.op("Concat", [`past_key_values.${l}.key`, newKeys], { axis: 2 }, `present.${l}.key`);
    const values = g.op("Concat", [`past_key_values.${l}.value`, newValues], { axis: 2 }, `present.${l}.value`);
    mask ??= causal(g, keys);
    const scores = g.op("MatMul", [q, g.op("Transpose", [spread(keys)], { perm: [0, 1, 3, 2] })]);
    const scaled = g.op("Mul", [scores, g.number(1 / Math.sqrt(headDim))]);
    const shares = g.op("Softmax", [g.op("Add", [scaled, mask])], { axis: -1 });
    const mixed = g.op("Transpose", [g.op("MatMul", [shares, spread(values)])], { perm: [0, 2, 1, 3] });
    const flat = g.op("Reshape", [mixed, g.ints(0, 0, heads * headDim)]);
    x = g.op("Add", [x, linear(flat, `${at}self_attn.o_proj.weight`)]);
    const m = norm(x, `${at}post_attention_layernorm.weight`);
    const gate = linear(m, `${at}mlp.gate_proj.weight`);
    const gated = g.op("Mul", [g.op("Mul", [gate, g.op("Sigmoid", [gate])]), linear(m, `${at}mlp.up_proj.weight`)]);
    x = g.op("Add", [x, linear(gated, `${at}mlp.down_proj.weight`)]);
  }
  const last = norm(x, "model.norm.weight");
  g.op("MatMul", [last, g.op("Transpose", [param("lm_head.weight")], { perm: [1, 0] })], {}, "logits");

  const cache = (name: string, length: string) =>
    Array.from({ length: layers }, (_, l) =>
      ["key", "value"].map((part) => valueInfo(`${name}.${l}.${part}`, FLOAT, [1, keyValueHeads, length, headDim])),
    ).flat();
  const inputs = [
    valueInfo("input_ids", INT64, [1, "sequence"]),
    valueInfo("position_ids", INT64, [1, "sequence"]),
    ...cache("past_key_values", "past"),
  ];
  const outputs = [valueInfo("logits", FLOAT, [1, "sequence", shape.vocabulary]), ...cache("present", "total")];
  // GraphProto: node 1, name 2, initializer 5, input 11, output 12. ModelProto: ir_version 1, graph 7, opset_import 8.
  const graph = join([
    ...g.nodes.map((node) => bytes(1, node)),
    text(2, `llama-${hidden}`),
    ...g.initializers.map((of) => bytes(5, of)),
    ...inputs.map((of) => bytes(11, of)),
    ...outputs.map((of) => bytes(12, of)),
  ]);
  return join([int(1, IR_VERSION), bytes(7, graph), bytes(8, join([text(1, ""), int(2, OPSET)]))]);
}

/** 0 where a key is no later than the query, else MASKED: 1 × 1 × sequence × total. */
function causal(g: Graph, keys: string): string {
  const total = g.op("Gather", [g.op("Shape", [keys]), scalar(g, 2)], { axis: 0 });
  const places = g.op("Range", [scalar(g, 0), total, scalar(g, 1)]);
  const seen = g.op("LessOrEqual", [places, g.op("Unsqueeze", ["position_ids", g.ints(2)])]);
  return g.op("Unsqueeze", [g.op("Where", [seen, g.number(0), g.number(MASKED)]), g.ints(1)]);
}

function scalar(g: Graph, value: number): string {
  return g.op("Squeeze", [g.ints(value)]);
}

/** Cosines and sines a position, halves alike, as Llama checkpoints in Hugging Face's layout expect. */
function rotations({ positions, headDim, ropeTheta }: LlamaShape): [Float32Array, Float32Array] {
  const angle = (i: number) => {
    const [position, d] = [Math.floor(i / headDim), i % (headDim / 2)];
    return position * ropeTheta ** ((-2 * d) / headDim);
  };
  const table = (of: (x: number) => number) =>
    Float32Array.from({ length: positions * headDim }, (_, i) => of(angle(i)));
  return [table(Math.cos), table(Math.sin)];
}
