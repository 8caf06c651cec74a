/** An expert's report on a case as data: what follows from entries and findings, and what a person wrote. */
import type { Finding } from "../../finding/finding.js";
import type { StatedCase } from "../../office/docket/fold/stated.js";
import type { CaseView, DeadlineView, ExhibitView } from "../../office/docket/view/case-view.js";
import type { PageValidation } from "../page-input.js";
import type { Opinion } from "./opinion.js";

export const VERDICT_TYPE = "assay/verdict/v3";

export interface VerdictFinding {
  entry: number;
  run: string | null;
  slot: number | null;
  about: string;
  standing: string;
  recomputed: number;
  finding: string;
  bundle: string;
  /** What the bundle holds; null where it is not carried. */
  says: Finding | null;
  /** The study that it leans on, as its bundle carries it. */
  study: PageValidation | null;
}

/** An event of custody, as it was entered. */
interface VerdictCustody {
  /** Number of the exhibit in the report, from 1. */
  row: number;
  exhibit: string;
  entry: number;
  received: string;
  event: string;
  purpose: string;
  rehash: string;
  same: boolean;
}

export interface VerdictLog {
  size: number;
  /** The signed note as it was published. */
  checkpoint: string;
  /** Hashes from the entry to the root, in base64. */
  proofs: { entry: number; hashes: string[] }[];
}

export interface Verdict {
  type: typeof VERDICT_TYPE;
  case: string;
  title: string;
  origin: string;
  rehearsal: boolean;
  asOf: string;
  /** The last entry that this rests on. */
  head: { entry: number; record: string } | null;
  instructions: { entry: number; received: string; what: string; text: string | null }[];
  parties: { party: string; roles: string[] }[];
  exhibits: ExhibitView[];
  custody: VerdictCustody[];
  plan: StatedCase["plan"];
  /** Runs of the plan and whether each was made. */
  runs: { id: string; proposition: string; slot: number; done: boolean }[];
  findings: VerdictFinding[];
  unplanned: number;
  triedBefore: number | null;
  deadlines: DeadlineView[];
  /** As the case's decision says it; null where there is none yet. */
  decision: CaseView["decision"];
  /** Null where the case was not read from a folder. */
  log: VerdictLog | null;
  software: { name: string; version: string; commit: string };
  opinion: Opinion;
}
