/**
 * A study as a record: what it is made of, its cases by kind, and how one case is run. Which kinds count, and as what, is
 * declared before anything is run; the runner hands `summarise` all rows of the kinds that count and no others, so that
 * no kind can leave a count once its results are seen.
 */

export interface Kind {
  name: string;
  /** As a presumed-unrelated case, as a case to be found, or in no count. */
  counted: "null" | "positive" | "no";
  /** Needed where it is in no count: declared beforehand, with its figures in the study's file. */
  why?: string;
}

export interface Material {
  what: string;
  default?: string;
  /** Cases that need it are left out without it; else its absence is a fault. */
  optional?: boolean;
}

export interface Row<Case, Result> {
  case: Case;
  result: Result;
}

/** Rows by what their kinds were declared as. */
export interface Counted<Case, Result> {
  nulls: readonly Row<Case, Result>[];
  positives: readonly Row<Case, Result>[];
  all: readonly Row<Case, Result>[];
  /** Cases that the study would hold if it ran to its end. */
  planned: number;
}

/** What a study says of its counts: `pairs` is held against the rows handed over. */
export interface Summary {
  nulls?: { pairs: number };
  positives?: { pairs: number };
}

export interface Study<Case extends { kind: string }, Result, S extends Summary = Summary> {
  /** Names its files: validation/ID.study.ts, ID.json, ID.tables.md. */
  id: string;
  /** null where nothing leans on it but its page. */
  method: { id: string; version: string } | null;
  materials: Readonly<Record<string, Material>>;
  kinds: readonly Kind[];
  /** @param given paths of the materials that were given */
  cases(given: Readonly<Record<string, string | undefined>>): readonly Case[] | Promise<readonly Case[]>;
  /** Unlike any other case's; a cached result is known by it. */
  idOf(one: Case): string;
  /** What a study cut short needs most comes first: smaller first; without it, the order of `cases`. */
  order?(one: Case, all: readonly Case[]): number;
  run(one: Case, say: (text: string) => void): Promise<Result>;
  /** Accused, for a null; found, for a positive. */
  hit?(result: Result): boolean;
  summarise(rows: Counted<Case, Result>): { json: S; tables?: string };
  /** Ends what `run` opened. */
  close?(): Promise<void>;
}

export function defineStudy<Case extends { kind: string }, Result, S extends Summary>(
  study: Study<Case, Result, S>,
): Study<Case, Result, S> {
  const names = study.kinds.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw new Error(`${study.id}: a kind is declared twice`);
  for (const { name, counted, why } of study.kinds)
    if (counted === "no" && why === undefined)
      throw new Error(`${study.id}: "${name}" is in no count and says not why`);
  return study;
}
