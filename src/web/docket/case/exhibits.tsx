/** What was put in evidence, by digest, with its state. */
import type { CaseView, ExhibitView } from "../../../office/docket/view/case-view.js";
import { TIER_WORDS } from "../../../office/docket/view/kind-words.js";
import { DigestText } from "../../../report/parts/digest-text.js";
import { Table } from "../../../report/parts/table.js";
import { visibleText } from "../../../report/visible-text.js";
import { EntryLink, Tag } from "../layout.js";

/** The page's record. */
export function exhibits({ exhibits: list }: CaseView) {
  return { exhibits: list };
}

/** The page, from that record; a gap in custody is said first. */
export function Exhibits(record: ReturnType<typeof exhibits>, { case: id }: CaseView) {
  const state = (held: ExhibitView) =>
    held.gaps.length > 0 ? "gap in custody" : (held.custody.at(-1)?.event ?? "entered");
  if (record.exhibits.length === 0)
    return (
      <>
        <h1 class="govuk-heading-l">Exhibits</h1>
        <p class="govuk-body">None.</p>
      </>
    );
  return (
    <>
      <h1 class="govuk-heading-l">Exhibits</h1>
      <Table
        caption="Every exhibit, sealed ones included"
        columns={[
          { title: "Exhibit" },
          { title: "Title" },
          { title: "Circle" },
          { title: "State" },
          { title: "Digest and custody" },
        ]}
        rows={record.exhibits.map((held) => [
          <span id={held.exhibit}>{visibleText(held.exhibit)}</span>,
          <>
            {held.title === null ? "sealed" : visibleText(held.title)}
            <div class="app-quiet">
              {visibleText(held.kind)}, <EntryLink id={id} seq={held.entry} />, from the {held.source}
            </div>
          </>,
          <Tag text={TIER_WORDS[held.tier]} colour={held.tier === "PUBLIC" ? "green" : "grey"} />,
          <Tag text={state(held)} colour={held.gaps.length > 0 ? "red" : "blue"} />,
          <>
            <DigestText digest={held.root} />
            <ul class="govuk-list app-steps">
              {held.custody.map(({ entry: at, event, purpose }) => (
                <li>
                  {event}: {visibleText(purpose)} (<EntryLink id={id} seq={at} />)
                </li>
              ))}
              {held.gaps.map((gap) => (
                <li>
                  <strong>{visibleText(gap)}</strong>
                </li>
              ))}
            </ul>
          </>,
        ])}
        wide
      />
    </>
  );
}
