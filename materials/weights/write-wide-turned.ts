/**
 * The two models of the kept bundle `rotated` (fixtures/bundles): rows with directions of their own, 1,024 wide, and the
 * same in eight bits with the residual stream turned and units in another order.
 *
 *   npm run build && node materials/weights/write-wide-turned.ts OUT
 *   node dist/command/main.js examine weights OUT/wide OUT/wide-turned --out rotated.zip
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSafetensors } from "../../dist/model/formats/safetensors-writer.js";
import { type Held, quantised } from "./altered.ts";
import { type Construction, makePair, type Shape, trainedLike } from "./structured.ts";
import { turned } from "./turned.ts";

const WIDE: Shape = { layers: 9, hidden: 1024, units: 128, heads: 2, headDim: 32, vocabulary: 768 };
const RANK = 8;

/** As training leaves them: a few strong directions for each layer. */
const withDirections: Construction["mlp"] = (rows, columns, structure, values) => {
  const out = trainedLike(rows, columns, structure, values);
  const left = Float32Array.from({ length: rows * RANK }, () => values.normal());
  const right = Float32Array.from({ length: RANK * columns }, () => 0.4 * values.normal());
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      for (let k = 0; k < RANK; k++) out[r * columns + c]! += left[r * RANK + k]! * right[k * columns + c]!;
  return out;
};

const WHOLE: Record<string, string> = {
  embed: "model.embed_tokens.weight",
  norm: "model.norm.weight",
  output: "lm_head.weight",
};
const IN_LAYER: Record<string, string> = {
  "norm.attention": "input_layernorm",
  "norm.mlp": "post_attention_layernorm",
  "attention.q": "self_attn.q_proj",
  "attention.k": "self_attn.k_proj",
  "attention.v": "self_attn.v_proj",
  "attention.o": "self_attn.o_proj",
  "mlp.gate": "mlp.gate_proj",
  "mlp.up": "mlp.up_proj",
  "mlp.down": "mlp.down_proj",
};

function storedName(name: string): string {
  const [, layer, part] = /^layers\.(\d+)\.(.+)$/.exec(name) ?? [];
  return part === undefined ? WHOLE[name]! : `model.layers.${layer}.${IN_LAYER[part]}.weight`;
}

function write({ values }: Held, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const tensors = [...values].map(([name, { rows, columns, data }]) => ({
    name: storedName(name),
    dtype: "F32" as const,
    shape: /norm/.test(name) ? [columns] : [rows, columns],
    data: new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)),
  }));
  writeFileSync(join(folder, "model.safetensors"), writeSafetensors(tensors));
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: WIDE.hidden,
    intermediate_size: WIDE.units,
    num_hidden_layers: WIDE.layers,
    num_attention_heads: WIDE.heads,
    num_key_value_heads: WIDE.heads,
    head_dim: WIDE.headDim,
    vocab_size: WIDE.vocabulary,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: !values.has("output"),
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
}

const out = process.argv[2];
if (out === undefined) throw new Error("write-wide-turned: expected a folder");
const [own] = makePair(
  { id: "learned", mlp: withDirections, byLayer: true },
  "kept bundle",
  ["one", "other"],
  WIDE,
).map(
  ({ model, tensors }): Held => ({
    model,
    values: new Map(
      [...model.tensors].map(([name, { matrix }]) => [
        name,
        { rows: matrix.rows, columns: matrix.columns, data: tensors.get(name)! },
      ]),
    ),
  }),
) as [Held, Held];
write(own, join(out, "wide"));
write(turned(quantised(own, 8), "turned"), join(out, "wide-turned"));
