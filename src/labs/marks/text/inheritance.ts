/**
 * Was the suspect trained on marked text? ("Radioactivity": Sander, Fernandez, Durmus, Douze, Furon, NeurIPS 2024,
 * arXiv 2402.14904.) Distinct tuples over the whole corpus, windows of the prompt left out, choiceless contexts left
 * out; each set of tuples (tuple-sets.ts) is then scored under many other keys, and the exact tail of the best set's
 * calibrated statistic speaks, the choice among sets paid for, if the true key also ranks first. It cannot see marks that
 * paraphrase or filtering removed before training.
 */
import { prng } from "../../../base/prng.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import { deviation, log10Tail, moments } from "../schemes/law.js";
import { schemeOf } from "../schemes/make-scheme.js";
import type { Mark } from "../schemes/mark-file.js";
import { withRandomKey } from "../schemes/random-key.js";
import type { Scheme } from "../schemes/scheme.js";
import type { KeyTail } from "../schemes/table-law.js";
import { choicelessContexts } from "./choiceless.js";
import { promptWindows } from "./prompt-windows.js";
import { type Scored, scoreTexts } from "./score-texts.js";
import type { IdText } from "./texts.js";
import { type SetScore, scoreSets, tupleSets } from "./tuple-sets.js";

interface Calibration {
  /** Other keys scored. */
  keys: number;
  seed: string;
  onProgress: (done: number, total: number) => void;
}

/** One set of tuples, calibrated. */
export interface CalibratedSet {
  /** In how many texts each of its tuples stands at least. */
  least: number;
  tuples: number;
  score: number;
  expected: number;
  /** Standard deviations above the law's mean. */
  deviations: number;
  /** What is taken off and divided by: never below the law's own mean and spread. */
  mean: number;
  spread: number;
  calibrated: number;
  /** Exact, of this set by itself. */
  log10P: number;
}

interface Calibrated {
  /** Largest set first. */
  sets: CalibratedSet[];
  /** The set that speaks. */
  best: CalibratedSet;
  /** The best set's p, paid for the number of sets. */
  log10PExact: number;
  /** Under the true key and each other: the largest deviation of any set, each set by its own mean and spread over all keys. */
  most: number;
  others: Float64Array;
  /** Other keys that reach the true key's. */
  reaching: number;
  log10P: number;
}

interface Inheritance extends Calibrated {
  /** Deviations under each other key, set by set. */
  othersBySet: Float64Array[];
  scored: Scored;
  choiceless: number;
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
  const sets = tupleSets(scheme, texts, scored);
  const own = scoreSets(scheme, sets);
  const source = prng("assay/marks/calibration", seed);
  const othersBySet = own.map(() => new Float64Array(keys));
  for (let k = 0; k < keys; k++) {
    const other = schemeOf(withRandomKey(mark, source), draws);
    for (const [s, { score, tuples }] of scoreSets(other, sets).entries())
      othersBySet[s]![k] = deviation(scheme.law, score, tuples);
    onProgress(k + 1, keys);
  }
  return { ...calibrate(scheme, own, othersBySet), othersBySet, scored, choiceless };
}

/**
 * The calibrated statistic of each set, the exact tail of the best, paid for, and the rank that must be first.
 * @param own largest set first @param others under each other key, set by set, in the law's standard deviations
 */
export function calibrate(
  { law, keyTail }: Pick<Scheme, "law"> & { keyTail?: KeyTail | undefined },
  own: readonly SetScore[],
  others: readonly Float64Array[],
): Calibrated {
  const sets = own.map((one, s) => calibrateSet(law, one, others[s]!));
  if (keyTail)
    for (const [s, set] of sets.entries())
      set.log10P = Math.max(set.log10P, keyTail.log10P(own[s]!.names, own[s]!.score));
  const best = sets.reduce((a, b) => (b.log10P < a.log10P ? b : a));
  const log10PExact = Math.min(0, best.log10P + Math.log10(sets.length));
  const m = others[0]!.length;
  const { most, ofOthers } = ranked(sets, others);
  const reaching = ofOthers.reduce((count, z) => count + Number(z >= most), 0);
  const log10PRank = Math.log10((reaching + 1) / (m + 1));
  const log10P = reaching === 0 ? log10PExact : Math.max(log10PExact, log10PRank);
  return { sets, best, log10PExact, most, others: ofOthers, reaching, log10P };
}

function calibrateSet(law: Scheme["law"], { least, tuples, score }: SetScore, others: Float64Array): CalibratedSet {
  const deviations = deviation(law, score, tuples);
  const [average, sd] = momentsOf(others);
  const mean = Math.max(0, average);
  const spread = Math.max(1, sd);
  const calibrated = (deviations - mean) / spread;
  const shrunk = score - (deviations - calibrated) * scoreUnit(law, tuples);
  const whole = law.kind === "exponential" || law.kind === "two-exponentials" ? shrunk : Math.floor(shrunk + 1e-9);
  const expected = tuples * moments(law).mean;
  return {
    least,
    tuples,
    score,
    expected,
    deviations,
    mean,
    spread,
    calibrated,
    log10P: log10Tail(law, whole, tuples),
  };
}

/** All keys alike, the true one among them: which of them is called the true one reaches no mean and no spread. */
function ranked(sets: readonly CalibratedSet[], others: readonly Float64Array[]) {
  const m = others[0]!.length;
  let most = Number.NEGATIVE_INFINITY;
  const ofOthers = new Float64Array(m).fill(Number.NEGATIVE_INFINITY);
  for (const [s, { deviations }] of sets.entries()) {
    const [mean, sd] = momentsOf(Float64Array.of(deviations, ...others[s]!));
    const by = Math.max(1, sd);
    most = Math.max(most, (deviations - mean) / by);
    for (let k = 0; k < m; k++) ofOthers[k] = Math.max(ofOthers[k]!, (others[s]![k]! - mean) / by);
  }
  return { most, ofOthers };
}

function momentsOf(values: Float64Array): [mean: number, sd: number] {
  const mean = values.reduce((sum, z) => sum + z, 0) / values.length;
  const variance = values.reduce((sum, z) => sum + (z - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return [mean, Math.sqrt(variance)];
}

/** One standard deviation in units of the score. */
function scoreUnit(law: Scheme["law"], tuples: number): number {
  const finite = law.kind === "one-list" ? Math.max(1e-9, 1 - tuples / law.vocabulary) : 1;
  return Math.sqrt(tuples * moments(law).variance * finite);
}
