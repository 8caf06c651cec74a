/**
 * `assay collect --score states`: inner states of tiny real models (fixtures/scorers) against torch's own, and what is not
 * read. Needs @huggingface/transformers, an optional peer; what runs a model is skipped with a message without it.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { collectStates } from "../../src/app/collect-states.js";
import { openOnnxStates } from "../../src/host/answers/onnx-states.js";
import { parseSafetensorsHeader } from "../../src/model/formats/safetensors.js";
import { readPromptSet } from "../../src/transcript/prompt-set.js";
import { centredGram, readStates } from "../../src/transcript/states-file.js";
import { demoLogits } from "../host/demo-logits.js";
import { writeLlamaOnnx } from "../host/onnx-writer.js";

const home = mkdtempSync(join(tmpdir(), "assay-collect-states-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const at = (name: string) => join(home, name);
const PROMPTS = "data/prompts/states-1.json";
const prompts = readPromptSet(readFileSync(PROMPTS), "prompts");
const asked = (url: string, out: string, more = {}) => ({
  endpoints: [{ url, out: at(out) }],
  prompts,
  chat: false,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  ...more,
});

test("the prompts that ship: pairs of a harmful and a harmless request, and as many plain sentences", () => {
  const of = (purpose: string) => prompts.filter((prompt) => prompt.purpose === purpose).length;
  expect([of("harmful"), of("harmless"), of("plain"), prompts.length]).toEqual([32, 32, 64, 128]);
  expect(new Set(prompts.map(({ text }) => text)).size).toBe(128);
});

describe("what is not read is refused by name, before anything is opened", () => {
  test.each([
    ["gguf:model.gguf", {}, /states of its last layer alone/],
    ["http://127.0.0.1:1/v1", {}, /a served model gives out no states/],
    ["onnx:fixtures/scorers/causal", { prompts: prompts.slice(0, 15) }, /16 to 1024 prompts/],
  ])("%s", async (url, more, message) => {
    await expect(collectStates(asked(url, "none.json", more))).rejects.toThrow(message);
  });

  test.each([
    [["--label", "x"], /without --judge-prompt and --label/],
    [["--count", "20"], /without --count and --samples/],
  ])("%s: status 2, one line", (flags, message) => {
    const words = [
      "collect",
      "--score",
      "states",
      "--endpoint",
      "gguf:x",
      "--prompts",
      PROMPTS,
      "--out",
      at("none.json"),
    ];
    const { status, stderr } = spawnSync(process.execPath, ["dist/command/main.js", ...words, ...flags], {
      encoding: "utf8",
    });
    expect([status, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toMatch(message);
  });
});

/** The repository's own small model as it is exported to write on. */
function demoAsOnnxFolder(folder: string) {
  const bytes = new Uint8Array(readFileSync("fixtures/demo/base/model.safetensors"));
  const { tensors } = parseSafetensorsHeader(bytes, bytes.length, "demo");
  const weight = (name: string) => {
    const { shape, offsetBytes, sizeBytes } = tensors.find((tensor) => tensor.name === name)!;
    const stored = new Uint16Array(bytes.slice(offsetBytes, offsetBytes + sizeBytes).buffer);
    // BF16 is the upper half of a 32-bit float.
    return { shape, data: new Float32Array(Uint32Array.from(stored, (half) => half << 16).buffer) };
  };
  mkdirSync(join(folder, "onnx"), { recursive: true });
  for (const file of ["config.json", "tokenizer.json", "tokenizer_config.json"])
    cpSync(join("fixtures/demo/base", file), join(folder, file));
  const [heads, positions] = [
    { heads: 4, keyValueHeads: 2, headDim: 24 },
    { positions: 512, ropeTheta: 10_000 },
  ];
  const shape = { layers: 6, hidden: 96, vocabulary: 1024, normEpsilon: 1e-5, ...heads, ...positions };
  writeFileSync(join(folder, "onnx/model.onnx"), writeLlamaOnnx(shape, weight));
  return { folder, weight };
}

