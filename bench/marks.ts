/**
 * Detection speed on one core: KGW lefthash at a vocabulary of 128,256, cold (no list drawn yet) and warm, SynthID-Text
 * with 30 layers in both forms, and what marking costs a step. Text: a megatoken of the corpus cached by the
 * false-alarm study, or ids drawn by Zipf's law where there is none. With the path of a Python that has transformers,
 * the originals run on the same text first, in the same run. Run it on a quiet machine:
 *   npm run build && node bench/marks.ts [corpus.bin [python]]
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import type { AssayMark } from "../dist/labs/marks/schemes/assay-scheme.js";
import { schemeOf } from "../dist/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../dist/labs/marks/schemes/mark-file.js";
import { markerOf } from "../dist/labs/marks/schemes/marker.js";
import { scoreTexts } from "../dist/labs/marks/text/score-texts.js";

const TOKENS = 1_000_000;
const vocabulary = 128_256;

function text(): Uint32Array {
  const path = process.argv[2];
  const ids = new Uint32Array(TOKENS);
  if (path === undefined) {
    let state = 1;
    for (let i = 0; i < TOKENS; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      ids[i] = Math.floor(vocabulary ** (state / 2 ** 32)) - 1;
    }
    return ids;
  }
  const bytes = readFileSync(path);
  const flat = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let n = 0;
  for (let at = 0; at < flat.length && n < TOKENS; at += 1 + flat[at]!)
    for (let i = 0; i < flat[at]! && n < TOKENS; i++) ids[n++] = flat[at + 1 + i]!;
  return ids.subarray(0, n);
}

const [corpus, python] = process.argv.slice(2);
if (corpus !== undefined && python !== undefined)
  execFileSync(python, [new URL("marks_originals.py", import.meta.url).pathname, corpus], { stdio: "inherit" });
const ids = text();
const texts = [{ id: "1", ids, promptIds: new Uint32Array(0) }];
const keys = Array.from({ length: 30 }, (_, i) => 1_000_003 * (i + 1));
const marks = {
  "KGW lefthash": { scheme: "kgw", variant: "transformers", key: 15_485_863 },
  "SynthID, transformers": { scheme: "synthid", variant: "transformers", key: keys },
  "SynthID, reference": { scheme: "synthid", variant: "reference", key: keys },
  "own, biased": { scheme: "assay", variant: "biased", key: "ab".repeat(32) },
};
for (const [name, mark] of Object.entries(marks)) {
  const scheme = schemeOf(parseMark({ type: "assay/mark/v1", vocabulary, ...mark }, name), new TokenDraws());
  for (const run of ["cold", "warm", "warm", "warm"]) {
    const started = process.cpuUsage();
    const { value } = scoreTexts(scheme, texts, { vocabulary });
    const used = process.cpuUsage(started);
    const seconds = (used.user + used.system) / 1e6;
    console.log(
      JSON.stringify({
        name,
        run,
        tokens: ids.length,
        tuples: value.length,
        cpuSeconds: seconds,
        tokensPerSecond: Math.round(ids.length / seconds),
      }),
    );
  }
}
// Like for like with the originals' g-values alone: every window's weighted sum, nothing told apart.
for (const variant of ["transformers", "reference"]) {
  const mark = parseMark({ type: "assay/mark/v1", vocabulary, scheme: "synthid", variant, key: keys }, variant);
  const scheme = schemeOf(mark, new TokenDraws());
  const positions = Int32Array.from({ length: ids.length - 4 }, (_, i) => i + 4);
  for (const run of ["cold", "warm", "warm"]) {
    const started = process.cpuUsage();
    scheme.scores(ids, positions, scheme.names(ids, positions));
    const used = process.cpuUsage(started);
    const seconds = (used.user + used.system) / 1e6;
    console.log(
      JSON.stringify({
        name: `SynthID, ${variant}, sums of g-values alone`,
        run,
        tokens: ids.length,
        cpuSeconds: seconds,
        tokensPerSecond: Math.round(ids.length / seconds),
      }),
    );
  }
}
for (const variant of ["biased", "tournament"]) {
  const mark = parseMark(
    { type: "assay/mark/v1", scheme: "assay", variant, key: "ab".repeat(32), vocabulary },
    variant,
  ) as AssayMark;
  const step = markerOf(mark, new TokenDraws());
  const logits = Float32Array.from({ length: vocabulary }, (_, t) => Math.sin(t) * 6 - 3 * Math.log(1 + t));
  const steps = 50;
  const started = process.cpuUsage();
  for (let n = 0; n < steps; n++) step([n, n + 1, n + 2, n + 3], logits.slice());
  const used = process.cpuUsage(started);
  console.log(
    JSON.stringify({ name: `marking, ${variant}`, vocabulary, msPerToken: (used.user + used.system) / 1e3 / steps }),
  );
}
