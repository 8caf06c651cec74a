/** Opening folders and files: which files make the model, and when two readers could disagree. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openModel } from "../../src/host/model/open-model.js";
import { type TensorToWrite, writeSafetensors } from "../../src/model/formats/safetensors-writer.js";
import { INDEX_NAME } from "../../src/model/formats/shard-index.js";
import { asGguf, writeGguf } from "../model/gguf-writer.js";
import { tensor, tinyLlama } from "../model/tiny-llama.js";
import { processorMs } from "../processor-time.js";
import { temporary } from "./temporary.js";

const at = temporary();

function folder(name: string, files: Record<string, string | Uint8Array | TensorToWrite[] | object>): string {
  mkdirSync(at(name));
  for (const [file, content] of Object.entries(files)) {
    const raw = typeof content === "string" || content instanceof Uint8Array;
    writeFileSync(
      at(name, file),
      raw ? content : Array.isArray(content) ? writeSafetensors(content) : JSON.stringify(content),
    );
  }
  return at(name);
}
async function reading(path: string) {
  const opened = await openModel(path);
  return opened.reading;
}

const all = tinyLlama();
const [first, second] = [all.slice(0, 9), all.slice(9)];
const map = (a: string, b: string) => ({
  metadata: {},
  weight_map: Object.fromEntries([...first.map((t) => [t.name, a]), ...second.map((t) => [t.name, b])]),
});
const config = { model_type: "llama", hidden_size: 8, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 4 };

test("a folder with config and tokenizer; bytes come back through read", async () => {
  const path = folder("whole", {
    "model.safetensors": all,
    "config.json": config,
    "tokenizer.json": { model: { vocab: { a: 0, b: 1 } } },
  });
  const opened = await openModel(path);
  expect(opened.name).toBe("whole");
  expect(opened.vocabulary?.get("b")).toBe(1);
  expect(opened.files.map((f) => f.name)).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
  expect(opened.weightFiles.map((f) => f.name)).toEqual(["model.safetensors"]);
  if (opened.reading.kind !== "model") throw new Error(opened.reading.reason);
  expect(opened.reading.model).toMatchObject({ keyValueHeads: 2, headDim: 4, config: { modelType: "llama" } });
  const { sourceName, matrix: m } = opened.reading.model.tensors.get("layers.1.mlp.down")!;
  expect(m.file).toBe(at("whole", "model.safetensors"));
  const bytes = readFileSync(m.file).subarray(m.offsetBytes, m.offsetBytes + m.rows * m.columns * 4);
  expect(new Uint8Array(bytes)).toEqual(all.find((t) => t.name === sourceName)!.data);
});
test("a single file is read without its neighbours", async () => {
  folder("single", { "w.safetensors": all, "config.json": config });
  const opened = await openModel(at("single", "w.safetensors"));
  expect(opened.vocabulary).toBeNull();
  expect(opened.files).toHaveLength(1);
  expect(opened.reading).toMatchObject({
    kind: "model",
    model: { keyValueHeads: 0, headDim: 0, config: { modelType: null } },
  });
});
test("shards by their index", async () => {
  const path = folder("shards", {
    "a.safetensors": first,
    "b.safetensors": second,
    [INDEX_NAME]: map("a.safetensors", "b.safetensors"),
  });
  expect(await reading(path)).toMatchObject({ kind: "model", model: { layers: 2 } });
});
test("an initialisation beside model.safetensors is left alone", async () => {
  expect(await reading(folder("init", { "model.safetensors": all, "init.safetensors": all }))).toMatchObject({
    kind: "model",
  });
});

describe("errors of the input", () => {
  test.each<[string, Record<string, string | TensorToWrite[] | object>, RegExp]>([
    ["no-model", { "readme.md": "x" }, /expected a model/],
    ["two-files", { "a.safetensors": all, "b.safetensors": all }, /got 2/],
    [
      "both",
      {
        "model.safetensors": all,
        "a.safetensors": first,
        "b.safetensors": second,
        [INDEX_NAME]: map("a.safetensors", "b.safetensors"),
      },
      /got both/,
    ],
    ["index-itself", { "a.safetensors": first, [INDEX_NAME]: map("a.safetensors", INDEX_NAME) }, /naming itself/],
    [
      "index-up",
      { "a.safetensors": first, [INDEX_NAME]: map("a.safetensors", "../whole/model.safetensors") },
      /same folder/,
    ],
    ["missing-shard", { "a.safetensors": first, [INDEX_NAME]: map("a.safetensors", "b.safetensors") }, /no such file/],
    [
      "twice",
      { "a.safetensors": all, "b.safetensors": second, [INDEX_NAME]: map("a.safetensors", "b.safetensors") },
      /expected .* in|under that file/,
    ],
    ["broken-onnx", { "model.onnx": "x" }, /whole numbers that end/],
    ["short", { "model.safetensors": "abc" }, /at least 8 bytes/],
    ["empty-file", { "model.safetensors": "" }, /at least 8 bytes/],
    ["text", { "model.safetensors": "version https://git-lfs.github.com/spec/v1" }, /header of at most/],
  ])("%s", async (name, files, words) => {
    const opened = () => expect(openModel(folder(name, files))).rejects.toThrow(words);
    expect(await processorMs(opened)).toBeLessThan(4_000);
  });
  test("a shard that is a link to itself", async () => {
    const path = folder("shard-loop", { "a.safetensors": first, [INDEX_NAME]: map("a.safetensors", "b.safetensors") });
    symlinkSync("b.safetensors", at("shard-loop", "b.safetensors"));
    await expect(openModel(path)).rejects.toThrow(/link that loops/);
  });
});

describe("refused, not an error", () => {
  test.each<[string, string, RegExp]>([
    ["a pickle", "pytorch_model.bin", /pickle checkpoint.*Llama family/],
    ["a LoRA adapter as a pickle", "adapter_model.bin", /LoRA adapter.*together with its base: BASE\+ADAPTER/],
    ["a Keras file", "model.h5", /Keras/],
  ])("%s", async (name, file, words) => {
    const refused = { kind: "refused", reason: expect.stringMatching(words) };
    expect(await reading(folder(name, { [file]: "x", "config.json": config }))).toEqual(refused);
    expect(await reading(at(name, file))).toEqual(refused);
  });
  test("a LoRA adapter", async () => {
    const lora = [tensor("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", "F32", [2, 8])];
    const path = folder("lora", { "adapter_model.safetensors": lora, "adapter_config.json": { peft_type: "LORA" } });
    const reason = expect.stringMatching(/LoRA adapter weights.*together with their base: BASE\+ADAPTER/);
    expect(await reading(path)).toEqual({ kind: "refused", reason });
  });
});

describe("GGUF", () => {
  const stored = asGguf(tinyLlama({ dtype: "BF16" }), () => null, 4);
  const bytes = writeGguf(
    [
      ["general.architecture", "llama"],
      ["tokenizer.ggml.tokens", ["a", "b"]],
    ],
    stored,
  );
  test("a file, or a folder with one, with its own vocabulary", async () => {
    const path = folder("gguf", { "w.gguf": bytes, "readme.md": "x" });
    for (const given of [path, at("gguf", "w.gguf")]) {
      const opened = await openModel(given);
      expect(opened.reading).toMatchObject({ kind: "model", model: { layers: 2, config: { modelType: "llama" } } });
      expect(opened.vocabulary?.get("b")).toBe(1);
      expect(opened.weightFiles.map((f) => f.name)).toEqual(["w.gguf"]);
    }
  });
  test("beside safetensors it is left alone; of two, one must be named", async () => {
    const opened = await openModel(folder("beside", { "model.safetensors": all, "w.gguf": bytes }));
    expect(opened.weightFiles.map((f) => f.name)).toEqual(["model.safetensors"]);
    await expect(openModel(folder("two-ggufs", { "a.gguf": bytes, "b.gguf": bytes }))).rejects.toThrow(
      /expected one \.gguf file, got 2/,
    );
  });
  test("a header longer than the first read", async () => {
    const tokens = Array.from({ length: 150_000 }, (_, i) => `token ${i}`);
    const long = writeGguf([["tokenizer.ggml.tokens", tokens]], stored);
    const opened = await openModel(folder("long", { "w.gguf": long }));
    expect(opened.vocabulary?.get("token 149999")).toBe(149_999);
  });
});
