/** Makes small Llama-family models for tests: deterministic values, any prefix, any of the read dtypes. */
import type { TensorToWrite } from "../../src/model/formats/safetensors-writer.js";

export interface TinyLlama {
  prefix?: string;
  layers?: number;
  hidden?: number;
  units?: number;
  heads?: number;
  keyValueHeads?: number;
  headDim?: number;
  vocabulary?: number;
  dtype?: "F32" | "F16" | "BF16";
  untied?: boolean;
  biases?: boolean;
  headNorms?: boolean;
}

export function tinyLlama(options: TinyLlama = {}): TensorToWrite[] {
  const { prefix = "model.", layers = 2, hidden = 8, units = 12, heads = 4, keyValueHeads = 2, headDim = 4 } = options;
  const { vocabulary = 10, dtype = "F32", untied = false, biases = false, headNorms = false } = options;
  const out: TensorToWrite[] = [];
  const add = (name: string, ...shape: number[]) => out.push(tensor(name, dtype, shape));
  add(`${prefix}embed_tokens.weight`, vocabulary, hidden);
  for (let i = 0; i < layers; i++) {
    const layer = `${prefix}layers.${i}.`;
    add(`${layer}input_layernorm.weight`, hidden);
    add(`${layer}self_attn.q_proj.weight`, heads * headDim, hidden);
    add(`${layer}self_attn.k_proj.weight`, keyValueHeads * headDim, hidden);
    add(`${layer}self_attn.v_proj.weight`, keyValueHeads * headDim, hidden);
    add(`${layer}self_attn.o_proj.weight`, hidden, heads * headDim);
    if (biases) {
      add(`${layer}self_attn.q_proj.bias`, heads * headDim);
      add(`${layer}self_attn.k_proj.bias`, keyValueHeads * headDim);
      add(`${layer}self_attn.v_proj.bias`, keyValueHeads * headDim);
    }
    if (headNorms) {
      add(`${layer}self_attn.q_norm.weight`, headDim);
      add(`${layer}self_attn.k_norm.weight`, headDim);
    }
    add(`${layer}post_attention_layernorm.weight`, hidden);
    add(`${layer}mlp.gate_proj.weight`, units, hidden);
    add(`${layer}mlp.up_proj.weight`, units, hidden);
    add(`${layer}mlp.down_proj.weight`, hidden, units);
  }
  add(`${prefix}norm.weight`, hidden);
  if (untied) add("lm_head.weight", vocabulary, hidden);
  return out;
}

/** Small finite values: the exponent bits are never all ones. */
export function tensor(name: string, dtype: TensorToWrite["dtype"], shape: readonly number[]): TensorToWrite {
  const bytes = shape.reduce(
    (n, m) => n * m,
    { F32: 4, F16: 2, BF16: 2, F64: 8, I64: 8, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1 }[dtype as "F32"] ??
      4,
  );
  const data = Uint8Array.from({ length: bytes }, (_, i) => (i * 37 + name.length) & 0x3f);
  return { name, dtype, shape, data };
}
