/**
 * Honest runs, with the habits of trainers that look like cheating: each is a small language model that is really trained
 * here (a table of next letters, fitted by SGD to drawn words), logged as some trainer logs it, and declared as its maker
 * would: in round numbers, by device or micro-batch, before the end was known. What an audit must contradict none of.
 */
import { prng } from "../../dist/base/prng.js";
import { OPENED_AT } from "./audited-run.ts";

type Fields = Record<string, unknown>;
export interface HonestRun {
  declared: Fields;
  steps: readonly Fields[];
  data: readonly Fields[];
  /** Steps of the checkpoints in the order in which they were saved. */
  checkpoints: readonly number[];
}

const [LETTERS, ROWS, PEAK] = [27, 640, 0.5];
const BATCH_ROWS = 8;

interface Habit {
  /** Rows of a micro-batch, and micro-batches of a step. */
  accumulate?: number;
  dropLast?: boolean;
  /** Letters of a packed block; rows are joined and cut. */
  block?: number;
  epochs?: number;
  /** Step after which the run died, and the checkpoint from which it went on. */
  resume?: { after: number; from: number; counter: "kept" | "anew"; schedule: "kept" | "anew" };
  /** Cosine periods. */
  restarts?: number;
  cutAt?: number;
  stopAfter?: number;
}

interface Trained {
  step: number;
  loss: number;
  norm: number;
  lr: number;
  lrNext: number;
  tokens: number;
  padded: number;
  at: number;
}

/** Drawn words of one to eight letters, joined: letters follow one another unevenly, so that there is something to learn. */
export function textRows(seed: string): number[][] {
  const source = prng("assay/honest-text", seed);
  const words = Array.from({ length: 60 }, () =>
    Array.from({ length: 1 + source.below(8) }, () => 1 + source.below(26)),
  );
  return Array.from({ length: ROWS }, () =>
    Array.from({ length: 4 + source.below(12) }, () => [...words[source.below(60)]!, 0]).flat(),
  );
}

function rate(step: number, steps: number, restarts: number): number {
  const warmup = 10;
  if (step < warmup) return (PEAK * step) / warmup;
  const part = Math.min(1, (step - warmup) / (steps - warmup));
  const within = part === 1 ? 1 : (part * restarts) % 1;
  return (PEAK * (1 + Math.cos(Math.PI * within))) / 2;
}

