/** What a finding's statement says of two models: which, under which proposition, with which outcome. */
import type { Outcome } from "../../finding/finding.js";
import { type FindingRecord, modelsOfFinding } from "./declarations/procedure.js";
import type { ModelId } from "./declarations/vocabulary.js";
import type { LoadDeclaration } from "./load-declaration.js";
import type { Entry } from "./register-index.js";

export interface FindingFacts {
  proposition: string;
  outcome: Outcome;
  reference: ModelId | null;
  suspect: ModelId | null;
}

/** From the record where it has them; entries of earlier versions are read from their bundle. */
export async function findingFacts(entry: Entry, load: LoadDeclaration): Promise<FindingFacts> {
  const { found } = entry.record;
  const said = found
    ? { ...found, reference: found.reference ?? null, suspect: found.suspect ?? null }
    : await saidOf(entry, load);
  const { proposition, outcome, reference, suspect } = said;
  return { proposition, outcome, reference: reference as ModelId | null, suspect: suspect as ModelId | null };
}

async function saidOf(entry: Entry, load: LoadDeclaration) {
  const said = (await load(entry)).predicate as FindingRecord;
  return { ...said, ...modelsOfFinding(said) };
}
