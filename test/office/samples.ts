/** One well-formed predicate of each kind. */
import { draft } from "../../src/office/register/declarations/draft.js";
import type { Kind, Predicates } from "../../src/office/register/declarations/kinds.js";
import { derivation, ISSUED, model } from "./world.js";

const D = `sha256:${"a".repeat(64)}`;
const drafts = draft({
  subject: model("northwind/lm"),
  now: ISSUED,
  card: null,
  config: { model_type: "llama", torch_dtype: "bfloat16" },
  datasets: [{ name: "corpus", sha256: "b".repeat(64) }],
});

/** What version 1 cannot say. */
export const ORIGIN_V2: Predicates["origin"] = {
  issued: ISSUED,
  providerSeat: { status: "declared", countries: ["GB"] },
  trainingPlace: {
    status: "declared",
    countries: ["NO", "FI"],
    evidence: {
      tier: "documented",
      exhibits: [{ form: "document", digest: D, says: "contract with the data centre" }],
    },
  },
  dataLaw: { status: "unknown" },
  baseOrigin: { status: "not-applicable" },
  trainingHardware: {
    status: "declared",
    items: [
      { name: "H100 SXM", count: 512, countries: ["NO"] },
      { name: "MI300X", count: null },
    ],
    evidence: {
      tier: "attested",
      exhibits: [{ form: "tdx-quote", digest: D, binds: D, says: "the trainer ran in a trust domain" }],
    },
  },
};

export const SAMPLES: { [K in Kind]: Predicates[K] } = {
  "training-run": drafts["training-run"],
  "training-content": drafts["training-content"],
  derivation: derivation([model("southwind/base")], { compute: { flop: "3.1e22" }, released: "2026-05" }),
  origin: {
    issued: ISSUED,
    providerSeat: { status: "declared", countries: ["GB"] },
    trainingPlace: { status: "declared", countries: ["NO", "FI"] },
    dataLaw: { status: "unknown" },
    baseOrigin: { status: "not-applicable" },
  },
  evaluation: {
    issued: ISSUED,
    verifier: { id: "northwind" },
    evaluatedAt: ISSUED,
    suite: { name: "MMLU", version: "1" },
    claims: [{ metric: "accuracy", value: "0.61", comparator: ">=", threshold: "0.6", passed: true }],
    sampleSize: 14_042,
    assuranceLevel: "self_attested",
    harness: { name: "lm-eval", version: "0.4" },
  },
  "evaluation-criteria": {
    issued: ISSUED,
    suite: { name: "MMLU", version: "1" },
    criteria: [{ metric: "accuracy", lower95: "0.6", samples: 1000 }],
  },
  correction: {
    issued: ISSUED,
    corrects: D,
    reason: "the licence was wrong",
    kind: "derivation",
    replacement: derivation(),
  },
  withdrawal: { issued: ISSUED, withdraws: null, reason: "withdrawn from sale" },
  challenge: { issued: ISSUED, against: D, ground: "the base is another model" },
  "challenge-closed": { issued: ISSUED, challenge: D, outcome: "rejected", reason: "shown to be wrong" },
  audit: {
    issued: ISSUED,
    statement: D,
    facts: ["trainingPlace"],
    result: "audited",
    method: "logs of the cluster",
    report: null,
  },
  order: {
    issued: ISSUED,
    effect: "suspend",
    reach: "declared-and-found",
    taught: false,
    noticeDays: 14,
    from: ISSUED,
    until: null,
    stay: null,
    basis: { digest: D, entry: null },
    reasons: "decision of 1 September, paragraph 12",
  },
  "order-lifted": { issued: ISSUED, order: D, models: null, basis: null, reasons: "the appeal was allowed" },
  "order-extended": {
    issued: ISSUED,
    order: D,
    models: [D as `sha256:${string}`],
    heard: "heard",
    basis: { digest: D, entry: null },
    reasons: "not shown to be independent",
  },
  finding: {
    issued: ISSUED,
    finding: D,
    proposition: "weights/shared-ancestry",
    outcome: "inconclusive",
    reference: D as `sha256:${string}`,
    suspect: D as `sha256:${string}`,
  },
};
