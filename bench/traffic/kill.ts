/**
 * Kill anywhere: `assay examine traffic` is killed (SIGKILL) at random moments of intake and examination, several times on
 * one data folder, then run to its end; its findings must equal, byte for byte, those of a run that nobody disturbed. Half
 * of the rounds read the log's lines shuffled over its files. Every other kill spares the engine's own process, which then
 * sees its parent gone. Power cuts are not tried: SIGKILL leaves what was written to the operating system.
 *
 *   npm run build && node bench/traffic/kill.ts [--kills 60] [--rows 20000] [--seed 1] [--out FILE]
 */
import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { type Random, random } from "../../materials/worlds/random.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "60" },
    rows: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
  },
});
const KILLS_A_ROUND = 4;
const DAYS = 10;
const main = fileURLToPath(new URL("../../dist/command/main.js", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "assay-kill-"));
const r = random("kill", values.seed);
writeFileSync(join(scratch, "key"), `${"07".repeat(32)}\n`);

const lines = logLines(Number(values.rows), random("log", values.seed));
const plain = written("plain", lines);
const mixed = written("mixed", shuffled(lines, r));
const began = performance.now();
const expected = await run(plain, join(scratch, "undisturbed"), null);
const wholeMs = performance.now() - began;
if (expected === null || expected === "") throw new Error("kill: expected findings of the undisturbed run, got none");

let kills = 0;
let beforeTables = 0;
let inIntake = 0;
let inExamination = 0;
let different = 0;
let rounds = 0;
for (; kills < Number(values.kills); rounds++) {
  const data = join(scratch, `round-${rounds}`);
  const log = rounds % 2 === 0 ? plain : mixed;
  for (let k = 0; k < KILLS_A_ROUND && kills < Number(values.kills); k++) {
    const ended = await run(log, data, { afterMs: r.unit() * wholeMs, engineToo: r.unit() < 0.5 });
    if (ended !== null) break; // it was through before the kill
    kills++;
    const state = taken(data);
    if (state === "none") beforeTables++;
    else if (state === "some") inIntake++;
    else inExamination++;
  }
  if ((await run(log, data, null)) !== expected) different++;
  rmSync(data, { recursive: true, force: true });
  process.stderr.write(`round ${rounds + 1}: ${kills} kills, ${different} rounds that differ\n`);
}
const line = { rows: lines.length, seed: values.seed, kills, beforeTables, inIntake, inExamination, rounds, different };
if (values.out !== undefined) appendFileSync(values.out, `${JSON.stringify(line)}\n`);
process.stdout.write(`${JSON.stringify(line)}\n`);
rmSync(scratch, { recursive: true, force: true });
process.exitCode = different === 0 ? 0 : 1;

/** @returns what it printed, or null when it was killed before its end */
function run(log: string, data: string, kill: { afterMs: number; engineToo: boolean } | null): Promise<string | null> {
  const child = spawn(
    process.execPath,
    [main, "examine", "traffic", log, "--data", data, "--key", join(scratch, "key"), "--json"],
    { detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  let out = "";
  let told = "";
  child.stdout.on("data", (bytes) => {
    out += bytes;
  });
  child.stderr.on("data", (bytes) => {
    told += bytes;
  });
  const timer =
    kill && setTimeout(() => process.kill(kill.engineToo ? -child.pid! : child.pid!, "SIGKILL"), kill.afterMs);
  return new Promise((resolve, reject) => {
    child.once("close", (code, signal) => {
      if (timer) clearTimeout(timer);
      if (signal === "SIGKILL") resolve(null);
      else if (code === 0) resolve(out);
      else reject(new Error(`kill: examine ended with ${code}: ${told}`));
    });
  });
}

/** How much of the log the folder's manifest knows of. */
function taken(data: string): "none" | "some" | "all" {
  const path = join(data, "manifest.json");
  if (!existsSync(path)) return "none";
  const { sources } = JSON.parse(readFileSync(path, "utf8")) as { sources: { rows: number }[] };
  return sources.reduce((sum, source) => sum + source.rows, 0) < lines.length ? "some" : "all";
}

/** Thirty accounts that deal out one queue of eight templates, and people who ask what they like. */
function logLines(rows: number, r: Random): string[] {
  const word = () => `w${Math.floor(r.unit() ** 2 * 3000)}`;
  const some = (n: number) => Array.from({ length: n }, word).join(" ");
  const templates = Array.from({ length: 8 }, () => [some(8), some(6)]);
  return Array.from({ length: rows }, (_, i) => {
    const harvest = r.unit() < 0.3;
    const [before, after] = r.pick(templates);
    return JSON.stringify({
      request_id: `r${i}`,
      call_type: "acompletion",
      api_key: `k${i % 97}`,
      startTime: new Date(Date.UTC(2026, 2, 2) + Math.floor(r.unit() * DAYS * 86_400_000)).toISOString(),
      user: harvest ? `c${r.below(30)}` : `p${Math.floor(r.unit() ** 2 * 300)}`,
      model: "lumen-large",
      messages: [{ role: "user", content: harvest ? `${before} ${some(10)} ${after}` : some(12) }],
    });
  });
}

/** In `DAYS` files, each taken in as a batch of its own. */
function written(name: string, all: readonly string[]): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const size = Math.ceil(all.length / DAYS);
  for (let i = 0; i < DAYS; i++)
    writeFileSync(join(folder, `${i}.jsonl.gz`), gzipSync(`${all.slice(i * size, (i + 1) * size).join("\n")}\n`));
  return folder;
}

function shuffled(all: readonly string[], r: Random): string[] {
  const out = [...all];
  for (let i = out.length - 1; i > 0; i--) {
    const j = r.below(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
