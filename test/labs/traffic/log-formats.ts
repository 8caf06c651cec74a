/**
 * Small logs shaped as gateways write them, from their public documents and sources (each mapping under
 * src/labs/traffic/log/formats names its own). Six requests of three users, and beside them what each writes that is no request.
 */
export interface LogFixture {
  file: string;
  format: string;
  text: string;
  /** Requests that count, and what is skipped. */
  rows: number;
  skipped: number;
  /** The fill table: each field that some row carries, with how many values, and in what share of the rows where not in all. */
  fill: string;
}

const ask = (i: number) => `Summarise chapter ${i} for me please`;
const messages = (i: number) => [
  { role: "system", content: "You are Bot" },
  { role: "user", content: ask(i) },
];
const at = (i: number) => `2026-03-02T09:20:${10 + i}.847Z`;
const user = (i: number) => `u${i % 3}`;
const six = <T>(make: (i: number) => T): T[] => Array.from({ length: 6 }, (_, i) => make(i));
const lines = (records: unknown[]) => records.map((record) => `${JSON.stringify(record)}\n`).join("");
const otlp = (name: string, value: unknown) => ({
  key: name,
  value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
});

const spend = (i: number) => ({
  ...{ request_id: `chatcmpl-${i}`, call_type: "acompletion", api_key: "ab12", spend: 0.1, status: "success" },
  ...{ startTime: at(i), endTime: at(i + 1), model: "gpt", model_group: "gpt", user: "default_user_id" },
  ...{ end_user: user(i), requester_ip_address: `9.8.${i}.1`, session_id: `s${i}`, messages: {}, response: {} },
  ...{ prompt_tokens: 10, completion_tokens: 20, metadata: { user_agent: "SDK/1", status: "success" } },
  proxy_server_request: { model: "gpt", messages: messages(i), user: user(i) },
});

const genai = (i: number) => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.request.model": "gpt",
  "gen_ai.usage.input_tokens": 10,
  "gen_ai.usage.output_tokens": 20,
  "user.id": user(i),
  "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: ask(i) }] }]),
});
const span = (i: number, attributes: object = genai(i)) => ({
  ...{ traceId: `t${i}`, spanId: `s${i}`, name: "chat gpt", kind: 3, startTimeUnixNano: `17724420${10 + i}847371123` },
  attributes: Object.entries(attributes).map(([name, value]) => otlp(name, value)),
});

/** A value as OTLP writes what is no text. */
const anyValue = (value: unknown): unknown => {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value !== "object" || value === null) return { stringValue: String(value) };
  return { kvlistValue: { values: Object.entries(value).map(([key, inner]) => ({ key, value: anyValue(inner) })) } };
};
const structured = (key: string, value: unknown) => ({ key, value: anyValue(value) });
const parts = (i: number) => [{ role: "user", parts: [{ type: "text", content: ask(i) }] }];
const BOT = [{ type: "text", content: "You are Bot" }];
const logRecord = (i: number, eventName: string) => ({
  ...{ timeUnixNano: `17724420${10 + i}847371123`, eventName, traceId: `t${i}`, spanId: `s${i}` },
  attributes: [
    ...Object.entries({ ...genai(i), "gen_ai.input.messages": "" }).map(([name, value]) => otlp(name, value)),
    structured("gen_ai.input.messages", parts(i)),
  ].filter(({ value }) => (value as { stringValue?: unknown }).stringValue !== ""),
});
const invocation = (i: number) =>
  JSON.stringify({
    ...{ schemaType: "ModelInvocationLog", schemaVersion: "1.0", timestamp: at(i), accountId: "123456789012" },
    ...{ identity: { arn: `arn:aws:iam::123456789012:user/${user(i)}` }, requestId: `r${i}`, modelId: "model" },
    input: {
      inputTokenCount: 10,
      inputBodyJson: { system: "You are Bot", messages: [{ role: "user", content: ask(i) }] },
    },
    ...{ operation: "InvokeModel", output: { outputTokenCount: 20 } },
  });
