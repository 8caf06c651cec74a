/** What a verifier says of a bundle. */
import type { Finding } from "../../finding/finding.js";
import type { FoundSince } from "../../finding/past-version.js";

/** One thing that was checked, and what came out. */
export interface Check {
  name: string;
  holds: boolean;
  /** False where this reader lacks what the check takes: then it neither holds nor fails, and `holds` is false. */
  checked?: false;
  detail: string;
}

export interface VerifyReport {
  /** Every check holds. Of pages and figures it says nothing: drawing them takes libraries (app/pages/check-pages.ts). */
  holds: boolean;
  checks: Check[];
  /** The first, as read, when it could be read: to be believed only when `holds`. */
  finding: Finding | null;
  /** All that could be read, in order; likewise. */
  findings: Finding[];
  /**
   * What was found since of the versions of methods that these findings were made by. No fault of the bundle, which says
   * what it said when it was made: a reader has to know it all the same.
   */
  foundSince: FoundSince[];
  /** Null when the bundle is unsigned or its signature does not hold. */
  signedBy: { keyId: string; trusted: boolean } | null;
}
