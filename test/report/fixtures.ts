/**
 * Findings made by hand with the shape and the sizes of real ones: a derived pair, an inconclusive one, an uncalibrated
 * one, a refused one, a derived pair of 32 layers, and one whose every name is hostile. All parties are invented.
 */

import { utf8 } from "../../src/base/bytes.js";
import type { Digest } from "../../src/base/digest.js";
import { sha256Digest } from "../../src/base/digest.js";
import { prng } from "../../src/base/prng.js";
import type { Finding, Test } from "../../src/finding/finding.js";
import { findingSchema } from "../../src/finding/finding.js";
import { decideExact } from "../../src/finding/outcome.js";
import type { ValidationSummary } from "../../src/finding/validation.js";
import type { WeightsObservations } from "../../src/labs/weights/observations.js";
import { SHARED_ANCESTRY } from "../../src/labs/weights/propositions.js";
import type { PageInput, PageValidation } from "../../src/report/page-input.js";
import { marksInherited, marksLeak, marksPresent, marksValidation } from "./fixture-marks.js";
import { type Case, observe } from "./fixture-observations.js";
import { shownBy } from "./shown-by.js";

const digest = (name: string): Digest => sha256Digest(utf8(name));

const summary: ValidationSummary = {
  type: "assay/validation/v1",
  method: "weights",
  methodVersion: "1",
  page: "validation/weights.md",
  nulls: { pairs: 1128, families: 96, accusedPairs: 0, accusedFamilies: 0 },
  positives: { pairs: 84, families: 41, foundPairs: 84, foundFamilies: 41 },
};

const validation: PageValidation = {
  summary,
  digest: digest("validation/weights.json"),
  nullLog10P: nulls(1128),
  positiveLog10P: Array.from({ length: 84 }, (_, i) => -12 * 1.078 ** i),
};

/** Like −log10 of uniform p-values, a little conservative. */
function nulls(count: number): number[] {
  const source = prng("test/report/nulls", "0");
  return Array.from({ length: count }, () => Math.min(0, Math.log10((source.uint32() + 1) / 2 ** 32) * 0.9 + 0.12));
}

const ASSUMPTION =
  "The labels of the units on each axis are a uniform permutation, given everything else, when the two models were initialised independently.";

function tests(c: Case): Test[] {
  const common = { exact: true, assumption: ASSUMPTION, seed: "6f1d0c2a" };
  const found = c.log10P < -6;
  return [
    {
      id: "combined",
      statistic: { name: "averaged e-value, log10", value: -c.log10P },
      log10P: c.log10P,
      exact: true,
      assumption: ASSUMPTION,
      n: c.labels * c.layers.reference,
      seed: "6f1d0c2a",
      share: 1,
    },
    {
      id: "equal-label pairs, mlp-hidden",
      statistic: { name: "equal-label pairs", value: found ? 2890 : 9 },
      log10P: found ? c.log10P - 0.4 : -0.61,
      ...common,
      n: c.labels,
      share: 0,
      axis: "mlp-hidden",
    },
    {
      id: "equal-label pairs, value-dim",
      statistic: { name: "equal-label pairs", value: found ? 341 : 6 },
      log10P: found ? -88.4 : -0.05,
      ...common,
      n: 512,
      share: 0,
      axis: "value-dim",
    },
    {
      id: "equal-label pairs, residual",
      statistic: { name: "equal-label pairs", value: found ? 466 : 1 },
      log10P: found ? -1163.2 : -0.2,
      ...common,
      n: 512,
      share: 0,
      axis: "residual",
    },
  ];
}

const ALTERNATIVES = [
  "Both models were initialised from the same random seed by the same code and never shared trained weights.",
  "Both models were made from a third whose weights were public.",
];
const LIMITS = [
  "It cannot see which of the two models came first.",
  "It cannot see learning from another model’s answers: that leaves no trace in the order of units.",
  "Units that were put in a new order at random, without being put back, are seen only through alignment, which this version does not do.",
];

function finding(c: Case, outside: string | null): Finding {
  const { hp, hd } = SHARED_ANCESTRY;
  const decision = decideExact({
    proposition: SHARED_ANCESTRY,
    log10P: c.log10P,
    outside,
    validation: summary,
  });
  const [reference, suspect] = c.names;
  return findingSchema.parse({
    type: "assay/finding/v1",
    proposition: { id: "weights/shared-ancestry", hp, hd },
    method: { id: "weights", version: "1", validation: { page: summary.page, digest: validation.digest } },
    subject: {
      kind: "pair",
      reference: {
        name: reference,
        kind: "model",
        root: digest(reference),
        obtained: "handed over by its maker on a sealed disk",
      },
      suspect: { name: suspect, kind: "sketch", root: digest(suspect) },
    },
    ...decision,
    tests: tests(c),
    observations: observe(c),
    alternatives: ALTERNATIVES,
    limits: LIMITS,
    evidence: [digest(reference), digest(suspect), digest("tokenizer")],
    software: { name: "assay", version: "0.1.0", commit: "e249d89c0f3f0f0a7c1d5b6a4e3c2b1a09f8e7d6" },
  });
}

