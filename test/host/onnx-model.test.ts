/**
 * A model in an ONNX folder asked without a server: the repository's own small model, written as ONNX, run by
 * Transformers.js, must answer what the same weights answer through the plain forward pass served over HTTP.
 * Needs @huggingface/transformers, an optional peer; skipped with a message where it is not installed.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { logits } from "../../materials/weights/forward.ts";
import { collect } from "../../src/app/collect.js";
import { openOnnxLogits } from "../../src/host/answers/onnx-model.js";
import { openLocalModel } from "../../src/host/answers/open-local-model.js";
import { FileReader } from "../../src/host/files.js";
import { openModel } from "../../src/host/model/open-model.js";
import { LocalCompute } from "../../src/kernels/compute.js";
import { parseSafetensorsHeader } from "../../src/model/formats/safetensors.js";
import { readTranscript } from "../../src/transcript/read-transcript.js";
import { serveDemoModels } from "../end-to-end/demo-model-server.js";
import { type LlamaShape, writeLlamaOnnx } from "./onnx-writer.js";

const installed = existsSync("node_modules/@huggingface/transformers");
if (!installed)
  console.log("onnx-model.test: skipped, no @huggingface/transformers (npm install --no-save --ignore-scripts it@4)");

const DEMO = "fixtures/demo/base";
const SHAPE: LlamaShape = {
  layers: 6,
  hidden: 96,
  heads: 4,
  keyValueHeads: 2,
  headDim: 24,
  vocabulary: 1024,
  positions: 512,
  normEpsilon: 1e-5,
  ropeTheta: 10_000,
};

function demoAsOnnx(): Uint8Array {
  const bytes = new Uint8Array(readFileSync(join(DEMO, "model.safetensors")));
  const { tensors } = parseSafetensorsHeader(bytes, bytes.length, "demo");
  return writeLlamaOnnx(SHAPE, (name) => {
    const { shape, offsetBytes, sizeBytes } = tensors.find((tensor) => tensor.name === name)!;
    const stored = new Uint16Array(bytes.slice(offsetBytes, offsetBytes + sizeBytes).buffer);
    // BF16 is the upper half of a 32-bit float.
    return { shape, data: new Float32Array(Uint32Array.from(stored, (half) => half << 16).buffer) };
  });
}

/** Of the demo model's own weights, one row a token. */
async function demoLogits(ids: readonly number[]): Promise<Float64Array[]> {
  const { reading } = await openModel(DEMO);
  if (reading.kind !== "model") throw new Error(reading.reason);
  const files = new FileReader();
  const compute = new LocalCompute((file, offset, into) => files.readInto(file, offset, into));
  const { data, columns } = await logits(reading.model, (tensor) => compute.load(tensor.matrix), ids);
  await files.close();
  return ids.map((_, i) => data.subarray(i * columns, (i + 1) * columns));
}

