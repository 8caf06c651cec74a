/**
 * Crashes: the process is killed at random moments while it appends, and what it acknowledged is checked from outside
 * after every one. A monitor follows throughout. SLOW=1 makes it 1,000 kills.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAndKill } from "../../materials/log/killing.js";
import { afterCut, record } from "../../materials/log/power-cut.js";
import { checkLog, followLog, initLog, openLog, readEntry, withWriter } from "../../src/app/log/log.js";
import { utf8 } from "../../src/base/bytes.js";
import { prng } from "../../src/base/prng.js";
import { lockLogFolder } from "../../src/host/log/log-folder.js";
import { parsePolicy } from "../../src/tlog/policy.js";

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

test("power cuts: what was not synced is lost, what was acknowledged is not", async () => {
  const log = join(folder, "power");
  const { verifierKeys } = await initLog(log, "power.example/log");
  const policy = parsePolicy(utf8(`log ${verifierKeys[0]}\nquorum none\n`));
  const start = new Map<string, Uint8Array>();
  for (const name of (await readdir(log, { recursive: true })) as string[])
    if ((await stat(join(log, name))).isFile()) start.set(name, await readFile(join(log, name)));
  const recording = record(log);
  await withWriter(log, null, async (writer) => {
    for (const count of [3, 260, 20])
      for (const { index } of await Promise.all(
        Array.from({ length: count }, (_, i) => writer.append(utf8(`${count} ${i}`))),
      ))
        recording.event({ index });
  });
  recording.stop();
  const random = prng("test/tlog/power", "1");
  for (let cut = 0; cut < 12; cut++) {
    const { files, events } = afterCut(
      start,
      recording.operations,
      random.below(recording.operations.length + 1),
      random,
    );
    const after = join(folder, `after-${cut}`);
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(after, path)), { recursive: true });
      await writeFile(join(after, path), bytes);
    }
    await withWriter(after, null, async (writer) => {
      expect(writer.size).toBeGreaterThanOrEqual(events.length);
      await writer.append(utf8("after the cut"));
    });
    expect((await checkLog(after, policy, () => undefined)).faults).toEqual([]);
  }
});

test("a write that fails is told when no other is still under way", async () => {
  const log = join(folder, "failing");
  await initLog(log, "failing.example/log");
  const store = await lockLogFolder(log);
  await mkdir(join(log, "tile/0/000"), { recursive: true }); // A folder where a file is to go.
  const files = new Map([["tile/0/000", new Uint8Array(9)]]);
  for (let i = 1; i < 16; i++) files.set(`tile/entries/00${i.toString(16)}`, new Uint8Array(4 << 20));
  await expect(store.write(files)).rejects.toThrow();
  expect(await readdir(join(log, "state/tmp"))).toEqual([]);
  store.close();
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
