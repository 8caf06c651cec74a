/**
 * How long and how large a comparison of answers is, parsing left out: M models, P prompts, two threads. Up to the
 * corpus's own size the answers are real; beyond it they are enlarged: model k answers as real model k mod 133 did, with
 * one word in five made its own, and prompt p as prompt p mod 805 with each word made the repetition's own.
 *
 *   npm run build && node bench/behaviour.ts --transcripts ../shared/corpora/transcripts --models 133 --prompts 805
 *
 * Prints one JSON line: seconds on the clock, processor seconds, peak memory of the process.
 */
import { parseArgs } from "node:util";
import { BehaviourPool } from "../dist/host/behaviour-pool.js";
import { compare } from "../dist/labs/behaviour/comparison.js";
import { allStandardScores, combinedScores } from "../dist/labs/behaviour/score.js";
import { loadMaterial } from "../validation/study/behaviour-material.ts";

const { values } = parseArgs({
  options: {
    transcripts: { type: "string", default: "../shared/corpora/transcripts" },
    models: { type: "string", default: "133" },
    prompts: { type: "string", default: "805" },
    threads: { type: "string", default: "2" },
  },
});
const [models, prompts, threads] = [Number(values.models), Number(values.prompts), Number(values.threads)];
const material = loadMaterial(values.transcripts);
const { texts } = material;
const real = { models: texts.length, prompts: material.prompts.length };

/** Longer words of a text and what stands between them, in turn; of one prompt at a time, as all its copies use them. */
const LONGER_WORD = /([A-Za-z]{4,})/;
let cut: { prompt: number; pieces: (string[] | null)[] } = { prompt: -1, pieces: [] };

function answer(m: number, p: number): string | null {
  const [copy, again] = [Math.floor(m / real.models), Math.floor(p / real.prompts)];
  const text = texts[m % real.models]![p % real.prompts]!;
  if (text === null || (copy === 0 && again === 0)) return text;
  if (cut.prompt !== p)
    cut = { prompt: p, pieces: texts.map((of) => of[p % real.prompts]?.split(LONGER_WORD) ?? null) };
  const pieces = [...cut.pieces[m % real.models]!];
  for (let i = 1; i < pieces.length; i += 2) {
    if (again > 0) pieces[i] += String(again);
    if (copy > 0 && (i >> 1) % 5 === copy % 5) pieces[i] += `x${copy}`;
  }
  return pieces.join("");
}

const source = {
  promptIds: Array.from({ length: prompts }, (_, p) => String(p)),
  models,
  block: (from: number, to: number) => {
    const places = Array.from({ length: to - from }, (_, i) => from + i);
    const answers = Array.from({ length: models }, () => new Array<string | null>(places.length));
    for (const [i, p] of places.entries()) for (let m = 0; m < models; m++) answers[m]![i] = answer(m, p);
    return Promise.resolve({ prompts: places.map((p) => material.prompts[p % real.prompts]!), answers });
  },
};
// Beyond the corpus each enlarged model is a family of its own: what a panel without lineage looks like.
const groups = Int32Array.from({ length: models }, (_, m) =>
  m < real.models ? material.labels.bases[m]! : material.labels.baseNames.length + m,
);
const pool = new BehaviourPool(threads);
const began = performance.now();
const cpu = process.cpuUsage();
let pairs = 0;
let reported = began;
await compare(
  source,
  groups,
  pool.count,
  pool.threads,
  (done, total) => {
    if (done < total && performance.now() - reported < 10_000) return;
    reported = performance.now();
    process.stderr.write(`${done} of ${total} prompts, ${Math.round((reported - began) / 1000)} s\n`);
  },
  (sums) => {
    const scores = allStandardScores(sums, groups);
    pairs = combinedScores(
      scores,
      scores.map(() => 1 / scores.length),
    ).length;
  },
);
const seconds = (performance.now() - began) / 1000;
const used = process.cpuUsage(cpu);
await pool.close();
const round = (x: number) => Math.round(10 * x) / 10;
process.stdout.write(
  `${JSON.stringify({
    models,
    prompts,
    threads: pool.threads,
    enlarged: models > real.models || prompts > real.prompts,
    pairs,
    seconds: round(seconds),
    cpuSeconds: round((used.user + used.system) / 1e6),
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  })}\n`,
);
