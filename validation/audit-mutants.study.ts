/**
 * Files of every tracker, altered at random: each is read or refused in one line, never anything else, and how much
 * processor time the longest took. Goes on from what is in its file, with the reader that has the fewest tries; TRIES says
 * how many in all. A reader's tries depend on its name alone, so that a new one changes no other's figures.
 *   npm run build && node validation/audit-mutants.study.ts [TRIES]
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { prng } from "../dist/base/prng.js";
import { altered, READERS, readOrRefused } from "../materials/audit/log-files.ts";

const OUT = "validation/audit-mutants.json";
/** Tries under one seed, so that the study can stop and go on. */
const CHUNK = 1000;
const tries = Number(process.argv[2] ?? 1_000_000);

interface Figures {
  says: string;
  command: string;
  seed: string;
  tries: number;
  readers: Record<string, { fileBytes: number; tried: number; read: number; refused: number; slowestMs: number }>;
  faults: { reader: string; chunk: number; fault: string }[];
}
const figures: Figures = existsSync(OUT)
  ? JSON.parse(readFileSync(OUT, "utf8"))
  : {
      says: "one to four edits a file: a byte set, up to eight taken out, one put in; a fault is whatever is neither rows nor a refusal in words; slowestMs is processor time, collecting garbage included",
      command: "npm run build && node validation/audit-mutants.study.ts",
      seed: "assay/audit-mutants; the reader's name, chunk 0, 1, … of 1,000",
      tries: 0,
      readers: {},
      faults: [],
    };
for (const [name, whole] of READERS)
  figures.readers[name] ??= { fileBytes: whole.length, tried: 0, read: 0, refused: 0, slowestMs: 0 };
while (figures.tries < tries) {
  const [name, whole, read] = READERS.toSorted(([a], [b]) => figures.readers[a]!.tried - figures.readers[b]!.tried)[0]!;
  const of = figures.readers[name]!;
  const chunk = of.tried / CHUNK;
  const source = prng("assay/audit-mutants", `${name}, chunk ${chunk}`);
  for (let i = 0; i < CHUNK; i++) {
    const bytes = altered(whole, source);
    const began = process.cpuUsage();
    try {
      of[await readOrRefused(read, bytes)]++;
    } catch (error) {
      figures.faults.push({ reader: name, chunk, fault: String((error as Error).stack).slice(0, 500) });
    }
    const { user, system } = process.cpuUsage(began);
    of.slowestMs = Math.max(of.slowestMs, Math.ceil((user + system) / 1000));
  }
  of.tried += CHUNK;
  figures.tries += CHUNK;
  writeFileSync(OUT, `${JSON.stringify(figures, null, 1)}\n`);
}
console.log(JSON.stringify(figures));
if (figures.faults.length > 0) process.exitCode = 1;