export function train(seed: string, habit: Habit): { log: Trained[]; total: number; rows: number[][] } {
  const { accumulate = 1, dropLast, block, epochs = 1, resume, restarts = 1, cutAt = 1e9, stopAfter } = habit;
  const rows = textRows(seed);
  const source = prng("assay/honest-run", seed);
  const whole = block
    ? Array.from({ length: Math.floor(rows.flat().length / block) }, (_, i) =>
        rows.flat().slice(i * block, (i + 1) * block),
      )
    : rows.map((row) => row.slice(0, cutAt));
  const size = BATCH_ROWS * accumulate;
  const batches = Array.from({ length: epochs }, () => {
    const order = whole.map((_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const j = source.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    const count = dropLast ? Math.floor(order.length / size) : Math.ceil(order.length / size);
    return Array.from({ length: count }, (_, b) => order.slice(b * size, (b + 1) * size).map((i) => whole[i]!));
  }).flat();
  let weights = new Float64Array(LETTERS * LETTERS);
  let saved = { weights: weights.slice(), tokens: 0, padded: 0 };
  let [tokens, padded, first, at] = [0, 0, 0, OPENED_AT + 100];
  const log: Trained[] = [];
  const end = stopAfter ?? batches.length;
  for (let step = 1; step <= end; step++) {
    const batch = batches[step - 1]!;
    const { loss, norm, gradient } = descent(weights, batch);
    const total = batches.length - first;
    const lr = rate(step - first, total, restarts);
    for (let i = 0; i < weights.length; i++) weights[i]! -= 10 * lr * gradient[i]!;
    tokens += batch.reduce((sum, row) => sum + row.length, 0);
    padded += batch.length * Math.max(...batch.map((row) => row.length));
    at += 2;
    log.push({ step, loss, norm, lr, lrNext: rate(step + 1 - first, total, restarts), tokens, padded, at });
    if (resume && step === resume.from && log.length === step) saved = { weights: weights.slice(), tokens, padded };
    if (resume && step === resume.after && log.length === step) {
      weights = saved.weights.slice();
      [tokens, padded] = resume.counter === "anew" ? [0, 0] : [saved.tokens, saved.padded];
      if (resume.schedule === "anew") first = resume.from;
      step = resume.from;
      at += 3600;
    }
  }
  return { log, total: batches.length, rows };
}

function shareOf(weights: Float64Array): Float64Array {
  const powers = weights.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function descent(weights: Float64Array, batch: readonly (readonly number[])[]) {
  const gradient = new Float64Array(weights.length);
  let [loss, count] = [0, 0];
  // Weights stand still within a batch: what follows a letter is worked out once, not at each place.
  const shares = new Map<number, Float64Array>();
  for (const row of batch)
    for (let i = 1; i < row.length; i++) {
      const [before, next] = [row[i - 1]!, row[i]!];
      const from = before * LETTERS;
      let share = shares.get(before);
      if (!share) {
        share = shareOf(weights.subarray(from, from + LETTERS));
        shares.set(before, share);
      }
      loss -= Math.log(share[next]!);
      for (let j = 0; j < LETTERS; j++) gradient[from + j]! += share[j]! - (j === next ? 1 : 0);
      count++;
    }
  let square = 0;
  for (let i = 0; i < gradient.length; i++) {
    gradient[i]! /= count;
    square += gradient[i]! ** 2;
  }
  return { loss: loss / count, norm: Math.sqrt(square), gradient };
}

const row = ({ step, loss, norm, lr, tokens, at }: Trained): Fields => ({
  step,
  loss: Number(loss.toFixed(4)),
  grad_norm: Number(norm.toFixed(4)),
  learning_rate: lr,
  num_input_tokens_seen: tokens,
  timestamp: at,
});
const round = (value: number, to: number) => Math.round(value / to) * to;
const WEEK = 7 * 86_400;

interface Shape {
  habit: Habit;
  /** From what was trained to what was logged. */
  log?: (trained: readonly Trained[]) => Fields[];
  declared?: (usual: Fields, trained: readonly Trained[]) => Fields;
  checkpoints?: (usual: readonly number[]) => number[];
}

/** Each by what a maker would call it. */
export const HONEST: Readonly<Record<string, Shape>> = {
  plain: { habit: {} },
  "gradients accumulated over four micro-batches, batch declared by micro-batch": {
    habit: { accumulate: 4, epochs: 4 },
    declared: (usual) => ({ ...usual, batchTokens: Math.round((usual.batchTokens as number) / 4) }),
  },
  "steps counted by micro-batch, rates by step of the optimiser": {
    habit: { accumulate: 2, epochs: 2 },
    log: (trained) => trained.map((each) => ({ ...row(each), step: each.step * 2 })),
    declared: (usual) => ({ ...usual, steps: 2 * (usual.steps as number), stride: 2 }),
  },
  "last batch of each epoch dropped, steps declared with it": {
    habit: { accumulate: 3, dropLast: true, epochs: 5 },
    declared: (usual) => ({ ...usual, steps: (usual.steps as number) + 5 }),
  },
  "last batch of each epoch short": { habit: { accumulate: 3, epochs: 5 } },
  "rows packed into blocks, the rest dropped": { habit: { block: 64, epochs: 2, dropLast: true } },
  "rows padded, the padding counted": {
    habit: { epochs: 2 },
    log: (trained) => trained.map((each) => ({ ...row(each), num_input_tokens_seen: each.padded })),
  },
  "batch declared for one of eight devices": {
    habit: { epochs: 2 },
    declared: (usual) => ({ ...usual, batchTokens: Math.round((usual.batchTokens as number) / 8) }),
  },
  "resumed from a checkpoint, tokens counted anew": {
    habit: { epochs: 2, resume: { after: 100, from: 80, counter: "anew", schedule: "kept" } },
  },
  "resumed, the schedule begun anew": {
    habit: { epochs: 2, resume: { after: 100, from: 80, counter: "kept", schedule: "anew" } },
  },
  "warm restarts, declared as one cosine": { habit: { epochs: 2, restarts: 4 } },
  "evaluation rows with a loss of their own, at steps of their own": {
    habit: { epochs: 2 },
    log: (trained) =>
      trained.flatMap((each) =>
        each.step % 20 === 0
          ? [row(each)]
          : each.step % 33 === 0
            ? [{ step: each.step, loss: Number((each.loss + 0.1).toFixed(4)), split: "validation" }]
            : [],
      ),
    declared: (usual) => ({ ...usual, stride: 20 }),
  },
  "four workers write one log, out of order": {
    habit: { epochs: 2 },
    log: (trained) => {
      const worker = (w: number) => trained.filter(({ step }) => step % 4 === w).map(row);
      return [0, 1, 2, 3].flatMap(worker);
    },
  },
  "rates noted after the step and rounded": {
    habit: { epochs: 2 },
    log: (trained) => trained.map((each) => ({ ...row(each), learning_rate: Number(each.lrNext.toPrecision(3)) })),
  },
  "time as seconds since the start": {
    habit: {},
    log: (trained) => trained.map((each) => ({ ...row(each), timestamp: each.at - OPENED_AT })),
  },
  "a clock that was wrong until it was set": {
    habit: { epochs: 2 },
    log: (trained) =>
      trained.map((each) => ({ ...row(each), timestamp: each.step < 40 ? each.at - 2 * 365 * 86_400 : each.at })),
  },
  "steps counted from nought, one row of every ten and the end of each epoch": {
    habit: { epochs: 3 },
    log: (trained) =>
      trained
        .filter(({ step }) => step % 10 === 0 || step % 80 === 77)
        .map((each) => ({ ...row(each), step: each.step - 1 })),
    declared: (usual) => ({ ...usual, stride: 10 }),
  },
  "stopped early": { habit: { epochs: 4, stopAfter: 140 } },
  "resumed, with the rows of the week before": {
    habit: { epochs: 2 },
    log: (trained) => trained.map((each) => ({ ...row(each), timestamp: each.step <= 120 ? each.at - WEEK : each.at })),
  },
  "resumed, its earlier rows committed alone": {
    habit: { epochs: 2 },
    log: (trained) => trained.map((each) => ({ ...row(each), timestamp: each.at - WEEK })),
  },
  "a clock that is a week ahead from beginning to end": {
    habit: { epochs: 2 },
    log: (trained) => trained.map((each) => ({ ...row(each), timestamp: each.at + WEEK })),
  },
  "gone back to an earlier checkpoint after the loss ran away": {
    habit: { epochs: 2, resume: { after: 90, from: 60, counter: "kept", schedule: "kept" } },
    log: (trained) => trained.map((each, i) => ({ ...row(each), loss: i > 80 && i < 90 ? 40 + i : row(each).loss })),
    checkpoints: (usual) => [...usual.filter((step) => step <= 80), ...usual.filter((step) => step > 60)],
  },
  "rows cut to 40 letters": { habit: { cutAt: 40, epochs: 2 } },
  "all in round numbers": {
    habit: { epochs: 2 },
    declared: (usual) => ({
      ...usual,
      steps: round(usual.steps as number, 100),
      batchTokens: round(usual.batchTokens as number, 512),
      schedule: { ...(usual.schedule as Fields), warmup: 0, steps: round(usual.steps as number, 100) },
    }),
  },
};

export function honestRun(name: string, seed: string): HonestRun {
  const { habit, log = (trained) => trained.map(row), declared = (usual) => usual, checkpoints } = HONEST[name]!;
  const { log: trained, total, rows } = train(`${name} ${seed}`, habit);
  const tokens = rows.reduce((sum, each) => sum + each.length, 0);
  const size = BATCH_ROWS * (habit.accumulate ?? 1);
  const usual: Fields = {
    schedule: { kind: "cosine", peak: PEAK, warmup: 10, steps: total, least: 0 },
    batchTokens: habit.block ? habit.block * size : Math.round((tokens / ROWS) * size),
    steps: total,
    stride: 1,
    epochs: habit.epochs ?? 1,
    dataRules: [{ id: "licence", field: "licence", allow: ["cc0", "cc-by"] }],
  };
  const saved = trained.map(({ step }) => step).filter((step, i, all) => step % 20 === 0 && all.indexOf(step) === i);
  return {
    declared: declared(usual, trained),
    steps: log(trained),
    data: rows.map((each, i) => ({ id: i, licence: i % 3 === 0 ? "cc-by" : "cc0", num_tokens: each.length })),
    checkpoints: checkpoints?.(saved) ?? saved,
  };
}