const six = { reference: 6, suspect: 6 };

/** Derived, one layer dropped and one drawn anew at the end. */
export const derived = finding(
  {
    layers: six,
    labels: 1408,
    origin: (s) => (s < 3 ? s : s < 5 ? s + 1 : null),
    log10P: -512.37,
    names: ["aldgate-base-1b", "meridian-chat-1b"],
  },
  null,
);
export const inconclusive = finding(
  { layers: six, labels: 1408, origin: () => null, log10P: -0.42, names: ["aldgate-base-1b", "candle-1b"] },
  null,
);
export const uncalibrated = finding(
  { layers: six, labels: 1408, origin: (s) => s, log10P: -41.18, names: ["aldgate-base-1b", "lantern-moe-8x1b"] },
  "a mixture of experts is not among the validated families",
);
export const large = finding(
  {
    layers: { reference: 32, suspect: 32 },
    labels: 4096,
    origin: (s) => (s === 17 ? null : s),
    log10P: -4811.02,
    names: ["aldgate-base-8b", "meridian-pro-8b"],
  },
  null,
);
export const refused: Finding = {
  ...inconclusive,
  ...{
    outcome: "refused",
    reason: "The suspect is quantised to 2 bits, below what the method reads.",
    strength: null,
    errorRate: null,
  },
  tests: [],
  observations: null,
};
/** No proposition of the list is two-sided yet; the page must have words for the day one is. */
export const supportsHd: Finding = {
  ...derived,
  outcome: "supports-hd",
  reason: "The score stands below every known derived pair.",
  strength: { ...derived.strength!, log10LR: { low: -1.4, high: -1.2 } },
};

export const HOSTILE_NAME = `<script>alert("x")</script>' onload='a"\u202e\u0000\u001b[2J&amp;`;

export const hostile: Finding = {
  ...derived,
  method: { ...derived.method, id: HOSTILE_NAME },
  subject: {
    kind: "pair",
    reference: { name: HOSTILE_NAME, kind: "model", root: digest("a"), obtained: HOSTILE_NAME },
    suspect: { name: "</style></title><svg onload=alert(1)>", kind: "model", root: digest("b") },
  },
  reason: HOSTILE_NAME,
  tests: derived.tests.map((test) => ({
    ...test,
    id: HOSTILE_NAME,
    where: HOSTILE_NAME,
    assumption: HOSTILE_NAME,
    seed: HOSTILE_NAME,
  })),
  observations: hostileObservations(),
  alternatives: [HOSTILE_NAME],
  limits: [HOSTILE_NAME],
  software: { name: HOSTILE_NAME, version: HOSTILE_NAME, commit: HOSTILE_NAME },
};

function hostileObservations(): WeightsObservations {
  const seen = observe({ layers: six, labels: 1408, origin: (s) => s, log10P: -512.37, names: ["a", "b"] });
  return {
    ...seen,
    settings: { ...seen.settings, seed: HOSTILE_NAME },
    architecture: {
      ...seen.architecture,
      fields: [{ field: HOSTILE_NAME, reference: HOSTILE_NAME, suspect: "]]>", same: false }],
    },
    axes: seen.axes.map((axis) => ({ ...axis, note: HOSTILE_NAME })),
    tensors: seen.tensors.map((tensor) => ({ ...tensor, tensor: HOSTILE_NAME, note: "<!--" })),
  };
}

function studyOf({ method }: Finding): PageValidation {
  return method.id.startsWith("marks/") ? marksValidation(method.id) : validation;
}

export function pageInput(finding: Finding): PageInput {
  return {
    finding,
    ...shownBy(finding),
    validation: finding.outcome === "refused" ? null : studyOf(finding),
    reproduce: { command: "assay examine weights aldgate-base-1b/ suspect.sketch --out finding/" },
    signed: { keyId: "SHA256:0fKq3vXn0mJt5t7bqv6h2o5n4Yw1r8eP9cUzKQm2L3s" },
  };
}

export const ALL = {
  ...{ derived, inconclusive, uncalibrated, refused, large, supportsHd, hostile },
  ...{ marksPresent, marksInherited, marksLeak },
};
