/** Servers that misbehave, one kind a row: nothing is lost, nothing asked twice, the cause is named, no key is written. */
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collect } from "../../../src/app/collect.js";
import { readTranscript } from "../../../src/transcript/read-transcript.js";

const KEY = "sk-test-0123456789";
const PROMPTS = 6;

/** What one server does: `nth` counts requests for one prompt from 1. */
type Behaviour = (given: { response: ServerResponse; prompt: string; nth: number; key: string }) => void;
interface Kind {
  does: Behaviour;
  protocol?: "anthropic";
  /** The texts recorded; a function of the prompt. */
  text?: (prompt: string) => string;
  /** Settings every record must hold. */
  settings?: Record<string, unknown>;
  /** Each prompt is failed once, and so asked twice; all others are asked once. */
  failsFirst?: boolean;
  /** What the run stops with; absent where it ends complete. */
  stops?: RegExp;
}

const said = (prompt: string) => `On ${prompt}: it depends.`;
const chat = (content: unknown, more: object = {}, finish: string | null = "stop") =>
  JSON.stringify({
    id: `r${Math.random()}`,
    model: "served",
    choices: [{ index: 0, message: { role: "assistant", content, ...more }, finish_reason: finish }],
    usage: { prompt_tokens: 3, completion_tokens: 5 },
  });
const json = (response: ServerResponse, status: number, body: string | Buffer, headers: Record<string, string> = {}) =>
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
const once =
  (first: Behaviour): Behaviour =>
  (given) =>
    given.nth === 1 ? first(given) : json(given.response, 200, chat(said(given.prompt)));
const status = (code: number, headers: Record<string, string> = {}, body = '{"error":{"message":"not now"}}') =>
  once(({ response }) => json(response, code, body, headers));
const always =
  (content: (prompt: string, key: string) => unknown, more: object = {}, finish = "stop"): Behaviour =>
  ({ response, prompt, key }) =>
    json(response, 200, chat(content(prompt, key), more, finish));
const events = (response: ServerResponse, list: readonly unknown[], done = true) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of list) response.write(`data: ${JSON.stringify(event)}\n\n`);
  response.end(done ? "data: [DONE]\n\n" : "");
};
const pieces = (prompt: string) => said(prompt).match(/.{1,7}/g)!;
const deltas = (prompt: string) => pieces(prompt).map((content) => ({ id: "s", choices: [{ delta: { content } }] }));
const rejected =
  (code: number, when: (prompt: string) => boolean): Behaviour =>
  ({ response, prompt }) =>
    when(prompt)
      ? json(response, code, '{"error":{"message":"rejected by policy","code":"content_filter"}}')
      : json(response, 200, chat(said(prompt)));
const first = (prompt: string) => prompt.endsWith("0");

