/**
 * What a method finds today, said in the words and on the scale of an earlier finding, so that the two can be compared to
 * the last bit. Outcome rules cannot be exchanged: where those differ, the findings differ, and that is shown.
 */
import type { Finding } from "./finding.js";
import { type KnownRules, rulesOf } from "./rules.js";
import { scaleTerm } from "./scale.js";

/** @returns `finding` as it would read by the tables that `like` names; unchanged where those are not known here */
export function restated(finding: Finding, like: Finding, known: KnownRules): Finding {
  const found = rulesOf(like, known);
  const own = rulesOf(finding, known);
  if ("unknown" in found || "unknown" in own) return finding;
  const { question, scale, outcome } = found.rules;
  if (question === null || outcome.name.digest !== own.rules.outcome.name.digest) return finding;
  const { id } = finding.proposition;
  const proposition = id === like.proposition.id ? { id, hp: question.hp, hd: question.hd } : finding.proposition;
  const { strength } = finding;
  const { low, high } = strength?.log10LR ?? { low: null, high: null };
  const least = high !== null && high < 0 ? -high : (low ?? Number.NEGATIVE_INFINITY);
  const said = strength && {
    ...strength,
    scale: { id: scale.name.version, digest: scale.name.digest },
    term: scaleTerm(least, scale.table),
  };
  const { type: _type, rules: _rules, ...body } = { rules: null, ...finding, proposition, strength: said };
  return like.type === "assay/finding/v1"
    ? { type: like.type, ...body }
    : { type: like.type, rules: like.rules, ...body };
}
