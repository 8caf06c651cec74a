/**
 * Finds the words, the outcome rules and the scale that a finding names among all versions that are known: a later change
 * of a sentence, a threshold or a term leaves what was said before as it was. Findings of the first form name no rules;
 * they were all made by one version of each, stated here.
 */
import type { Finding } from "./finding.js";
import type { OutcomeRules } from "./outcome-rules.js";
import type { Proposition, PropositionTable } from "./propositions.js";
import type { Scale } from "./scale.js";
import type { Rules, Versioned } from "./versioned.js";

/** What every `assay/finding/v1` was made by. */
const RULES_OF_V1: Readonly<Record<keyof Rules, string>> = {
  propositions: "2",
  outcome: "2",
  scale: "enfsi-2015",
};

/** One version of a table, with its name. */
export interface Known<Table> {
  name: Versioned;
  table: Table;
}

/** One version of the outcome rules, and how a finding is held against them. */
export interface KnownOutcome extends Known<OutcomeRules> {
  /** What in the finding does not follow by these rules, in sentences. */
  readBack: (finding: Finding, rules: FindingRules) => string[];
}

/** Every version of every table that a reader knows. */
export interface KnownRules {
  propositions: readonly Known<PropositionTable>[];
  outcomes: readonly KnownOutcome[];
  scales: readonly Known<Scale>[];
}

/** The tables of one finding. */
export interface FindingRules {
  list: Versioned;
  /** Null where the list, which is known, does not hold the question. */
  question: Proposition | null;
  outcome: KnownOutcome;
  scale: Known<Scale>;
}

/** The finding's own tables, or the names of those that are not known here. */
export function rulesOf(finding: Finding, known: KnownRules): { rules: FindingRules } | { unknown: string[] } {
  const stated = finding.type === "assay/finding/v1" ? null : finding.rules;
  const { id } = finding.proposition;
  const is = (part: keyof Rules) => (each: Known<unknown>) =>
    stated === null
      ? each.name.version === RULES_OF_V1[part]
      : each.name.version === stated[part].version && each.name.digest === stated[part].digest;
  const lists = known.propositions.filter(is("propositions"));
  const outcome = known.outcomes.find(is("outcome"));
  const scale = known.scales.find(is("scale"));
  const missing = (part: keyof Rules, what: string) =>
    `${what} ${stated === null ? RULES_OF_V1[part] : `${stated[part].version} (${stated[part].digest})`}`;
  if (lists.length > 0 && outcome && scale) {
    const list = lists.find(({ table }) => table.entries[id] !== undefined) ?? lists[0]!;
    return { rules: { list: list.name, question: list.table.entries[id] ?? null, outcome, scale } };
  }
  return {
    unknown: [
      ...(lists.length > 0 ? [] : [missing("propositions", "propositions")]),
      ...(outcome ? [] : [missing("outcome", "outcome rules")]),
      ...(scale ? [] : [missing("scale", "scale")]),
    ],
  };
}
