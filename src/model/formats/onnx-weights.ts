/**
 * Weights of an ONNX graph under the names that its framework gave them. Exporters keep the names of biases and norms;
 * matrices are often turned, folded and called by numbers, or quantised (QDQ, `MatMulInteger`, `MatMulNBits`, codes times scales). What
 * multiplies is followed to what is stored; it is called by the bias that is added next, by its own name, or by the path
 * of its node. Names are claims like any model's: a test that leans on them sees other names as another model.
 */
import type { OnnxGraph, OnnxNode, OnnxTensor } from "./onnx.js";

export interface OnnxWeight {
  name: string;
  dtype: string;
  shape: readonly number[];
  elements: number;
  /** A file beside the graph's; null: the graph's own. */
  file: string | null;
  offsetBytes: number;
  sizeBytes: number;
  /** A matrix of outputs × inputs whose columns lie one behind the other. */
  byColumns?: true;
  listed?: readonly number[];
}

interface Stored {
  tensor: OnnxTensor;
  /** How often it was turned between its place and its use. */
  turned: boolean;
  scale: OnnxTensor | null;
  zero: OnnxTensor | null;
  /** Along which dimension of what is stored scales lie, where there are several. */
  axis: number | null;
  /** Values along that dimension that one scale holds for; 0: no blocks. */
  block: number;
}

/** Steps between a tensor and the node that multiplies by it, or from there to a bias. */
const STEPS_MAX = 6;
/** Nodes that are looked at behind one: what a product goes to are one or two (CWE-407). */
const USERS_MAX = 16;
const CODES = new Set(["I8", "U8", "F8_E4M3", "F8_E5M2"]);

/** @returns weights, codes with `_scale` and `_zero_point` beside them, and tensors of types that are not read */
export function weightsOf({ tensors, nodes, again }: OnnxGraph): { weights: OnnxWeight[]; unread: OnnxTensor[] } {
  const from = new Map<string, OnnxNode>();
  const users = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const output of node.outputs) from.set(output, node);
    for (const input of new Set(node.inputs)) {
      const list = users.get(input);
      if (list === undefined) users.set(input, [node]);
      else if (list.length < USERS_MAX) list.push(node);
    }
  }
  const graph: Graph = { tensors, from, users };
  const weights = new Map<string, OnnxWeight>();
  const used = new Set<string>();
  for (const node of nodes) {
    if (node.op === "MatMulNBits") {
      for (const each of blocksOf(node, graph, used, weights)) weights.set(each.name, each);
      continue;
    }
    if (node.op === "GatherBlockQuantized") {
      for (const each of gatheredOf(node, graph, used, weights)) weights.set(each.name, each);
      continue;
    }
    if (!/^(MatMul|Gemm|MatMulInteger|DynamicQuantizeMatMul)$/.test(node.op)) continue;
    const stored = storedBehind(node.inputs[1], graph) ?? named(node.inputs[1], tensors);
    if (stored?.tensor.shape.length !== 2 || used.has(stored.tensor.name)) continue;
    const name = nameOf(node, stored.tensor, graph);
    if (name === null || weights.has(name)) continue;
    const transB = node.op === "Gemm" && node.attributes.get("transB")?.[0] === 1;
    const byColumns = stored.turned === transB;
    const outputs = byColumns ? 1 : 0;
    if (stored.block > 0 || stored.tensor.fourBits) {
      const found = byColumns ? byInputsOf(name, stored) : [];
      for (const each of found) weights.set(each.name, each);
      if (found.length > 0)
        for (const each of [stored.tensor, stored.scale, stored.zero]) if (each) used.add(each.name);
      continue;
    }
    if (!fits(stored)) continue;
    for (const each of placed(name, stored, outputs)) weights.set(each.name, each);
    for (const each of [stored.tensor, stored.scale, stored.zero]) if (each) used.add(each.name);
  }
  for (const tensor of tensors.values()) {
    const stem = /^(.+)_(q|quantized)$/.exec(tensor.name)?.[1];
    if (stem === undefined || used.has(tensor.name) || weights.has(stem)) continue;
    const scale = tensors.get(`${stem}_scale`) ?? null;
    if (!scale || !CODES.has(tensor.dtype ?? "")) continue;
    const zero = tensors.get(`${stem}_zero_point`) ?? null;
    const stored = { tensor, scale, zero, axis: 0 };
    if (!fits(stored)) continue;
    for (const each of placed(stem, stored, 0)) weights.set(each.name, each);
    for (const each of [tensor, scale, zero]) if (each) used.add(each.name);
  }
  // A second branch of the same names: which one is run, the graph alone knows.
  const unread: OnnxTensor[] = again.filter(({ shape }) => shape.length > 1);
  for (const tensor of tensors.values()) {
    if (used.has(tensor.name) || weights.has(tensor.name) || tensor.shape.length === 0) continue;
    if (tensor.dtype === null) unread.push(tensor);
    // Whole numbers are shapes and places of the graph's own.
    // Codes whose scales were not found are no values.
    else if (CODES.has(tensor.dtype)) {
      if (tensor.dtype !== "U8" || tensor.shape.length > 1) unread.push(tensor);
    } else if (/^(F|BF)/.test(tensor.dtype)) weights.set(tensor.name, weight(tensor.name, tensor, tensor.shape));
  }
  return { weights: [...weights.values()], unread };
}

