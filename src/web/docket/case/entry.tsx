/** One entry whole, as far as its reader may see it. */
import type { Child } from "hono/jsx";
import type { CaseView, EntryView } from "../../../office/docket/view/case-view.js";
import { ROLE_WORDS, TIER_WORDS } from "../../../office/docket/view/kind-words.js";
import { DigestText } from "../../../report/parts/digest-text.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { visibleText } from "../../../report/visible-text.js";
import { EntryLink } from "../layout.js";
import type { Query } from "./case-page.js";
import { Value, wordsOf } from "./value.js";

/** @param rest of the address: a number without leading noughts, else null */
export function entry({ entries }: CaseView, _: Query, rest: string): EntryView | null {
  return /^(0|[1-9][0-9]{0,8})$/.test(rest) ? (entries[Number(rest)] ?? null) : null;
}

/** The page, from that record; a sealed entry says that it is and to whom. */
export function Entry(record: EntryView, { case: id, entries }: CaseView) {
  const { seq, title, role, party, received, issued, tier, statement, about, facts, text, attachments, sealed } =
    record;
  return (
    <>
      <h1 class="govuk-heading-l">
        <span class="govuk-caption-l">
          Entry {seq} of {id}
        </span>
        {title}
      </h1>
      <SummaryList
        rows={[
          ["By", `${ROLE_WORDS[role]}${party === null ? "" : `, ${visibleText(party)}`}`],
          ["Received", `${received}, on the office's clock`],
          ["Dated", issued],
          ["Circle", TIER_WORDS[tier]],
          ...(about === null ? [] : ([["About", <EntryLink id={id} seq={about} />]] as [string, Child][])),
          ["What was signed", <DigestText digest={statement} />],
          ["Record in the log", <DigestText digest={record.record} />],
        ]}
      />
      {sealed ? (
        <p class="govuk-inset-text">
          {TIER_WORDS[tier]}: what was written and attached here is not shown to your circle.
        </p>
      ) : null}
      {text === null ? null : (
        <>
          <h2 class="govuk-heading-m" id="text">
            Text
          </h2>
          <div class="app-prose">
            {text.split(/\n{2,}/).map((part) => (
              <p class="govuk-body">{visibleText(part)}</p>
            ))}
          </div>
        </>
      )}
      {Object.keys(facts).length === 0 ? null : (
        <>
          <h2 class="govuk-heading-m" id="facts">
            Facts
          </h2>
          <SummaryList rows={Object.entries(facts).map(([key, value]) => [wordsOf(key), <Value value={value} />])} />
        </>
      )}
      {attachments.length === 0 ? null : (
        <>
          <h2 class="govuk-heading-m" id="files">
            Files
          </h2>
          <ul class="govuk-list">
            {attachments.map(({ name, digest }) => (
              <li>
                <a class="govuk-link" href={`/cases/${id}/files/${digest.slice(7)}`}>
                  {visibleText(name)}
                </a>{" "}
                <DigestText digest={digest} />
              </li>
            ))}
          </ul>
        </>
      )}
      <nav class="app-no-print" aria-label="Entries before and after">
        <p class="govuk-body">
          {seq > 0 ? (
            <a class="govuk-link" href={`/cases/${id}/entries/${seq - 1}`}>
              Entry {seq - 1}
            </a>
          ) : null}{" "}
          {seq + 1 < entries.length ? (
            <a class="govuk-link" href={`/cases/${id}/entries/${seq + 1}`}>
              Entry {seq + 1}
            </a>
          ) : null}
        </p>
      </nav>
    </>
  );
}
