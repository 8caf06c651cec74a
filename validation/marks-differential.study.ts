/**
 * The laboratory's draws against cases answered by the Python originals (materials/makers/marks/make_cases.py, make_engine_cases.py):
 *   node validation/marks-differential.study.ts cases.jsonl.gz [more.jsonl.gz …]
 * Prints one JSON line a kind: cases, differences, and the digest of the files of cases.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { TokenDraws } from "../dist/kernels/token-draws.js";
import { schemeOf } from "../dist/labs/marks/schemes/make-scheme.js";
import { type Mark, parseMark } from "../dist/labs/marks/schemes/mark-file.js";
import { seedingOf } from "../dist/labs/marks/schemes/seeding.js";
import { initialValue, type SynthIdMark, samplingTable } from "../dist/labs/marks/schemes/synthid-scheme.js";
import { scoreTexts } from "../dist/labs/marks/text/score-texts.js";

interface Case {
  kind: string;
  original: string;
  mark: object;
  ids: number[];
  answer: unknown;
}

const draws = new TokenDraws();
const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex").slice(0, 24);
const bytesOf = (list: Uint32Array) => new Uint8Array(list.buffer, list.byteOffset, list.byteLength);

function answer(mark: Mark, ids: number[]): unknown {
  switch (mark.form) {
    case "kgw/transformers": {
      const seeding = seedingOf(mark, draws);
      const seed = seeding.seed(seeding.offsets.length === 1 ? [ids.at(-1)!] : ids.slice(-seeding.offsets.length));
      const size = Math.trunc(mark.vocabulary * mark.parameters.greenlist_ratio);
      return sha(bytesOf(draws.randperm(mark.vocabulary, seed).slice(0, size)));
    }
    case "kgw/original": {
      const { offsets, seed } = seedingOf(mark, draws);
      const width = Number(/-(\d+)-(True|False)/.exec(mark.parameters.seeding_scheme)![1]);
      const first = mark.parameters.seeding_scheme.includes("True") ? 1 - width : -width;
      const window = offsets.map((o) => ids[o - first]!);
      const size = Math.trunc(mark.vocabulary * mark.parameters.gamma);
      const list = draws.randperm(mark.vocabulary, seed(window));
      const chosen = mark.parameters.select_green_tokens ? list.slice(0, size) : list.slice(mark.vocabulary - size);
      return sha(bytesOf(chosen.sort()));
    }
    case "synthid/transformers":
    case "synthid/reference": {
      const m: SynthIdMark = mark;
      const width = m.parameters.ngram_len;
      const count = ids.length - width + 1;
      const windows = Uint32Array.from({ length: count * width }, (_, i) => ids[Math.floor(i / width) + (i % width)]!);
      const words = draws.synthId(windows, width, BigInt64Array.from(m.key), initialValue(m), samplingTable(m, draws));
      return Array.from({ length: count }, (_, w) =>
        m.key.map((_k, l) => (words[2 * w + (l >> 5)]! >>> (l & 31)) & 1).join(""),
      );
    }
    case "unigram/original": {
      const ids = Uint32Array.from({ length: mark.vocabulary }, (_, i) => i);
      const scheme = schemeOf(mark, draws);
      const at = Int32Array.from(ids);
      return sha(Uint8Array.from(scheme.scores(ids, at, new Uint32Array(0))));
    }
    case "gumbel/markllm":
      return draws.uniformBits(seedingOf(mark, draws).seed(ids.slice(0, -1)), Uint32Array.of(ids.at(-1)!))[0];
    case "gumbel/vllm":
    case "dual-gumbel/vllm":
    case "gumbel/textseal":
    case "kgw/textseal":
    case "sbw/vllm":
    case "sbw/original": {
      const text = { id: "1", ids: Uint32Array.from(ids), promptIds: new Uint32Array(0) };
      const { value } = scoreTexts(schemeOf(mark, draws), [text], { vocabulary: mark.vocabulary });
      return { score: value.reduce((a, b) => a + b, 0), n: value.length };
    }
    default:
      throw new Error(`no case of ${mark.form}`);
  }
}

/** Detectors answer with a sum of logarithms, which libraries round in their last place: 10^−12 of it. */
function same(found: unknown, expected: unknown): boolean {
  const [a, b] = [found, expected] as Partial<Record<"score" | "n", number>>[];
  if (a?.score === undefined || b?.score === undefined) return JSON.stringify(found) === JSON.stringify(expected);
  return a.n === b.n && Math.abs(a.score - b.score) <= 1e-12 * Math.max(1, Math.abs(b.score));
}

const tally = new Map<string, { original: string; cases: number; differences: number }>();
const digests: string[] = [];
for (const path of process.argv.slice(2)) {
  const bytes = readFileSync(path);
  digests.push(createHash("sha256").update(bytes).digest("hex"));
  for (const line of gunzipSync(bytes).toString("utf8").split("\n")) {
    if (line === "") continue;
    const { kind, original, mark, ids, answer: expected } = JSON.parse(line) as Case;
    const counts = tally.get(kind) ?? { original, cases: 0, differences: 0 };
    tally.set(kind, counts);
    counts.cases++;
    const found = answer(parseMark({ type: "assay/mark/v1", ...mark }, kind), ids);
    if (same(found, expected)) continue;
    counts.differences++;
    if (counts.differences <= 3) process.stderr.write(`${kind}: ${line.slice(0, 400)} got ${JSON.stringify(found)}\n`);
  }
}
for (const [kind, counts] of tally) process.stdout.write(`${JSON.stringify({ kind, ...counts, files: digests })}\n`);
