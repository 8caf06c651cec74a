/** The frame of every finding about a text and a mark (or plan). */
import type { Digest } from "../../../base/digest.js";
import type { Artefact } from "../../../evidence/artefact.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { frameFinding, type MethodName, studyOfMethod } from "../../../finding/frame.js";
import type { Decision } from "../../../finding/outcome.js";
import type { Validation } from "../../../finding/validation.js";
import { MARKS_PROPOSITIONS, type MarksProposition } from "../propositions.js";

export interface TextCase {
  artefacts: { text: Artefact; mark: Artefact };
  evidence: readonly Digest[];
  /** Studies at hand. */
  validations: readonly Validation[];
  software: Finding["software"];
}

/** @param decision as the outcome rules made it; nothing here changes it */
export function textFinding(
  request: TextCase,
  proposition: MarksProposition,
  method: MethodName,
  words: { alternatives: readonly string[]; limits: readonly string[] },
  decision: Decision,
  tests: Test[],
  observations: unknown,
): Finding {
  const { artefacts } = request;
  return frameFinding({
    list: MARKS_PROPOSITIONS,
    proposition: MARKS_PROPOSITIONS.entries[proposition],
    method,
    validation: studyOfMethod(request.validations, method),
    subject: { kind: "text", text: artefacts.text, mark: artefacts.mark },
    decision,
    tests,
    observations,
    alternatives: words.alternatives,
    limits: words.limits,
    evidence: request.evidence,
    software: request.software,
  });
}
