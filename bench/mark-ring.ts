/**
 * A ring of many keys beside one key: processor time a key over the same text, and whether a ring's p keeps its level.
 *   npm run build && node bench/mark-ring.ts corpus.bin [--keys 10000] [--tokens 1000000] [--texts 200] [--level-keys 500]
 * `corpus.bin` is the cache of validation/marks-false-alarms.study.ts: unmarked answers. Marks: vLLM's gumbel, vocabulary
 * 128,256, keys from a seed. One JSON line a figure.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { prng } from "../dist/base/prng.js";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { schemeOf } from "../dist/labs/marks/schemes/make-scheme.js";
import { type Mark, parseMark } from "../dist/labs/marks/schemes/mark-file.js";
import { testPresence } from "../dist/labs/marks/text/present.js";
import { testRing } from "../dist/labs/marks/text/ring.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    keys: { type: "string", default: "10000" },
    tokens: { type: "string", default: "1000000" },
    texts: { type: "string", default: "200" },
    "level-keys": { type: "string", default: "500" },
  },
});
const V = 128_256;
const SINGLE_ROUNDS = 5;
const none = new Uint32Array(0);
const source = prng("assay/bench/mark-ring", "keys");
const key = () => String((BigInt(source.uint32()) << 32n) | BigInt(source.uint32()));
const ring = (n: number): Mark[] =>
  Array.from({ length: n }, (_, i) =>
    parseMark(
      { type: "assay/mark/v1", name: `key ${i}`, scheme: "gumbel", variant: "vllm", key: key(), vocabulary: V },
      "bench",
    ),
  );
const bytes = readFileSync(positionals[0]!);
const flat = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const answers: Uint32Array[] = [];
for (let at = 0; at < flat.length; at += 1 + flat[at]!) answers.push(flat.subarray(at + 1, at + 1 + flat[at]!));

/** Answers up to so many tokens in all, as texts. */
function upTo(tokens: number) {
  const texts: { id: string; ids: Uint32Array; promptIds: Uint32Array }[] = [];
  for (let n = 0, i = 0; n < tokens && i < answers.length; i++) {
    const ids = answers[i]!.subarray(0, tokens - n);
    texts.push({ id: String(i), ids, promptIds: none });
    n += ids.length;
  }
  return texts;
}
const seconds = (work: () => void): number => {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
};
const say = (record: object) => process.stdout.write(`${JSON.stringify(record)}\n`);

const draws = new TokenDraws();
const texts = upTo(Number(values.tokens));
const marks = ring(Number(values.keys));
testPresence(schemeOf(marks[0]!, draws), texts, V);
const single = Array.from({ length: SINGLE_ROUNDS }, (_, i) =>
  seconds(() => testPresence(schemeOf(marks[i % marks.length]!, draws), texts, V)),
).sort((a, b) => a - b)[SINGLE_ROUNDS >> 1]!;
let log10P = 0;
const whole = seconds(() => {
  ({ log10P } = testRing(marks, texts, draws, { tokenizer: null, tries: 1 }));
});
const tokens = texts.reduce((n, { ids }) => n + ids.length, 0);
say({
  what: "time",
  tokens,
  texts: texts.length,
  keys: marks.length,
  singleSeconds: single,
  ringSeconds: whole,
  aKey: whole / marks.length,
  times: whole / marks.length / single,
  log10P,
});

// Each text asked for a ring of fresh keys: how often the paid p reaches α.
const asked = Number(values.texts);
const ps = Array.from({ length: asked }, (_, i) => {
  const ids = answers[(i * 977) % answers.length]!;
  return testRing(ring(Number(values["level-keys"])), [{ id: "1", ids, promptIds: none }], draws, {
    tokenizer: null,
    tries: 1,
  }).log10P;
});
const below = (alpha: number) => ps.filter((p) => p <= Math.log10(alpha)).length;
say({
  what: "level",
  rings: asked,
  keys: Number(values["level-keys"]),
  below: { "0.1": below(0.1), "0.05": below(0.05), "0.01": below(0.01) },
  smallest: Math.min(...ps),
});
