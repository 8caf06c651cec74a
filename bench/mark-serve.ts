/**
 * What serving with a mark adds to a token: 100 streams at once against the stub model, behind a plain server of the same
 * shape (same model, same pieces of 16 tokens, no mark, no log) and behind the marked one in both modes, in turns. Twice
 * over: with a model that takes 20 ms a token, as a real one would, where what is added shows as latency; and with one
 * that takes no time, where the server is the only limit and its own CPU time a token is what counts. The client is
 * another process than the server. Then the server is killed (SIGKILL) in mid-stream, and every piece that any client
 * received is held against the log. Linux (CPU time is read from /proc); about two minutes on an idle machine.
 *   npm run build && node bench/mark-serve.ts [streams] [rounds]
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StepModel } from "../dist/host/answers/step-model.js";
import { ServingLog } from "../dist/host/log/serving-log.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { type Ask, markedAnswers, PIECE_TOKENS } from "../dist/labs/marks/desk/serve-marked.js";
import { stubModel } from "../dist/labs/marks/desk/stub-model.js";
import { markedServer } from "../dist/labs/marks/tools/marked-server.js";

const SERVER = "--server";
const MODES = ["plain", "biased", "tournament"] as const;
type Mode = (typeof MODES)[number];
/** The model's own time for a token, and how many are asked for. */
const CASES = [
  { modelMs: 20, tokens: 160 },
  { modelMs: 0, tokens: 400 },
];

/** Clock ticks a second of /proc. */
const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

if (process.argv[2] === SERVER) await serve(process.argv[3] as Mode, Number(process.argv[4]), process.argv[5]!);
else await bench(Number(process.argv[2] ?? 100), Number(process.argv[3] ?? 3));

/** The stub, each step of which takes `ms`. */
function slowed(model: StepModel, ms: number): StepModel {
  if (ms === 0) return model;
  return {
    ...model,
    begin: async (promptIds) => {
      const steps = await model.begin(promptIds);
      // Against the clock, so that a late timer does not make the model slower than it is.
      const from = performance.now();
      let n = 0;
      const next = async (generated: readonly number[]) => {
        const wait = from + ms * ++n - performance.now();
        if (wait > 0) await new Promise((done) => setTimeout(done, wait));
        return steps.next(generated);
      };
      return { next, close: steps.close };
    },
  };
}

/** The marked server as `assay mark serve` makes it, or a plain one; the address goes to standard error. */
async function serve(mode: Mode, modelMs: number, log: string): Promise<void> {
  const draws = new TokenDraws();
  const model = slowed(stubModel(draws), modelMs);
  const chance = () => randomBytes(4).readUInt32LE() / 2 ** 32;
  let server: Server;
  if (mode === "plain")
    server = markedServer({ model: "stub", account: (t) => t, answer: plainAnswers(model, chance) });
  else {
    const answer = markedAnswers({
      ...{ model, draws, master: new Uint8Array(32).fill(1), period: "2026-11", variant: mode, chance },
      ...{ log: await ServingLog.open(log), canaries: new Map(), now: Date.now },
    });
    server = markedServer({ model: "stub", account: (token) => token, answer });
  }
  server.listen(0, "127.0.0.1", () => {
    process.stderr.write(`http://127.0.0.1:${(server.address() as { port: number }).port}/v1\n`);
  });
}

/** The same answers without mark and log. */
function plainAnswers(model: StepModel, chance: () => number) {
  return async function* answer({ prompt, tokensMax }: Ask): AsyncGenerator<string> {
    const steps = await model.begin(model.encode(prompt, false));
    const generated: number[] = [];
    for (let n = 0; n < tokensMax; n++) {
      const found = steps.next(generated);
      const logits = found instanceof Promise ? await found : found;
      let top = Number.NEGATIVE_INFINITY;
      for (const x of logits) if (x > top) top = x;
      let total = 0;
      for (const x of logits) total += Math.exp(x - top);
      let left = chance() * total;
      let token = 0;
      for (left -= Math.exp(logits[0]! - top); token < logits.length - 1 && left >= 0; )
        left -= Math.exp(logits[++token]! - top);
      generated.push(token);
      if (generated.length % PIECE_TOKENS > 0) continue;
      yield model.decode(generated.slice(-PIECE_TOKENS));
      // As the log's await does in the marked server: the next piece is another turn.
      await new Promise((r) => setImmediate(r));
    }
    steps.close();
  };
}

interface Measured {
  mode: Mode;
  modelMs: number;
  p50: number;
  p99: number;
  firstP50: number;
  firstP99: number;
  tokensPerSecond: number;
  serverCpuMicros: number;
}

