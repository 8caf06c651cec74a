/**
 * The door of the toy laboratory. Where the tosses of one fair coin are independent of all else, the number of equal
 * places is Binomial(n, 1/2), whatever the other record says: an exact p.
 */
import { utf8 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import type { Artefact } from "../../evidence/artefact.js";
import type { Finding } from "../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../finding/frame.js";
import { decideExact, OUTCOME_RULES } from "../../finding/outcome.js";
import type { Validation } from "../../finding/validation.js";
import { roundLog10P } from "../../stats/combine.js";
import { log10BinomialTail } from "../../stats/exact-tails.js";
import type { TossesObservations } from "./observations.js";
import { TOSSES_PROPOSITIONS } from "./propositions.js";

export const METHOD = { id: "tosses/equal-places", version: "1" } as const;
/** Tosses a record may hold. */
const TOSSES_MAX = 100_000;
/** The study's records are of this many. */
const TOSSES_MIN = 50;

export interface TossesRequest {
  /** Each as text: H and T alone. */
  reference: { name: string; tosses: string };
  suspect: { name: string; tosses: string };
  validations: readonly Validation[];
  software: Finding["software"];
}

/** @throws AssayError FORMAT or LIMIT for what is no record of tosses */
export function examineTosses({ reference, suspect, validations, software }: TossesRequest): Finding {
  const [one, other] = [artefactOf(reference), artefactOf(suspect)];
  const { places, equal, log10P } = equalPlaces(reference.tosses, suspect.tosses);
  const validation = studyOfMethod(validations, METHOD);
  const observations: TossesObservations = { type: "tosses/observations/v1", places, equal };
  return frameFinding({
    list: TOSSES_PROPOSITIONS,
    proposition: TOSSES_PROPOSITIONS.entries["tosses/copied"],
    method: METHOD,
    validation,
    subject: { kind: "pair", reference: one, suspect: other },
    decision: decideExact({
      proposition: TOSSES_PROPOSITIONS.entries["tosses/copied"],
      log10P,
      outside: places < TOSSES_MIN ? `${places} tosses; the study has ${TOSSES_MIN} and more` : null,
      validation: validation?.summary ?? null,
    }),
    tests: [
      {
        id: "equal-places",
        statistic: { name: "equal places", value: equal },
        log10P,
        exact: true,
        assumption: "One of the two coins is fair and its tosses are independent of all else.",
        n: places,
        seed: "none",
        share: 10 ** OUTCOME_RULES.log10Alpha,
      },
    ],
    observations,
    alternatives: ["Both records were drawn by one generator of random numbers from one seed."],
    limits: ["A record that was shifted by one toss is not found."],
    evidence: [one.root, other.root],
    software,
  });
}

/** How many places of the shorter record are equal, and how probable so many or more are. */
export function equalPlaces(one: string, other: string): { places: number; equal: number; log10P: number } {
  const places = Math.min(one.length, other.length);
  let equal = 0;
  for (let i = 0; i < places; i++) if (one[i] === other[i]) equal++;
  return { places, equal, log10P: roundLog10P(log10BinomialTail(equal, places, 0.5)) };
}

function artefactOf({ name, tosses }: { name: string; tosses: string }): Artefact {
  if (tosses.length > TOSSES_MAX)
    throw new AssayError("LIMIT", `${name}: expected at most ${TOSSES_MAX} tosses, got ${tosses.length}`);
  if (!/^[HT]+$/.test(tosses))
    throw new AssayError("FORMAT", `${name}: expected tosses as H and T, got something else`);
  return { name, kind: "text", root: sha256Digest(utf8(tosses)) };
}
