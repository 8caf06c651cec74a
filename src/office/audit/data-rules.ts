/** What a declaration says that rows of data satisfy: whether one does, in words, and whether a draw contradicts it. */
import { exceeds, type Level } from "../../stats/hypergeometric-bound.js";
import type { DataRule } from "./entry.js";
import type { Row } from "./rows.js";
import { CONTRADICTED_ONE_IN, statedValue } from "./summary.js";

/** Whether a row satisfies a rule, breaks it, or lacks the field. */
export function judgeRow(rule: DataRule, row: Row): "good" | "bad" | "absent" {
  const text = statedValue(row, rule.field);
  if (text === null) return "absent";
  if (rule.deny?.includes(text)) return "bad";
  if (rule.allow && !rule.allow.includes(text)) return "bad";
  return "good";
}

/** What a rule asks, as a bound prints it. */
export function ruleInWords({ field, allow, deny, shareMax }: DataRule): string {
  const parts = [
    allow ? `${field} is one of ${allow.length} allowed values` : null,
    deny ? `${field} is none of ${deny.length} values` : null,
  ];
  return `${parts.filter(Boolean).join(" and ")}${shareMax ? `, but for a share of ${shareMax}` : ""}`;
}

/**
 * More bad units than the declared share explains. A bound may fail one time in twenty, an accusation may not: all rules
 * of a report together contradict a true declaration at most once in a thousand draws. The share is rounded up to a whole
 * unit, so that no rounding accuses.
 */
export function breaksRule(rule: DataRule, { bad, k, N }: { bad: number; k: number; N: number }, bounds: number) {
  if (bad === 0) return false;
  const level: Level = { alphaPer: 1n, alphaOf: BigInt(CONTRADICTED_ONE_IN * bounds) };
  return exceeds(bad, k, BigInt(Math.ceil((rule.shareMax ?? 0) * N)), BigInt(N), level);
}
