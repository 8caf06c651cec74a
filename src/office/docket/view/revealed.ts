/**
 * A view with what its reader opened: the same pages over another projection. The public view comes from the server, what was
 * sealed is opened by the reader, and both meet here, in the reader's browser. What was not opened stays sealed.
 */
import { sha256Digest } from "../../../base/digest.js";
import type { Tier } from "../pack/names.js";
import type { Contents } from "../seal/contents.js";
import type { CaseView } from "./case-view.js";

/** @param opened what was sealed in an entry, by its number @param tier the narrowest circle that the reader is of */
export function revealed(shown: CaseView, opened: ReadonlyMap<number, Contents>, tier: Tier): CaseView {
  const entries = shown.entries.map((entry) => {
    const contents = opened.get(entry.seq);
    if (!contents) return entry;
    const { title, text, files } = contents;
    return {
      ...entry,
      facts: title === null ? entry.facts : { ...entry.facts, title },
      text,
      attachments: files.map(({ name, bytes }) => ({ name, digest: sha256Digest(bytes) })),
      sealed: false,
    };
  });
  const titles = (seq: number, before: string | null) => opened.get(seq)?.title ?? before;
  return {
    ...shown,
    tier,
    entries,
    exhibits: shown.exhibits.map((held) => ({ ...held, title: titles(held.entry, held.title) })),
    decision: shown.decision === null ? null : { ...shown.decision, text: entries[shown.decision.entry]?.text ?? null },
    sealedEntries: entries.filter(({ sealed }) => sealed).length,
  };
}
