/**
 * `assay collect --score states`: inner states of tiny real models (fixtures/scorers) against torch's own, and what is not
 * read. Needs @huggingface/transformers, an optional peer; what runs a model is skipped with a message without it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { collectStates } from "../../src/app/collect-states.js";
import { openOnnxStates } from "../../src/host/answers/onnx-states.js";
import { readPromptSet } from "../../src/transcript/prompt-set.js";
import { centredGram, readStates } from "../../src/transcript/states-file.js";

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

  test("--chat: in the model's template, and no template where the model has none", { timeout: 120_000 }, async () => {
    const chat = await openOnnxStates("onnx:fixtures/scorers/preference", true);
    const plain = await openOnnxStates("onnx:fixtures/scorers/preference", false);
    const [one, other] = [await chat.states("Name a river."), await plain.states("<|user|>Name a river.\n")];
    expect(one.map((of) => [...of])).toEqual(other.map((of) => [...of]));
    await Promise.all([chat.close(), plain.close()]);
    await expect(openOnnxStates("onnx:fixtures/scorers/causal", true)).rejects.toThrow(/--chat: expected a model with/);
  });
});
