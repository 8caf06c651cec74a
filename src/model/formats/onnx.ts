/**
 * The graph of an ONNX file as far as weights need it: initialisers with their places, nodes with their inputs, outputs
 * and few attributes (onnx/onnx.proto3; protocol buffers' wire format). Values are passed over, wherever they lie; nothing
 * is run. It is read in windows, so that memory does not grow with the file.
 */
import { AssayError, quoted } from "../../base/error.js";
import { RANK_MAX } from "./safetensors.js";
import { SAFETENSORS_DTYPE_BITS, type SafetensorsDType } from "./safetensors-dtypes.js";
import type { ReadAt } from "./torch-tensor.js";

/** Public graphs have some thousands (CWE-770). */
const NODES_MAX = 200_000;
const TENSORS_MAX = 1 << 16;
/** Inputs, outputs and attributes of one node; of a whole graph they stay within the nodes' own bound. */
const PARTS_MAX = 4096;
const TEXT_BYTES_MAX = 1024;
/** Graphs within graphs: a model of two branches has one (CWE-674). */
const DEPTH_MAX = 8;
/** Branches of one attribute. */
const GRAPHS_MAX = 16;
/** One number an output: public vocabularies stay below it (CWE-770). */
const LISTED_MAX = 1 << 18;
const WINDOW_BYTES = 1 << 16;

export interface OnnxTensor {
  name: string;
  /** Null for a type that is not read. */
  dtype: SafetensorsDType | null;
  shape: readonly number[];
  /** A file beside this one; null: in this file. */
  file: string | null;
  offsetBytes: number;
  sizeBytes: number;
  /** A few bytes that the file lists as numbers of varying width, as quantisers write zero points; `dtype` is null then. */
  listed?: { dtype: "U8" | "I8"; values: readonly number[] };
  /** Codes of four bits, two a byte, the first low, over all dimensions as if they were one; `dtype` is null then. */
  fourBits?: "signed" | "unsigned";
}

export interface OnnxNode {
  op: string;
  name: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** Whole numbers, one or a list, by name. */
  attributes: ReadonlyMap<string, readonly number[]>;
}

export interface OnnxGraph {
  tensors: ReadonlyMap<string, OnnxTensor>;
  /** Those of graphs within nodes (`If`, `Loop`, `Scan`) behind those of the graph itself. */
  nodes: readonly OnnxNode[];
  /** How many of them are of the graph itself. */
  own: number;
  /** Stored within a graph under a name that another graph's had before. */
  again: readonly OnnxTensor[];
}

/** TensorProto.DataType. */
const DTYPES: ReadonlyMap<number, SafetensorsDType> = new Map<number, SafetensorsDType>([
  [1, "F32"],
  [2, "U8"],
  [3, "I8"],
  [5, "I16"],
  [6, "I32"],
  [7, "I64"],
  [9, "BOOL"],
  [10, "F16"],
  [11, "F64"],
  [16, "BF16"],
  [17, "F8_E4M3"],
  [19, "F8_E5M2"],
]);

/** UINT4 and INT4, of opset 21. */
const FOUR_BITS: ReadonlyMap<number, "signed" | "unsigned"> = new Map([
  [21, "unsigned"],
  [22, "signed"],
]);

/** @throws FORMAT for what is no such file, LIMIT */
export async function readOnnx(read: ReadAt, sizeBytes: number, what: string): Promise<OnnxGraph> {
  const kept: Kept = { tensors: new Map(), nodes: [], own: 0, again: [] };
  const wire = new Wire(read, what);
  let graphs = 0;
  await wire.message({ at: 0, end: sizeBytes }, async (field, value) => {
    if (field !== 7 || !("end" in value)) return;
    if (graphs++ > 0) throw fault(what, "one graph");
    await graphInto(kept, wire, value, what, 0);
  });
  if (graphs === 0) throw fault(what, "a graph");
  return kept;
}

interface Kept {
  tensors: Map<string, OnnxTensor>;
  nodes: OnnxNode[];
  own: number;
  again: OnnxTensor[];
}

