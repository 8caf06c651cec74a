/** Answers in the shapes other tools export, with fixtures of our own making; what is missing is named with its format. */
import { describe, expect, it } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { readTranscript } from "../../src/transcript/read-transcript.js";
import { promptDigest } from "../../src/transcript/record.js";

const ASKED = "Name a marsh bird.";
const read = (text: string) => readTranscript(utf8(text), "t");
const lines = (...objects: unknown[]) => objects.map((o) => JSON.stringify(o)).join("\n");
const ask = [{ role: "user", content: ASKED }];
const choice = (content: unknown) => ({ index: 0, message: { role: "assistant", content }, finish_reason: "stop" });
const byText = promptDigest(ASKED);

const GOOD: [format: string, file: string, answers: [id: string, text: string][]][] = [
  [
    "openai-batch",
    lines(
      {
        id: "b1",
        custom_id: "q-1",
        response: { status_code: 200, body: { model: "m", choices: [choice("A bittern.")] } },
        error: null,
      },
      { id: "b2", custom_id: "q-2", response: null, error: { code: "expired" } },
    ),
    [["q-1", "A bittern."]],
  ],
  [
    "openai-batch",
    lines({
      custom_id: "q-1",
      response: {
        status_code: 200,
        body: {
          output: [{ type: "reasoning" }, { type: "message", content: [{ type: "output_text", text: "A rail." }] }],
        },
      },
    }),
    [["q-1", "A rail."]],
  ],
  [
    "anthropic-batch",
    lines(
      {
        custom_id: "q-1",
        result: {
          type: "succeeded",
          message: {
            model: "m",
            content: [
              { type: "thinking", thinking: "hm" },
              { type: "text", text: "A heron." },
            ],
          },
        },
      },
      { custom_id: "q-2", result: { type: "errored", error: {} } },
    ),
    [["q-1", "A heron."]],
  ],
  [
    "promptfoo",
    JSON.stringify(
      {
        evalId: "e",
        results: {
          version: 3,
          results: [
            {
              promptIdx: 0,
              testIdx: 0,
              prompt: { raw: JSON.stringify(ask) },
              provider: { id: "p" },
              response: { output: "A snipe." },
            },
          ],
        },
      },
      null,
      2,
    ),
    [[byText, "A snipe."]],
  ],
  [
    "promptfoo",
    lines({
      testIdx: 0,
      promptIdx: 0,
      prompt: { raw: ASKED },
      provider: { id: "p" },
      response: { output: "A snipe." },
    }),
    [[byText, "A snipe."]],
  ],
  [
    "langfuse",
    lines({ id: "t", type: "GENERATION", model: "m", input: ask, output: { role: "assistant", content: "A curlew." } }),
    [[byText, "A curlew."]],
  ],
  [
    "langfuse",
    JSON.stringify([{ id: "t", name: "chat", input: { messages: ask }, output: "A curlew." }]),
    [[byText, "A curlew."]],
  ],
  [
    "langfuse",
    lines(
      { id: "s", type: "SPAN", name: "search", input: { query: "marsh" }, output: [{ title: "Marshes" }] },
      { id: "t", type: "GENERATION", model: "m", input: ask, output: { role: "assistant", content: "A curlew." } },
      { id: "u", type: "GENERATION", level: "ERROR", model: "m", input: ask, output: null },
    ),
    [[byText, "A curlew."]],
  ],
  [
    "promptfoo",
    JSON.stringify({
      results: {
        version: 3,
        results: [
          { testIdx: 0, prompt: { raw: "Another." }, provider: { id: "p" }, error: "timed out", success: false },
          { testIdx: 1, prompt: { raw: ASKED }, provider: { id: "p" }, response: { output: "A snipe." } },
        ],
      },
    }),
    [[byText, "A snipe."]],
  ],
  [
    "litellm",
    lines({
      request_id: "r",
      call_type: "acompletion",
      messages: JSON.stringify(ask),
      response: JSON.stringify({ model: "m", choices: [choice("A crane.")] }),
    }),
    [[byText, "A crane."]],
  ],
  [
    "fastchat",
    lines({
      question_id: 81,
      answer_id: "a",
      model_id: "m",
      choices: [{ index: 0, turns: ["A reed warbler.", "Second turn."] }],
    }),
    [["81", "A reed warbler."]],
  ],
  [
    "arena-hard",
    lines({ uid: "u-1", model: "m", messages: [...ask, { role: "assistant", content: { answer: "A bunting." } }] }),
    [["u-1", "A bunting."]],
  ],
  [
    "fastchat",
    lines({ question_id: "u-1", choices: [{ turns: [{ content: "A bunting.", token_len: 3 }] }] }),
    [["u-1", "A bunting."]],
  ],
  [
    "alpaca-eval",
    JSON.stringify([{ instruction: ASKED, output: "A grebe.", generator: "m" }], null, 1),
    [[byText, "A grebe."]],
  ],
  [
    "openrouter",
    lines({
      id: "gen-1",
      provider: "P",
      model: "m",
      object: "chat.completion",
      prompt_id: "q-1",
      choices: [choice("A teal.")],
    }),
    [["q-1", "A teal."]],
  ],
  [
    "openrouter",
    lines({ id: "gen-1", object: "chat.completion", messages: ask, choices: [choice("A teal.")] }),
    [[byText, "A teal."]],
  ],
];