const KINDS: Record<string, Kind> = {
  "answers as it should": { does: always(said) },
  "limits the rate": { failsFirst: true, does: status(429, { "retry-after": "0" }) },
  "limits the rate until a date": { failsFirst: true, does: status(429, { "retry-after": new Date(0).toUTCString() }) },
  "asks to wait a day": {
    does: ({ response }) => json(response, 429, "{}", { "retry-after": "86400" }),
    stops: /asks to wait 86400 s/,
  },
  fails: { failsFirst: true, does: status(500) },
  "fails with a page": {
    failsFirst: true,
    does: once(({ response }) =>
      response.writeHead(502, { "content-type": "text/html" }).end("<html>bad gateway</html>"),
    ),
  },
  "is unavailable": { failsFirst: true, does: status(503) },
  "is overloaded": { failsFirst: true, does: status(529) },
  "times out by its own word": { failsFirst: true, does: status(408) },
  "cuts its JSON": {
    failsFirst: true,
    does: once(({ response, prompt }) => json(response, 200, chat(said(prompt)).slice(0, 50))),
  },
  "drops the connection in the middle": {
    failsFirst: true,
    does: once(({ response }) => {
      response.writeHead(200, { "content-length": "5000" }).write('{"choices":');
      setTimeout(() => response.destroy(), 5);
    }),
  },
  "drops the connection at once": { failsFirst: true, does: once(({ response }) => response.destroy()) },
  "is silent": { failsFirst: true, does: once(() => undefined) },
  "streams whatever it is asked": {
    does: ({ response, prompt }) =>
      events(response, [...deltas(prompt), { choices: [{ delta: {}, finish_reason: "stop" }] }]),
  },
  "streams without a finish": { does: ({ response, prompt }) => events(response, deltas(prompt)) },
  "streams and is cut": {
    failsFirst: true,
    does: once(({ response, prompt }) => events(response, deltas(prompt), false)),
  },
  "streams messages": {
    protocol: "anthropic",
    does: ({ response, prompt }) =>
      events(
        response,
        [
          {
            type: "message_start",
            message: { id: `m${prompt}`, model: "served", content: [], usage: { input_tokens: 3 } },
          },
          ...pieces(prompt).map((text) => ({ type: "content_block_delta", delta: { type: "text_delta", text } })),
          { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } },
          { type: "message_stop" },
        ],
        false,
      ),
  },
  "streams an error": {
    failsFirst: true,
    does: once(({ response }) => events(response, [{ error: { message: "backend lost" } }])),
  },
  "reasons in a field of its own": { does: always(said, { reasoning_content: "hm" }) },
  "is cut while reasoning": {
    does: always(() => "", { reasoning_content: "hm, hm" }, "length"),
    text: () => "",
    settings: { cut_by_reasoning: true },
  },
  "is cut within an open tag": {
    does: always(() => "<think>hm", {}, "length"),
    text: () => "<think>hm",
    settings: { cut_by_reasoning: true },
  },
  "reasons in a closed tag": {
    does: always((p) => `<think>hm</think>${said(p)}`),
    text: (p) => `<think>hm</think>${said(p)}`,
  },
  "calls a tool": { does: always(() => null, { tool_calls: [{ id: "c" }] }, "tool_calls"), text: () => "" },
  "refuses in a field of its own": {
    does: always(() => null, { refusal: "I will not say." }),
    text: () => "I will not say.",
  },
  "answers in parts": {
    does: always((p) => [
      { type: "text", text: "Well. " },
      { type: "text", text: said(p) },
    ]),
    text: (p) => `Well. ${said(p)}`,
  },
  "answers nothing": { does: always(() => null), text: () => "" },
  "filters its answer": {
    does: always(() => "", {}, "content_filter"),
    text: () => "",
    settings: { stop_reason: "content_filter" },
  },
  "shows a login page": {
    does: ({ response }) => response.writeHead(200, { "content-type": "text/html" }).end("<html>log in</html>"),
    stops: /a web page in place of an answer/,
  },
  "tells an error in a success": {
    failsFirst: true,
    does: once(({ response }) => json(response, 200, '{"error":{"message":"try later"}}')),
  },
  "tells of a wrong key in a success": {
    does: ({ response, key }) => json(response, 200, `{"error":{"message":"wrong key ${key}","code":401}}`),
    stops: /error in its body: wrong key \[key\]/,
  },
  "tells of a wrong key": {
    does: ({ response, key }) => json(response, 401, `{"error":{"message":"wrong key ${key}"}}`),
    stops: /status 401.*\[key\]/,
  },
  "echoes the key": { does: always((p, key) => `${said(p)} ${key}`), text: (p) => `${said(p)} [key]` },
  redirects: {
    does: ({ response }) => response.writeHead(307, { location: "http://127.0.0.1:9/v1/chat/completions?t=1" }).end(),
    stops: /status 307: a redirect to http:\/\/127\.0\.0\.1:9\/v1\/chat\/completions, which is not followed/,
  },
  "moved for good": {
    does: ({ response }) => response.writeHead(301, { location: "/elsewhere" }).end(),
    stops: /status 301: a redirect to/,
  },
  compresses: {
    does: ({ response, prompt }) => json(response, 200, gzipSync(chat(said(prompt))), { "content-encoding": "gzip" }),
  },
  "sends too much": {
    does: ({ response }) => json(response, 200, chat("x".repeat(17 * 1024 * 1024))),
    stops: /a response of more than 16777216 bytes/,
  },
  "speaks the older protocol": {
    does: ({ response, prompt }) =>
      json(response, 200, JSON.stringify({ choices: [{ text: said(prompt), finish_reason: "stop" }] })),
  },
  "offers no choice": { does: ({ response }) => json(response, 200, '{"choices":[]}'), stops: /cut or none/ },
  "offers two choices": {
    does: ({ response, prompt }) =>
      json(
        response,
        200,
        JSON.stringify({ choices: [{ message: { content: said(prompt) } }, { message: { content: "other" } }] }),
      ),
  },
  "sends bytes that are no text": {
    does: ({ response }) =>
      json(
        response,
        200,
        Buffer.concat([
          Buffer.from('{"choices":[{"message":{"content":"caf'),
          Buffer.from([0xe9]),
          Buffer.from('"}}]}'),
        ]),
      ),
    text: () => "caf\ufffd",
  },
  "rejects the first prompt": { does: rejected(400, first), text: (p) => (first(p) ? "" : said(p)) },
  "rejects a prompt as too long": { does: rejected(413, first), text: (p) => (first(p) ? "" : said(p)) },
  "rejects a prompt in a success": {
    does: ({ response, prompt }) =>
      first(prompt)
        ? json(response, 200, '{"error":{"message":"no","code":"content_filter"}}')
        : json(response, 200, chat(said(prompt))),
    text: (p) => (first(p) ? "" : said(p)),
  },
  "rejects everything": { does: rejected(400, () => true), stops: /rejections alone, 5 of them/ },
};

