import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { AssayError } from "../../src/base/error.js";
import { chatUrl, readChatAnswer } from "../../src/transcript/chat-protocol.js";
import { drawPrompts, readPromptSet } from "../../src/transcript/prompt-set.js";

const read = (text: string) => readPromptSet(utf8(text), '"p"');

describe("prompt sets", () => {
  it("that ship have a purpose each and unique ids", () => {
    const names = readdirSync("data/prompts").filter((name) => name.endsWith(".json"));
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) {
      const prompts = readPromptSet(readFileSync(`data/prompts/${name}`), name);
      expect(prompts.every((p) => p.purpose !== null)).toBe(true);
    }
  });

  it("are read as lines, lists or whole sets", () => {
    const wanted = [{ id: "a", text: "Why?", purpose: null }];
    expect(read('{"prompt_id":"a","prompt":"Why?"}\n')).toEqual(wanted);
    expect(read('[{"prompt_id":"a","prompt":"Why?"}]')).toEqual(wanted);
    expect(read('{"prompts":[{"prompt_id":"a","prompt":"Why?"}]}')).toEqual(wanted);
    expect(read('["Why?"]')[0]).toMatchObject({ id: "0" });
  });

  it.each(["", "[]", "[1]", '["a","a"', '{"prompt":""}', '[{"id":1,"prompt":"a"},{"id":1,"prompt":"b"}]'])(
    "%s is one line of error",
    (text) => {
      expect(() => read(text)).toThrow(AssayError);
    },
  );

  it("are drawn by ids and seed alone", () => {
    const prompts = read(JSON.stringify(Array.from({ length: 30 }, (_, i) => `question ${i}`)));
    const ids = (seed: string, count?: number) => drawPrompts(prompts, seed, count).map((p) => p.id);
    expect(ids("s")).toEqual(drawPrompts([...prompts].reverse(), "s").map((p) => p.id));
    expect(ids("s", 5)).toEqual(ids("s").slice(0, 5));
    expect(ids("s")).not.toEqual(ids("t"));
  });
});

describe("chat protocols", () => {
  it.each([
    ["http://localhost:1", "openai", "http://localhost:1/v1/chat/completions"],
    ["https://a.example/api/v1/", "openai", "https://a.example/api/v1/chat/completions"],
    ["https://a.example/openai/v1beta", "openai", "https://a.example/openai/v1beta/chat/completions"],
    ["https://a.example/x/chat/completions?v=1", "openai", "https://a.example/x/chat/completions?v=1"],
    ["https://a.example", "anthropic", "https://a.example/v1/messages"],
  ] as const)("%s over %s is %s", (given, protocol, url) => {
    expect(chatUrl(given, protocol).href).toBe(url);
  });

  it("reads texts, parts and refusals; what is no answer is null", () => {
    const openai = (message: unknown) => readChatAnswer("openai", JSON.stringify({ choices: [{ message }] }))?.text;
    expect(openai({ content: "a" })).toBe("a");
    expect(openai({ content: [{ type: "text", text: "a" }, { type: "image" }] })).toBe("a");
    expect(openai({ content: null, refusal: "no" })).toBe("no");
    expect(openai({ content: null })).toBe("");
    for (const text of ["", "{", "[]", '{"choices":[]}', '{"error":{}}']) {
      expect(readChatAnswer("openai", text)).toBeNull();
      expect(readChatAnswer("anthropic", text)).toBeNull();
    }
  });
});
