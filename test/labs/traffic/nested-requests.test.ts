/** A trace nests a request in a request: one row, in whatever order and file they come, and as it was when the inner one goes. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ingest } from "../../../src/labs/traffic/host/ingest.js";
import { ChdbEngine } from "../../../src/labs/traffic/host/sql/chdb-engine.js";

const scratch = mkdtempSync(join(tmpdir(), "assay-nested-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const generation = (id: string, within: string | null, prompt: string, input: number) =>
  `${JSON.stringify({
    id,
    traceId: "t1",
    type: "GENERATION",
    parentObservationId: within,
    startTime: "2026-03-02T09:20:46.847Z",
    userId: "u1",
    model: "m",
    input: { messages: [{ role: "user", content: prompt }] },
    usageDetails: { input, output: 20 },
  })}\n`;
const outer = generation("o1", "span-0", "Summarise chapter 4", 0);
const inner = generation("o2", "o1", "Summarise chapter 4", 10);
const other = generation("o3", "o1", "Translate the summary", 11);

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
const attributes = (input: string) => [
  ...[attribute("gen_ai.operation.name", "chat"), attribute("gen_ai.request.model", "m"), attribute("user.id", "u1")],
  attribute("gen_ai.usage.input_tokens", input),
];
const asSpan = { traceId: "t1", spanId: "s1", startTimeUnixNano: "1772443246847000000", attributes: attributes("9") };
const span = `${JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [asSpan] }] }] })}\n`;
const asked = (text: string) =>
  attribute("gen_ai.input.messages", JSON.stringify([{ role: "user", parts: [{ type: "text", content: text }] }]));
const spanOf = (spanId: string, parentSpanId: string, input: string) =>
  `${JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...asSpan, spanId, parentSpanId, attributes: [...attributes(input), asked("hello")] }] }] }] })}\n`;
const asEvent = {
  ...{ traceId: "t1", spanId: "s1", timeUnixNano: "1772443248000000000" },
  eventName: "gen_ai.client.inference.operation.details",
  attributes: [...attributes("10"), asked("hello")],
};
const event = `${JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [asEvent] }] }] })}\n`;

const served = (rid: string, name: string, second: number, out: object) =>
  `${JSON.stringify({
    ...{ timestamp: `2026-03-02T09:20:${second}`, event: `request.${name}`, rid, headers: { "x-user-id": "u1" } },
    ...{ obj: { text: "hello", sampling_params: {} }, ...out },
  })}\n`;
const came = served("r1", "received", 10, {});
const done = served("r1", "finished", 14, {
  out: { meta_info: { id: "r1", prompt_tokens: 10, completion_tokens: 2 } },
});
const brokenOff = served("r2", "received", 11, {});

test.skipIf(!existsSync("node_modules/chdb"))(
  "a generation within a generation is one request, and so is one that is written twice under one id",
  async () => {
    const engine = await ChdbEngine.open(join(scratch, "engine"), 1);
    let n = 0;
    const inputsOf = async (...steps: Record<string, string>[]) => {
      const logs = join(scratch, `logs-${n++}`);
      const folder = join(scratch, `data-${n}`);
      for (const table of ["rows", "spare", "prompts", "templates"]) await engine.run(`DROP TABLE IF EXISTS ${table}`);
      mkdirSync(logs);
      for (const files of steps) {
        for (const [name, text] of Object.entries(files)) writeFileSync(join(logs, name), text);
        await ingest(engine, {
          ...{ logs: [logs], folder, key: new Uint8Array(32).fill(7), mapping: null, reveal: false, threads: 1 },
          onProgress: () => undefined,
        });
      }
      return (await engine.rows<{ input: number }>("SELECT input FROM rows ORDER BY input")).map(({ input }) => input);
    };
    try {
      expect(await inputsOf({ "a.jsonl": outer + inner })).toEqual([10]);
      expect(await inputsOf({ "a.jsonl": inner }, { "b.jsonl": outer })).toEqual([10]);
      // Overlaps and an outer row that comes again change nothing; another question inside is a request of its own.
      expect(await inputsOf({ "a.jsonl": outer + inner + other }, { "b.jsonl": other + outer })).toEqual([10, 11]);
      // The inner one goes: the outer one counts again.
      const more = Array.from({ length: 9 }, (_, i) => generation(`p${i}`, null, `Question ${i}`, 100)).join("");
      expect(await inputsOf({ "a.jsonl": more + outer + inner }, { "a.jsonl": more + outer })).toEqual([
        0,
        ...Array(9).fill(100),
      ]);
      // When it came and when it was answered, in whatever files; what was never answered was asked all the same.
      expect(await inputsOf({ "a.jsonl": came + brokenOff }, { "b.jsonl": done })).toEqual([0, 10]);
      expect(await inputsOf({ "a.jsonl": done }, { "b.jsonl": brokenOff + came })).toEqual([0, 10]);
      // A framework's span around the client's.
      expect(
        await inputsOf({ "traces.jsonl": spanOf("s1", "", "0") }, { "b.jsonl": spanOf("s2", "s1", "10") }),
      ).toEqual([10]);
      // As a span, which has no prompt here, and as an event.
      expect(await inputsOf({ "traces.jsonl": span }, { "logs.jsonl": event })).toEqual([10]);
    } finally {
      await engine.close();
    }
  },
  120_000,
);
