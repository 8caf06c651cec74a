/**
 * A model in a GGUF file asked without a server: the repository's own small model, written as GGUF, run by llama.cpp.
 * Needs node-llama-cpp, an optional peer; skipped with a message where it is not installed.
 */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { collect } from "../../src/app/collect.js";
import { parseSafetensorsHeader } from "../../src/model/safetensors.js";
import type { TensorToWrite } from "../../src/model/safetensors-writer.js";
import { readTranscript } from "../../src/transcript/read-transcript.js";
import { asGguf, writeGguf } from "../model/gguf-writer.js";

const installed = existsSync("node_modules/node-llama-cpp");
if (!installed) console.log("local-model.test: skipped, no node-llama-cpp (npm install --no-save node-llama-cpp@3)");

/** fixtures/demo/base as llama.cpp's converter would write it. */
function demoAsGguf(): Uint8Array {
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

describe.skipIf(!installed)("a GGUF file as an endpoint", () => {
  const dir = mkdtempSync(join(tmpdir(), "assay-gguf-"));
  const path = join(dir, "demo.gguf");
  const options = (url: string, out: string, requestsMax: number | null) => ({
    endpoints: [
      {
        url,
        protocol: "openai" as const,
        out: join(dir, out),
        key: null,
        settings: { model: "demo", temperature: null, maxTokens: 8, system: null, seed: null },
      },
    ],
    prompts: ["What is a stone?", "Name a river.", "Say something short."].map((text, i) => ({
      id: `p${i}`,
      text,
      purpose: null,
    })),
    samples: 1,
    seed: "gguf",
    requestsMax,
    costMax: null,
    prices: null,
    concurrency: 2,
    intervalMs: 0,
    triesMax: 1,
    waitMs: 1,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const read = (out: string) => readTranscript(readFileSync(join(dir, out)), out).records;

  it("answers, is taken up where it stopped, and answers the same again", { timeout: 120_000 }, async () => {
    writeFileSync(path, demoAsGguf());
    const [stopped] = await collect(options(`gguf:${path}`, "first.jsonl", 2));
    expect([stopped!.complete, stopped!.answers]).toEqual([false, 2]);
    const [first] = await collect(options(`gguf:${path}`, "first.jsonl", null));
    expect([first!.complete, first!.requests]).toEqual([true, 3]);
    expect(first!.endpoint).toMatch(/^gguf:sha256:[0-9a-f]{64}$/);
    await collect(options(`gguf:${path}`, "second.jsonl", null));
    const texts = read("first.jsonl").map(({ text }) => text);
    expect(texts.every((text) => text.length > 0)).toBe(true);
    expect(new Set(texts).size).toBeGreaterThan(1);
    expect(read("second.jsonl").map(({ text }) => text)).toEqual(texts);
    expect(read("first.jsonl")[0]!.settings).toMatchObject({ served_model: first!.endpoint, stop_reason: "length" });
    expect(readFileSync(join(dir, "first.jsonl"), "utf8")).not.toContain(dir);
  });

  it("says what is wrong with a file that is no model", { timeout: 60_000 }, async () => {
    writeFileSync(join(dir, "none.gguf"), "GGUF but no more");
    await expect(collect(options(`gguf:${join(dir, "none.gguf")}`, "none.jsonl", null))).rejects.toThrow("gguf.header");
    await expect(collect(options(`gguf:${join(dir, "absent.gguf")}`, "none.jsonl", null))).rejects.toThrow(
      /absent.gguf/,
    );
  });
});
