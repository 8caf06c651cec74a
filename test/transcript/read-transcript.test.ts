import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../src/base/bytes.js";
import { AssayError } from "../../src/base/error.js";
import { readTranscript } from "../../src/transcript/read-transcript.js";
import { writeRecord } from "../../src/transcript/record.js";
import { firstAnswers } from "../../src/transcript/transcript.js";

const read = (text: string) => readTranscript(utf8(text), '"t.jsonl"');
const line = (value: unknown) => JSON.stringify(value);

describe("the one transcript record", () => {
  it("reads a prompt number as the prompt id, and numbers samples in the order of the file", () => {
    const { records } = read(
      [
        { prompt: 3, text: "a" },
        { prompt_id: "3", text: "b", prompt: "Why?" },
        { prompt_id: 4, text: "" },
      ]
        .map(line)
        .join("\n"),
    );
    expect(records.map((r) => [r.promptId, r.sample, r.prompt, r.text])).toEqual([
      ["3", 0, null, "a"],
      ["3", 1, "Why?", "b"],
      ["4", 0, null, ""],
    ]);
  });

  it("names a line without an id by its prompt, so that two files with the same prompts join", () => {
    const a = read(line({ prompt: "Why is the sky blue?", text: "x" }));
    const b = read(line({ prompt: "Why is the sky blue?", text: "y" }));
    expect(a.records[0]!.promptId).toBe(b.records[0]!.promptId);
    expect(read(line({ prompt_ids: [1, 2], text: "x" })).records[0]!.promptId).toMatch(/^text-[0-9a-f]{16}$/);
  });

  it("reads gzip, a byte order mark, carriage returns and blank lines", () => {
    const text = `\uFEFF${line({ prompt_id: 1, text: "a" })}\r\n\r\n${line({ prompt_id: 2, text: "b" })}`;
    for (const bytes of [utf8(text), gzipSync(text)])
      expect([...firstAnswers(readTranscript(bytes, "t")).values()].map((r) => r.text)).toEqual(["a", "b"]);
  });

  it("keeps ids and plain settings, and leaves unknown keys alone", () => {
    const [record] = read(
      line({
        prompt_id: 1,
        text: "a",
        ids: [5],
        prompt_ids: [6],
        settings: { temperature: 0, nested: {} },
        extra: [1],
      }),
    ).records;
    expect(record).toMatchObject({ ids: [5], promptIds: [6], settings: { temperature: 0 } });
  });

  it("survives writing and reading again", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ text: fc.string(), sample: fc.nat(9), prompt: fc.option(fc.string()) }), {
          minLength: 1,
          maxLength: 9,
        }),
        (given) => {
          const records = given.map((r, i) => ({
            ...r,
            promptId: `p${i}`,
            ids: null,
            promptIds: null,
            logprob: null,
            settings: null,
          }));
          expect(read(records.map(writeRecord).join("\n")).records).toEqual(records);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("what other tools write", () => {
  const sample = (id: number, epoch: number, text: string) => ({
    id,
    epoch,
    input: [
      { role: "system", content: "Be brief." },
      { role: "user", content: [{ type: "text", text: "Why?" }] },
    ],
    output: {
      model: "m",
      choices: [
        {
          message: {
            role: "assistant",
            content: [
              { type: "reasoning", reasoning: "hm" },
              { type: "text", text },
            ],
          },
        },
      ],
    },
  });
  const header = {
    version: 2,
    status: "success",
    eval: { model: "openai/x", model_generate_config: { temperature: 0.5 } },
  };

  it("reads an Inspect log, printed or on one line", () => {
    const log = {
      ...header,
      samples: [sample(1, 1, "a"), sample(1, 2, "b"), { ...sample(2, 1, ""), output: { choices: [] } }],
    };
    for (const text of [JSON.stringify(log), JSON.stringify(log, null, 2)]) {
      const transcript = read(text);
      expect(transcript.format).toBe("inspect");
      expect(transcript.records.map((r) => [r.promptId, r.sample, r.prompt, r.text])).toEqual([
        ["1", 0, "Why?", "a"],
        ["1", 1, "Why?", "b"],
        ["2", 0, "Why?", ""],
      ]);
      expect(transcript.records[0]!.settings).toEqual({ model: "openai/x", temperature: 0.5 });
    }
  });

  it("reads an .eval file", () => {
    const zip = zipSync({
      "header.json": utf8(JSON.stringify(header)),
      "samples/1_epoch_1.json": utf8(JSON.stringify(sample(1, 1, "a"))),
      "_journal/start.json": utf8("{}"),
    });
    expect(readTranscript(zip, "t").records.map((r) => r.text)).toEqual(["a"]);
    expect(() => readTranscript(zip.slice(0, 40), "t")).toThrow(AssayError);
  });

  it("reads lm-eval samples of earlier and later versions, and refuses scores", () => {
    const { records, format } = read(
      [
        {
          doc_id: 0,
          doc: {},
          target: "x",
          arguments: [["Q: why?", { until: ["\n"], temperature: 0 }]],
          resps: [["because"]],
          filtered_resps: ["because"],
        },
        {
          doc_id: 1,
          doc: {},
          target: "x",
          arguments: { gen_args_0: { arg_0: "Q: how?", arg_1: { temperature: 0 } } },
          resps: [["so"]],
          filtered_resps: ["so"],
        },
      ]
        .map(line)
        .join("\n"),
    );
    expect(format).toBe("lm-eval");
    expect(records.map((r) => [r.promptId, r.prompt, r.text, r.settings])).toEqual([
      ["0", "Q: why?", "because", { temperature: 0 }],
      ["1", "Q: how?", "so", { temperature: 0 }],
    ]);
    expect(() => read(line({ doc_id: 0, resps: [[[-1.5, false]]] }))).toThrow(/expected generated text/);
  });
});

describe("hostile transcripts", () => {
  it.each([
    ["nothing", ""],
    ["a number", "1"],
    ["no text", line({ prompt_id: 1 })],
    ["no id", line({ text: "a" })],
    ["a fractional id", line({ prompt_id: 1.5, text: "a" })],
    ["a long id", line({ prompt_id: "x".repeat(300), text: "a" })],
    [
      "the same answer twice",
      `${line({ prompt_id: 1, text: "a", sample: 0 })}\n${line({ prompt_id: 1, text: "b", sample: 0 })}`,
    ],
    ["negative ids", line({ prompt_id: 1, text: "a", ids: [-1] })],
    ["a duplicate key", '{"prompt_id":1,"text":"a","text":"b"}'],
    ["a cut line", '{"prompt_id":1,"text":"a'],
  ])("%s is one line of error", (_, text) => {
    expect(() => read(text)).toThrow(AssayError);
  });

  it("a bomb is stopped at its bound, a cut stream is an error", () => {
    const bytes = gzipSync(line({ prompt_id: 1, text: "a".repeat(10_000) }));
    expect(() => readTranscript(bytes.subarray(0, bytes.length - 20), "t")).toThrow(AssayError);
  });

  it("no bytes bring anything but a transcript or an AssayError", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom([], [0x1f, 0x8b], [0x50, 0x4b, 3, 4], [0x7b]),
        (tail, head) => {
          try {
            readTranscript(Uint8Array.from([...head, ...tail]), "t");
          } catch (error) {
            expect(error).toBeInstanceOf(AssayError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
