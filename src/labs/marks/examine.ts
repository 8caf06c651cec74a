/**
 * The door of the marks laboratory. Each question has its own function and its own method: is the mark present, was it
 * inherited, were canaries learned, whose copy leaked. Every one hands out a Finding.
 */

import type { Digest } from "../../base/digest.js";
import type { Progress } from "../../base/progress.js";
import type { Dated } from "../../evidence/beacon-draw.js";
import { COMBINED_TEST_ID } from "../../finding/coherence.js";
import type { Finding, Test } from "../../finding/finding.js";
import { studyOfMethod } from "../../finding/frame.js";
import { type Decision, decideExact, refuse } from "../../finding/outcome.js";
import { TokenDraws } from "../../kernels/token-draws.js";
import { roundLog10P } from "../../stats/combine.js";
import { MARKS_PROPOSITIONS } from "./propositions.js";
import { INHERITED, PRESENT } from "./record/method.js";
import type {
  CredentialsObservation,
  KeyObservation,
  MarkObservation,
  PresentObservations,
} from "./record/observations.js";
import { type TextCase, textFinding } from "./record/text-finding.js";
import {
  FOLDED_LIMIT,
  INHERITED_ALTERNATIVES,
  INHERITED_LIMITS,
  KEY_ASSUMPTION,
  PRESENT_ALTERNATIVES,
  PRESENT_LIMITS,
  RING_LIMIT,
  UNSTUDIED_LIMIT,
} from "./record/words.js";
import { markCommitment } from "./schemes/commitment.js";
import { type KeyPaid, keyPaid } from "./schemes/key-choice.js";
import { notReproducible, schemeOf, studiedForm } from "./schemes/make-scheme.js";
import type { Mark } from "./schemes/mark-file.js";
import type { Scheme } from "./schemes/scheme.js";
import { testBeyondServed } from "./text/beyond-served.js";
import { testInheritance } from "./text/inheritance.js";
import { describeInheritance } from "./text/inheritance-report.js";
import { type PresentResult, testPresence } from "./text/present.js";
import { readPredictions } from "./text/reading.js";
import { READINGS } from "./text/readings.js";
import { speaksBefore, testRing } from "./text/ring.js";
import type { IdText, Reading } from "./text/texts.js";

/** What every question of a text and a mark is asked with. */
export interface TextRequest extends TextCase {
  texts: readonly IdText[];
  mark: Mark;
  /** Ways in which texts in words read otherwise than as given; each is asked, and all are paid for. */
  readings?: readonly Reading[];
  /** Where texts came in words, all of whose many letters have one case. */
  foldedCase?: "small" | "capital" | null;
  /** C2PA manifests of the texts that came in words; none of them reaches the test. */
  credentials?: readonly CredentialsObservation[] | null;
  /** Texts served under the mark that somebody could have learned it from. */
  learnedFrom?: readonly IdText[] | null;
  /** What shows when a drawn mark was committed to; checked by whoever hands it in. */
  dated?: Dated | null;
  /** Texts and ways of asking that were tried, this one included. */
  tries?: number;
}

/**
 * The combined test after what is paid for the choice of the key, with the one before it beside it.
 * @param tests the last is the combination of the others
 */
function withKeyPaid(
  { tries = 1, dated = null }: Pick<TextRequest, "tries" | "dated">,
  mark: Mark,
  log10P: number,
  { paid, tests }: { paid: KeyPaid; tests: Test[] },
): { log10P: number; tests: Test[]; key: KeyObservation } {
  const before = tests.at(-1)!;
  const after = roundLog10P(paid.log10P);
  const combined: Test = {
    ...before,
    id: COMBINED_TEST_ID,
    statistic: { name: "marks and tries that are paid for, as log10", value: round6(paid.log10P - log10P) },
    log10P: after,
    assumption: KEY_ASSUMPTION,
  };
  const key: KeyObservation = {
    round: mark.drawn?.round ?? null,
    dated,
    tries,
    log10Choices: round6(paid.log10Choices),
    log10P: { alone: roundLog10P(log10P), paid: after },
  };
  return { log10P: after, tests: [...tests.slice(0, -1), { ...before, id: "marks/key" }, combined], key };
}

const round6 = (value: number) => Math.round(1e6 * value) / 1e6;

/** Texts with a manifest that a finding lists. */
const LISTED_CREDENTIALS_MAX = 200;

