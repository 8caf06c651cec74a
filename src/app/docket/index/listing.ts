/** What a list prints of a case and no time changes: written into the index as text, and printed from it. */
export interface Listing {
  type: "assay/case-row/v1";
  case: string;
  folder: string;
  origin: string;
  pack: string;
  rehearsal: boolean;
  complainant: string;
  respondent: string;
  opened: string;
  lastEntry: string;
  entries: number;
}