let server: Server;
let url = "";
const asked = new Map<string, Map<string, number>>();

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const kind = decodeURIComponent(request.url!.split("/")[1]!);
      const prompt: string = JSON.parse(text).messages.at(-1).content;
      const counts = asked.get(kind) ?? new Map<string, number>();
      asked.set(kind, counts.set(prompt, (counts.get(prompt) ?? 0) + 1));
      const key = String(request.headers.authorization ?? request.headers["x-api-key"]).replace("Bearer ", "");
      KINDS[kind]!.does({ response, prompt, nth: counts.get(prompt)!, key });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function asking(kind: string, out: string, requestsMax: number | null = null) {
  return collect({
    endpoints: [
      {
        url: `${url}/${encodeURIComponent(kind)}/v1`,
        protocol: KINDS[kind]!.protocol ?? "openai",
        out,
        key: KEY,
        settings: { model: "m", temperature: 0, maxTokens: 9, system: null, seed: null },
      },
    ],
    prompts: Array.from({ length: PROMPTS }, (_, i) => ({ id: `p${i}`, text: `prompt ${i}`, purpose: null })),
    samples: 1,
    seed: "s",
    requestsMax,
    costMax: null,
    prices: null,
    concurrency: 1,
    intervalMs: 0,
    triesMax: 2,
    waitMs: 1,
    timeoutMs: kind === "is silent" ? 300 : 5000,
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

it("that rejects a prompt is not asked it again, where the run was killed before the record was written", async () => {
  const kind = "rejects a prompt as too long";
  asked.delete(kind);
  const out = join(mkdtempSync(join(tmpdir(), "assay-misbehaviour-")), "t.jsonl");
  await asking(kind, out, 3);
  const lines = readFileSync(`${out}.journal`, "utf8").split("\n");
  writeFileSync(
    `${out}.journal`,
    lines
      .filter((line) => line !== "" && !line.includes('"p0"'))
      .join("\n")
      .concat("\n"),
  );
  await asking(kind, out);
  expect([...asked.get(kind)!.values()]).toEqual(new Array(PROMPTS).fill(1));
  const { records } = readTranscript(readFileSync(out), "t");
  expect(records.find(({ promptId }) => promptId === "p0")?.settings).toMatchObject({ rejected_with_status: 413 });
  asked.delete(kind);
});

describe("a server that", () => {
  it.each(Object.keys(KINDS))("%s", async (kind) => {
    const { text = said, settings, stops } = KINDS[kind]!;
    const dir = mkdtempSync(join(tmpdir(), "assay-misbehaviour-"));
    const out = join(dir, "t.jsonl");
    const run = () => asking(kind, out);
    if (stops) await expect(run()).rejects.toThrow(stops);
    else {
      expect((await run())[0]).toMatchObject({ complete: true, answers: PROMPTS });
      const { records } = readTranscript(readFileSync(out), "t");
      expect(new Map(records.map((r) => [r.prompt, r.text]))).toEqual(
        new Map(Array.from({ length: PROMPTS }, (_, i) => [`prompt ${i}`, text(`prompt ${i}`)])),
      );
      for (const record of records) if (settings) expect(record.settings).toMatchObject(settings);
      // What was answered or rejected was asked once; a failure once more.
      const again = KINDS[kind]!.failsFirst === true ? 2 : 1;
      expect([...asked.get(kind)!.values()]).toEqual(new Array(PROMPTS).fill(again));
    }
    const files = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) =>
      statSync(join(dir, name)).isFile(),
    );
    for (const name of files) expect(readFileSync(join(dir, name), "latin1")).not.toContain(KEY);
  });
});
