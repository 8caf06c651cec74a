/** The frame of every finding about a text and a mark (or plan). */
import type { Digest } from "../../../base/digest.js";
import type { Artefact } from "../../../evidence/artefact.js";
import type { Finding, Test } from "../../../finding/finding.js";
import type { Decision } from "../../../finding/outcome.js";
import { PROPOSITIONS, type PropositionId } from "../../../finding/propositions.js";
import type { Validation } from "../../../finding/validation.js";

export interface TextCase {
  artefacts: { text: Artefact; mark: Artefact };
  evidence: readonly Digest[];
  validation: Validation | null;
  software: Finding["software"];
}

/** The study's summary when it is of this very method and version. */
export function currentSummary(validation: Validation | null, method: { id: string; version: string }) {
  const summary = validation?.summary;
  return summary && summary.method === method.id && summary.methodVersion === method.version ? summary : null;
}

export function textFinding(
  request: TextCase,
  proposition: PropositionId,
  method: { id: string; version: string },
  words: { alternatives: readonly string[]; limits: readonly string[] },
  decision: Decision,
  tests: Test[],
  observations: unknown,
): Finding {
  const { validation, artefacts } = request;
  const { hp, hd } = PROPOSITIONS[proposition];
  return {
    type: "assay/finding/v1",
    proposition: { id: proposition, hp, hd },
    method: {
      id: method.id,
      version: method.version,
      validation: validation ? { page: validation.summary.page, digest: validation.digest } : null,
    },
    subject: { kind: "text", text: artefacts.text, mark: artefacts.mark },
    outcome: decision.outcome,
    reason: decision.reason,
    strength: decision.strength,
    tests,
    errorRate: decision.errorRate,
    observations,
    alternatives: [...words.alternatives],
    limits: [...words.limits],
    evidence: [...new Set(request.evidence)],
    software: request.software,
  };
}
