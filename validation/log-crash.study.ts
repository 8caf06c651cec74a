/**
 * What a log survives: kills, power cuts, a full disk, two writers, and what `log fsck` finds of tampering. Prints and
 * records the figures of validation/log-crash.md.
 *   npm run build && node validation/log-crash.study.ts [kills|cuts|full|writers|tamper]… [--scale 1]
 * Parts can be run one by one; figures of the others are kept.
 */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import fsp from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { checkLog, followLog, initLog, readEntry, withWriter } from "../dist/app/log/log.js";
import { utf8 } from "../dist/base/bytes.js";
import { prng } from "../dist/base/prng.js";
import { type Policy, parsePolicy } from "../dist/tlog/policy.js";
import { runAndKill } from "../materials/log/killing.ts";
import { afterCut, record } from "../materials/log/power-cut.ts";

const OUT = "validation/log-crash.json";
const scale = Number(process.argv[process.argv.indexOf("--scale") + 1] || 1) || 1;
const asked = process.argv.slice(2).filter((word) => /^[a-z]+$/.test(word));
const folder = mkdtempSync(join(process.env.LOG_STUDY_FOLDER ?? tmpdir(), "assay-log-crash-"));
const figures: Record<string, unknown> = existsSync(OUT) ? JSON.parse(readFileSync(OUT, "utf8")) : {};
const quiet = () => undefined;

async function newLog(name: string): Promise<{ log: string; policy: Policy }> {
  const log = join(folder, name);
  const { verifierKeys } = await initLog(log, "crash.example/log");
  return { log, policy: parsePolicy(utf8(`${verifierKeys.map((key) => `log ${key}\n`).join("")}quorum none\n`)) };
}

async function kills() {
  const { log, policy } = await newLog("killed");
  const random = prng("validation/log-crash/kills", "1");
  const acknowledged = new Map<number, string>();
  let seen: Uint8Array = readFileSync(join(log, "checkpoint"));
  const count = Math.round(1000 * scale);
  let faults = 0;
  for (let kill = 0; kill < count; kill++) {
    for (const [index, entry] of await runAndKill(log, kill * 100_000, random.below(250))) {
      if ((acknowledged.get(index) ?? entry) !== entry) faults++;
      acknowledged.set(index, entry);
    }
    const look = await followLog(log, policy, seen);
    if (look.fault !== null) faults++;
    seen = look.bytes;
    if (kill % 50 === 0) process.stderr.write(`${kill} kills, ${acknowledged.size} acknowledged\n`);
  }
  const report = await withWriter(log, null, async () => checkLog(log, policy, quiet));
  let lost = 0;
  for (const [index, entry] of acknowledged)
    if (new TextDecoder().decode(await readEntry(log, index)) !== entry) lost++;
  return {
    kills: count,
    acknowledged: acknowledged.size,
    lost,
    monitorFaults: faults,
    fsckFaults: report.faults.length,
  };
}

/** A control of the simulation itself: the same cuts, had no sync reached the disk. It must find damage. */
const unsynced = () => cuts(1, false);

