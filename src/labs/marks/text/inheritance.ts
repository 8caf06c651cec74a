/**
 * Was the suspect trained on marked text? ("Radioactivity": Sander, Fernandez, Durmus, Douze, Furon, NeurIPS 2024,
 * arXiv 2402.14904.) Distinct tuples over the whole corpus, windows of the prompt left out, choiceless contexts left
 * out; the transcript is then scored under many other keys, and the exact tail of the calibrated statistic speaks, if
 * the true key also ranks first. It cannot see marks that paraphrase or filtering removed before training.
 */
import { prng } from "../../../base/prng.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import { deviation, log10Tail, moments } from "../schemes/law.js";
import { schemeOf } from "../schemes/make-scheme.js";
import type { Mark } from "../schemes/mark-file.js";
import { withRandomKey } from "../schemes/random-key.js";
import type { Scheme } from "../schemes/scheme.js";
import { TupleSet } from "../schemes/tuple-set.js";
import { choicelessContexts } from "./choiceless.js";
import { promptWindows } from "./prompt-windows.js";
import { idsBefore, type Scored, scoreTexts } from "./score-texts.js";
import type { IdText } from "./texts.js";

interface Calibration {
  /** Other keys scored. */
  keys: number;
  seed: string;
  onProgress: (done: number, total: number) => void;
}

export interface Inheritance {
  tuples: number;
  score: number;
  expected: number;
  /** Standard deviations above the law's mean under the true key, and under each other key. */
  deviations: number;
  others: Float64Array;
  /** What is taken off and divided by: never below the law's own mean and spread. */
  mean: number;
  spread: number;
  calibrated: number;
  log10PExact: number;
  /** Other keys that reach the true key's statistic. */
  reaching: number;
  log10P: number;
  scored: Scored;
  choiceless: number;
}

/** A corpus laid end to end with the positions that count, whatever the key. */
interface Positions {
  ids: Uint32Array;
  at: Int32Array;
}

/** @returns the statistic under the true key and under `keys` others, with log10 p of both tests */
export function testInheritance(
  mark: Mark,
  texts: readonly IdText[],
  draws: TokenDraws,
  { keys, seed, onProgress }: Calibration,
): Inheritance {
  const scheme = schemeOf(mark, draws);
  const gate = choicelessContexts(scheme, texts);
  const inPrompt = promptWindows(scheme, texts);
  let choiceless = 0;
  const exclude = (number: number, ids: Uint32Array, at: number): boolean => {
    if (inPrompt(number, ids, at)) return true;
    if (!gate(ids, at)) return false;
    choiceless++;
    return true;
  };
  const scored = scoreTexts(scheme, texts, { vocabulary: mark.vocabulary, exclude });
  const positions = layOut(scheme, texts, scored);
  const own = statistic(scheme, positions);
  const source = prng("assay/marks/calibration", seed);
  const others = new Float64Array(keys);
  for (let k = 0; k < keys; k++) {
    const other = statistic(schemeOf(withRandomKey(mark, source), draws), positions);
    others[k] = deviation(scheme.law, other.score, other.tuples);
    onProgress(k + 1, keys);
  }
  const held = calibrate(scheme, own, others);
  if (!scheme.keyTail) return { ...held, scored, choiceless };
  const bound = scheme.keyTail.log10P(own.names, own.score);
  const log10PExact = Math.max(held.log10PExact, bound);
  return { ...held, log10PExact, log10P: Math.max(held.log10P, bound), scored, choiceless };
}

/** Each position once: first occurrences of what the ids alone can tell apart. */
function layOut(scheme: Scheme, texts: readonly IdText[], scored: Scored): Positions {
  const tails = texts.map((text) => idsBefore(scheme, text));
  const starts: number[] = [];
  let size = 0;
  for (const [i, { ids }] of texts.entries()) {
    starts.push(size + tails[i]!.length);
    size += tails[i]!.length + ids.length;
  }
  const ids = new Uint32Array(size);
  for (const [i, text] of texts.entries()) {
    ids.set(tails[i]!, starts[i]! - tails[i]!.length);
    ids.set(text.ids, starts[i]!);
  }
  const at: number[] = [];
  for (let i = 0; i < scored.text.length; i++)
    if (scored.first[i]) at.push(starts[scored.text[i]!]! + scored.position[i]!);
  return { ids, at: Int32Array.from(at) };
}

/** Under a key two windows may share their draw (a min-hash, a short table): names of that key tell. */
function statistic(scheme: Scheme, { ids, at }: Positions): { tuples: number; score: number; names: Uint32Array } {
  const names = scheme.names(ids, at);
  const values = scheme.scores(ids, at, names);
  const seen = new TupleSet(at.length);
  let tuples = 0;
  let score = 0;
  for (let i = 0; i < at.length; i++) {
    if (!seen.add(names[2 * i]!, names[2 * i + 1]!)) continue;
    names[2 * tuples] = names[2 * i]!;
    names[2 * tuples + 1] = names[2 * i + 1]!;
    tuples++;
    score += values[i]!;
  }
  return { tuples, score, names: names.subarray(0, 2 * tuples) };
}

/** The calibrated statistic, its exact tail, and the rank that must be first. */
export function calibrate(
  scheme: Pick<Scheme, "law">,
  own: { tuples: number; score: number },
  others: Float64Array,
): Omit<Inheritance, "scored" | "choiceless"> {
  const { law } = scheme;
  const { tuples, score } = own;
  const deviations = deviation(law, score, tuples);
  const m = others.length;
  const average = others.reduce((sum, z) => sum + z, 0) / m;
  const variance = others.reduce((sum, z) => sum + (z - average) ** 2, 0) / Math.max(1, m - 1);
  const mean = Math.max(0, average);
  const spread = Math.max(1, Math.sqrt(variance));
  const calibrated = (deviations - mean) / spread;
  const shrunk = score - (deviations - calibrated) * scoreUnit(law, tuples);
  const log10PExact = log10Tail(
    law,
    law.kind === "exponential" || law.kind === "two-exponentials" ? shrunk : Math.floor(shrunk + 1e-9),
    tuples,
  );
  const reaching = others.reduce((count, z) => count + Number(z >= deviations), 0);
  const log10PRank = Math.log10((reaching + 1) / (m + 1));
  const log10P = reaching === 0 ? log10PExact : Math.max(log10PExact, log10PRank);
  const expected = tuples * moments(law).mean;
  return { tuples, score, expected, deviations, others, mean, spread, calibrated, log10PExact, reaching, log10P };
}

/** One standard deviation in units of the score. */
function scoreUnit(law: Scheme["law"], tuples: number): number {
  const finite = law.kind === "one-list" ? Math.max(1e-9, 1 - tuples / law.vocabulary) : 1;
  return Math.sqrt(tuples * moments(law).variance * finite);
}
