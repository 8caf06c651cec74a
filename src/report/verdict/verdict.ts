/** An expert's report on a case as data: what follows from entries and findings, and what a person wrote. */
import type { Finding } from "../../finding/finding.js";
import type { StatedCase } from "../../office/docket/fold/stated.js";
import type { DeadlineView, ExhibitView } from "../../office/docket/view/case-view.js";
import type { Opinion } from "./opinion.js";

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
}

export interface Verdict {
  type: "assay/verdict/v1";
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
  plan: StatedCase["plan"];
  /** Runs of the plan and whether each was made. */
  runs: { id: string; proposition: string; slot: number; done: boolean }[];
  findings: VerdictFinding[];
  unplanned: number;
  triedBefore: number | null;
  deadlines: DeadlineView[];
  software: { name: string; version: string; commit: string };
  opinion: Opinion;
}