function withCredentials(given: TextRequest["credentials"]): Pick<PresentObservations, "credentials"> {
  if (!given || given.length === 0) return {};
  const of = (state: CredentialsObservation["state"]) => given.filter((each) => each.state === state).length;
  const listed = given.filter(({ state }) => state !== "absent").slice(0, LISTED_CREDENTIALS_MAX);
  return { credentials: { texts: given.length, holding: of("holds"), broken: of("broken"), listed } };
}

/** Beside the question's own tests, ahead of the one they are combined in; the outcome stays what it was. */
function withBeyond(
  { learnedFrom, texts }: Pick<TextRequest, "learnedFrom" | "texts">,
  { scheme, mark }: { scheme: Scheme; mark: Mark },
  tests: Test[],
  decision: Decision,
): { tests: Test[]; decision: Decision } {
  if (!learnedFrom) return { tests, decision };
  const { test, sentence } = testBeyondServed(scheme, texts, learnedFrom, mark.vocabulary);
  return {
    tests: [...tests.slice(0, -1), test, ...tests.slice(-1)],
    decision: { ...decision, reason: `${decision.reason} ${sentence}` },
  };
}

function presentLimits(mark: Mark, { foldedCase = null }: Pick<TextRequest, "foldedCase">): readonly string[] {
  return [
    ...PRESENT_LIMITS,
    ...(studiedForm(mark) ? [] : [UNSTUDIED_LIMIT]),
    ...(foldedCase === null ? [] : [FOLDED_LIMIT]),
  ];
}

/** The reading that speaks most, as given where none speaks more, and what a finding says of it. */
function bestReading<T>(
  { texts, readings = [], foldedCase = null }: Pick<TextRequest, "texts" | "readings" | "foldedCase">,
  ask: (texts: readonly IdText[], readings: number) => T,
  before: (a: T, b: T) => boolean,
): { asked: T; texts: readonly IdText[]; seen: Pick<PresentObservations, "reading" | "foldedCase"> } {
  const all = [{ name: READINGS[0]!.name, texts }, ...readings];
  const folded = foldedCase === null ? {} : { foldedCase };
  let best: { asked: T; name: string; texts: readonly IdText[] } | null = null;
  for (const { name, texts: read } of all) {
    const asked = ask(read, all.length);
    if (best === null || before(asked, best.asked)) best = { asked, name, texts: read };
  }
  const reading = all.length === 1 ? {} : { reading: { readings: all.length, name: best!.name } };
  return { asked: best!.asked, texts: best!.texts, seen: { ...reading, ...folded } };
}

/** One mark of the best of so many readings. */
function withReadingsPaid(result: PresentResult, readings: number): PresentResult {
  if (readings === 1) return result;
  const log10P = roundLog10P(Math.min(0, result.log10P + Math.log10(readings)));
  const combined = result.tests.at(-1)!;
  const statistic = { ...combined.statistic, value: -log10P };
  return {
    ...result,
    log10P,
    tests: [
      ...result.tests.slice(0, -1),
      { ...combined, statistic, log10P, where: `best of ${readings} readings, paid` },
    ],
  };
}

/** A ring is asked as one question; `mark` of its finding's observations is the best of the ring. */
export interface RingRequest extends Omit<TextRequest, "mark"> {
  marks: readonly Mark[];
  /** Of the tokenizer that turned text into ids, where one did. */
  tokenizer: Digest | null;
  onProgress?: (progress: Progress) => void;
}

/** `marks/present` of any mark of a ring, every one of them paid for. */
export function examineRing(request: RingRequest): Finding {
  const { marks, validations, tokenizer, tries = 1 } = request;
  const onProgress = (done: number, total: number) => request.onProgress?.({ stage: "marks of the ring", done, total });
  const draws = new TokenDraws();
  const best = bestReading(
    request,
    (texts, readings) => testRing(marks, texts, draws, { tokenizer, tries, readings }, onProgress),
    speaksBefore,
  );
  const { log10P: alone, paid, observations, mark, scheme, ring, ...tested } = best.asked;
  const { log10P, tests, key } = withKeyPaid({ ...request, dated: null }, mark, alone, { paid, tests: tested.tests });
  const words = { alternatives: PRESENT_ALTERNATIVES, limits: [...presentLimits(mark, request), RING_LIMIT] };
  const decision = decideExact({
    proposition: MARKS_PROPOSITIONS.entries["marks/present"],
    log10P,
    outside: scheme.outside ?? paid.outside,
    validation: studyOfMethod(validations, PRESENT)?.summary ?? null,
  });
  const told = withBeyond({ ...request, texts: best.texts }, { scheme, mark }, tests, decision);
  return textFinding(request, "marks/present", PRESENT, words, told.decision, told.tests, {
    mark: describeMark(mark, scheme),
    key,
    ...observations,
    ring,
    ...best.seen,
    ...withCredentials(request.credentials),
  });
}

