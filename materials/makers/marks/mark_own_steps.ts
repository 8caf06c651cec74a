/**
 * This project's own marks of many keys in one process, for make_engine_marked.py: a line in is a list of steps
 * {mark: number in the file, ids: written so far, tokens, logits: of those tokens}, a line out the changed logits.
 *   node mark_own_steps.ts MARKS.json < steps
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { TokenDraws } from "../../../dist/kernels/token-draws.js";
import type { AssayMark } from "../../../dist/labs/marks/schemes/assay-scheme.js";
import { parseMark } from "../../../dist/labs/marks/schemes/mark-file.js";
import { markerOf } from "../../../dist/labs/marks/schemes/marker.js";

interface Step {
  mark: number;
  ids: number[];
  tokens: number[];
  logits: number[];
}

const draws = new TokenDraws();
const marks = (JSON.parse(readFileSync(process.argv[2]!, "utf8")) as object[]).map(
  (mark, i) => parseMark(mark, `mark ${i}`) as AssayMark,
);
const steps = marks.map((mark) => markerOf(mark, draws));
/** Drawn by no sampler. */
const OUT = -1e9;
for await (const line of createInterface({ input: process.stdin })) {
  const answers = (JSON.parse(line) as Step[]).map(({ mark, ids, tokens, logits }) => {
    const dense = new Float64Array(marks[mark]!.vocabulary).fill(Number.NEGATIVE_INFINITY);
    for (const [i, token] of tokens.entries()) dense[token] = logits[i]!;
    steps[mark]!(ids, dense);
    return tokens.map((token) => (Number.isFinite(dense[token]!) ? dense[token]! : OUT));
  });
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
