/** The tables of weights-direction.study.ts: every kind of pair, what is true of it and what came out. */
import type { ValidationSummary } from "../../dist/finding/validation.js";
import type { DirectionScore } from "../../dist/labs/weights/making/direction-score.js";

export interface DirectionPair {
  kind: string;
  family: string;
  /** What is true: the suspect was made from the reference, or not; spoken for: the method claims to see it. */
  truth: "hp" | "hd";
  claimed: boolean;
  forward: DirectionScore;
  backward: DirectionScore;
}

export function groupBy<T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

export function directionTables(pairs: readonly DirectionPair[], study: ValidationSummary): string {
  const rows = [...groupBy(pairs, (p) => p.kind)].map(([kind, of]) => {
    const forward = of.filter((p) => p.forward.statistic > 0).length;
    const backward = of.filter((p) => p.backward.statistic > 0).length;
    const right = of[0]!.truth === "hp" ? forward : backward;
    const wrong = of[0]!.truth === "hp" ? backward : forward;
    const families = new Set(of.map((p) => p.family)).size;
    // Siblings point neither way: pointing back is as wrong as pointing forward.
    const accused = kind.startsWith("siblings") ? forward + backward : wrong;
    return [
      kind,
      of[0]!.truth,
      of[0]!.claimed ? "yes" : "no",
      of.length,
      families,
      kind.startsWith("siblings") ? "–" : right,
      accused,
    ];
  });
  const { nulls, positives, opposed } = study;
  return `<!-- Written by weights-direction.study.ts; do not edit. -->
# Tables of weights/direction

First proposition: ${nulls.pairs} null pairs of ${nulls.families} families, ${nulls.accusedPairs} accused; ${positives.foundPairs} of ${positives.pairs} claimed positives found, in ${positives.foundFamilies} of ${positives.families} families all of them.
Second proposition: ${opposed!.nulls.pairs} null pairs of ${opposed!.nulls.families} families, ${opposed!.nulls.accusedPairs} accused; ${opposed!.positives.foundPairs} of ${opposed!.positives.pairs} found, in ${opposed!.positives.foundFamilies} of ${opposed!.positives.families} families all of them.

| pair | true | claimed to be seen | pairs | families | right way | wrong way |
| --- | --- | --- | --- | --- | --- | --- |
${rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}
`;
}
