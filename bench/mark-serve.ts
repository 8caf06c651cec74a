/**
 * What `assay mark serve` adds to a token: 100 streams at once against the stub model, first behind a plain server of the
 * same shape (same model, same pieces of 16 tokens, no mark, no log), then behind `mark serve` in both modes. The client
 * is another process than the server; a token's latency is the gap between two pieces over the tokens of a piece.
 *   npm run build && node bench/mark-serve.ts [streams] [tokens]
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PIECE_TOKENS } from "../dist/app/serve-marked.js";
import { stubModel } from "../dist/app/stub-model.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";

const PLAIN = "--plain-server";

if (process.argv.includes(PLAIN)) plainServer();
else await bench(Number(process.argv[2] ?? 100), Number(process.argv[3] ?? 400));

/** The same answers without mark and log. */
function plainServer(): void {
  const model = stubModel(new TokenDraws());
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { prompt, max_tokens } = JSON.parse(Buffer.concat(parts).toString());
    const promptIds = model.encode(prompt);
    const generated: number[] = [];
    response.setHeader("content-type", "text/event-stream");
    for (let n = 0; n < max_tokens; n += PIECE_TOKENS) {
      for (let k = 0; k < PIECE_TOKENS; k++) {
        const logits = model.next([...promptIds.slice(-8), ...generated.slice(-8)]);
        let total = 0;
        for (const x of logits) total += Math.exp(x);
        let left = Math.random() * total;
        let token = 0;
        while (token < logits.length - 1) {
          left -= Math.exp(logits[token]!);
          if (left < 0) break;
          token++;
        }
        generated.push(token);
      }
      const text = model.decode(generated.slice(-PIECE_TOKENS));
      response.write(`data: ${JSON.stringify({ id: "plain", choices: [{ text }] })}\n\n`);
      // As the log's await does in the marked server: the next piece is another turn.
      await new Promise((r) => setImmediate(r));
    }
    response.end("data: [DONE]\n\n");
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address() as { port: number };
    process.stderr.write(`http://127.0.0.1:${address.port}/v1\n`);
  });
}

async function bench(streams: number, tokens: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
  const main = new URL("../dist/cli/main.js", import.meta.url).pathname;
  const serve = (mode: string) => [
    ...[main, "mark", "serve", "--master", join(folder, "m.key"), "--period", "2026-11"],
    ...["--log", join(folder, `${mode}.log`), "--port", "0", "--mode", mode],
  ];
  const servers = {
    "plain stub": [new URL(import.meta.url).pathname, PLAIN],
    "mark serve, biased": serve("biased"),
    "mark serve, tournament": serve("tournament"),
  };
  try {
    for (const round of [1, 2])
      for (const [name, args] of Object.entries(servers)) {
        const { server, url } = await start(args);
        await all(url, Math.min(streams, 20), 64);
        const started = performance.now();
        const { gaps, first } = await all(url, streams, tokens);
        const seconds = (performance.now() - started) / 1000;
        server.kill();
        console.log(
          JSON.stringify({
            name,
            round,
            streams,
            tokens,
            msPerTokenP50: quantile(gaps, 0.5),
            msPerTokenP99: quantile(gaps, 0.99),
            firstPieceMsP50: quantile(first, 0.5),
            firstPieceMsP99: quantile(first, 0.99),
            tokensPerSecond: Math.round((streams * tokens) / seconds),
          }),
        );
      }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(args: string[]): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  const url = await new Promise<string>((found, failed) => {
    let text = "";
    server.stderr!.on("data", (part) => {
      text += part;
      const hit = /http:\S+/.exec(text);
      if (hit) found(hit[0]);
    });
    server.once("exit", () => failed(new Error(text)));
  });
  return { server, url };
}

async function all(url: string, streams: number, tokens: number) {
  const gaps: number[] = [];
  const first: number[] = [];
  await Promise.all(
    Array.from({ length: streams }, async (_, i) => {
      let last = performance.now();
      const asked = last;
      const response = await fetch(`${url}/completions`, {
        method: "POST",
        headers: { authorization: `Bearer account-${i}` },
        body: JSON.stringify({ prompt: `hello from ${i}`, stream: true, max_tokens: tokens }),
      });
      let pieces = 0;
      let rest = "";
      for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
        rest += Buffer.from(part).toString();
        const lines = rest.split("\n");
        rest = lines.pop()!;
        const arrived = lines.filter((line) => /^data: \{.*"text":"./.test(line)).length;
        if (arrived === 0) continue;
        const now = performance.now();
        if (pieces === 0) first.push(now - asked);
        else for (let k = 0; k < arrived; k++) gaps.push((now - last) / (arrived * PIECE_TOKENS));
        pieces += arrived;
        last = now;
      }
    }),
  );
  return { gaps, first };
}

function quantile(list: readonly number[], q: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]! * 1000) / 1000;
}
