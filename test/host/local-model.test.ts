/**
 * A model in a GGUF file asked without a server: the repository's own small model, written as GGUF, run by llama.cpp.
 * Needs node-llama-cpp, an optional peer; skipped with a message where it is not installed.
 */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { collect } from "../../src/app/collect.js";
import { readTranscript } from "../../src/transcript/read-transcript.js";
import { demoAsGguf } from "./demo-gguf.js";

const installed = existsSync("node_modules/node-llama-cpp");
if (!installed) console.log("local-model.test: skipped, no node-llama-cpp (npm install --no-save node-llama-cpp@3)");

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
    await expect(collect(options(`gguf:${join(dir, "none.gguf")}`, "none.jsonl", null))).rejects.toThrow("none.gguf");
    await expect(collect(options(`gguf:${join(dir, "absent.gguf")}`, "none.jsonl", null))).rejects.toThrow(
      /absent.gguf/,
    );
  });
});
