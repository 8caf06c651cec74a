/**
 * The detector as a service answers with it: does a mark of the ring stand in this one text, and does it carry a C2PA
 * manifest that holds? It says the outcome and the name of the mark, never a p, a passage, a commitment or anything of
 * the text: finer answers would teach how to forge a mark or wash it out (Jovanović et al. 2024), and would be kept.
 */
import { SOFTWARE } from "../../../app/software.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { Outcome } from "../../../finding/finding.js";
import type { Validation } from "../../../finding/validation.js";
import type { TextEncoder } from "../../../model/beside/text-encoder.js";
import { withoutWrappers } from "../credentials/text-wrapper.js";
import { examineRing } from "../examine.js";
import type { Mark } from "../schemes/mark-file.js";
import { READINGS } from "../text/readings.js";
import { checkedIds, type Reading } from "../text/texts.js";
import { readCredentials, type TrustAsked } from "./read-credentials.js";

/** A long article; twenty times what a mark needs. */
const IDS_MAX = 20_000;
/** Draws of one answer, ids by marks: some ten seconds of one core (CWE-400). */
const DRAWS_MAX = 20_000_000;

const WORDS: Record<Outcome, string> = {
  "supports-hp":
    "The text carries this mark: chance gives as much in at most one text of a million, all marks of the ring paid for.",
  "supports-hd": "No mark of the ring is shown.",
  inconclusive:
    "No mark of the ring is shown. That does not show that the text was never marked: editing, paraphrase and another tokenizer remove marks.",
  uncalibrated:
    "A mark of the ring may stand in the text; too little shows that its key was not chosen to fit it, or no error rate is known for its kind, so nothing is concluded.",
  refused: "The text could not be asked for the marks of the ring.",
};

export interface Detection {
  type: "assay/mark-detection/v1";
  outcome: Outcome;
  /** Name of the mark in the ring; null unless it is supported. */
  mark: string | null;
  says: string;
  /** The C2PA manifest, in one line; null where the text came as ids. */
  credentials: string | null;
  /** Explanations that the test cannot tell apart, and what it cannot see. */
  alternatives: readonly string[];
  limits: readonly string[];
}

interface DetectorCase {
  marks: readonly Mark[];
  /** Turns words into ids; without it ids alone are taken. */
  encoder: TextEncoder | null;
  validations: readonly Validation[];
  trust: (() => TrustAsked) | null;
}

/** @throws AssayError USAGE, FORMAT, LIMIT, UNSUPPORTED for a text that cannot be asked */
export async function detect({ marks, encoder, validations, trust }: DetectorCase, body: unknown): Promise<Detection> {
  const { text, ids: given } = (typeof body === "object" && body !== null ? body : {}) as {
    text?: unknown;
    ids?: unknown;
  };
  if ((typeof text === "string") === (given !== undefined))
    throw new AssayError("USAGE", 'expected a JSON object with "text" in words or "ids", and not both');
  if (typeof text === "string" && encoder === null)
    throw new AssayError("USAGE", 'expected "ids": this detector has no tokenizer');
  const readings =
    typeof text === "string" ? readingsOf(text, encoder!) : [asText(checkedIds(given, "ids", "the request"))];
  const most = Math.min(IDS_MAX, Math.floor(DRAWS_MAX / (marks.length * readings.length)));
  if (readings.some(({ texts }) => texts[0]!.ids.length > most))
    throw new AssayError("LIMIT", `expected a text of at most ${most} tokens`);
  const credentials = typeof text === "string" ? (await readCredentials(text, trust?.() ?? null)).line : null;
  // The finding stays here: its names and digests are of nobody's text.
  const root = sha256Digest(new Uint8Array(0));
  const artefacts = {
    text: { name: "text", kind: "text" as const, root },
    mark: { name: "ring", kind: "mark" as const, root },
  };
  const finding = examineRing({
    ...{ marks, validations, artefacts, software: SOFTWARE, evidence: [root] },
    texts: readings[0]!.texts,
    readings: readings.slice(1),
    tokenizer: typeof text === "string" ? encoder!.digest : null,
  });
  const { outcome, alternatives, limits } = finding;
  const found = outcome === "supports-hp" ? (finding.observations as { ring: { best: string } }).ring.best : null;
  return {
    type: "assay/mark-detection/v1",
    outcome,
    mark: found,
    says: WORDS[outcome],
    credentials,
    alternatives,
    limits,
  };
}

/** In the order of the readings, each with other ids than those before it. */
function readingsOf(text: string, encoder: TextEncoder): Reading[] {
  const visible = withoutWrappers(text);
  const seen = new Map<string, Reading>();
  for (const { name, of } of READINGS) {
    const read = asText(Uint32Array.from(encoder.encode(of(visible))), name);
    const ids = read.texts[0]!.ids.join();
    if (!seen.has(ids)) seen.set(ids, read);
  }
  return [...seen.values()];
}

function asText(ids: Uint32Array, name = "ids"): Reading {
  return { name, texts: [{ id: "1", ids, promptIds: new Uint32Array(0) }] };
}
