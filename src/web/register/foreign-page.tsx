/** An entry of a kind that this version does not know: counted and shown as it stands, without a meaning. */
import type { ForeignEntry } from "../../office/entries/foreign.js";
import { DigestText } from "../../report/parts/digest-text.js";
import { SummaryList } from "../../report/parts/summary-list.js";
import { visibleText } from "../../report/visible-text.js";
import { page } from "./layout.js";

/** Longer records are in the log's own files. */
const SHOWN_CHARACTERS_MAX = 12_288;

/** The twin of the page. @param record the entry's text */
export function foreignEntryRecord({ index, type, kind, received, digest }: ForeignEntry, record: string) {
  return { type: "assay/register-foreign-entry/v1", entry: index, said: { type, kind, received }, digest, record };
}

/** @param record its text as it stands in the log */
export function foreignEntryPage(entry: ForeignEntry, record: string, log: { origin: string; size: number }): string {
  const { index, type, kind, digest } = entry;
  const title = `Entry ${index}, of an unknown kind`;
  return page(
    { title, twin: `/entries/${index}.json`, log },
    <>
      <h1 class="govuk-heading-l">{title}</h1>
      <p class="govuk-body">
        This version of the register's program does not know what this entry means; a newer one may. Until then no
        answer is given about whatever it names.
      </p>
      <SummaryList
        rows={[
          ["Type it states", visibleText(type ?? "none")],
          ["Kind it states", visibleText(kind ?? "none")],
          ["Digest of the entry", <DigestText digest={digest} />],
        ]}
      />
      <h2 class="govuk-heading-m">As it stands in the log</h2>
      <code class="app-code">{visibleText(record.slice(0, SHOWN_CHARACTERS_MAX))}</code>
    </>,
  );
}

/** A notice above an answer that is not given. */
export function Refusal({ says, entries }: { says: string; entries: readonly ForeignEntry[] }) {
  return (
    <div class="govuk-inset-text" id="refused">
      <p class="govuk-body">
        <strong>No answer is given about this model:</strong> {visibleText(says)}.
      </p>
      <p class="govuk-body">
        {entries.slice(0, 20).map(({ index }) => (
          <a class="govuk-link" href={`/entries/${index}`}>
            entry {index}{" "}
          </a>
        ))}
      </p>
    </div>
  );
}