const uuid = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`;

export const FIXTURES: LogFixture[] = [
  {
    ...{ file: "litellm.jsonl", format: "litellm-spend", rows: 6, skipped: 3 },
    fill: "account 3, request 6, key 1, network 6, client 1, system 1, session 6, model 1, input 1, output 1, prompt 6",
    text: lines([
      ...six(spend),
      { ...spend(1), request_id: "resp-a", call_type: "aget_responses" },
      { ...spend(1), request_id: "resp-b", call_type: "aget_responses" },
      { ...spend(2), request_id: "failed", status: "failure" },
    ]),
  },
  {
    ...{ file: "litellm.csv", format: "litellm-spend", rows: 6, skipped: 0 },
    fill: "account 3, request 6, key 1, network 6, client 1, system 1, session 6, model 1, input 1, output 1, prompt 6",
    text: csv(six(spend)),
  },
  {
    ...{ file: "langfuse.jsonl", format: "langfuse-observations", rows: 6, skipped: 13 },
    fill: "account 3, request 6, client 1, system 1, session 6, model 1, input 1, output 1, prompt 6",
    text: lines([
      ...six((i) => i).flatMap((i) =>
        ["SPAN", "GENERATION", "TOOL"].map((type) => ({
          ...{ id: `o${i}${type}`, traceId: `t${i}`, type, name: "chat", startTime: at(i), userId: user(i) },
          ...{ level: "DEFAULT", model: type === "GENERATION" ? "gpt" : null, input: { messages: messages(i) } },
          ...{ output: "x", usageDetails: { input: 10, output: 20 }, metadata: {} },
        })),
      ),
      { id: "bad", traceId: "t0", type: "GENERATION", startTime: at(0), userId: "u0", level: "ERROR", input: "hi" },
    ]),
  },
  {
    ...{ file: "langfuse-traces.json", format: "langfuse-observations", rows: 6, skipped: 6 },
    fill: "account 3, request 6, client 1, system 1, session 6, model 1, input 1, output 1, prompt 6",
    text: JSON.stringify(
      six((i) => ({
        ...{ id: `t${i}`, timestamp: at(i), name: "chat", userId: user(i), sessionId: `s${i}`, input: "x" },
        observations: ["SPAN", "GENERATION"].map((type) => ({
          ...{ id: `o${i}${type}`, traceId: `t${i}`, type, startTime: at(i), model: "gpt" },
          ...{ input: { messages: messages(i) }, usageDetails: { input: 10, output: 20 } },
        })),
      })),
      null,
      1,
    ),
  },
  {
    ...{ file: "otlp.jsonl", format: "otel-genai", rows: 6, skipped: 2 },
    fill: "account 3, request 6, session 6, model 1, input 1, output 1, prompt 6",
    text: lines([
      {
        resourceSpans: [
          {
            resource: { attributes: [otlp("service.name", "gateway")] },
            scopeSpans: [
              { scope: { name: "a" }, spans: six((i) => span(i)).slice(0, 4) },
              { scope: { name: "http" }, spans: [span(7, { "http.route": "/v1", "user.id": "u9" })] },
            ],
          },
        ],
      },
      {
        resourceSpans: [
          {
            scopeSpans: [
              { spans: six((i) => span(i)).slice(4) },
              { spans: [span(8, { ...genai(8), "gen_ai.operation.name": "execute_tool" })] },
            ],
          },
        ],
      },
    ]),
  },
  {
    ...{ file: "otel-clickhouse.jsonl", format: "otel-genai", rows: 6, skipped: 0 },
    fill: "account 3, request 6, session 6, model 1, input 1, output 1, prompt 6",
    text: lines(
      six((i) => ({
        ...{ Timestamp: `2026-03-02 09:20:${10 + i}.847371123`, TraceId: `t${i}`, SpanId: `s${i}`, SpanName: "chat" },
        SpanAttributes: Object.fromEntries(Object.entries(genai(i)).map(([name, value]) => [name, String(value)])),
        ...{ ResourceAttributes: {}, StatusCode: "Unset" },
      })),
    ),
  },
  {
    ...{ file: "openllmetry.jsonl", format: "otel-genai", rows: 6, skipped: 6 },
    fill: "account 3, request 6, system 1, session 6, model 1, input 1, output 1, prompt 6",
    text: lines(
      six((i) => i).flatMap((i) => [
        {
          ...{ name: "openai.chat", context: { trace_id: `0x${i}`, span_id: `0xa${i}` }, start_time: at(i) },
          attributes: {
            ...{ "gen_ai.system": "OpenAI", "gen_ai.request.model": "gpt", "gen_ai.prompt.0.role": "system" },
            ...{ "gen_ai.prompt.0.content": "You are Bot", "gen_ai.prompt.1.role": "user" },
            ...{ "gen_ai.prompt.1.content": ask(i), "traceloop.association.properties.user_id": user(i) },
            ...{ "gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.completion_tokens": 20 },
          },
        },
        {
          ...{ name: "workflow", context: { trace_id: `0x${i}`, span_id: `0xb${i}` }, start_time: at(i) },
          attributes: { "traceloop.span.kind": "workflow", "traceloop.association.properties.user_id": user(i) },
        },
      ]),
    ),
  },
  {
    ...{ file: "cloudflare.jsonl", format: "cloudflare-ai-gateway", rows: 6, skipped: 1 },
    fill: "account 3, request 6, system 1, model 1, input 1, output 1, prompt 6",
    text: lines([
      ...six((i) => ({
        ...{ id: `c${i}`, created_at: at(i), provider: "openai", model: "gpt", tokens_in: 10, tokens_out: 20 },
        ...{ metadata: JSON.stringify({ user: user(i) }), request: JSON.stringify({ messages: messages(i) }) },
        ...{ path: "chat", success: true },
      })),
      {
        id: "c9",
        created_at: at(9),
        provider: "openai",
        tokens_in: 0,
        tokens_out: 0,
        metadata: '{"user":"u0"}',
        success: false,
      },
    ]),
  },
  {
    ...{ file: "logpush.jsonl", format: "cloudflare-logpush", rows: 6, skipped: 0 },
    fill: "account 3, system 1, model 1, prompt 6",
    text: lines(
      six((i) => ({
        ...{
          Cached: false,
          Endpoint: "chat",
          Gateway: "g",
          Metadata: { user: user(i) },
          Model: "gpt",
          Provider: "openai",
        },
        RequestBody: Buffer.from(JSON.stringify({ messages: messages(i) })).toString("base64"),
        ...{ StatusCode: 200, Timestamp: at(i) },
      })),
    ),
  },
  {
    ...{ file: "bedrock.jsonl", format: "bedrock-invocation", rows: 6, skipped: 1 },
    fill: "account 3, request 6, key 3, org 1, system 1, model 1, input 1, output 1, prompt 6",
    text: lines([
      ...six((i) => ({
        ...{ schemaType: "ModelInvocationLog", schemaVersion: "1.0", timestamp: at(i), accountId: "123456789012" },
        ...{
          identity: { arn: `arn:aws:iam::123456789012:user/${user(i)}` },
          requestId: `r${i}`,
          operation: "Converse",
        },
        modelId: "model",
        input: {
          ...{ inputContentType: "application/json", inputTokenCount: 10 },
          inputBodyJson: {
            system: [{ text: "You are Bot" }],
            messages: [{ role: "user", content: [{ text: ask(i) }] }],
          },
        },
        output: { outputTokenCount: 20 },
      })),
      {
        ...{ schemaType: "ModelInvocationLog", timestamp: at(9), accountId: "1", identity: { arn: "a" } },
        ...{ requestId: "r9", errorCode: "ThrottlingException", modelId: "model" },
      },
    ]),
  },
  {
    ...{ file: "portkey.jsonl", format: "portkey", rows: 6, skipped: 0 },
    fill: "account 3, request 6, system 1, session 6, model 1, input 1, output 1, prompt 6",
    text: lines(
      six((i) => ({
        ...{ id: `p${i}`, trace_id: `t${i}`, created_at: at(i), ai_org: "openai", ai_model: "gpt" },
        ...{ req_units: 10, res_units: 20, metadata: { _user: user(i) }, response_status_code: 200 },
        request: { url: "https://api.example/v1/chat", body: { messages: messages(i) } },
      })),
    ),
  },
  {
    ...{ file: "openrouter.json", format: "openrouter", rows: 6, skipped: 0 },
    fill: "account 3, request 6, client 1, model 1, input 1, output 1",
    text: JSON.stringify({
      data: six((i) => ({
        ...{ id: `gen-${i}`, created_at: at(i), model: "maker/model", app_id: 7, external_user: user(i) },
        ...{ tokens_prompt: 10, tokens_completion: 20, provider_name: "p", usage: 0.1 },
      })),
    }),
  },
  {
    ...{ file: "helicone.jsonl", format: "helicone", rows: 6, skipped: 0 },
    fill: "account 3, request 6, key 1, system 1, model 1, input 1, output 1, prompt 6",
    text: lines(
      six((i) => ({
        ...{ response_id: `a${i}`, request_id: `q${i}`, request_created_at: at(i), request_user_id: user(i) },
        ...{ request_model: "gpt", prompt_tokens: 10, completion_tokens: 20, target_url: "https://api.example" },
        ...{ request_body: { model: "gpt", messages: messages(i) }, auth_hash: "abc", properties: {} },
      })),
    ),
  },
  {
    ...{ file: "responses.jsonl", format: "openai-proxy", rows: 6, skipped: 0 },
    fill: "account 3, system 1, model 1, input 1, output 1, prompt 6",
    text: lines(
      six((i) => ({
        ...{ timestamp: 1772442046 + i, user: user(i), usage: { input_tokens: 10, output_tokens: 20 } },
        request: {
          ...{ model: "o3", instructions: "You are Bot" },
          input: i % 2 === 0 ? ask(i) : [{ role: "user", content: [{ type: "input_text", text: ask(i) }] }],
        },
      })),
    ),
  },
  {
    // vLLM names nobody; what stands before it does. Its Completions API takes a prompt without messages.
    ...{ file: "vllm-gateway.jsonl", format: "openai-proxy", rows: 6, skipped: 0 },
    fill: "account 3, request 6, client 1, model 1, input 1, output 1, prompt 6",
    text: lines(
      six((i) => ({
        ...{ timestamp: at(i), request_id: `q${i}`, headers: { "x-user-id": user(i), "user-agent": "SDK/1" } },
        request: { model: "maker/model", prompt: ask(i), max_tokens: 16, temperature: 0 },
        response: { id: `cmpl-${i}`, object: "text_completion", usage: { prompt_tokens: 10, completion_tokens: 20 } },
      })),
    ),
  },
  {
    ...{ file: "gemini.jsonl", format: "openai-proxy", rows: 6, skipped: 0 },
    fill: "account 3, system 1, input 1, output 1, prompt 6",
    text: lines(
      six((i) => ({
        ...{ timestamp: 1772442046 + i, user: user(i) },
        request: {
          contents: [{ role: "user", parts: [{ text: ask(i) }] }],
          [i % 2 === 0 ? "systemInstruction" : "system_instruction"]: { parts: [{ text: "You are Bot" }] },
        },
        response:
          i % 2 === 0
            ? { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 20 } }
            : { usage_metadata: { prompt_token_count: 10, candidates_token_count: 20 } },
      })),
    ),
  },
  {
    ...{ file: "litellm-payload.jsonl", format: "litellm-payload", rows: 6, skipped: 2 },
    fill: "account 3, request 6, key 1, org 1, network 6, client 1, system 1, session 6, model 1, input 1, output 1, prompt 6",
    text: lines(
      [...six((i) => i), 6, 7].map((i) => ({
        ...{ id: `chatcmpl-${i}`, trace_id: `s${i}`, call_type: i === 6 ? "aget_responses" : "acompletion" },
        ...{ status: i === 7 ? "failure" : "success", startTime: 1772442010.847 + i, endTime: 1772442011.847 + i },
        ...{ model: "gpt", model_group: "gpt", prompt_tokens: 10, completion_tokens: 20, messages: messages(i) },
        metadata: {
          ...{ user_api_key_hash: "ab12", user_api_key_user_id: user(i), user_api_key_org_id: "o" },
          ...{ requester_ip_address: `9.8.${i}.1`, user_agent: "SDK/1" },
        },
        model_parameters: { temperature: 0.5 },
      })),
    ),
  },
  {
    ...{ file: "datadog.jsonl", format: "datadog-llm-spans", rows: 6, skipped: 0 },
    fill: "account 3, request 6, org 1, system 1, session 6, model 1, input 1, output 1, prompt 6",
    text: lines(
      six((i) => ({
        attributes: {
          ...{ ml_app: "gateway", session_id: `s${i}`, tags: { user_id: user(i) } },
          spans: [
            {
              ...{ span_id: `d${i}`, trace_id: `t${i}`, parent_id: "undefined", name: "chat" },
              ...{ start_ns: 1772442010847000000 + 1e9 * i, duration: 1e9 },
              meta: { kind: "llm", input: { messages: messages(i) }, metadata: { model_name: "gpt" } },
              metrics: { input_tokens: 10, output_tokens: 20 },
            },
          ],
        },
      })),
    ),
  },
  {
    ...{ file: "table.csv", format: "plain", rows: 6, skipped: 0 },
    fill: "account 3, request 6, key 1, org 1, payment 1, network 6, client 1, system 1, session 6, model 1, input 1, output 1, prompt 6",
    text: csv(
      six((i) => ({
        ...{
          Timestamp: at(i),
          Id: `r${i}`,
          User: user(i),
          Api_key: "k",
          Organization: "o",
          Payment: "card",
          Model: "gpt",
        },
        ...{ Ip: `9.8.${i}.1`, User_agent: "SDK/1", Session_id: `s${i}`, System: "You are Bot", Prompt: ask(i) },
        ...{ Input_tokens: 10, Output_tokens: 20 },
      })),
    ),
  },
  {
    ...{ file: "langfuse-blob.jsonl", format: "langfuse-events", rows: 6, skipped: 6 },
    fill: "account 3, request 6, org 1, system 1, session 6, model 1, input 1, output 1, prompt 6",
    text: lines(
      six((i) => i).flatMap((i) =>
        ["SPAN", "GENERATION"].map((type) => ({
          ...{ id: `o${i}${type}`, trace_id: `t${i}`, project_id: "p", environment: "default", type },
          ...{ start_time: `2026-03-02 09:20:${10 + i}.847000`, user_id: user(i), session_id: `s${i}` },
          ...{ level: "DEFAULT", provided_model_name: "gpt", usage_details: { input: 10, output: 20 } },
          ...{ parent_observation_id: null, input: JSON.stringify({ messages: messages(i) }), output: "x" },
        })),
      ),
    ),
  },
  {
    ...{ file: "otlp-structured.jsonl", format: "otel-genai", rows: 6, skipped: 0 },
    fill: "account 3, request 6, system 1, session 6, model 1, input 1, output 1, prompt 6",
    // Messages as structured values, in an attribute or in the span's event.
    text: lines(
      six((i) => {
        const asked = [structured("gen_ai.input.messages", parts(i)), structured("gen_ai.system_instructions", BOT)];
        const named = Object.entries(genai(i)).filter(([name]) => name !== "gen_ai.input.messages");
        const attributes = named.map(([name, value]) => otlp(name, value));
        const event = { name: "gen_ai.client.inference.operation.details", timeUnixNano: "1", attributes: asked };
        const whole = { ...span(i), attributes: [...attributes, ...asked] };
        const beside = { ...span(i), attributes, events: [{ name: "first token", attributes: [] }, event] };
        return { resourceSpans: [{ scopeSpans: [{ spans: [i % 2 === 0 ? whole : beside] }] }] };
      }),
    ),
  },
  {
    ...{ file: "otlp-logs.jsonl", format: "otel-genai-events", rows: 6, skipped: 1 },
    fill: "account 3, request 6, session 6, model 1, input 1, output 1, prompt 6",
    text: lines([
      ...six((i) => ({
        resourceLogs: [
          {
            resource: { attributes: [] },
            scopeLogs: [{ logRecords: [logRecord(i, "gen_ai.client.inference.operation.details")] }],
          },
        ],
      })),
      { resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord(7, "gen_ai.evaluation.result")] }] }] },
    ]),
  },
  {
    ...{ file: "bedrock-cloudwatch.json", format: "bedrock-invocation", rows: 6, skipped: 0 },
    fill: "account 3, request 6, key 3, org 1, system 1, model 1, input 1, output 1, prompt 6",
    // As a subscription hands log events on, and as the API answers page by page.
    text: lines([
      {
        ...{ messageType: "DATA_MESSAGE", owner: "123456789012", logGroup: "g", logStream: "s" },
        logEvents: [0, 1, 2].map((i) => ({ id: `e${i}`, timestamp: 1772443210000 + i, message: invocation(i) })),
      },
      {
        events: [3, 4, 5].map((i) => ({ eventId: `e${i}`, timestamp: 1772443210000 + i, message: invocation(i) })),
        searchedLogStreams: [],
      },
    ]),
  },
  {
    ...{ file: "coding-agent.jsonl", format: "anthropic-proxy", rows: 6, skipped: 0 },
    fill: "account 3, model 1, input 1, output 1, prompt 6",
    // Device, account and session in one name: three people in six sessions.
    text: lines(
      six((i) => ({
        timestamp: at(i),
        request: {
          ...{ model: "m", max_tokens: 10, messages: [{ role: "user", content: [{ type: "text", text: ask(i) }] }] },
          metadata: {
            user_id:
              i % 2 === 0
                ? `user_${"ab".repeat(32)}_account_${uuid(i % 3)}_session_${uuid(10 + i)}`
                : JSON.stringify({ device_id: "c", account_uuid: uuid(i % 3), session_id: uuid(10 + i) }),
          },
        },
        response: { usage: { input_tokens: 10, output_tokens: 20 } },
      })),
    ),
  },
  {
    ...{ file: "sglang-both.jsonl", format: "sglang", rows: 6, skipped: 0 },
    fill: "account 3, request 6, input 1 (83.3 %), output 1 (83.3 %), prompt 6",
    // When it came, without a text yet, and when it was answered; the last was broken off.
    text: lines(
      six((i) => i).flatMap((i) => {
        const event = (name: string, second: number, text: string | null, out: object) => ({
          ...{ timestamp: at(second), event: name, rid: `r${i}`, headers: { "x-user-id": user(i) } },
          ...{ obj: { text, sampling_params: {} }, ...out },
        });
        const came = event("request.received", i, i % 2 === 0 || i === 5 ? ask(i) : null, {});
        const out = { text: "x", meta_info: { id: `r${i}`, prompt_tokens: 10, completion_tokens: 20 } };
        return i === 5 ? [came] : [came, event("request.finished", i + 3, ask(i), { out })];
      }),
    ),
  },
  {
    ...{ file: "sglang.jsonl", format: "sglang", rows: 6, skipped: 0 },
    fill: "account 3, request 6, prompt 6",
    text: lines(
      six((i) => ({
        ...{ timestamp: at(i), event: "request.received", rid: `r${i}`, headers: { "x-user-id": user(i) } },
        obj: { text: ask(i), sampling_params: {} },
      })),
    ),
  },
];

/** What a server writes that knows no users: no row can come of it, and each record is counted. */
export const NAMELESS = {
  // vLLM's own spans (--otlp-traces-endpoint): tokens and times of a request, neither who asked nor what.
  "vllm-spans.jsonl": lines([
    {
      resourceSpans: [
        {
          resource: { attributes: [otlp("service.name", "vllm")] },
          scopeSpans: [
            {
              scope: { name: "vllm.llm_engine" },
              spans: six((i) =>
                span(i, {
                  ...{ "gen_ai.request.id": `cmpl-${i}`, "gen_ai.request.max_tokens": 16 },
                  ...{ "gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.completion_tokens": 20 },
                }),
              ),
            },
          ],
        },
      ],
    },
  ]),
  "sglang-nameless.jsonl": lines(
    six((i) => ({
      ...{ timestamp: at(i), event: "request.received", rid: `r${i}` },
      obj: { text: ask(i), sampling_params: {} },
    })),
  ),
};

/** vLLM's text log (--enable-log-requests): neither account nor year. */
export const VLLM_TEXT = six(
  (i) =>
    `INFO 03-02 09:20:${10 + i} [logger.py:43] Received request cmpl-${i}: prompt: '${ask(i)}', params: SamplingParams(n=1), prompt_token_ids: None\n`,
).join("");

function csv(records: Record<string, unknown>[]): string {
  const cell = (value: unknown) =>
    `"${(typeof value === "object" ? JSON.stringify(value) : String(value)).replaceAll('"', '""')}"`;
  const names = Object.keys(records[0]!);
  return `${names.join(",")}\n${records.map((r) => names.map((name) => cell(r[name])).join(",")).join("\n")}\n`;
}
