/**
 * How long and how large a comparison of answers is, parsing left out: M models, P prompts, two threads. Up to the
 * corpus's own size the answers are real; beyond it they are enlarged: model k answers as real model k mod 133 did, with
 * one word in five made its own, and after 800 prompts the same answers come again: agreement is counted prompt by
 * prompt, so that a prompt costs the same whenever it comes. Answers lie where an examination keeps them, beyond the
 * bound of labs/behaviour/host/answer-store.ts in a temporary file.
 *
 *   npm run build && node bench/behaviour.ts --transcripts ../shared/corpora/transcripts --models 133 --prompts 805
 *
 * Prints one JSON line: seconds on the clock, processor seconds, peak memory of the process.
 */
import { parseArgs } from "node:util";
import { compare } from "../dist/labs/behaviour/agreement/comparison.js";
import { AnswerStore } from "../dist/labs/behaviour/host/answer-store.js";
import { BehaviourPool } from "../dist/labs/behaviour/host/behaviour-pool.js";
import { allStandardScores, combinedScores } from "../dist/labs/behaviour/score/score.js";
import { loadMaterial } from "../materials/answers/material.ts";

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

/** Longer words of a text and what stands between them, in turn. */
const LONGER_WORD = /([A-Za-z]{4,})/;
/** Prompts after which answers come again: whole blocks. */
const DISTINCT = Math.min(prompts, prompts > real.prompts ? 800 : real.prompts);

function answer(m: number, p: number): string | null {
  const copy = Math.floor(m / real.models);
  const text = texts[m % real.models]![p]!;
  if (text === null || copy === 0) return text;
  const pieces = text.split(LONGER_WORD);
  for (let i = 1 + 2 * (copy % 5); i < pieces.length; i += 10) pieces[i] += `x${copy}`;
  return pieces.join("");
}

function answerOf(id: string, m: number, p: number): [string, string][] {
  const text = answer(m, p);
  return text === null ? [] : [[id, text]];
}

const ids = Array.from({ length: DISTINCT }, (_, p) => String(p));
const store = new AnswerStore(ids);
for (let m = 0; m < models; m++) await store.add(new Map(ids.flatMap((id, p) => answerOf(id, m, p))));
const stored = store.source(
  new Map(ids.map((id, p) => [id, material.prompts[p]!])),
  Array.from({ length: models }, (_, m) => m),
);
const source = {
  promptIds: Array.from({ length: prompts }, (_, p) => String(p)),
  models,
  block: (from: number, to: number) => stored.block(from % DISTINCT, (from % DISTINCT) + to - from),
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
const { spilled } = store;
await pool.close();
await store.close();
const round = (x: number) => Math.round(10 * x) / 10;
process.stdout.write(
  `${JSON.stringify({
    models,
    prompts,
    threads: pool.threads,
    storedOnDisk: spilled,
    enlarged: models > real.models || prompts > real.prompts,
    pairs,
    seconds: round(seconds),
    cpuSeconds: round((used.user + used.system) / 1e6),
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  })}\n`,
);