/** A graph within a node sees what stands around it, so that all are read as one. */
async function graphInto(kept: Kept, wire: Wire, graph: Span, what: string, depth: number): Promise<void> {
  if (depth > DEPTH_MAX) throw new AssayError("LIMIT", `${what}: expected graphs at most ${DEPTH_MAX} deep`);
  const { tensors, nodes, again } = kept;
  const keep = (tensor: OnnxTensor) => {
    if (tensors.size + again.length >= TENSORS_MAX)
      throw new AssayError("LIMIT", `${what}: expected at most ${TENSORS_MAX} tensors`);
    if (!tensors.has(tensor.name)) tensors.set(tensor.name, tensor);
    else if (depth > 0) again.push(tensor);
    else throw fault(what, `the tensor ${quoted(tensor.name)} once`);
  };
  const within: Span[] = [];
  await wire.message(graph, async (field, part) => {
    if (!("end" in part)) return;
    if (field === 5) keep(await tensorOf(wire, part, what));
    if (field !== 1) return;
    if (nodes.length >= NODES_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${NODES_MAX} nodes`);
    const { node, constant, graphs } = await nodeOf(wire, part, what);
    within.push(...graphs);
    const [output] = node.outputs;
    if (node.op === "Constant" && constant && output !== undefined) keep({ ...constant, name: output });
    else nodes.push(node);
  });
  if (depth === 0) kept.own = nodes.length;
  // After the graph itself, so that a name belongs to the outermost that has it.
  for (const each of within) await graphInto(kept, wire, each, what, depth + 1);
}

async function nodeOf(wire: Wire, part: Span, what: string) {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, readonly number[]>();
  let [op, name] = ["", ""];
  let constant: OnnxTensor | null = null;
  const graphs: Span[] = [];
  let parts = 0;
  await wire.message(part, async (field, value) => {
    if (++parts > PARTS_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${PARTS_MAX} parts of a node`);
    if (!("end" in value)) return;
    if (field === 1) inputs.push(await wire.text(value));
    if (field === 2) outputs.push(await wire.text(value));
    // Names are for people alone; one that is too long is none.
    if (field === 3) name = value.end - value.at > TEXT_BYTES_MAX ? "" : await wire.text(value);
    if (field === 4) op = await wire.text(value);
    if (field !== 5) return;
    const attribute = await attributeOf(wire, value, what);
    if (attribute.numbers) attributes.set(attribute.name, attribute.numbers);
    graphs.push(...attribute.graphs);
    if (attribute.tensor && attribute.name === "value") constant = attribute.tensor;
  });
  return { node: { op, name, inputs, outputs, attributes }, constant: constant as OnnxTensor | null, graphs };
}

async function attributeOf(wire: Wire, part: Span, what: string) {
  let name = "";
  let numbers: number[] | null = null;
  let tensor: OnnxTensor | null = null;
  const graphs: Span[] = [];
  const note = (more: readonly number[]) => {
    numbers = [...(numbers ?? []), ...more].slice(0, RANK_MAX + 1);
  };
  await wire.message(part, async (field, value) => {
    if (field === 1 && "end" in value) name = await wire.text(value);
    if ((field === 3 || field === 8) && "number" in value) note([value.number]);
    if (field === 8 && "end" in value) note(await wire.packed(value, RANK_MAX + 1));
    if (field === 5 && "end" in value) tensor = await tensorOf(wire, value, what);
    // g and graphs.
    if ((field === 6 || field === 11) && "end" in value) {
      if (graphs.length >= GRAPHS_MAX) throw new AssayError("LIMIT", `${what}: expected few graphs of a node`);
      graphs.push(value);
    }
  });
  return { name, numbers: numbers as readonly number[] | null, tensor: tensor as OnnxTensor | null, graphs };
}

async function tensorOf(wire: Wire, part: Span, what: string): Promise<OnnxTensor> {
  const shape: number[] = [];
  const beside = new Map<string, string>();
  let [name, type, away] = ["", 0, false];
  let values: Span | null = null;
  let ints: Span | null = null;
  await wire.message(part, async (field, value) => {
    if (field === 1) {
      const dims = "number" in value ? [value.number] : await wire.packed(value, RANK_MAX + 1);
      shape.push(...dims);
      if (shape.length > RANK_MAX) throw new AssayError("LIMIT", `${what}: expected rank at most ${RANK_MAX}`);
    }
    if (field === 2 && "number" in value) type = value.number;
    if (field === 8 && "end" in value) name = await wire.text(value);
    // raw_data, and float_data, whose packed values lie as they would there.
    if ((field === 9 || field === 4) && "end" in value) values = value;
    if (field === 5 && "end" in value) ints = value;
    if (field === 14 && "number" in value) away = value.number === 1;
    if (field === 13 && "end" in value) {
      if (beside.size >= 16) throw fault(what, "few words on where values lie");
      let [key, text] = ["", ""];
      await wire.message(value, async (inner, each) => {
        if (inner === 1 && "end" in each) key = await wire.text(each);
        if (inner === 2 && "end" in each) text = await wire.text(each);
      });
      beside.set(key, text);
    }
  });
  const dtype = DTYPES.get(type) ?? null;
  const four = FOUR_BITS.get(type);
  const here = values as Span | null;
  const bits = four ? 4 : dtype ? SAFETENSORS_DTYPE_BITS[dtype] : 0;
  const expected = Math.ceil(shape.reduce((product, each) => product * each, bits / 8));
  if (!Number.isSafeInteger(expected)) throw new AssayError("LIMIT", `${what}: expected a size below 2^53`);
  if (away) {
    const file = beside.get("location") ?? "";
    if (!/^[^/\\\0:]{1,255}$/.test(file) || file.startsWith("."))
      throw fault(what, `values in a file beside it, got ${quoted(file)}`);
    const [offset, length] = [Number(beside.get("offset") ?? 0), Number(beside.get("length") ?? expected)];
    if (!isCount(offset) || !isCount(length)) throw fault(what, "places of whole numbers");
    return {
      ...{ name, dtype: length === expected ? dtype : null, shape, file, offsetBytes: offset, sizeBytes: length },
      ...(four && length === expected ? { fourBits: four } : {}),
    };
  }
  const size = here ? here.end - here.at : 0;
  // Other lists hold numbers of varying width: a type that is not read.
  const plain = size === expected ? dtype : null;
  const list = ints as Span | null;
  if (here === null && list && (dtype === "U8" || dtype === "I8") && expected <= LISTED_MAX) {
    const numbers = await wire.int32s(list, expected + 1);
    const [low, high] = dtype === "U8" ? [0, 255] : [-128, 127];
    if (numbers.length === expected && numbers.every((n) => n >= low && n <= high)) {
      const place = { file: null, offsetBytes: list.at, sizeBytes: list.end - list.at };
      return { name, dtype: null, shape, ...place, listed: { dtype, values: numbers } };
    }
  }
  const packed = four && size === expected ? { fourBits: four } : {};
  return { name, dtype: plain, shape, file: null, offsetBytes: here?.at ?? 0, sizeBytes: size, ...packed };
}

