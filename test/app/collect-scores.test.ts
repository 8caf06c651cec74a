/**
 * `assay collect --score`: scores read from models. Judges on this machine; tiny real models (fixtures/scorers) against
 * torch's and ONNX Runtime's own values, the repository's own small model as GGUF against its plain forward pass. The
 * runtimes are optional peers: what needs one is skipped with a message where it is not installed.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { collectScores, type ScoreOptions } from "../../src/app/collect-scores.js";
import { readScores } from "../../src/labs/preferences/scores/read-scores.js";
import { readItemsToScore } from "../../src/transcript/items-to-score.js";
import { demoAsGguf } from "../host/demo-gguf.js";
import { demoLogits } from "../host/demo-logits.js";

const home = mkdtempSync(join(tmpdir(), "assay-collect-scores-"));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(home, { recursive: true, force: true });
});
const at = (name: string) => join(home, name);

const FIXTURES = "fixtures/scorers";
const fixtureItems = readItemsToScore(readFileSync(`${FIXTURES}/items.jsonl`), "items");

function asked(how: ScoreOptions["how"], url: string, out: string, more: Partial<ScoreOptions> = {}): ScoreOptions {
  return {
    how,
    items: fixtureItems,
    itemsDigest: "items",
    judgePrompt: null,
    label: null,
    chat: false,
    endpoints: [
      {
        url,
        protocol: "openai",
        out: at(out),
        key: "sk-secret",
        settings: { model: "judge", temperature: 0, maxTokens: 16, system: null, seed: null },
      },
    ],
    seed: "scores",
    requestsMax: null,
    costMax: null,
    prices: null,
    concurrency: 2,
    intervalMs: 0,
    triesMax: 2,
    waitMs: 1,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  };
}

interface Line {
  prompt_id: string;
  item: string;
  score: number | null;
  refused?: string;
}
const written = (out: string): Line[] =>
  readFileSync(at(out), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("a judge that is asked in words", () => {
  async function judge(reply: (prompt: string) => string): Promise<{ url: string; seen: string[] }> {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (part) => (text += part));
      request.on("end", () => {
        const prompt = (JSON.parse(text) as { messages: { content: string }[] }).messages.at(-1)!.content;
        seen.push(prompt);
        const body = { choices: [{ message: { content: reply(prompt) }, finish_reason: "stop" }], model: "judge" };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
    });
    servers.push(server);
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen };
  }
  const answersIn = (prompt: string) =>
    [...prompt.matchAll(/<answer(?: [AB])?>\n([\s\S]*?)\n<\/answer/g)].map(([, answer]) => answer!);
  const longer = (prompt: string) => {
    const [one, other] = answersIn(prompt);
    return one!.length > other!.length ? "[[A]]" : "[[B]]";
  };

  test("pairwise: both orders once each, stopped by a budget, gone on with, and read by the laboratory", async () => {
    const { url, seen } = await judge(longer);
    const [stopped] = await collectScores(asked("pairwise", url, "pairwise.jsonl", { requestsMax: 5 }));
    expect([stopped!.complete, existsSync(at("pairwise.jsonl"))]).toEqual([false, false]);
    const [done] = await collectScores(asked("pairwise", url, "pairwise.jsonl"));
    // Four prompts of three answers: three pairs, two orders.
    expect(done).toMatchObject({ complete: true, scored: 12, ties: 0, refusals: 0, turned: 0, requests: 24 });
    expect([seen.length, new Set(seen).size]).toEqual([24, 24]);
    const { rows } = readScores(readFileSync(at("pairwise.jsonl"), "utf8"), "pairwise");
    expect([...rows.values()].slice(0, 3)).toMatchObject([
      { probe: "pairs", prompt: "q0", item: "a", score: 0.5, length: 16 },
      { prompt: "q0", item: "b", score: 0, length: 5 },
      { prompt: "q0", item: "c", score: 1 },
    ]);
  });

  test("pointwise: refusals are lines without a score, which the laboratory leaves out; no key is written", async () => {
    const { url, seen } = await judge((prompt) => (prompt.includes("I won't") ? "I would rather not." : "[[6]]"));
    const [done] = await collectScores(asked("pointwise", url, "pointwise.jsonl"));
    expect(done).toMatchObject({ complete: true, scored: 11, refusals: 1 });
    const silent = written("pointwise.jsonl").find(({ score }) => score === null)!;
    expect([silent.item, silent.refused]).toEqual(["b", "no reply with a verdict"]);
    expect(readScores(readFileSync(at("pointwise.jsonl"), "utf8"), "pointwise").rows.size).toBe(11);
    for (const name of readdirSync(home, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()))
      expect(readFileSync(join(name.parentPath, name.name), "utf8")).not.toContain("sk-secret");
    // Replies that are there and not yet counted are counted without a word to the judge; another's are not taken.
    rmSync(at("pointwise.jsonl"));
    const before = seen.length;
    await collectScores(asked("pointwise", url, "pointwise.jsonl"));
    expect(seen.length).toBe(before);
    rmSync(at("pointwise.jsonl"));
    const other = asked("pointwise", url, "pointwise.jsonl");
    other.endpoints[0]!.settings.model = "another";
    await expect(collectScores(other)).rejects.toThrow("another model");
    await expect(collectScores(asked("pointwise", url, "pairwise.jsonl"))).rejects.toThrow("expected a new file");
  });

  test("a judge that never gives a verdict, and one in one's own words", async () => {
    const mute = await judge(() => "Both have merit.");
    await expect(collectScores(asked("pairwise", mute.url, "mute.jsonl"))).rejects.toThrow("no reply in");
    const own = await judge((prompt) => (prompt.startsWith("MARK") ? "[[2]]" : ""));
    const judgePrompt = "MARK {prompt} {answer}";
    const [done] = await collectScores(asked("pointwise", own.url, "own.jsonl", { judgePrompt }));
    expect(done!.scored).toBe(12);
  });
});

describe("what is not read is refused by name", () => {
  test.each([
    ["reward", "gguf:model.gguf", /heads of classification in GGUF files are not read/],
    ["odds", "http://127.0.0.1:1/v1", /expected a model run here/],
    ["reward", "http://127.0.0.1:1/v1", /expected a model run here/],
  ] as const)("%s of %s", async (how, url, message) => {
    await expect(collectScores(asked(how, url, "none.jsonl"))).rejects.toThrow(message);
  });
});

const onnx = existsSync("node_modules/@huggingface/transformers");
if (!onnx) console.log("collect-scores.test: ONNX skipped, no @huggingface/transformers");
describe.skipIf(!onnx)("models in ONNX folders, against torch's and ONNX Runtime's own values", () => {
  const values = JSON.parse(readFileSync(`${FIXTURES}/values.json`, "utf8")) as {
    items: ({ prompt_id: string; item: string } & Record<string, { torch: number; onnxruntime: number }>)[];
  };
  test.each([
    ["reward", "reward", {}],
    ["preference", "reward", { label: "chosen" }],
    ["causal", "odds", {}],
  ] as const)("%s", { timeout: 120_000 }, async (name, how, more) => {
    const out = `${name}.jsonl`;
    const [done] = await collectScores(asked(how, `onnx:${FIXTURES}/${name}`, out, more));
    expect(done).toMatchObject({ scored: 12, refusals: 0, complete: true });
    expect(done!.endpoint).toMatch(/^onnx:sha256:[0-9a-f]{64}$/);
    for (const [i, line] of written(out).entries()) {
      const { torch, onnxruntime } = values.items[i]![name]!;
      expect([line.prompt_id, line.item]).toEqual([values.items[i]!.prompt_id, values.items[i]!.item]);
      expect(Math.abs(line.score! - torch)).toBeLessThan(1e-4);
      expect(Math.abs(line.score! - onnxruntime)).toBeLessThan(1e-4);
    }
  });

  test("--chat: the prompt as a turn of the model's template, and no template where the model has none", {
    timeout: 120_000,
  }, async () => {
    cpSync(`${FIXTURES}/causal`, at("chat"), { recursive: true });
    const path = join(at("chat"), "tokenizer_config.json");
    const template =
      "{% for m in messages %}<{{ m.role }}> {{ m.content }} {% endfor %}{% if add_generation_prompt %}<assistant> {% endif %}";
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), chat_template: template }));
    await collectScores(asked("odds", `onnx:${at("chat")}`, "templated.jsonl", { chat: true }));
    // The same written out by hand, and asked of the model that has no template.
    const items = fixtureItems.map((item) => ({ ...item, prompt: `<user> ${item.prompt} <assistant> ` }));
    await collectScores(asked("odds", `onnx:${FIXTURES}/causal`, "by-hand.jsonl", { items }));
    await collectScores(asked("odds", `onnx:${FIXTURES}/causal`, "untemplated.jsonl", { chat: true }));
    const of = (out: string) => written(out).map(({ score }) => score);
    expect(of("templated.jsonl")).toEqual(of("by-hand.jsonl"));
    expect(of("templated.jsonl")).not.toEqual(of("untemplated.jsonl"));
  });

  test("labels that are not the model's, a causal model as a reward model, a text too long", {
    timeout: 120_000,
  }, async () => {
    const preference = `onnx:${FIXTURES}/preference`;
    await expect(collectScores(asked("reward", preference, "l1"))).rejects.toThrow(
      /expected one of "rejected", "chosen"/,
    );
    await expect(collectScores(asked("reward", preference, "l2", { label: "best" }))).rejects.toThrow('got "best"');
    await expect(collectScores(asked("reward", `onnx:${FIXTURES}/causal`, "l3"))).rejects.toThrow(/log-odds|one of/);
    const long = [
      { ...fixtureItems[0]!, id: "0" },
      { ...fixtureItems[1]!, id: "1", text: "a".repeat(400) },
    ];
    const [done] = await collectScores(asked("reward", `onnx:${FIXTURES}/reward`, "long.jsonl", { items: long }));
    expect(done).toMatchObject({ scored: 1, refusals: 1 });
    expect(written("long.jsonl")[1]).toMatchObject({ score: null, refused: expect.stringContaining("does not take") });
  });
});

const llama = existsSync("node_modules/node-llama-cpp");
if (!llama) console.log("collect-scores.test: GGUF skipped, no node-llama-cpp");
describe.skipIf(!llama)("a causal model in a GGUF file, against its plain forward pass", () => {
  test("log-odds of an answer", { timeout: 120_000 }, async () => {
    writeFileSync(at("demo.gguf"), demoAsGguf());
    const [done] = await collectScores(asked("odds", `gguf:${at("demo.gguf")}`, "gguf.jsonl"));
    expect(done).toMatchObject({ scored: 12, refusals: 0 });
    for (const [i, line] of written("gguf.jsonl").entries()) {
      const { prompt, text } = fixtureItems[i]!;
      const { before, whole, rows } = await demoLogits(prompt, `${prompt} ${text}`);
      let logprob = 0;
      for (let k = before; k < whole.length; k++) {
        const row = [...rows[k - 1]!];
        const most = Math.max(...row);
        logprob += row[whole[k]!]! - most - Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0));
      }
      expect(Math.abs(line.score! - (logprob - Math.log(-Math.expm1(logprob))))).toBeLessThan(0.02);
    }
  });
});

test("flags of answers that scores have no use for are refused, not passed over", () => {
  for (const flag of [
    ["--count", "3"],
    ["--samples", "2"],
  ]) {
    const words = [
      "collect",
      "--score",
      "pairwise",
      "--endpoint",
      "http://127.0.0.1:9",
      "--prompts",
      "x",
      "--out",
      "y",
    ];
    const { status, stderr } = spawnSync(process.execPath, ["dist/command/main.js", ...words, ...flag], {
      encoding: "utf8",
    });
    expect([status, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toContain("expected --score without --count and --samples");
  }
});
