/** Writes GGUF files for tests: metadata of a few types, tensors side by side, and three quantisers of its own. */
import { concatBytes, utf8 } from "../../src/base/bytes.js";
import type { TensorToWrite } from "../../src/model/formats/safetensors-writer.js";
import { stacked } from "./layouts.js";
import { valuesOf } from "./reformat.js";

export interface GgufTensorToWrite {
  name: string;
  type: number;
  /** Slowest dimension first. */
  shape: readonly number[];
  data: Uint8Array;
}
export type GgufEntry = readonly [key: string, value: number | string | readonly string[] | { f32: number }];

export const u32 = (n: number) => new Uint8Array(Uint32Array.of(n).buffer);
export const u64 = (n: number) => new Uint8Array(BigUint64Array.of(BigInt(n)).buffer);
const text = (s: string) => concatBytes([u64(utf8(s).length), utf8(s)]);

function entry([key, value]: GgufEntry): Uint8Array {
  if (typeof value === "number") return concatBytes([text(key), u32(4), u32(value)]);
  if (typeof value === "string") return concatBytes([text(key), u32(8), text(value)]);
  if ("f32" in value) return concatBytes([text(key), u32(6), new Uint8Array(Float32Array.of(value.f32).buffer)]);
  return concatBytes([text(key), u32(9), u32(8), u64(value.length), ...value.map(text)]);
}

export function writeGguf(
  entries: readonly GgufEntry[],
  tensors: readonly GgufTensorToWrite[],
  version = 3,
): Uint8Array {
  const padded = (n: number) => Math.ceil(n / 32) * 32;
  let offset = 0;
  const infos = tensors.map(({ name, type, shape, data }) => {
    const dimensions = [...shape].reverse().map(u64);
    const info = concatBytes([text(name), u32(shape.length), ...dimensions, u32(type), u64(offset)]);
    offset = padded(offset + data.length);
    return info;
  });
  const counts = [u64(tensors.length), u64(entries.length)];
  const head = concatBytes([utf8("GGUF"), u32(version), ...counts, ...entries.map(entry), ...infos]);
  const out = new Uint8Array(padded(head.length) + offset);
  out.set(head);
  let at = padded(head.length);
  for (const { data } of tensors) {
    out.set(data, at);
    at += padded(data.length);
  }
  return out;
}

/** To half precision, nearest; for scales, which are small and positive here. */
function half(value: number): [number, number] {
  const bits = new Uint16Array(new Float16Array([value]).buffer)[0]!;
  return [bits & 255, bits >> 8];
}
const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, Math.round(x)));
const largest = (x: Float32Array) => x.reduce((m, v) => Math.max(m, Math.abs(v)), 0);

const QUANTISERS = {
  Q8_0: { type: 8, values: 32, block: q8_0 },
  Q4_0: { type: 2, values: 32, block: q4_0 },
  Q6_K: { type: 14, values: 256, block: q6_K },
};
export type Quantised = keyof typeof QUANTISERS;

function q8_0(x: Float32Array): number[] {
  const d = largest(x) / 127 || 1;
  return [...half(d), ...Array.from(x, (v) => clamp(v / d, -127, 127) & 255)];
}

function q4_0(x: Float32Array): number[] {
  const d = largest(x) / 7 || 1;
  const q = Array.from(x, (v) => clamp(v / d + 8, 0, 15));
  return [...half(d), ...Array.from({ length: 16 }, (_, i) => q[i]! | (q[i + 16]! << 4))];
}

/** One scale for the whole block: cruder than llama.cpp's, and laid out the same. */
function q6_K(x: Float32Array): number[] {
  const d = largest(x) / 31 || 1;
  const [low, high] = [new Array<number>(128).fill(0), new Array<number>(64).fill(0)];
  for (let i = 0; i < 256; i++) {
    const q = clamp(x[i]! / d + 32, 0, 63);
    const [h, g, column] = [i >> 7, (i >> 5) & 3, i & 31];
    low[h * 64 + (g & 1) * 32 + column]! |= (q & 15) << (g < 2 ? 0 : 4);
    high[h * 32 + column]! |= (q >> 4) << (2 * g);
  }
  return [...low, ...high, ...new Array<number>(16).fill(1), ...half(d)];
}

export function quantised(tensor: TensorToWrite, name: string, kind: Quantised): GgufTensorToWrite {
  const { type, values, block } = QUANTISERS[kind];
  const x = valuesOf(tensor);
  const blocks = Array.from({ length: x.length / values }, (_, i) => block(x.subarray(i * values, (i + 1) * values)));
  return { name, type, shape: tensor.shape, data: Uint8Array.from(blocks.flat()) };
}

const NAMES: Record<string, string> = {
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
  input_layernorm: "attn_norm",
  post_attention_layernorm: "ffn_norm",
};
const GLOBALS: Record<string, string> = {
  "model.embed_tokens.weight": "token_embd.weight",
  "model.norm.weight": "output_norm.weight",
  "lm_head.weight": "output.weight",
};

/** As llama.cpp's converter writes a Llama: the halves of each query and key head interleaved. */
export function asGguf(
  tensors: readonly TensorToWrite[],
  kindOf: (name: string) => Quantised | null,
  headDim: number,
): GgufTensorToWrite[] {
  return tensors.map((t) => {
    const match = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(t.name);
    const name = match ? `blk.${match[1]}.${NAMES[match[2]!]}.weight` : GLOBALS[t.name]!;
    const plain = /[qk]_proj/.test(t.name) ? interleaved(t, headDim) : t;
    if (t.shape.length === 1) return { name, type: 0, shape: t.shape, data: new Uint8Array(valuesOf(t).buffer) };
    const kind = kindOf(name);
    return kind === null ? { name, type: 30, shape: t.shape, data: plain.data } : quantised(plain, name, kind);
  });
}

function interleaved(t: TensorToWrite, headDim: number): TensorToWrite {
  const [rows, columns] = [t.shape[0]!, t.shape[1]!];
  const width = t.data.length / rows;
  const row = (r: number) => ({ ...t, shape: [1, columns], data: t.data.slice(r * width, (r + 1) * width) });
  const half = headDim / 2;
  const order = Array.from({ length: rows }, (_, stored) => {
    const [head, within] = [Math.floor(stored / headDim), stored % headDim];
    return head * headDim + (within % 2) * half + Math.floor(within / 2);
  });
  return stacked(t.name, order.map(row));
}