const isCount = (n: number) => Number.isSafeInteger(n) && n >= 0;

interface Span {
  at: number;
  end: number;
}
type Value = Span | { number: number };

/** Protocol buffers, field by field, from a window that moves over the file. */
class Wire {
  readonly #read: ReadAt;
  readonly #what: string;
  #window: Uint8Array = new Uint8Array(0);
  #from = 0;

  constructor(read: ReadAt, what: string) {
    this.#read = read;
    this.#what = what;
  }

  /** @param each called with every field's number, and its number or where its bytes lie */
  async message({ at, end }: Span, each: (field: number, value: Value) => Promise<void>): Promise<void> {
    for (let here = at; here < end; ) {
      const [tag, behind] = await this.#varint(here, end);
      const field = Math.floor(tag / 8);
      if (field === 0) throw fault(this.#what, "numbered fields");
      const kind = tag % 8;
      if (kind === 0) {
        const [number, next] = await this.#varint(behind, end);
        await each(field, { number });
        here = next;
        continue;
      }
      let from = behind;
      let length = kind === 1 ? 8 : kind === 5 ? 4 : -1;
      if (kind === 2) [length, from] = await this.#varint(behind, end);
      if (length < 0 || from + length > end) throw fault(this.#what, "fields that lie in their message");
      await each(field, { at: from, end: from + length });
      here = from + length;
    }
  }

  async text({ at, end }: Span): Promise<string> {
    if (end - at > TEXT_BYTES_MAX)
      throw new AssayError("LIMIT", `${this.#what}: expected names of at most ${TEXT_BYTES_MAX} bytes`);
    try {
      return UTF8.decode(await this.#bytes(at, end - at));
    } catch (error) {
      throw error instanceof AssayError ? error : fault(this.#what, "names in UTF-8");
    }
  }

  /** A packed list of whole numbers, at most so many of them. */
  async packed({ at, end }: Span, most: number): Promise<number[]> {
    const numbers: number[] = [];
    for (let here = at; here < end && numbers.length < most; ) {
      const [number, next] = await this.#varint(here, end);
      numbers.push(number);
      here = next;
    }
    return numbers;
  }

  /** A packed list of int32, at most so many: a negative one takes ten bytes, of which the first five say it. */
  async int32s({ at, end }: Span, most: number): Promise<number[]> {
    const numbers: number[] = [];
    for (let here = at; here < end && numbers.length < most; ) {
      const bytes = this.#held(here, Math.min(10, end - here)) ?? (await this.#bytes(here, Math.min(10, end - here)));
      let [number, length] = [0, 0];
      for (; length < bytes.length; length++) {
        if (length < 5) number |= (bytes[length]! & 127) << (7 * length);
        if (bytes[length]! < 128) break;
      }
      if (length === bytes.length) throw fault(this.#what, "whole numbers that end");
      numbers.push(number);
      here += length + 1;
    }
    return numbers;
  }

  /** @returns the number, exact below 2^53 and else infinite, and where the next thing begins */
  async #varint(at: number, end: number): Promise<[number, number]> {
    const bytes = this.#held(at, Math.min(10, end - at)) ?? (await this.#bytes(at, Math.min(10, end - at)));
    let value = 0;
    for (let i = 0, place = 1; i < bytes.length; i++, place *= 128) {
      value += (bytes[i]! & 127) * place;
      if (bytes[i]! < 128) return [Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY, at + i + 1];
    }
    throw fault(this.#what, "whole numbers that end");
  }

  #held(at: number, length: number): Uint8Array | null {
    const start = at - this.#from;
    return start >= 0 && start + length <= this.#window.length ? this.#window.subarray(start, start + length) : null;
  }

  async #bytes(at: number, length: number): Promise<Uint8Array> {
    const held = this.#held(at, length);
    if (held) return held;
    this.#window = await this.#read(at, Math.max(length, WINDOW_BYTES));
    this.#from = at;
    const bytes = this.#held(at, length);
    if (!bytes) throw fault(this.#what, "a whole file");
    return bytes;
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function fault(what: string, expected: string): AssayError {
  return new AssayError("FORMAT", `${what}: expected ${expected}`);
}
