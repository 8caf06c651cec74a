import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type CollectOptions, collect, type Endpoint } from "../../../src/app/collect.js";
import { readTranscript } from "../../../src/transcript/read-transcript.js";
import { type Fault, type HostileServer, hostileServer } from "./hostile-server.js";

const KEY = "sk-very-secret-0123456789";
const servers: HostileServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(...args: Parameters<typeof hostileServer>): Promise<HostileServer> {
  const server = await hostileServer(...args);
  servers.push(server);
  return server;
}

const folder = () => mkdtempSync(join(tmpdir(), "assay-collect-"));
const prompts = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ id: `p${i}`, text: `thing ${i}`, purpose: "general" }));

function endpoint(server: HostileServer, out: string, changes: Partial<Endpoint> = {}): Endpoint {
  return {
    url: server.url,
    protocol: "openai",
    out,
    key: KEY,
    settings: { model: "m", temperature: 0, maxTokens: 50, system: null, seed: null },
    ...changes,
  };
}

function options(endpoints: Endpoint[], changes: Partial<CollectOptions> = {}): CollectOptions {
  return {
    endpoints,
    prompts: prompts(24),
    samples: 1,
    seed: "s",
    requestsMax: null,
    costMax: null,
    prices: null,
    concurrency: 4,
    intervalMs: 0,
    triesMax: 6,
    waitMs: 5,
    timeoutMs: 5000,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...changes,
  };
}

/** Every byte of every file under a folder. */
function everything(path: string): string {
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((name) => statSync(name).isFile())
    .map((name) => `${name}\n${readFileSync(name, "latin1")}`)
    .join("\n");
}

const FAULTS: Fault[] = ["rate", "none", "error", "none", "drop", "cut", "none", "echo", "none", "none"];

describe("collecting from a server that misbehaves", () => {
  it.each(["openai", "anthropic"] as const)(
    "loses nothing over the %s protocol, and writes no key",
    async (protocol) => {
      const server = await serve((n) => FAULTS[n % FAULTS.length]!, protocol);
      const dir = folder();
      const out = join(dir, "t.jsonl");
      const [done] = await collect(options([endpoint(server, out, { protocol })]));
      expect(done).toMatchObject({ complete: true, answers: 24, stopped: null });
      const { records } = readTranscript(readFileSync(out), "t");
      expect(new Set(records.map((r) => r.promptId)).size).toBe(24);
      for (const r of records) expect(r.text).toBe(`About ${r.prompt}: it depends.`);
      // Each raw response lies there under its own digest, and the record names it.
      for (const { settings } of records) {
        const digest = String(settings!.raw).replace("sha256:", "");
        const raw = readdirSync(`${out}.raw`).find((name) => name.includes(digest))!;
        expect(
          createHash("sha256")
            .update(readFileSync(join(`${out}.raw`, raw)))
            .digest("hex"),
        ).toBe(digest);
      }
      expect(server.answered.length).toBe(24);
      expect(server.keys).toEqual(new Set([KEY]));
      expect(everything(dir)).not.toContain(KEY);
      expect(existsSync(`${out}.journal`) || existsSync(`${out}.lock`)).toBe(false);
    },
  );

  it("says when a server repeats a response id", async () => {
    const server = await serve(() => "same-id");
    const out = join(folder(), "t.jsonl");
    await collect(options([endpoint(server, out)], { prompts: prompts(4), concurrency: 1 }));
    const { records } = readTranscript(readFileSync(out), "t");
    expect(records.filter((r) => r.settings!.response_id_seen_before === true)).toHaveLength(3);
  });

  it("interleaves endpoints prompt by prompt", async () => {
    const server = await serve(() => "none");
    const dir = folder();
    const of = (model: string) =>
      endpoint(server, join(dir, `${model}.jsonl`), {
        settings: { model, temperature: 0, maxTokens: 50, system: null, seed: null },
      });
    await collect(options([of("a"), of("b"), of("c")], { prompts: prompts(8), concurrency: 1 }));
    for (let p = 0; p < 8; p++)
      expect(new Set(server.models.slice(3 * p, 3 * p + 3))).toEqual(new Set(["a", "b", "c"]));
  });

  it("keeps both budgets over interruptions, and goes on when they are raised", async () => {
    const server = await serve(() => "none");
    const out = join(folder(), "t.jsonl");
    const run = (changes: Partial<CollectOptions>) =>
      collect(options([endpoint(server, out)], { concurrency: 2, ...changes }));
    expect((await run({ requestsMax: 5 }))[0]).toMatchObject({ complete: false, requests: 5, answers: 5 });
    expect((await run({ requestsMax: 5 }))[0]).toMatchObject({ complete: false, requests: 5 });
    expect(server.requests).toBe(5);
    const prices = { input: 1, output: 10 };
    const [paid] = await run({ costMax: 0.003, prices });
    expect(paid!.complete).toBe(false);
    expect(paid!.cost!).toBeLessThanOrEqual(0.003);
    expect((await run({}))[0]).toMatchObject({ complete: true, answers: 24 });
    expect(server.answered.length).toBe(24);
    expect(new Set(server.answered).size).toBe(24);
  });

  it("takes up an answer that was received but not recorded, and cuts off a torn line", async () => {
    const server = await serve(() => "none");
    const out = join(folder(), "t.jsonl");
    await collect(options([endpoint(server, out)], { requestsMax: 6, concurrency: 1 }));
    const lines = readFileSync(`${out}.journal`, "utf8").trimEnd().split("\n");
    writeFileSync(`${out}.journal`, `${lines.slice(0, 4).join("\n")}\n${lines[4]!.slice(0, 30)}`);
    const [done] = await collect(options([endpoint(server, out)]));
    expect(done).toMatchObject({ complete: true, answers: 24 });
    expect(server.requests).toBe(24);
  });

  it("stops with one line when the server only fails, or rejects the setup", async () => {
    const dead = await serve(() => "error");
    await expect(collect(options([endpoint(dead, join(folder(), "t.jsonl"))], { triesMax: 2 }))).rejects.toThrow(
      /expected an answer in 2 tries, got status 500/,
    );
    await expect(
      collect(options([endpoint(dead, join(folder(), "t.jsonl"), { url: "http://u:p@localhost/" })])),
    ).rejects.toThrow(/without a user or password/);
  });

  it("refuses a transcript that is there, and a journal in use", async () => {
    const server = await serve(() => "none");
    const out = join(folder(), "t.jsonl");
    await collect(options([endpoint(server, out)], { prompts: prompts(1) }));
    await expect(collect(options([endpoint(server, out)]))).rejects.toThrow(/is there and complete/);
    rmSync(out);
    writeFileSync(`${out}.lock`, "1");
    await expect(collect(options([endpoint(server, out)]))).rejects.toThrow(/process 1 is writing/);
  });
});

