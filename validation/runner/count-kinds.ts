/** Rows of a study by the kinds that were declared, and the check that a summary counts all of them. */
import type { Counted, Kind, Row, Study, Summary } from "./study.ts";

/** As it stands in a study's file. */
export interface KindFigures extends Kind {
  cases: number;
  /** Accused or found; null where the study has no such thing. */
  hits: number | null;
}

type AnyStudy<Case extends { kind: string }, Result> = Pick<Study<Case, Result>, "id" | "kinds" | "hit">;

/** @throws where a row is of a kind that was not declared */
export function countKinds<Case extends { kind: string }, Result>(
  study: AnyStudy<Case, Result>,
  all: readonly Row<Case, Result>[],
  planned: number,
): { counted: Counted<Case, Result>; kinds: KindFigures[] } {
  const as = new Map(study.kinds.map((kind) => [kind.name, kind.counted]));
  for (const { case: one } of all)
    if (!as.has(one.kind)) throw new Error(`${study.id}: "${one.kind}" was not declared`);
  const of = (what: Kind["counted"]) => all.filter((row) => as.get(row.case.kind) === what);
  const kinds = study.kinds.map((kind) => {
    const rows = all.filter((row) => row.case.kind === kind.name);
    return { ...kind, cases: rows.length, hits: study.hit ? rows.filter((r) => study.hit!(r.result)).length : null };
  });
  return { counted: { nulls: of("null"), positives: of("positive"), all, planned }, kinds };
}

/** What is wrong with a study's file that states its kinds; nothing where all is well. */
export function faultsOfCounts(summary: Summary & { declared?: readonly KindFigures[] }): string[] {
  const { declared: kinds } = summary;
  if (!kinds) return [];
  const faults: string[] = [];
  for (const [what, stated, hits] of [
    ["null", summary.nulls, "accusedPairs"],
    ["positive", summary.positives, "foundPairs"],
  ] as const) {
    if (!stated) continue;
    const asSuch = kinds.filter(({ counted }) => counted === what);
    const cases = asSuch.reduce((sum, kind) => sum + kind.cases, 0);
    if (cases !== stated.pairs) faults.push(`${stated.pairs} ${what}s counted, ${cases} declared`);
    const hit = (stated as Record<string, unknown>)[hits];
    const sum = asSuch.reduce((s, kind) => s + (kind.hits ?? 0), 0);
    if (typeof hit === "number" && asSuch.every((kind) => kind.hits !== null) && hit !== sum)
      faults.push(`${hit} ${hits} stated, ${sum} by kind`);
  }
  for (const { name, counted, why } of kinds)
    if (counted === "no" && !why) faults.push(`"${name}" is in no count and says not why`);
  return faults;
}