interface Graph {
  tensors: ReadonlyMap<string, OnnxTensor>;
  from: ReadonlyMap<string, OnnxNode>;
  users: ReadonlyMap<string, readonly OnnxNode[]>;
}

/** Through turns, casts and codes times scales. */
function storedBehind(name: string | undefined, { tensors, from }: Graph): Stored | null {
  let [turned, scale, zero]: [boolean, OnnxTensor | null, OnnxTensor | null] = [false, null, null];
  let axis: number | null = null;
  let block = 0;
  let at = name;
  for (let step = 0; step < STEPS_MAX && at !== undefined; step++) {
    const tensor = tensors.get(at);
    if (tensor)
      return CODES.has(tensor.dtype ?? "") && scale === null ? null : { tensor, turned, scale, zero, axis, block };
    const node = from.get(at);
    if (!node) return null;
    if (node.op === "Transpose") {
      if ((node.attributes.get("perm") ?? [1, 0]).join() !== "1,0") return null;
      turned = !turned;
      axis = axis === null ? null : 1 - axis;
    } else if (node.op === "DequantizeLinear") {
      scale = tensors.get(node.inputs[1] ?? "") ?? null;
      zero = tensors.get(node.inputs[2] ?? "") ?? null;
      axis = node.attributes.get("axis")?.[0] ?? 1;
      block = node.attributes.get("block_size")?.[0] ?? 0;
      if (scale === null) return null;
    } else if (node.op === "Mul") {
      scale = tensors.get(node.inputs[1] ?? "") ?? null;
      if (scale === null) return null;
      axis = axisOf(scale);
    } else if (node.op !== "Cast" && node.op !== "Identity") return null;
    at = node.inputs[0];
  }
  return null;
}

/** As numbers are broadcast: a list lies along the last dimension. */
const axisOf = ({ shape }: OnnxTensor) => (shape.length === 2 && shape[1] === 1 ? 0 : 1);

/** Codes of a node that multiplies by whole numbers: what belongs to them is called after them. */
function named(name: string | undefined, tensors: Graph["tensors"]): Stored | null {
  const tensor = tensors.get(name ?? "");
  const stem = /^(.+)_(q|quantized)$/.exec(tensor?.name ?? "")?.[1];
  const scale = tensors.get(`${stem}_scale`);
  if (!tensor || !scale || !CODES.has(tensor.dtype ?? "")) return null;
  return {
    tensor,
    turned: false,
    scale,
    zero: tensors.get(`${stem}_zero_point`) ?? null,
    axis: axisOf(scale),
    block: 0,
  };
}

function nameOf(node: OnnxNode, tensor: OnnxTensor, graph: Graph): string | null {
  const bias = biasBehind(node, graph);
  if (bias !== null) return `${bias}.weight`;
  const own = tensor.name.replace(/_(q|quantized|Q[48])$/, "");
  if (/\.weight$/.test(own)) return own;
  const path = /^\/?(.+)\/(?:MatMul|Gemm|MatMulNBits)(?:_\d+)?(?:_quant|_Q[48])?$/.exec(node.name)?.[1];
  return path === undefined ? null : `${path.replaceAll("/", ".")}.weight`;
}