async function bench(streams: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
  const measured: Measured[] = [];
  try {
    for (let round = 0; round < rounds; round++)
      for (const { modelMs, tokens } of CASES)
        for (const mode of MODES) {
          const { server, url } = await start(mode, modelMs, join(folder, `${mode}.log`));
          await all(url, Math.min(streams, 20), 64, new Map());
          const [cpu, started] = [cpuMicros(server.pid!), performance.now()];
          const { gaps, first } = await all(url, streams, tokens, new Map());
          const seconds = (performance.now() - started) / 1000;
          const spent = cpuMicros(server.pid!) - cpu;
          server.kill();
          measured.push({
            ...{ mode, modelMs, p50: quantile(gaps, 0.5), p99: quantile(gaps, 0.99) },
            ...{ firstP50: quantile(first, 0.5), firstP99: quantile(first, 0.99) },
            tokensPerSecond: Math.round((streams * tokens) / seconds),
            serverCpuMicros: Math.round(spent / (streams * tokens)),
          });
          process.stderr.write(`${JSON.stringify(measured.at(-1))}\n`);
        }
    for (const { modelMs, tokens } of CASES) {
      const of = (mode: Mode, what: keyof Measured) => {
        const list = measured.filter((m) => m.mode === mode && m.modelMs === modelMs).map((m) => m[what] as number);
        return list.sort((a, b) => a - b)[list.length >> 1]!;
      };
      for (const mode of MODES) {
        const added = (what: keyof Measured) => round3(of(mode, what) - of("plain", what));
        console.log(
          JSON.stringify({
            ...{
              mode,
              modelMs,
              streams,
              tokens,
              rounds,
              msPerTokenP50: of(mode, "p50"),
              msPerTokenP99: of(mode, "p99"),
            },
            ...{ addedMsP50: added("p50"), addedMsP99: added("p99"), addedFirstPieceMsP50: added("firstP50") },
            ...{ tokensPerSecond: of(mode, "tokensPerSecond"), serverCpuMicrosPerToken: of(mode, "serverCpuMicros") },
            addedCpuMicrosPerToken: added("serverCpuMicros"),
          }),
        );
      }
    }
    for (const mode of ["biased", "tournament"] as const)
      await killed(mode, streams, join(folder, `${mode}.killed.log`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** SIGKILL in mid-stream: every text as far as a client has it must stand in the log under its digest, the chain whole. */
async function killed(mode: Mode, streams: number, log: string): Promise<void> {
  const { server, url } = await start(mode, 0, log);
  const received = new Map<string, string>();
  const running = all(url, streams, 400, received).catch(() => undefined);
  const have = () => [...received.values()].reduce((n, text) => n + text.length, 0);
  while (have() < 8000) await new Promise((r) => setTimeout(r, 2));
  server.kill("SIGKILL");
  await running;
  const text = readFileSync(log, "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n")).split("\n");
  let previous = digest("assay/serving-log/v1");
  let broken = 0;
  const stands = new Set<string>();
  for (const line of lines) {
    const entry = JSON.parse(line);
    if (entry.previous !== previous) broken++;
    previous = digest(line);
    stands.add(`${entry.id} ${entry.text}`);
  }
  const without = [...received].filter(([id, told]) => told !== "" && !stands.has(`${id} ${digest(told)}`)).length;
  console.log(
    JSON.stringify({
      killed: mode,
      answersBegun: received.size,
      charsReceived: have(),
      linesInLog: lines.length,
      broken,
      without,
    }),
  );
}

function digest(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

async function start(mode: Mode, modelMs: number, log: string): Promise<{ server: ChildProcess; url: string }> {
  const args = [new URL(import.meta.url).pathname, SERVER, mode, String(modelMs), log];
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

/** Streams answers; gaps between pieces over the tokens of a piece, in ms, and the wait for the first piece. */
async function all(url: string, streams: number, tokens: number, received: Map<string, string>) {
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
        let arrived = 0;
        for (const line of lines) {
          if (!line.startsWith("data: {")) continue;
          const { id, choices } = JSON.parse(line.slice(6));
          if (!choices[0].text) continue;
          received.set(id, (received.get(id) ?? "") + choices[0].text);
          arrived++;
        }
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

/** User and system time of a process so far. */
function cpuMicros(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS;
}

function quantile(list: readonly number[], q: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return round3(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!);
}

function round3(x: number): number {
  return Math.round(x * 1000) / 1000;
}