describe("the command", () => {
  const main = join(import.meta.dirname, "../../../dist/command/main.js");

  it("killed at any moment, it asks nothing twice and loses nothing; the key is in no file and no line", async () => {
    const server = await serve((n) => (n % 7 === 3 ? "error" : n % 11 === 5 ? "echo" : "none"), "openai", 15);
    const dir = folder();
    const out = join(dir, "t.jsonl");
    writeFileSync(join(dir, "prompts.jsonl"), "");
    for (const { id, text } of prompts(40))
      appendFileSync(join(dir, "prompts.jsonl"), `${JSON.stringify({ prompt_id: id, prompt: text })}\n`);
    let printed = "";
    const run = (killAfter: number | null) =>
      new Promise<number | null>((done) => {
        const started = server.answered.length;
        const args = [
          "collect",
          "--endpoint",
          server.url,
          "--prompts",
          join(dir, "prompts.jsonl"),
          "--out",
          out,
          "--json",
          "--concurrency",
          "3",
        ];
        const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, OPENAI_API_KEY: KEY } });
        for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (printed += part));
        const watch = setInterval(() => {
          if (killAfter !== null && server.answered.length >= started + killAfter) child.kill("SIGKILL");
        }, 5);
        child.on("exit", (code) => {
          clearInterval(watch);
          done(code);
        });
      });
    await run(7);
    await run(9);
    expect(await run(null)).toBe(0);
    expect(JSON.parse(printed.trim().split("\n").at(-1)!)).toMatchObject({ complete: true, answers: 40 });
    const { records } = readTranscript(readFileSync(out), "t");
    expect(new Set(records.map((r) => r.promptId)).size).toBe(40);
    // Only what was under way when it was killed may have been answered without being received: three a kill.
    expect(server.answered.length).toBeLessThanOrEqual(40 + 2 * 3);
    expect(everything(dir) + printed).not.toContain(KEY);
  }, 240_000);
});