/** The stem of the bias that is added to what the node gives. */
function biasBehind(node: OnnxNode, { tensors, users }: Graph): string | null {
  const stemOf = (names: readonly string[]) => {
    const found = names.find((name) => /\.bias$/.test(name) && tensors.get(name)?.shape.length === 1);
    return found === undefined ? null : found.slice(0, -".bias".length);
  };
  if (node.op === "Gemm") return stemOf(node.inputs.slice(2));
  let at: OnnxNode | undefined = node;
  for (let step = 0; step < STEPS_MAX && at; step++) {
    const next: readonly OnnxNode[] = users.get(at.outputs[0] ?? "") ?? [];
    const add = next.find(({ op }) => op === "Add");
    if (add) return stemOf(add.inputs);
    at = next.find(({ op }) => op === "Cast" || op === "Mul");
  }
  return null;
}

type Scaled = Pick<Stored, "tensor" | "scale" | "zero" | "axis">;
const countOf = ({ shape }: OnnxTensor) => shape.reduce((product, n) => product * n, 1);

/** One scale for all, one an output, or one an input, and as many zeros; bytes without a sign have some. */
function fits({ tensor, scale, zero, axis }: Scaled): boolean {
  if (tensor.dtype === "U8" && (zero?.dtype ?? zero?.listed?.dtype) !== "U8") return false;
  const count = scale ? countOf(scale) : 1;
  if (zero && countOf(zero) !== count) return false;
  return count === 1 || (axis !== null && count === tensor.shape[axis < 0 ? 1 : axis]);
}

/** Codes of 4 or 8 bits in blocks along the inputs, outputs × blocks × bytes; blocks that are not whole are not read. */
function blocksOf(
  node: OnnxNode,
  graph: Graph,
  used: Set<string>,
  weights: ReadonlyMap<string, OnnxWeight>,
): OnnxWeight[] {
  const [codes, scale, zero, groups] = node.inputs.slice(1, 5).map((name) => graph.tensors.get(name) ?? null);
  const number = (name: string) => node.attributes.get(name)?.[0] ?? 0;
  const [bits, size, inputs] = [number("bits") || 4, number("block_size"), number("K")];
  if (codes?.dtype !== "U8" || !scale || groups || (bits !== 4 && bits !== 8) || used.has(codes.name)) return [];
  // A zero or an order of inputs that is computed is none that can be read.
  if (size === 0 || inputs % size !== 0 || node.inputs.slice(1, 5).some((at) => at !== "" && !graph.tensors.has(at)))
    return [];
  const name = nameOf(node, codes, graph);
  const shape = [number("N"), inputs / size, (size * bits) / 8];
  if (name === null || weights.has(`${name}.nbits${bits}`) || weights.has(name)) return [];
  if (countOf(codes) !== shape.reduce((product, n) => product * n, 1)) return [];
  for (const each of [codes, scale, zero]) if (each) used.add(each.name);
  const beside = (suffix: string, each: OnnxTensor | null | undefined) =>
    each ? [weight(`${name}.nbits${bits}${suffix}`, each, [countOf(each)])] : [];
  return [weight(`${name}.nbits${bits}`, codes, shape), ...beside("_scale", scale), ...beside("_zero_point", zero)];
}

/**
 * Codes of 4 or 8 bits that lie inputs × outputs, a scale for so many inputs of one output or for all of them (opset
 * 21). A zero beside codes with a sign, and rows that begin within a byte, are not read.
 */
function byInputsOf(name: string, { tensor, scale, zero, axis, block }: Stored): OnnxWeight[] {
  const [inputs, outputs] = [tensor.shape[0]!, tensor.shape[1]!];
  const along = axis === null ? null : axis < 0 ? axis + 2 : axis;
  const groups = block > 0 ? inputs / block : 1;
  const signed = tensor.fourBits ? tensor.fourBits === "signed" : tensor.dtype === "I8";
  const bits = tensor.fourBits ? 4 : 8;
  if (!scale || along !== (block > 0 ? 0 : 1) || !Number.isInteger(groups) || outputs % 2 !== 0) return [];
  if (bits === 8 && tensor.dtype !== "U8" && tensor.dtype !== "I8") return [];
  if (countOf(scale) !== groups * outputs || (zero && countOf(zero) !== groups * outputs)) return [];
  if (zero && (signed || (bits === 4 ? zero.fourBits !== "unsigned" : zero.dtype !== "U8"))) return [];
  const bytes = (outputs * bits) / 8;
  const stem = `${name}.byinputs${bits}`;
  const asBytes = (each: OnnxTensor, dtype: "U8" | "I8") => ({ ...each, dtype });
  return [
    weight(stem, asBytes(tensor, signed ? "I8" : "U8"), [inputs, bytes]),
    weight(`${stem}_scale`, scale, [groups, outputs]),
    ...(zero ? [weight(`${stem}_zero_point`, asBytes(zero, "U8"), [groups, bytes])] : []),
  ];
}

