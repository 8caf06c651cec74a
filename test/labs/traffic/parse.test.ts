/** Hostile and ordinary log lines: rows are written, everything else is counted under a reason. */
import { describe, expect, test } from "vitest";
import { hashSeeds, keyedHash, lineDigest } from "../../../src/labs/traffic/host/keyed-hash.js";
import { newSink } from "../../../src/labs/traffic/log/canonical-row.js";
import { parseLines } from "../../../src/labs/traffic/log/parse-lines.js";
import { FORMATS, sniff } from "../../../src/labs/traffic/log/sniff.js";

const key = new Uint8Array(32).fill(3);
const litellm = FORMATS.find((f) => f.id === "litellm-spend")!;

function parse(lines: (string | Uint8Array)[], mapping = litellm) {
  const block = Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from("\n")])));
  const sink = newSink();
  return parseLines(block, { mapping, hash: keyedHash(key), seeds: hashSeeds(key), batch: 1 }, sink, lineDigest);
}

const good = {
  request_id: "r1",
  call_type: "acompletion",
  api_key: "k",
  startTime: "2026-03-05T00:00:00Z",
  user: "u1",
  messages: [{ role: "user", content: "hello" }],
};

describe("log lines", () => {
  test("a spend log line is a row", () => {
    expect(parse([JSON.stringify(good)])).toMatchObject({ lines: 1, rows: 1, skipped: {}, rejects: {} });
  });

  test("hostile lines end in counted rejects", () => {
    const deep = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
    const many = JSON.stringify({
      ...good,
      ...Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i])),
    });
    const counts = parse([
      JSON.stringify(good),
      "{not json",
      new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
      JSON.stringify({ ...good, startTime: "9999-12-31T00:00:00Z" }),
      JSON.stringify({ ...good, startTime: null }),
      JSON.stringify({ ...good, user: "", api_key: null }),
      "[1,2,3]",
      "null",
      many,
      deep,
    ]);
    expect(counts.rows).toBe(2);
    expect(counts.lines).toBe(10);
    const rejected = Object.values(counts.rejects).reduce((n, r) => n + r.count, 0);
    expect(rejected).toBe(8);
    expect(Object.keys(counts.rejects)).toEqual(
      expect.arrayContaining(["not JSON", "not UTF-8", "a time outside 2015 to 2100", "neither user nor key"]),
    );
  });

  test("each format is recognised by its own fields and gives rows", () => {
    const span = (attributes: object) => ({ startTimeUnixNano: "1772668800000000000", traceId: "t", attributes });
    const samples: [string, object][] = [
      ["litellm-spend", good],
      [
        "litellm-payload",
        {
          id: "1",
          call_type: "x",
          startTime: 1772668800.5,
          metadata: { user_api_key_hash: "h", user_api_key_user_id: "u" },
          messages: [],
        },
      ],
      [
        "langfuse-observations",
        { id: "1", type: "GENERATION", traceId: "t", startTime: "2026-03-05T00:00:00Z", userId: "u", input: "hi" },
      ],
      [
        "langfuse-events",
        {
          span_id: "1",
          trace_id: "t",
          user_id: "u",
          provided_model_name: "m",
          start_time: "2026-03-05 00:00:00",
          input: "hi",
        },
      ],
      [
        "helicone",
        {
          request_id: "1",
          request_created_at: "2026-03-05T00:00:00Z",
          request_body: { messages: [] },
          target_url: "x",
          proxy_key_id: "k",
          user_id: "u",
        },
      ],
      ["otel-genai", span({ "gen_ai.request.model": "m", "gen_ai.operation.name": "chat", "user.id": "u" })],
      [
        "otel-genai",
        span([
          { key: "gen_ai.system", value: { stringValue: "m" } },
          { key: "user.id", value: { stringValue: "u" } },
        ]),
      ],
      [
        "cloudflare-ai-gateway",
        {
          id: "1",
          created_at: "2026-03-05T00:00:00Z",
          provider: "p",
          tokens_in: 1,
          tokens_out: 2,
          metadata: { user_id: "u" },
        },
      ],
      [
        "datadog-llm-spans",
        {
          attributes: {
            ml_app: "a",
            tags: ["user_id:u"],
            spans: [{ span_id: "1", start_ns: 1772668800000000000, meta: { input: { value: "hi" } } }],
          },
        },
      ],
      [
        "anthropic-proxy",
        {
          timestamp: "2026-03-05T00:00:00Z",
          request: { messages: [], max_tokens: 5, system: "s", metadata: { user_id: "u" } },
        },
      ],
      [
        "openai-proxy",
        { timestamp: 1772668800, request: { messages: [], user: "u" }, response: { usage: { prompt_tokens: 3 } } },
      ],
      ["plain", { time: "2026-03-05", account: "u", prompt: "hi" }],
    ];
    for (const [id, record] of samples) {
      const mapping = sniff([record], id);
      expect(mapping.id).toBe(id);
      expect(parse([JSON.stringify(record)], mapping).rows, id).toBe(1);
    }
  });
});
