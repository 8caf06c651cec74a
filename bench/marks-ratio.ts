/**
 * Whole detection beside the Python originals on the same text, in turns: one round of the originals, one of this
 * project, and again; medians of CPU time by round and their ratio, so that a busy machine burdens both alike.
 *   npm run build && node bench/marks-ratio.ts corpus.bin PYTHON [rounds]
 * `corpus.bin` is the cache of validation/marks-false-alarms.study.ts; PYTHON has transformers, torch, numpy.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { schemeOf } from "../dist/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../dist/labs/marks/schemes/mark-file.js";
import { scoreTexts } from "../dist/labs/marks/text/score-texts.js";

const TOKENS = 1_000_000;
const vocabulary = 128_256;
const [corpus, python, rounds = "5"] = process.argv.slice(2);
const originals = new URL("marks_originals.py", import.meta.url).pathname;
const keys = Array.from({ length: 30 }, (_, i) => 1_000_003 * (i + 1));
const marks = {
  "SynthID, transformers": { scheme: "synthid", variant: "transformers", key: keys },
  "SynthID, reference": { scheme: "synthid", variant: "reference", key: keys },
  "KGW lefthash": { scheme: "kgw", variant: "transformers", key: 15_485_863 },
};

function text(): Uint32Array {
  const bytes = readFileSync(corpus!);
  const flat = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const ids = new Uint32Array(TOKENS);
  let n = 0;
  for (let at = 0; at < flat.length && n < TOKENS; at += 1 + flat[at]!)
    for (let i = 0; i < flat[at]! && n < TOKENS; i++) ids[n++] = flat[at + 1 + i]!;
  return ids.subarray(0, n);
}

const texts = [{ id: "1", ids: text(), promptIds: new Uint32Array(0) }];
const schemes = Object.entries(marks).map(([name, mark]) => {
  const scheme = schemeOf(parseMark({ type: "assay/mark/v1", vocabulary, ...mark }, name), new TokenDraws());
  // Warm: lists and tables of this key are made.
  scoreTexts(scheme, texts, { vocabulary });
  return { name, scheme };
});
const rates: Record<string, { theirs: number[]; ours: number[] }> = {};
for (let round = 0; round < Number(rounds); round++) {
  const lines = execFileSync(python!, [originals, corpus!, "--detection"], { encoding: "utf8" }).trim().split("\n");
  for (const { name, scheme } of schemes) {
    const theirs = lines.map((line) => JSON.parse(line)).find((line) => line.name === `${name}, detection`);
    const started = process.cpuUsage();
    scoreTexts(scheme, texts, { vocabulary });
    const used = process.cpuUsage(started);
    rates[name] ??= { theirs: [], ours: [] };
    rates[name].theirs.push(theirs.tokensPerSecond);
    rates[name].ours.push(TOKENS / ((used.user + used.system) / 1e6));
  }
}
const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1]!;
for (const [name, { theirs, ours }] of Object.entries(rates)) {
  const [a, b] = [Math.round(median(theirs)), Math.round(median(ours))];
  console.log(
    JSON.stringify({
      name,
      rounds: ours.length,
      originalTokensPerSecond: a,
      tokensPerSecond: b,
      times: Math.round(b / a),
    }),
  );
}