/** A table whose rows are gathered, in blocks along the row, codes without a sign of 4 bits; as `MatMulNBits` has its rows. */
function gatheredOf(
  node: OnnxNode,
  graph: Graph,
  used: Set<string>,
  weights: ReadonlyMap<string, OnnxWeight>,
): OnnxWeight[] {
  const [codes, , scale, zero] = node.inputs.map((name) => graph.tensors.get(name) ?? null);
  const number = (name: string, usual: number) => node.attributes.get(name)?.[0] ?? usual;
  const bytes = codes?.dtype === "U8";
  if (!codes || !scale || (!bytes && codes.fourBits !== "unsigned") || used.has(codes.name)) return [];
  const [rows, width] = [codes.shape[0] ?? 0, codes.shape[1] ?? 0];
  const [columns, size] = [bytes ? 2 * width : width, number("block_size", 128)];
  const blocks = columns / size;
  if (codes.shape.length !== 2 || number("bits", 4) !== 4 || size % 2 !== 0 || !Number.isInteger(blocks)) return [];
  if (number("gather_axis", 0) !== 0 || (number("quantize_axis", 1) + 2) % 2 !== 1 || countOf(scale) !== rows * blocks)
    return [];
  // Four bits by type have no zero of their own; a row of zeros is to begin at a byte.
  if (!zero && (!bytes || (node.inputs[3] ?? "") !== "")) return [];
  if (zero && zero.dtype !== "U8" && (zero.fourBits !== "unsigned" || blocks % 2 !== 0)) return [];
  const name = codes.name.replace(/_(q|quant|quantized|Q4)$/, "");
  const stem = `${name}.nbits4`;
  if (!/\.weight$/.test(name) || weights.has(stem) || weights.has(name)) return [];
  for (const each of [codes, scale, zero]) if (each) used.add(each.name);
  const asBytes = (each: OnnxTensor) => ({ ...each, dtype: "U8" as const });
  return [
    weight(stem, asBytes(codes), [rows, blocks, size / 2]),
    weight(`${stem}_scale`, scale, [countOf(scale)]),
    ...(zero ? [weight(`${stem}_zero_point`, asBytes(zero), [zero.sizeBytes])] : []),
  ];
}

/** The weight as outputs × inputs, and what its codes need, one a row or one for all. */
function placed(name: string, { tensor, scale, zero, axis }: Scaled, outputs: 0 | 1) {
  const byColumns = outputs === 1;
  const along = axis === null || (axis < 0 ? 1 : axis) === outputs;
  const [a, b] = [tensor.shape[0]!, tensor.shape[1] ?? 1];
  const shape = byColumns ? [b, a] : [a, b];
  const beside = (suffix: string, each: OnnxTensor | null) => {
    if (each === null) return [];
    const count = countOf(each);
    return [weight(`${name}${suffix}`, each, count === 1 ? [1] : along ? [count, 1] : [1, count])];
  };
  return [
    { ...weight(name, tensor, shape), ...(byColumns ? { byColumns: true as const } : {}) },
    ...beside("_scale", scale),
    ...beside("_zero_point", zero),
  ];
}

function weight(
  name: string,
  { dtype, listed, file, offsetBytes, sizeBytes }: OnnxTensor,
  shape: readonly number[],
): OnnxWeight {
  const elements = shape.reduce((product, each) => product * each, 1);
  const values = listed ? { listed: listed.values } : {};
  return { name, dtype: dtype ?? listed?.dtype ?? "UNREAD", shape, elements, file, offsetBytes, sizeBytes, ...values };
}
