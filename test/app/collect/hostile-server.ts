/**
 * A chat server that behaves as badly as real ones: limits rates, drops connections, fails, cuts its JSON, repeats
 * response ids and echoes the key. It remembers what was asked and what it answered in full.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export type Fault = "none" | "rate" | "drop" | "error" | "cut" | "same-id" | "echo";

export interface HostileServer {
  url: string;
  /** Prompts for which a whole answer left the server, in order. */
  answered: string[];
  requests: number;
  models: string[];
  keys: Set<string>;
  close(): Promise<void>;
}

/** @param faultOf decides by the number of the request, from 0 @param delayMs before each answer */
export async function hostileServer(
  faultOf: (request: number) => Fault,
  protocol: "openai" | "anthropic" = "openai",
  delayMs = 0,
): Promise<HostileServer> {
  const state = { answered: [] as string[], requests: 0, models: [] as string[], keys: new Set<string>() };
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const number = state.requests++;
      const body = JSON.parse(Buffer.concat(parts).toString());
      const prompt: string = body.messages.at(-1).content;
      const key = String(request.headers.authorization ?? request.headers["x-api-key"] ?? "");
      state.keys.add(key.replace("Bearer ", ""));
      state.models.push(body.model);
      const text = `About ${prompt}: it depends.`;
      const id = faultOf(number) === "same-id" ? "response-0" : `response-${number}`;
      const answer =
        protocol === "openai"
          ? {
              id,
              model: "served-1",
              choices: [{ message: { role: "assistant", content: text }, finish_reason: "stop" }],
              usage: { prompt_tokens: 10, completion_tokens: 20 },
              ...(faultOf(number) === "echo" ? { debug: { headers: { authorization: key } } } : {}),
            }
          : {
              id,
              type: "message",
              model: "served-1",
              content: [{ type: "text", text }],
              stop_reason: "end_turn",
              usage: { input_tokens: 10, output_tokens: 20 },
            };
      setTimeout(() => {
        switch (faultOf(number)) {
          case "rate":
            return response.writeHead(429, { "retry-after": "0" }).end("slow down");
          case "error":
            return response.writeHead(500).end(`oops, with your ${key}`);
          case "drop":
            return request.socket.destroy();
          case "cut":
            return response.writeHead(200).end(JSON.stringify(answer).slice(0, 40));
          default:
            state.answered.push(prompt);
            return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
        }
      }, delayMs);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  });
}
