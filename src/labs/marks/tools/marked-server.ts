/**
 * An endpoint in the shape of OpenAI's (chat completions and completions, streamed or not; models) in front of a local
 * model whose answers are marked and logged. Only what is asked for is read; anything else in a request is ignored.
 */

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AssayError } from "../../../base/error.js";
import { boundedBody } from "../../../host/bounded-body.js";
import type { Ask } from "../desk/serve-marked.js";

/** A request with a long conversation; more is refused (CWE-400). */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const TOKENS_MAX = 4096;
const TOKENS_DEFAULT = 256;

interface MarkedEndpoint {
  model: string;
  /** The account of a bearer token; null when it has none here. */
  account: (token: string) => string | null;
  answer: (ask: Ask) => AsyncGenerator<string>;
}

/**
 * Not yet listening. A request beyond a limit gets 400; when a log line cannot be written the connection ends without
 * an answer.
 */
export function markedServer(endpoint: MarkedEndpoint): Server {
  return createServer((request, response) => {
    handle(endpoint, request, response).catch((error) => {
      if (error instanceof AssayError && error.code === "LIMIT" && !response.headersSent)
        return fail(response, 400, error.message);
      // The client left, or the log could not be written: nothing more may be sent.
      response.destroy();
    });
  });
}

async function handle(endpoint: MarkedEndpoint, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url?.split("?")[0];
  if (request.method === "GET" && url === "/v1/models")
    return json(response, 200, { object: "list", data: [{ id: endpoint.model, object: "model" }] });
  const chat = url === "/v1/chat/completions";
  if (request.method !== "POST" || (!chat && url !== "/v1/completions")) return fail(response, 404, "no such path");
  const account = endpoint.account(/^Bearer (.{1,500})$/.exec(request.headers.authorization ?? "")?.[1] ?? "");
  if (account === null) return fail(response, 401, "expected a known bearer token");
  const body = await bodyOf(request);
  const prompt = body === null ? null : promptOf(body, chat);
  if (body === null || prompt === null) return fail(response, 400, "expected a JSON request with messages or a prompt");
  const id = `${chat ? "chatcmpl" : "cmpl"}-${randomUUID()}`;
  const asked = typeof body.max_tokens === "number" ? body.max_tokens : TOKENS_DEFAULT;
  const tokensMax = Math.max(1, Math.min(TOKENS_MAX, Math.floor(asked)));
  const temperature = typeof body.temperature === "number" && body.temperature > 0 ? Math.min(10, body.temperature) : 1;
  const pieces = endpoint.answer({ id, account, prompt, chat, tokensMax, temperature });
  if (body.stream === true) return stream(response, endpoint, id, chat, pieces);
  let text = "";
  for await (const piece of pieces) text += piece;
  const choice = chat ? { message: { role: "assistant", content: text } } : { text };
  return json(response, 200, frame(endpoint, id, chat, false, { ...choice, finish_reason: "stop" }));
}

async function stream(
  response: ServerResponse,
  endpoint: MarkedEndpoint,
  id: string,
  chat: boolean,
  pieces: AsyncGenerator<string>,
) {
  for await (const piece of pieces) {
    if (response.destroyed) return;
    // Not before there is something to send: what fails until then is told by a status.
    if (!response.headersSent) eventStream(response);
    const choice = chat ? { delta: { content: piece } } : { text: piece };
    response.write(`data: ${JSON.stringify(frame(endpoint, id, chat, true, { ...choice, finish_reason: null }))}\n\n`);
  }
  if (!response.headersSent) eventStream(response);
  const last = chat ? { delta: {} } : { text: "" };
  response.write(`data: ${JSON.stringify(frame(endpoint, id, chat, true, { ...last, finish_reason: "stop" }))}\n\n`);
  response.end("data: [DONE]\n\n");
}

function eventStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
}

function frame(endpoint: MarkedEndpoint, id: string, chat: boolean, part: boolean, choice: object): object {
  const object = chat ? `chat.completion${part ? ".chunk" : ""}` : "text_completion";
  return { id, object, model: endpoint.model, choices: [{ index: 0, ...choice }] };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown> | null> {
  const bytes = await boundedBody(request, BODY_BYTES_MAX);
  if (bytes === null) return null;
  try {
    const body: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function promptOf(body: Record<string, unknown>, chat: boolean): string | null {
  if (!chat) return typeof body.prompt === "string" ? body.prompt : null;
  if (!Array.isArray(body.messages)) return null;
  const contents = body.messages.map((m: unknown) => (m as { content?: unknown } | null)?.content);
  return contents.every((c) => typeof c === "string") ? contents.join("\n") : null;
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function fail(response: ServerResponse, status: number, message: string): void {
  json(response, status, { error: { message, type: "invalid_request_error" } });
}
