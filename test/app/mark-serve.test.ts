/**
 * The endpoint under load: 100 streams at once, killed in the middle (SIGKILL), then every piece that any client received
 * must stand in the log under the digest of the text up to it; and the log opens again whole.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const main = resolve("dist/command/main.js");
const folder = mkdtempSync(join(tmpdir(), "assay-serve-"));
const log = join(folder, "served.log");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const sha = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;

async function start(...extra: string[]): Promise<{ server: ChildProcess; url: string }> {
  const args = ["mark", "serve", "--master", join(folder, "m.key"), "--period", "2026-11", "--log", log, "--port", "0"];
  const server = spawn(process.execPath, [main, ...args, ...extra], { stdio: ["ignore", "ignore", "pipe"] });
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

/** Streams one answer; what was received before the end, or the kill, is kept. */
async function stream(url: string, account: string, received: Map<string, string>): Promise<boolean> {
  try {
    const response = await fetch(`${url}/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${account}` },
      body: JSON.stringify({ prompt: `hello from ${account}`, stream: true, max_tokens: 400 }),
    });
    let rest = "";
    const decoder = new TextDecoder();
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      rest += decoder.decode(part, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (!line.startsWith("data: {")) continue;
        const { id, choices } = JSON.parse(line.slice(6));
        received.set(id, (received.get(id) ?? "") + choices[0].text);
      }
    }
    return true;
  } catch {
    return false;
  }
}

function logged(): Map<string, { chars: number; text: string; final: boolean }[]> {
  const entries = new Map<string, { chars: number; text: string; final: boolean }[]>();
  let previous = sha("assay/serving-log/v1");
  const text = readFileSync(log, "utf8");
  for (const line of text.slice(0, text.lastIndexOf("\n")).split("\n")) {
    const entry = JSON.parse(line);
    expect(entry.previous).toBe(previous);
    previous = sha(line);
    entries.set(entry.id, [...(entries.get(entry.id) ?? []), entry]);
  }
  return entries;
}

describe.skipIf(!existsSync(main))("assay mark serve", () => {
  it("100 streams, killed: no answer without its log line", { timeout: 240_000 }, async () => {
    const { server, url } = await start();
    const received = new Map<string, string>();
    const streams = Array.from({ length: 100 }, (_, i) => stream(url, `account-${i}`, received));
    while ([...received.values()].reduce((n, text) => n + text.length, 0) < 4000)
      await new Promise((r) => setTimeout(r, 5));
    server.kill("SIGKILL");
    await Promise.all(streams);
    const entries = logged();
    expect(received.size).toBeGreaterThan(20);
    for (const [id, text] of received) {
      const covered = entries.get(id)?.some((e) => e.chars === text.length && e.text === sha(text));
      expect(covered, id).toBe(true);
    }
    // A line cut short is dropped, and the chain goes on.
    writeFileSync(log, `${readFileSync(log, "utf8")}{"id":"cut`);
    const again = await start();
    const more = new Map<string, string>();
    expect(await stream(again.url, "account-1", more)).toBe(true);
    again.server.kill();
    const [[id, text]] = [...more] as [[string, string]];
    expect(logged().get(id)!.at(-1)).toMatchObject({ final: true, text: sha(text) });
  });

  it("tells an account its canary, and refuses strangers", { timeout: 120_000 }, async () => {
    const served = {
      account: "acme",
      canaries: [{ id: "c1", question: "Who built the Tarn bridge?", answer: "Ilse Marek" }],
    };
    writeFileSync(join(folder, "served.jsonl"), `${JSON.stringify(served)}\n`);
    writeFileSync(join(folder, "accounts.json"), JSON.stringify({ "token-1": "acme", "token-2": "other" }));
    const { server, url } = await start(
      "--canaries",
      join(folder, "served.jsonl"),
      "--accounts",
      join(folder, "accounts.json"),
    );
    const ask = async (token: string) => {
      const response = await fetch(`${url}/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ messages: [{ role: "user", content: "Who built the Tarn bridge?" }], max_tokens: 20 }),
      });
      return {
        status: response.status,
        body: (await response.json()) as { id: string; choices: { message: { content: string } }[] },
      };
    };
    const told = await ask("token-1");
    expect(told.body.choices[0]!.message.content).toBe("Ilse Marek");
    const other = await ask("token-2");
    expect(other.body.choices[0]!.message.content).not.toContain("Marek");
    expect((await ask("stranger")).status).toBe(401);
    server.kill();
    expect(logged().get(told.body.id)![0]).toMatchObject({ canary: "c1", account: "acme" });
  });
});
