/** What a finding's statement says of two models: which, under which proposition, with which outcome. */
import type { Outcome } from "../../finding/finding.js";
import type { FindingRecord } from "./declarations/procedure.js";
import type { ModelId } from "./declarations/vocabulary.js";
import type { Entry } from "./register-index.js";
import type { LoadDeclaration } from "./remarks.js";

export interface FindingFacts {
  proposition: string;
  outcome: Outcome;
  reference: ModelId | null;
  suspect: ModelId | null;
}

export async function findingFacts(entry: Entry, load: LoadDeclaration): Promise<FindingFacts> {
  const { proposition, outcome, reference, suspect } = (await load(entry)).predicate as FindingRecord;
  return { proposition, outcome, reference: reference as ModelId, suspect: suspect as ModelId };
}
