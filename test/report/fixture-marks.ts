/**
 * Findings of the marks laboratory on invented material, made by the laboratory itself: a text of which the middle was
 * written under the mark, a transcript that shows a mark faintly, and weights handed on by two recipients.
 */

import { utf8 } from "../../src/base/bytes.js";
import { sha256Digest } from "../../src/base/digest.js";
import { prng } from "../../src/base/prng.js";
import type { Artefact } from "../../src/evidence/artefact.js";
import { timeOfRound } from "../../src/evidence/beacon-draw.js";
import type { Recipients } from "../../src/evidence/recipients.js";
import type { Finding } from "../../src/finding/finding.js";
import type { ValidationSummary } from "../../src/finding/validation.js";
import { TokenDraws } from "../../src/kernels/token-draws.js";
import { examineInheritance, examinePresence } from "../../src/labs/marks/examine.js";
import { examineLeak } from "../../src/labs/marks/leak/examine-leak.js";
import { bitRates, codeWord } from "../../src/labs/marks/leak/leak-code.js";
import { markTensor, noTraces, readTensor, runsOf } from "../../src/labs/marks/leak/weight-mark.js";
import { INHERITED } from "../../src/labs/marks/record/method.js";
import type { AssayMark } from "../../src/labs/marks/schemes/assay-scheme.js";
import { parseMark } from "../../src/labs/marks/schemes/mark-file.js";
import { markerOf } from "../../src/labs/marks/schemes/marker.js";
import type { PageValidation } from "../../src/report/page-input.js";

const VOCABULARY = 500;
const draws = new TokenDraws();
const software = { name: "assay", version: "0.1.0", commit: "e249d89c0f3f0f0a7c1d5b6a4e3c2b1a09f8e7d6" };
const artefact = (name: string, kind: Artefact["kind"]): Artefact => ({ name, kind, root: sha256Digest(utf8(name)) });

export function marksValidation(method: string): PageValidation {
  const summary: ValidationSummary = {
    type: "assay/validation/v1",
    method,
    methodVersion: method === INHERITED.id ? INHERITED.version : "1",
    page: `validation/${method.replace("/", "-")}.md`,
    nulls: { pairs: 768, families: 192, accusedPairs: 0, accusedFamilies: 0 },
    positives: { pairs: 120, families: 120, foundPairs: 120, foundFamilies: 120 },
  };
  const source = prng("test/report/marks", method);
  const nullLog10P = Array.from({ length: 768 }, () => Math.min(0, Math.log10((source.uint32() + 1) / 2 ** 32) + 0.3));
  const positiveLog10P = Array.from({ length: 120 }, (_, i) => -40 * 1.02 ** i);
  return { summary, digest: sha256Digest(utf8(method)), nullLog10P, positiveLog10P };
}

const validation = (method: string) => {
  const { summary, digest } = marksValidation(method);
  return { summary, digest };
};

const mark = parseMark(
  { type: "assay/mark/v1", scheme: "assay", variant: "biased", key: "5a".repeat(32), vocabulary: VOCABULARY },
  "fixture",
) as AssayMark;

type Step = (ids: readonly number[], logits: Float64Array) => unknown;
const ownStep: Step = markerOf(mark, draws);

/** A scheme of others, whose other keys cost little. */
const kgw = parseMark(
  { type: "assay/mark/v1", scheme: "kgw", variant: "transformers", key: 15_485_863, vocabulary: VOCABULARY },
  "fixture",
);
const kgwStep: Step = (ids, logits) => {
  const seed = Math.imul(15_485_863, ids.at(-1) ?? 0) >>> 0;
  for (const token of draws.randperm(VOCABULARY, seed).subarray(0, VOCABULARY / 4)) logits[token]! += 0.5;
};

/** Text of a model that likes all tokens alike; marked from `from` to `to`. */
function written(seed: string, tokens: number, from: number, to: number, step: Step = ownStep): Uint32Array {
  const source = prng("test/report/marks/text", seed);
  const ids: number[] = [];
  for (let n = 0; n < tokens; n++) {
    const logits = new Float64Array(VOCABULARY);
    if (n >= from && n < to) step(ids, logits);
    const p = logits.map(Math.exp);
    let left = (source.uint32() / 2 ** 32) * p.reduce((a, x) => a + x, 0);
    let token = 0;
    for (; token < VOCABULARY - 1; token++) {
      left -= p[token]!;
      if (left < 0) break;
    }
    ids.push(token);
  }
  return Uint32Array.from(ids);
}

const none = new Uint32Array(0);
const text = artefact("essays.jsonl", "text");
const file = artefact("aldgate, November", "mark");

/** Keys as a beacon drew them after a log had the marks' commitments: the examiner is handed what was checked. */
const root = `sha256:${"7e".repeat(32)}` as const;
const drawn = { secret: "7e".repeat(32), round: 123, signature: null, commitment: root };
const dated = { time: timeOfRound(123) - 600, by: "the log log.example/marks", index: 0, logs: 1, evidence: root };

export const marksPresent: Finding = examinePresence({
  dated,
  texts: [
    { id: "essay-1", ids: written("1", 600, 200, 420), promptIds: none },
    { id: "essay-2", ids: written("2", 300, 0, 0), promptIds: none },
    { id: "essay-3", ids: written("3", 400, 0, 120), promptIds: none },
  ],
  mark: { ...mark, drawn },
  artefacts: { text, mark: file },
  evidence: [text.root, file.root],
  validations: [validation("marks/present")],
  software,
});

const transcript = artefact("meridian-answers.jsonl", "transcript");
export const marksInherited: Finding = examineInheritance({
  dated,
  texts: Array.from({ length: 6 }, (_, i) => ({
    id: String(i),
    ids: written(`t${i}`, 300, 0, 300, kgwStep),
    promptIds: none,
  })),
  mark: { ...kgw, drawn },
  artefacts: { text: transcript, mark: file },
  evidence: [transcript.root, file.root],
  validations: [validation("marks/inherited")],
  software,
  keys: 1000,
  seed: "assay-marks-1",
  reading: false,
  onProgress: () => {},
});

function leaked(): Finding {
  const recipients = Array.from({ length: 120 }, (_, i) => `institute ${i + 1}`);
  const code: Recipients = {
    type: "assay/recipients/v1",
    key: "3c".repeat(32),
    bits: 1024,
    strength: 0.01,
    recipients,
  };
  const rates = bitRates(code);
  const source = prng("test/report/marks/weights", "1");
  const original = Float32Array.from({ length: 1 << 17 }, () => 0.04 * (source.uint32() / 2 ** 32 - 0.5));
  const runs = runsOf(code.key, "layers.0.weight", original.length, code.bits, draws);
  const suspect = original.slice();
  for (const name of ["institute 17", "institute 90"]) markTensor(suspect, runs, codeWord(code, name, rates), 0.00006);
  const traces = noTraces(code.bits);
  readTensor(original, suspect, runs, traces);
  const [s, o] = [artefact("found-model", "model"), artefact("aldgate-base-1b", "model")];
  return examineLeak({
    suspect: s,
    original: o,
    evidence: [s.root, o.root],
    code,
    traces: { ...traces, tensors: 1 },
    refusal: null,
    aligned: false,
    freshWords: 20_000,
    seed: "assay-marks-1",
    validations: [validation("marks/leak")],
    software,
  });
}
export const marksLeak: Finding = leaked();