async function cuts(runs = Math.max(1, Math.round(20 * scale)), synced = true) {
  const random = prng("validation/log-crash/cuts", "1");
  const each = 100;
  const found = { runs, cuts: 0, operations: 0, acknowledged: 0, lost: 0, notOpened: 0, forks: 0, fsckFaults: 0 };
  for (let run = 0; run < runs; run++) {
    const { log, policy } = await newLog(`power-${synced}-${run}`);
    const start = snapshot(log);
    const recording = record(log);
    await withWriter(log, null, async (writer) => {
      for (let round = 0, n = 0; round < 12; round++) {
        const count = 1 + random.below(round % 4 === 3 ? 400 : 40);
        const entries = Array.from({ length: count }, () => utf8(`run ${run} entry ${n++}`));
        const done = await Promise.all(entries.map((entry) => writer.append(entry)));
        for (const [i, { index }] of done.entries()) recording.event({ index, entry: entries[i] });
        recording.event({ shown: done.at(-1)!.checkpoint });
      }
    });
    recording.stop();
    const operations = recording.operations.filter(({ kind }) => synced || !kind.startsWith("sync"));
    found.operations += recording.operations.length;
    for (let cut = 0; cut < each; cut++) {
      const { files, events } = afterCut(start, operations, random.below(operations.length + 1), random);
      const after = join(folder, "after");
      rmSync(after, { recursive: true, force: true });
      lay(after, files);
      found.cuts++;
      const acks = events.filter((e): e is { index: number; entry: Uint8Array } => "index" in (e as object));
      const shown = events.filter((e): e is { shown: Uint8Array } => "shown" in (e as object));
      found.acknowledged += acks.length;
      try {
        await withWriter(after, null, async (writer) => {
          for (let i = 0; i < 3; i++) await writer.append(utf8(`after ${cut} ${i}`));
        });
      } catch (error) {
        found.notOpened++;
        if (synced) process.stderr.write(`cut: ${(error as Error).message}\n`);
        continue;
      }
      for (const { shown: head } of shown.slice(-3)) {
        const look = await followLog(after, policy, head).catch((error: Error) => ({ fault: error.message }));
        if (look.fault !== null) found.forks++;
      }
      found.fsckFaults += (await checkLog(after, policy, quiet)).faults.length;
      for (const { index, entry } of acks.slice(-40))
        if (!Buffer.from(await readEntry(after, index).catch(() => "")).equals(Buffer.from(entry))) found.lost++;
    }
    process.stderr.write(`${found.cuts} cuts\n`);
  }
  return found;
}

/** Every call that takes space fails with ENOSPC while the disk is full; which call comes first is drawn. */
async function full() {
  const random = prng("validation/log-crash/full", "1");
  const { log, policy } = await newLog("full");
  const original = { open: fsp.open, rename: fsp.rename, mkdir: fsp.mkdir };
  let left = Number.POSITIVE_INFINITY;
  const spend = () => {
    if (--left < 0) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  };
  Object.assign(fsp, {
    open: async (...given: Parameters<typeof fsp.open>) => {
      if (given[1] === "wx") spend();
      const handle = await original.open(...given);
      const writeFile = handle.writeFile.bind(handle) as (b: Uint8Array) => Promise<void>;
      return Object.assign(handle, {
        writeFile: async (bytes: Uint8Array) => {
          if (left <= 0) await writeFile(bytes.subarray(0, bytes.length >> 1));
          spend();
          await writeFile(bytes);
        },
      });
    },
    rename: async (from: string, to: string) => {
      spend();
      await original.rename(from, to);
    },
    mkdir: async (...given: Parameters<typeof fsp.mkdir>) => {
      spend();
      return original.mkdir(...given);
    },
  });
  syncBuiltinESMExports();
  const acknowledged = new Map<number, string>();
  const found = {
    fillings: Math.round(300 * scale),
    refusedAppends: 0,
    acknowledged: 0,
    lost: 0,
    forks: 0,
    fsckFaults: 0,
    notOpened: 0,
  };
  let seen: Uint8Array = readFileSync(join(log, "checkpoint"));
  for (let filling = 0; filling < found.fillings; filling++) {
    left = Number.POSITIVE_INFINITY;
    await withWriter(log, null, async (writer) => {
      left = random.below(40);
      for (let i = 0; i < 6; i++) {
        const texts = Array.from({ length: 1 + random.below(30) }, (_, k) => `filling ${filling} ${i} ${k}`);
        const done = await Promise.allSettled(texts.map((text) => writer.append(utf8(text))));
        for (const [k, one] of done.entries())
          if (one.status === "fulfilled") acknowledged.set(one.value.index, texts[k]!);
          else found.refusedAppends++;
        // Sometimes space comes back while the process lives.
        if (random.below(3) === 0) left = Number.POSITIVE_INFINITY;
      }
    }).catch(() => found.notOpened++);
    left = Number.POSITIVE_INFINITY;
    const look = await followLog(log, policy, seen);
    if (look.fault !== null) found.forks++;
    seen = look.bytes;
  }
  Object.assign(fsp, original);
  syncBuiltinESMExports();
  await withWriter(log, null, async (writer) => writer.append(utf8("last")));
  found.fsckFaults = (await checkLog(log, policy, quiet)).faults.length;
  for (const [index, text] of acknowledged)
    if (new TextDecoder().decode(await readEntry(log, index)) !== text) found.lost++;
  found.acknowledged = acknowledged.size;
  return found;
}

