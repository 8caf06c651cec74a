/** Entries as a list shows them. */
import type { EntryView } from "../../../office/docket/view/case-view.js";
import { ROLE_WORDS, TIER_WORDS } from "../../../office/docket/view/kind-words.js";
import { Table } from "../../../report/parts/table.js";
import { visibleText } from "../../../report/visible-text.js";
import { EntryLink, Tag } from "../layout.js";

/** An entry in a list: without what its signer wrote at length. */
export function line({ seq, title, kind, role, party, received, tier, sealed, about }: EntryView) {
  return { seq, title, kind, role, party, received, tier, sealed, about };
}

/** @param props `entries` as `line` makes them: what the reader may see */
export function EntryTable({
  id,
  entries,
  caption,
}: {
  id: string;
  entries: ReturnType<typeof line>[];
  caption: string;
}) {
  return (
    <Table
      caption={caption}
      columns={[{ title: "No." }, { title: "Received" }, { title: "What" }, { title: "By" }]}
      rows={entries.map(({ seq, title, role, party, received, tier, sealed, about }) => [
        <a class="govuk-link" id={`entry-${seq}`} href={`/cases/${id}/entries/${seq}`}>
          {seq}
        </a>,
        <time datetime={received}>{received.replace("T", " ").replace("Z", " UTC")}</time>,
        <>
          {title}
          {about === null ? null : (
            <>
              , about <EntryLink id={id} seq={about} />
            </>
          )}
          {sealed ? (
            <>
              {" "}
              <Tag text={TIER_WORDS[tier]} colour="grey" />
            </>
          ) : null}
        </>,
        <>
          {ROLE_WORDS[role]}
          {party === null ? null : <div class="app-quiet">{visibleText(party)}</div>}
        </>,
      ])}
      wide
    />
  );
}
