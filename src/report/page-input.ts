/**
 * What a page is made from: one finding, the validation study it leans on, how to run it again, and who signed.
 * Everything is passed in; the report reads no clock and no file, so the same input gives the same bytes.
 */
import type { Digest } from "../base/digest.js";
import type { Finding } from "../finding/finding.js";
import type { Proposition } from "../finding/propositions.js";
import type { ValidationSummary } from "../finding/validation.js";
import type { View } from "./view.js";

/** The study's counts, and the log10 p of each of its pairs, for the figure. */
export interface PageValidation {
  summary: ValidationSummary;
  digest: Digest;
  nullLog10P: readonly number[];
  positiveLog10P: readonly number[];
}

export interface PageInput {
  finding: Finding;
  /** The question in its laboratory's words, and the version of its list. */
  proposition: { version: string; words: Proposition };
  /** How its laboratory's observations stand on the page. */
  view: View;
  validation: PageValidation | null;
  /** The material of the method's study in a few words, with its sizes; null where this version of the method has none. */
  measuredOn: string | null;
  /** Sentences on a study that the finding does not lean on; null where there is none. */
  studiedBefore: string | null;
  reproduce: { command: string };
  signed: { keyId: string } | null;
}
