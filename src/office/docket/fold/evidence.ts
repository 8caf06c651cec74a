/**
 * What findings come to for a remedy: which of those relied on were planned, blind, computed again, and which two
 * laboratories share nothing beyond the models in dispute. Findings are counted, never multiplied: no study measures the
 * joint law of two laboratories.
 */
import type { CaseState, FindingState } from "./case-state.js";

/** By the digest of its canonical text. */
export function findingOf(state: CaseState, digest: string): FindingState | undefined {
  return state.findings.find(({ finding }) => finding === digest);
}

/** Findings that the decision rests its answers on. */
export function reliedOn(issues: readonly { held: string; findings: readonly string[] }[]): string[] {
  return [...new Set(issues.filter(({ held }) => held === "yes").flatMap(({ findings }) => findings))];
}

/** Why a finding cannot carry an answer; null when it can. */
export function faultOfFinding(state: CaseState, digest: string): string | null {
  const found = findingOf(state, digest);
  if (!found) return `no finding ${digest} in the case`;
  if (found.outcome !== "supports-hp") return `finding ${found.seq} says ${found.outcome}`;
  if (!found.planned) return `finding ${found.seq} stands outside the plan`;
  if (found.plan !== state.plan?.plan) return `the plan of finding ${found.seq} is not the one in force`;
  if (found.slot === null || state.plan?.labels?.[found.slot] !== "suspect")
    return `finding ${found.seq} is not known to be about the suspect`;
  const roots = new Set(Object.values(state.exhibits).map(({ root }) => root));
  const stray = found.subjects.find((root) => !roots.has(root));
  return stray === undefined ? null : `finding ${found.seq} speaks of ${stray}, which is no exhibit of the case`;
}

/** Null where somebody else than its maker came to the same finding and nobody to another. */
export function faultOfRecomputing(state: CaseState, digest: string): string | null {
  const found = findingOf(state, digest);
  if (!found) return `no finding ${digest} in the case`;
  if (found.recomputed.some(({ same }) => !same)) return `finding ${found.seq} came out otherwise when computed again`;
  return found.recomputed.some(({ by, same }) => same && by !== found.by)
    ? null
    : `finding ${found.seq} was not computed again by a second person`;
}

/** A pair of findings of two laboratories without common evidence; null where there is none. */
export function disjointPair(findings: readonly FindingState[]): [FindingState, FindingState] | null {
  for (const [i, one] of findings.entries())
    for (const other of findings.slice(i + 1)) {
      if (one.laboratory === other.laboratory) continue;
      const seen = new Set(one.evidence);
      if (!other.evidence.some((digest) => seen.has(digest))) return [one, other];
    }
  return null;
}

/** A planned finding about the suspect that speaks the other way. */
export function otherWay(state: CaseState): FindingState | undefined {
  return state.findings.find(
    ({ planned, slot, outcome, plan }) =>
      planned &&
      plan === state.plan?.plan &&
      outcome === "supports-hd" &&
      slot !== null &&
      state.plan?.labels?.[slot] === "suspect",
  );
}

/** Alternatives of findings relied on that no line answers. */
export function unanswered(
  state: CaseState,
  issues: readonly {
    held: string;
    findings: readonly string[];
    answers: readonly { finding: string; alternative: number }[];
  }[],
): string | null {
  const answered = new Set(
    issues.flatMap(({ answers }) => answers.map(({ finding, alternative }) => `${finding} ${alternative}`)),
  );
  for (const digest of reliedOn(issues))
    for (let n = 0; n < (findingOf(state, digest)?.alternatives ?? 0); n++)
      if (!answered.has(`${digest} ${n}`)) return `alternative ${n} of finding ${digest}`;
  return null;
}