describe("exports of other tools", () => {
  it.each(GOOD)("%s is read", (format, file, answers) => {
    const { records, format: as } = read(file);
    expect([as, records.map(({ promptId, text }) => [promptId, text])]).toEqual([format, answers]);
  });

  it.each<[string, unknown, RegExp]>([
    [
      "OpenAI batch",
      { custom_id: "q", response: { status_code: 200, body: {} } },
      /expected "choices" with an answer in OpenAI batch output/,
    ],
    [
      "OpenAI batch without an id",
      { custom_id: "", response: { status_code: 200, body: { choices: [choice("x")] } } },
      /"custom_id" in OpenAI batch/,
    ],
    [
      "Anthropic batch",
      { custom_id: "q", result: { type: "succeeded" } },
      /"result.message" to be an object in Anthropic batch/,
    ],
    ["promptfoo", { testIdx: 0, provider: "p", prompt: { raw: "x" }, response: {} }, /"response.output" in promptfoo/],
    ["Langfuse", { type: "GENERATION", input: null, output: "x" }, /"input" to be a text or messages in a Langfuse/],
    ["LiteLLM", { request_id: "r", call_type: "c", messages: ask, response: {} }, /"response" .* in a LiteLLM log/],
    ["FastChat", { question_id: 1, choices: [{}] }, /"choices\[\]\.turns\[0\]" to be a text in FastChat/],
    ["Arena-Hard", { uid: "u", messages: ask }, /assistant's "content" in "messages" in Arena-Hard/],
    ["alpaca_eval", { instruction: "x", output: 3 }, /"output" to be a text in an alpaca_eval list/],
    ["a bare response", { id: "gen", choices: [choice("x")] }, /"prompt_id", or the request's "messages"/],
  ])("%s: what is missing is named, and where", (_name, object, message) => {
    expect(() => read(lines(object))).toThrow(message);
    expect(() => read(lines(object))).toThrow(/t line 1/);
  });
});

describe("lm-evaluation-harness samples", () => {
  const row = (filter: string, resps: unknown) => ({
    doc_id: 0,
    doc: {},
    arguments: { gen_args_0: { arg_0: "Q? A:", arg_1: {} } },
    resps,
    filtered_resps: ["x"],
    filter,
  });

  it("hold one answer for all filters of a generation, and several for repeats", () => {
    expect(read(lines(row("strict", [["Forty."]]), row("flexible", [["Forty."]]))).records).toHaveLength(1);
    expect(read(lines(row("none", [["a", "b", "c"]]))).records.map(({ text, sample }) => [text, sample])).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 2],
    ]);
    expect(() => read(lines(row("none", [[[-1.2, false]]])))).toThrow(/in "resps" of lm-eval samples, got scores/);
  });
});