/** `marks/present`. @throws AssayError for ids outside the mark's vocabulary */
export function examinePresence(request: TextRequest): Finding {
  const { mark, validations } = request;
  const words = { alternatives: PRESENT_ALTERNATIVES, limits: presentLimits(mark, request) };
  const method = PRESENT;
  const reason = notReproducible(mark);
  if (reason !== null)
    return textFinding(
      request,
      "marks/present",
      method,
      words,
      refuse(`The mark cannot be drawn again: ${reason}.`),
      [],
      null,
    );
  const scheme = schemeOf(mark, new TokenDraws());
  const best = bestReading(
    request,
    (texts, readings) => withReadingsPaid(testPresence(scheme, texts, mark.vocabulary), readings),
    (a, b) => a.log10P < b.log10P,
  );
  const { log10P: alone, observations, ...tested } = best.asked;
  const paid = keyPaid(mark, alone, request.tries ?? 1, request.dated ?? null);
  const { log10P, tests, key } = withKeyPaid(request, mark, alone, { paid, tests: tested.tests });
  const decision = decideExact({
    proposition: MARKS_PROPOSITIONS.entries["marks/present"],
    log10P,
    outside: scheme.outside ?? paid.outside,
    validation: studyOfMethod(validations, method)?.summary ?? null,
  });
  const told = withBeyond({ ...request, texts: best.texts }, { scheme, mark }, tests, decision);
  return textFinding(request, "marks/present", method, words, told.decision, told.tests, {
    mark: describeMark(mark, scheme),
    key,
    ...observations,
    ...best.seen,
    ...withCredentials(request.credentials),
  });
}

export interface InheritanceRequest extends TextRequest {
  /** Other keys that calibrate, at least 1,000 for an outcome; and their seed. */
  keys: number;
  seed: string;
  /** Whether the texts are the suspect's predictions while it read marked text. */
  reading: boolean;
  onProgress: (progress: Progress) => void;
}

/** `marks/inherited`. @throws AssayError for ids outside the mark's vocabulary */
export function examineInheritance(request: InheritanceRequest): Finding {
  const { mark, texts, validations, keys, seed } = request;
  const words = { alternatives: INHERITED_ALTERNATIVES, limits: INHERITED_LIMITS };
  const method = INHERITED;
  const reason = notReproducible(mark);
  if (reason !== null)
    return textFinding(
      request,
      "marks/inherited",
      method,
      words,
      refuse(`The mark cannot be drawn again: ${reason}.`),
      [],
      null,
    );
  const draws = new TokenDraws();
  const onProgress = (done: number, total: number) => request.onProgress({ stage: "other keys", done, total });
  const result = testInheritance(mark, texts, draws, { keys, seed, onProgress });
  const { observations, ...described } = describeInheritance(result, request, seed);
  const paid = keyPaid(mark, result.log10P, request.tries ?? 1, request.dated ?? null);
  const { log10P, tests, key } = withKeyPaid(request, mark, result.log10P, { paid, tests: described.tests });
  const scheme = schemeOf(mark, draws);
  const decision = decideExact({
    proposition: MARKS_PROPOSITIONS.entries["marks/inherited"],
    log10P,
    outside:
      keys < INHERITED.keys
        ? `${keys} calibration keys; the study has ${INHERITED.keys}`
        : (scheme.outside ?? paid.outside),
    validation: studyOfMethod(validations, method)?.summary ?? null,
  });
  return textFinding(request, "marks/inherited", method, words, decision, tests, {
    mark: describeMark(mark, scheme),
    key,
    ...observations,
  });
}

/** A reader of what a suspect predicted while it read marked text (see reading.ts). */
export function predictions(what: string): (bytes: Uint8Array, mark: Mark) => IdText[] {
  return (bytes, mark) => {
    // A mark that cannot be drawn again is refused as such, with nothing read.
    if (notReproducible(mark) !== null) return [];
    return readPredictions(bytes, what, schemeOf(mark, new TokenDraws()));
  };
}

function describeMark(mark: Mark, scheme: Scheme): MarkObservation {
  return { form: mark.form, vocabulary: mark.vocabulary, law: scheme.law.kind, commitment: markCommitment(mark) };
}
