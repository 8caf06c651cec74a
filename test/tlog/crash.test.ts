/**
 * Crashes: the process is killed at random moments while it appends, and what it acknowledged is checked from outside
 * after every one. A monitor follows throughout. SLOW=1 makes it 1,000 kills.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkLog, followLog, initLog, openLog, readEntry, withWriter } from "../../src/app/log.js";
import { utf8 } from "../../src/base/bytes.js";
import { prng } from "../../src/base/prng.js";
import { parsePolicy } from "../../src/tlog/policy.js";

const KILLS = process.env.SLOW ? 1000 : 25;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-log-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** Appends in small rounds and says what was acknowledged, until it is killed. */
const APPENDER = `
import { withWriter } from ${JSON.stringify(join(process.cwd(), "dist/app/log.js"))};
const [folder, from] = process.argv.slice(1);
await withWriter(folder, null, async (writer) => {
  process.stdout.write("open " + writer.size + "\\n");
  for (let i = Number(from); ; i += 3) {
    const done = await Promise.all([i, i + 1, i + 2].map((n) => writer.append(new TextEncoder().encode("entry " + n))));
    for (const [k, { index }] of done.entries()) process.stdout.write("ack " + index + " entry " + (i + k) + "\\n");
  }
});`;

async function runAndKill(log: string, from: number, afterMs: number): Promise<Map<number, string>> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", APPENDER, log, String(from)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stderr.on("data", (chunk) => (err += chunk));
  const opened = new Promise<void>((resolve) =>
    child.stdout.on("data", (chunk) => {
      out += chunk;
      if (out.includes("open ")) resolve();
    }),
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await Promise.race([opened, ended]);
  if (!out.includes("open ")) throw new Error(`the log did not open again: ${err}`);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill("SIGKILL");
  await ended;
  // A line cut off by the kill was not acknowledged to anyone.
  const lines = out.slice(0, out.lastIndexOf("\n")).split("\n");
  const acks = lines.map((line) => /^ack ([0-9]+) (entry [0-9]+)$/.exec(line)).filter((hit) => hit !== null);
  return new Map(acks.map((hit) => [Number(hit[1]), hit[2]!]));
}

test(`${KILLS} kills at random moments lose no acknowledged entry and fork nothing`, {
  timeout: 3_600_000,
}, async () => {
  const log = join(folder, "killed");
  const { verifierKeys } = await initLog(log, "crash.example/log");
  const policy = parsePolicy(utf8(`log ${verifierKeys[0]}\nquorum none\n`));
  const random = prng("test/tlog/crash", "1");
  const acknowledged = new Map<number, string>();
  let seen: Uint8Array = await readFile(join(log, "checkpoint"));
  for (let kill = 0; kill < KILLS; kill++) {
    const acks = await runAndKill(log, kill * 100_000, random.below(250));
    for (const [index, entry] of acks) {
      expect(acknowledged.get(index) ?? entry).toBe(entry);
      acknowledged.set(index, entry);
    }
    const look = await followLog(log, policy, seen);
    expect(look.fault).toBeNull();
    seen = look.bytes;
  }
  await withWriter(log, null, async (writer) =>
    expect(writer.size).toBeGreaterThanOrEqual(Math.max(0, ...acknowledged.keys())),
  );
  const report = await checkLog(log, policy, () => undefined);
  expect(report.faults).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(KILLS);
  for (const [index, entry] of [...acknowledged].slice(-200))
    expect(new TextDecoder().decode(await readEntry(log, index))).toBe(entry);
  expect(await openLog(log)("state/none")).toBeNull();
});

test("a second writer is turned away while the first holds the log", async () => {
  const log = join(folder, "two");
  await initLog(log, "two.example/log");
  await withWriter(log, null, async (writer) => {
    await writer.append(utf8("first"));
    await expect(withWriter(log, null, async () => undefined)).rejects.toThrow(/only writer/);
  });
  await withWriter(log, null, async (writer) => expect(writer.size).toBe(1));
});
