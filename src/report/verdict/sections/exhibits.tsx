/** What was examined, whose hands it went through, and its digests. */
import { DigestText } from "../../parts/digest-text.js";
import { Table } from "../../parts/table.js";
import { visibleText } from "../../visible-text.js";
import { Figures, List, type Of, type WithFigures } from "./parts.js";

/** Digests of all exhibits, for the first page. */
export function ExhibitDigests({ verdict: { exhibits } }: Of) {
  if (exhibits.length === 0) return <>none</>;
  return (
    <ol class="govuk-list govuk-list--number">
      {exhibits.map(({ root }) => (
        <li>
          <DigestText digest={root} />
        </li>
      ))}
    </ol>
  );
}

/** Each exhibit with its digest and custody. */
export function Exhibits({ verdict }: Of) {
  if (verdict.exhibits.length === 0) return <p class="govuk-body">No exhibit is entered.</p>;
  return (
    <Table
      caption="Exhibits, who entered them, and each time they were hashed again"
      columns={[{ title: "Exhibit" }, { title: "Digest" }, { title: "Custody" }]}
      rows={verdict.exhibits.map((held, n) => [
        visibleText(
          `${n + 1}. ${held.exhibit}, ${held.title ?? "sealed"}, from the ${held.source}, entry ${held.entry}`,
        ),
        <DigestText digest={held.root} />,
        <List
          items={[
            ...held.custody.map(
              ({ event, entry, purpose, rehash }) =>
                `${event}, entry ${entry}: ${purpose}; hashed again: ${rehash === held.root ? "the same" : rehash}`,
            ),
            ...held.gaps.map((gap) => `Gap: ${gap}`),
          ]}
          none="no event"
        />,
      ])}
      wide
    />
  );
}

/** Every event of custody in order, with gaps. */
export function CustodyLog({ verdict, figures }: WithFigures) {
  const { custody, exhibits } = verdict;
  const gaps = exhibits.flatMap(({ exhibit, gaps: each }) => each.map((gap) => `${exhibit}: ${gap}`));
  return (
    <>
      <Figures figures={figures} section="custody" />
      {custody.length === 0 ? (
        <p class="govuk-body">No event of custody is entered.</p>
      ) : (
        <Table
          caption="Every event of custody in the order of its entry; exhibits are numbered as in the section on exhibits"
          columns={[
            { title: "Entry", numeric: true },
            { title: "Received" },
            { title: "Exhibit" },
            { title: "Event and purpose" },
            { title: "Hashed again" },
          ]}
          rows={custody.map(({ entry, received, row, exhibit, event, purpose, rehash, same }) => [
            String(entry),
            received,
            visibleText(`${row}, ${exhibit}`),
            visibleText(`${event}: ${purpose}`),
            same ? "the same" : <DigestText digest={rehash} />,
          ])}
          wide
        />
      )}
      <List items={gaps.map((gap) => `Gap: ${gap}`)} none="No gap is stated." />
    </>
  );
}