/** Two processes start on one log at the same moment; each says whether it got in. */
async function writers() {
  const { log, policy } = await newLog("two");
  const one = `import { withWriter } from ${JSON.stringify(join(process.cwd(), "dist/app/log/log.js"))};
    const [log, name] = process.argv.slice(1);
    try {
      await withWriter(log, null, async (writer) => {
        for (let i = 0; i < 5; i++) await writer.append(new TextEncoder().encode(name + " " + i));
        await new Promise((done) => setTimeout(done, 150));
      });
      process.stdout.write("in");
    } catch (error) { process.stdout.write(/only writer/.test(error.message) ? "out" : error.message); }`;
  const run = (name: string) =>
    new Promise<string>((done) => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", one, log, name], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let out = "";
      child.stdout.on("data", (chunk) => (out += chunk));
      child.once("close", () => done(out));
    });
  const found = {
    races: Math.round(100 * scale),
    bothIn: 0,
    oneTurnedAway: 0,
    oneAfterTheOther: 0,
    other: 0,
    fsckFaults: 0,
    entries: 0,
  };
  for (let race = 0; race < found.races; race++) {
    const before = (await checkLog(log, policy, quiet)).entries;
    const said = (await Promise.all([run(`a${race}`), run(`b${race}`)])).sort().join(" ");
    const grown = (await checkLog(log, policy, quiet)).entries - before;
    if (said === "in out" && grown === 5) found.oneTurnedAway++;
    // A slow start: the second came when the first had closed. Both wrote, in turn.
    else if (said === "in in" && grown === 10) found.oneAfterTheOther++;
    else found.other++;
  }
  const report = await checkLog(log, policy, quiet);
  return { ...found, fsckFaults: report.faults.length, entries: report.entries };
}

/** One bit of every stored byte is flipped, one at a time. */
async function tamper() {
  const { log, policy } = await newLog("tampered");
  for (const count of [1, 2, 250, 40])
    await withWriter(log, null, async (writer) => {
      await Promise.all(Array.from({ length: count }, (_, i) => writer.append(utf8(`entry ${count} ${i}`))));
    });
  const random = prng("validation/log-crash/tamper", "1");
  const files = [...snapshot(log).keys()].filter((path) => path !== "state/lock");
  const step = Math.max(1, Math.round(1 / scale));
  const found = {
    files: files.length,
    bytes: 0,
    found: 0,
    missed: [] as string[],
  };
  const holds = async () => {
    try {
      return (await checkLog(log, policy, quiet)).faults.length === 0;
    } catch {
      return false;
    }
  };
  for (const path of files) {
    const bytes = readFileSync(join(log, path));
    for (let at = 0; at < bytes.length; at += step) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << random.below(8);
      writeFileSync(join(log, path), changed);
      found.bytes++;
      if (await holds()) found.missed.push(`${path}:${at}`);
      else found.found++;
    }
    writeFileSync(join(log, path), bytes);
  }
  return { ...found, missed: found.missed.length, firstMissed: found.missed.slice(0, 10) };
}

function snapshot(log: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const name of readdirSync(log, { recursive: true }) as string[])
    if (statSync(join(log, name)).isFile()) files.set(name, readFileSync(join(log, name)));
  return files;
}

function lay(log: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(log, path)), { recursive: true });
    writeFileSync(join(log, path), bytes);
  }
}

const parts = { kills, cuts: () => cuts(), unsynced, full, writers, tamper };
for (const [name, part] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const started = Date.now();
  figures[name] = {
    date: new Date().toISOString().slice(0, 10),
    ...(await part()),
    seconds: Math.round((Date.now() - started) / 1000),
  };
  writeFileSync(OUT, `${JSON.stringify({ type: "assay/log-crash-study/v1", ...figures }, null, 2)}\n`);
  console.log(name, figures[name]);
}
rmSync(folder, { recursive: true, force: true });