describe("an ONNX folder as an endpoint", () => {
  const dir = mkdtempSync(join(tmpdir(), "assay-onnx-"));
  const folder = join(dir, "model");
  const options = (url: string, out: string, model = "base") => ({
    endpoints: [
      {
        url,
        protocol: "openai" as const,
        out: join(dir, out),
        key: null,
        settings: { model, temperature: url.startsWith("onnx:") ? null : 0, maxTokens: 8, system: null, seed: null },
      },
    ],
    prompts: ["What is a stone?", "Name a river.", "Say something short."].map((text, i) => ({
      id: `p${i}`,
      text,
      purpose: null,
    })),
    samples: 1,
    seed: "onnx",
    requestsMax: null as number | null,
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
  const texts = (out: string) =>
    readTranscript(readFileSync(join(dir, out)), out).records.map(({ promptId, text }) => [promptId, text]);

  beforeAll(() => {
    mkdirSync(join(folder, "onnx"), { recursive: true });
    for (const file of ["config.json", "tokenizer.json", "tokenizer_config.json"])
      cpSync(join(DEMO, file), join(folder, file));
    writeFileSync(join(folder, "onnx/model.onnx"), demoAsOnnx());
  });

  describe.skipIf(!installed)("with the runtime", () => {
    it("answers what the same weights answer over HTTP, taken up where it stopped", { timeout: 120_000 }, async () => {
      const [stopped] = await collect({ ...options(`onnx:${folder}`, "onnx.jsonl"), requestsMax: 2 });
      expect([stopped!.complete, stopped!.answers]).toEqual([false, 2]);
      const [done] = await collect(options(`onnx:${folder}`, "onnx.jsonl"));
      expect([done!.complete, done!.requests]).toEqual([true, 3]);
      expect(done!.endpoint).toMatch(/^onnx:sha256:[0-9a-f]{64}$/);
      const served = await serveDemoModels();
      await collect(options(served.url, "http.jsonl")).finally(served.close);
      expect(texts("onnx.jsonl").every(([, text]) => text!.length > 0)).toBe(true);
      expect(texts("onnx.jsonl")).toEqual(texts("http.jsonl"));
      expect(readFileSync(join(dir, "onnx.jsonl"), "utf8")).not.toContain(dir);
      const [record] = readTranscript(readFileSync(join(dir, "onnx.jsonl")), "onnx").records;
      expect(record!.settings).toMatchObject({ served_model: done!.endpoint, stop_reason: "length" });
    });

    it("uses the model's chat template, and is known by its files wherever they lie", { timeout: 60_000 }, async () => {
      const other = join(dir, "with-template");
      cpSync(folder, other, { recursive: true });
      const config = JSON.parse(readFileSync(join(other, "tokenizer_config.json"), "utf8"));
      const chatTemplate = "{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}";
      writeFileSync(join(other, "tokenizer_config.json"), JSON.stringify({ ...config, chat_template: chatTemplate }));
      const [plain, templated] = [await openLocalModel(`onnx:${folder}`), await openLocalModel(`onnx:${other}`)];
      cpSync(other, join(dir, "moved"), { recursive: true });
      const moved = await openLocalModel(`onnx:${join(dir, "moved")}`);
      expect(templated.name).not.toBe(plain.name);
      expect(moved.name).toBe(templated.name);
      const ask = (model: typeof plain, prompt: string) =>
        model.answer(options("onnx:", "").endpoints[0]!.settings, prompt, new AbortController().signal);
      const content = async (answer: Promise<string>) => JSON.parse(await answer).choices[0].message.content;
      expect(await content(ask(templated, "Name a river."))).toBe(await content(ask(plain, "[user] Name a river.\n")));
      for (const model of [plain, templated, moved]) await model.close();
    });

    it("asks nobody: a folder without a runnable graph is refused with no request made", {
      timeout: 60_000,
    }, async () => {
      let asked = 0;
      const server = createServer((_, response) => {
        asked++;
        response.writeHead(404).end();
      });
      await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
      const { env } = await import("@huggingface/transformers" as string);
      env.remoteHost = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const broken = join(dir, "broken");
      cpSync(folder, broken, { recursive: true });
      writeFileSync(join(broken, "onnx/model.onnx"), "no graph");
      await expect(openLocalModel(`onnx:${broken}`)).rejects.toThrow("expected a causal language model");
      expect(asked).toBe(0);
      server.close();
    });

    it("gives the logits of each token of a text, as the plain forward pass does", { timeout: 60_000 }, async () => {
      const model = await openOnnxLogits(`onnx:${folder}`);
      const ids = model.encode("Name a river, and a stone.");
      expect(ids.length).toBeGreaterThan(5);
      const rows = await model.logits(ids);
      const plain = await demoLogits(ids);
      for (const [i, row] of rows.entries())
        for (const [k, value] of row.entries()) expect(Math.abs(value - plain[i]![k]!)).toBeLessThan(1e-3);
      await model.close();
    });

    it("stops when it is told to", { timeout: 60_000 }, async () => {
      const model = await openLocalModel(`onnx:${folder}`);
      const stop = new AbortController();
      const settings = { ...options("onnx:", "").endpoints[0]!.settings, maxTokens: 400 };
      const answered = model.answer(settings, "Name a river.", stop.signal);
      setTimeout(() => stop.abort(new Error("enough")), 50);
      await expect(answered).rejects.toThrow("enough");
      await model.close();
    });
  });

  it("says what is missing", async () => {
    await expect(openLocalModel(`onnx:${join(dir, "absent")}`)).rejects.toThrow(/absent/);
    mkdirSync(join(dir, "bare"), { recursive: true });
    await expect(openLocalModel(`onnx:${join(dir, "bare")}`)).rejects.toThrow("expected config.json");
    const noGraph = join(dir, "no-graph");
    mkdirSync(join(noGraph, "onnx"), { recursive: true });
    for (const file of ["config.json", "tokenizer.json", "tokenizer_config.json"])
      cpSync(join(DEMO, file), join(noGraph, file));
    await expect(openLocalModel(`onnx:${noGraph}`)).rejects.toThrow("expected onnx/model.onnx");
  });
});
