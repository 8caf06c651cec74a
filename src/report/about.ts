/**
 * Whom and what a finding is about, by name: the first thing a reader is told. A laboratory's view adds what its
 * observations name (accounts, texts, recipients); a finding that names nobody is told by its subject.
 */
import type { Artefact } from "../evidence/artefact.js";
import type { Finding } from "../finding/finding.js";
import { whole } from "./figure-words.js";

export interface About {
  /** Before the headline: those whom the finding names, else what was examined. */
  names: readonly string[];
  rows: readonly AboutRow[];
}

export interface AboutRow {
  label: string;
  /** As many as are printed; `more` are left in the finding. */
  values: readonly string[];
  more?: number;
  /** Digest of a file or a model, printed where there is room for it. */
  root?: string;
}

/** Names printed before a headline, and in one row: more are counted. */
const HEADLINE_MAX = 3;
const ROW_MAX = 6;

/** A row of names, cut and counted. */
export function namesRow(label: string, all: readonly string[], count = all.length): AboutRow {
  return { label, values: all.slice(0, ROW_MAX), more: Math.max(0, count - Math.min(all.length, ROW_MAX)) };
}

/** What was examined, by the parts of its subject. */
export function subjectAbout({ subject }: Finding): About {
  switch (subject.kind) {
    case "pair":
      return {
        names: [subject.suspect.name, subject.reference.name],
        rows: [artefactRow("Suspect", subject.suspect), artefactRow("Reference", subject.reference)],
      };
    case "text":
      return {
        names: [subject.text.name],
        rows: [artefactRow("Text", subject.text), artefactRow("Mark", subject.mark)],
      };
    case "log":
      return {
        names: [subject.log.name],
        rows: [artefactRow("Log", subject.log), { label: "Accounts in it", values: [whole(subject.accounts)] }],
      };
    case "recipients":
      return {
        names: [subject.suspect.name],
        rows: [
          artefactRow("Suspect", subject.suspect),
          artefactRow("Original", subject.original),
          { label: "Recipients on the list", values: [whole(subject.recipients)] },
        ],
      };
  }
}

function artefactRow(label: string, { name, root }: Artefact): AboutRow {
  return { label, values: [name], root };
}

/** "a", "a and b", "a, b, c and 4 more". */
export function listed(names: readonly string[], max = HEADLINE_MAX): string {
  const shown = names.slice(0, max);
  const more = names.length - shown.length;
  const parts = more > 0 ? [...shown, `${whole(more)} more`] : shown;
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