const onnx = existsSync("node_modules/@huggingface/transformers");
if (!onnx) console.log("collect-states.test: ONNX skipped, no @huggingface/transformers");
describe.skipIf(!onnx)("models in ONNX folders", () => {
  const values = JSON.parse(readFileSync("fixtures/scorers/states.json", "utf8")) as { prompts: string[] } & Record<
    "reward" | "preference" | "causal",
    number[][][]
  >;

  test.each(["reward", "preference", "causal"] as const)(
    "%s: torch's own states before each block and behind the last",
    {
      timeout: 120_000,
    },
    async (name) => {
      const model = await openOnnxStates(`onnx:fixtures/scorers/${name}`, false);
      for (const [p, prompt] of values.prompts.entries()) {
        const states = await model.states(prompt);
        // Of two layers: before attention and before the MLP of each, and behind the last.
        expect(states.length).toBe(5);
        for (const [block, at] of [0, 2, 4].entries())
          for (const [k, value] of states[at]!.entries())
            expect(Math.abs(value - values[name][p]![block]![k]!)).toBeLessThan(1e-4);
      }
      await model.close();
    },
  );

  test("the file holds their products, and nothing is left behind", { timeout: 120_000 }, async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("assay-states-")).length;
    const before = left();
    const some = prompts.slice(0, 20);
    const [done] = await collectStates(asked("onnx:fixtures/scorers/causal", "causal.json", { prompts: some }));
    expect(done).toMatchObject({ prompts: 20, layers: 5, width: 16, complete: true });
    const read = readStates(readFileSync(at("causal.json")), "causal");
    expect(read).toMatchObject({ model: done!.endpoint, width: 16, chat: false });
    const model = await openOnnxStates("onnx:fixtures/scorers/causal", false);
    const states: Float64Array[] = [];
    for (const { text } of some) states.push((await model.states(text))[3]!);
    await model.close();
    for (const [i, value] of centredGram(states).entries())
      expect(Math.abs(read.grams[3]![i]! - value)).toBeLessThan(1e-6);
    expect(left()).toBe(before);
    await expect(collectStates(asked("onnx:fixtures/scorers/causal", "causal.json"))).rejects.toThrow(
      "expected a new file",
    );
  });

  test("a graph for generation, with what it read before as inputs: the last state gives the plain forward pass's logits", {
    timeout: 120_000,
  }, async () => {
    const { folder, weight } = demoAsOnnxFolder(at("generates"));
    const model = await openOnnxStates(`onnx:${folder}`, false);
    // One token, of which the mean is the state itself.
    const text = "ment";
    const states = await model.states(text);
    const { whole, rows } = await demoLogits("", text);
    expect([states.length, states[0]!.length]).toEqual([2 * 6 + 1, 96]);
    expect(whole.length).toBe(1);
    const last = states.at(-1)!;
    const root = Math.sqrt(last.reduce((sum, value) => sum + value * value, 0) / 96 + 1e-5);
    const [gain, head] = [weight("model.norm.weight"), weight("lm_head.weight")];
    for (let token = 0; token < 1024; token++) {
      let logit = 0;
      for (let k = 0; k < 96; k++) logit += (last[k]! / root) * gain.data[k]! * head.data[token * 96 + k]!;
      expect(Math.abs(logit - rows[0]![token]!)).toBeLessThan(1e-3);
    }
    await model.close();
  });

  test("stopped, it says so and has written nothing", { timeout: 120_000 }, async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const [one, ...more] = await collectStates(
      asked("onnx:fixtures/scorers/causal", "stopped.json", { signal: stop.signal, onProgress }),
    );
    expect([one!.complete, more.length, existsSync(at("stopped.json"))]).toEqual([false, 0, false]);
  });

  test("--chat: in the model's template, and no template where the model has none", { timeout: 120_000 }, async () => {
    const chat = await openOnnxStates("onnx:fixtures/scorers/preference", true);
    const plain = await openOnnxStates("onnx:fixtures/scorers/preference", false);
    const [one, other] = [await chat.states("Name a river."), await plain.states("<|user|>Name a river.\n")];
    expect(one.map((of) => [...of])).toEqual(other.map((of) => [...of]));
    await Promise.all([chat.close(), plain.close()]);
    await expect(openOnnxStates("onnx:fixtures/scorers/causal", true)).rejects.toThrow(/--chat: expected a model with/);
  });
});
