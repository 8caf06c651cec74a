/**
 * `code/recipient-copy`: whose copy was the suspect's code made from? Nobody is named unless a beacon drew after a log had
 * the plan: whoever chooses the draw, or the tree that it is drawn for, makes any suspect agree with any recipient.
 */
import type { Digest } from "../../../base/digest.js";
import type { Artefact } from "../../../evidence/artefact.js";
import { chosenByItsMaker, type Dated } from "../../../evidence/beacon-draw.js";
import { COMBINED_TEST_ID } from "../../../finding/coherence.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../../finding/frame.js";
import { decideExact, OUTCOME_RULES } from "../../../finding/outcome.js";
import type { Validation } from "../../../finding/validation.js";
import { roundLog10P } from "../../../stats/combine.js";
import { log10Paid, waysPaid } from "../../../stats/paid.js";
import { COPY_METHOD } from "../method.js";
import { CODE_PROPOSITIONS } from "../propositions.js";
import type { CopyObservations } from "./observations.js";
import { type CopiesPlan, formsOf } from "./plan.js";
import { type PlacedSite, readPlaces } from "./reading.js";
import { SITE_KINDS, type SiteKind } from "./sites.js";
import { isStructural, traceCopies } from "./trace.js";
import { COPY_ALTERNATIVES, COPY_ASSUMPTION, COPY_LIMITS, COPY_PAID } from "./words.js";

/** Recipients listed in a finding, strongest first. */
const LISTED_MAX = 1000;

interface CopyRequest {
  plan: { digest: Digest; value: CopiesPlan };
  original: { artefact: Artefact; kinds: readonly SiteKind[]; placed: readonly PlacedSite[] };
  suspect: { artefact: Artefact; shown: readonly PlacedSite[] };
  /** What shows when the plan was fixed; checked by whoever hands it in. */
  dated: Dated | null;
  /** Suspects and the like that were tried, this one included. */
  tries: number;
  validations: readonly Validation[];
  software: Finding["software"];
}

/** One finding. @throws AssayError USAGE where the plan's round has not drawn yet */
export function examineCopy(request: CopyRequest): Finding {
  const { plan, original, suspect, dated, tries } = request;
  const { kinds } = original;
  const reading = readPlaces(original.placed, suspect.shown);
  const results = traceCopies(plan.value.recipients, formsOf(plan.value), reading, kinds);
  const best = results[0]!;
  const recipients = plan.value.recipients.length;
  // Every recipient was tried: each pays for all.
  const ofAll = (log10P: number) => Math.min(0, log10P + Math.log10(recipients));
  const paid = (log10P: number) => log10Paid(ofAll(log10P), tries, dated);
  const log10P = roundLog10P(paid(best.log10P));
  const read = reading.filter((said) => said !== null).length;
  const structural = reading.filter((said, i) => said !== null && isStructural(kinds[i]!)).length;
  const { round } = plan.value;
  const proposition = CODE_PROPOSITIONS.entries["code/recipient-copy"];
  const validation = studyOfMethod(request.validations, COPY_METHOD);
  const decision = decideExact({
    proposition,
    log10P,
    outside: chosenByItsMaker(round, dated),
    validation: validation?.summary ?? null,
  });
  const alone = roundLog10P(ofAll(best.log10P));
  const of = { exact: true, n: read, seed: plan.value.commitment } as const;
  const tests: Test[] = [
    {
      ...of,
      id: "agreements",
      statistic: { name: "places on which the suspect agrees with the best recipient's copy", value: best.agreements },
      log10P: alone,
      assumption: COPY_ASSUMPTION,
      share: 0,
      where: `${best.agreements} of ${read} places read, ${best.structural} of ${structural} without numbers; best of ${recipients} recipients, the smaller tail of the two counts paid twice`,
    },
    {
      ...of,
      id: COMBINED_TEST_ID,
      statistic: { name: "ways that are paid for", value: waysPaid(tries, dated) * recipients },
      log10P,
      assumption: COPY_PAID,
      share: 1,
    },
  ];
  const observations: CopyObservations = {
    type: "assay/code-copy-observations/v1",
    commitment: plan.value.commitment,
    places: kinds.length,
    read,
    structural,
    byKind: SITE_KINDS.map((kind) => ({
      kind,
      places: kinds.filter((one) => one === kind).length,
      read: reading.filter((said, i) => said !== null && kinds[i] === kind).length,
    })).filter(({ places }) => places > 0),
    recipients,
    named:
      decision.outcome === "supports-hp"
        ? results.filter((each) => paid(each.log10P) <= OUTCOME_RULES.log10Alpha).map(({ name }) => name)
        : [],
    results: results.slice(0, LISTED_MAX).map((each) => ({ ...each, log10P: roundLog10P(each.log10P) })),
    draw: { round, dated, tries, log10P: { alone, paid: log10P } },
  };
  return frameFinding({
    list: CODE_PROPOSITIONS,
    proposition,
    method: COPY_METHOD,
    validation,
    subject: { kind: "recipients", suspect: suspect.artefact, original: original.artefact, recipients },
    decision,
    tests,
    observations,
    alternatives: COPY_ALTERNATIVES,
    limits: COPY_LIMITS,
    evidence: [suspect.artefact.root, original.artefact.root, plan.digest, ...(dated ? [dated.evidence] : [])],
    software: request.software,
  });
}
