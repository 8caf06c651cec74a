/**
 * The one way a laboratory frames a finding: question, method, study, decision and what was seen, put together so that
 * no laboratory can leave a part out or lean on a study of another method or version.
 */
import type { Digest } from "../base/digest.js";
import type { Finding, Test } from "./finding.js";
import type { Decision } from "./outcome.js";
import { OUTCOME_RULES } from "./outcome-rules.js";
import type { Proposition, PropositionTable } from "./propositions.js";
import { SCALE } from "./scale.js";
import type { Validation } from "./validation.js";
import { nameOf, type Rules } from "./versioned.js";

/** A method by name and version: any change of its numbers is a new version. */
export interface MethodName {
  id: string;
  version: string;
}

/** The study of this very method and version among those at hand; null where there is none. */
export function studyOfMethod(
  validations: readonly Validation[],
  { id, version }: MethodName,
  proposition?: string,
): Validation | null {
  const speaks = ({ summary }: Validation) =>
    summary.method === id &&
    summary.methodVersion === version &&
    (summary.proposition === undefined || proposition === undefined || summary.proposition === proposition);
  return validations.find(speaks) ?? null;
}

interface Framed {
  /** The laboratory's questions, of which this is one. */
  list: PropositionTable;
  proposition: Proposition;
  method: MethodName;
  /** As `studyOfMethod` gives it: what the decision leaned on. */
  validation: Validation | null;
  subject: Finding["subject"];
  decision: Decision;
  tests: Test[];
  observations: unknown;
  alternatives: readonly string[];
  limits: readonly string[];
  /** Digests of all that was read; each is listed once. */
  evidence: readonly Digest[];
  software: Finding["software"];
}

/** Evidence is named once each; without a study the method carries no validation, and pages say so. */
export function frameFinding(framed: Framed): Finding {
  const { list, proposition, method, validation, subject, decision, observations, software } = framed;
  const { id, hp, hd } = proposition;
  return {
    type: "assay/finding/v2",
    rules: rulesBy(list),
    proposition: { id, hp, hd },
    method: {
      id: method.id,
      version: method.version,
      validation: validation ? { page: validation.summary.page, digest: validation.digest } : null,
    },
    subject,
    outcome: decision.outcome,
    reason: decision.reason,
    strength: decision.strength,
    tests: framed.tests,
    errorRate: decision.errorRate,
    observations,
    alternatives: [...framed.alternatives],
    limits: [...framed.limits],
    evidence: [...new Set(framed.evidence)],
    software,
  };
}

const named = new WeakMap<PropositionTable, Rules>();

/** What a finding of today is made by; each list is digested once. */
function rulesBy(list: PropositionTable): Rules {
  const known = named.get(list);
  if (known) return known;
  const rules: Rules = {
    propositions: nameOf(list.version, list),
    outcome: nameOf(OUTCOME_RULES.version, OUTCOME_RULES),
    scale: nameOf(SCALE.id, SCALE),
  };
  named.set(list, rules);
  return rules;
}
