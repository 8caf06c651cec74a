/** The repository's own small model as a GGUF file that llama.cpp runs. */
import { readFileSync } from "node:fs";
import { parseSafetensorsHeader } from "../../src/model/formats/safetensors.js";
import type { TensorToWrite } from "../../src/model/formats/safetensors-writer.js";
import { asGguf, writeGguf } from "../model/gguf-writer.js";

/** fixtures/demo/base as llama.cpp's converter would write it. */
export function demoAsGguf(): Uint8Array {
  const at = (name: string) => `fixtures/demo/base/${name}`;
  const bytes = new Uint8Array(readFileSync(at("model.safetensors")));
  const { tensors } = parseSafetensorsHeader(bytes, bytes.length, "demo");
  const read = tensors.map(
    ({ name, dtype, shape, offsetBytes, sizeBytes }): TensorToWrite => ({
      name,
      dtype,
      shape: [...shape],
      data: bytes.slice(offsetBytes, offsetBytes + sizeBytes),
    }),
  );
  const { model } = JSON.parse(readFileSync(at("tokenizer.json"), "utf8"));
  const vocabulary = Object.entries<number>(model.vocab).sort((a, b) => a[1] - b[1]);
  const merges: (string | string[])[] = model.merges;
  return writeGguf(
    [
      ["general.architecture", "llama"],
      ["llama.block_count", 6],
      ["llama.context_length", 512],
      ["llama.embedding_length", 96],
      ["llama.feed_forward_length", 256],
      ["llama.attention.head_count", 4],
      ["llama.attention.head_count_kv", 2],
      ["llama.attention.layer_norm_rms_epsilon", { f32: 1e-5 }],
      ["llama.rope.dimension_count", 24],
      ["llama.attention.key_length", 24],
      ["llama.attention.value_length", 24],
      ["llama.vocab_size", 1024],
      ["tokenizer.ggml.model", "gpt2"],
      ["tokenizer.ggml.pre", "gpt-2"],
      ["tokenizer.ggml.tokens", vocabulary.map(([token]) => token)],
      ["tokenizer.ggml.merges", merges.map((merge) => (Array.isArray(merge) ? merge.join(" ") : merge))],
      ["tokenizer.ggml.bos_token_id", 0],
      ["tokenizer.ggml.eos_token_id", 1],
    ],
    asGguf(read, () => null, 24),
  );
}
