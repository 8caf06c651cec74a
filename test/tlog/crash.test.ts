/**
 * Crashes: the process is killed at random moments while it appends, and what it acknowledged is checked from outside
 * after every one. A monitor follows throughout. SLOW=1 makes it 1,000 kills.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkLog, followLog, initLog, openLog, readEntry, withWriter } from "../../src/app/log.js";
import { utf8 } from "../../src/base/bytes.js";
import { prng } from "../../src/base/prng.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { runAndKill } from "../../validation/study/log/killing.js";

const KILLS = process.env.SLOW ? 1000 : 25;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-log-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

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
