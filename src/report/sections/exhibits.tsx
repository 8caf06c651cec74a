/** What was examined, each exhibit named by its digest. Names were given by whoever submitted it and bind nothing. */
import type { Artefact } from "../../evidence/artefact.js";
import type { Finding } from "../../finding/finding.js";
import { whole } from "../figure-words.js";
import { Details } from "../parts/details.js";
import { DigestText } from "../parts/digest-text.js";
import { Section } from "../parts/section.js";
import { Table } from "../parts/table.js";

/** More digests than this are counted; the finding itself lists them all. */
const DIGESTS_MAX = 500;

/** A long list of digests is cut and says how many more the finding has. */
export function Exhibits({ finding }: { finding: Finding }) {
  const { exhibits, note } = exhibitsOf(finding);
  const obtained = exhibits.some(({ artefact }) => artefact.obtained !== undefined);
  const columns = ["Role", "Name as given", "Kind", "Digest", ...(obtained ? ["How obtained"] : [])];
  const shown = finding.evidence.slice(0, DIGESTS_MAX);
  return (
    <Section id="exhibits">
      <p class="govuk-body">
        An exhibit is known by its digest. A name is what its submitter called it and identifies nothing.
      </p>
      <Table
        caption="Exhibits"
        columns={columns.map((title) => ({ title }))}
        rows={exhibits.map(({ role, artefact }) => [
          role,
          <span class="app-name">{artefact.name}</span>,
          artefact.kind,
          <DigestText digest={artefact.root} />,
          ...(obtained ? [artefact.obtained ?? "not stated"] : []),
        ])}
        wide
      />
      {note ? <p class="govuk-body">{note}</p> : null}
      {finding.evidence.length > 0 ? (
        <Details summary={`Digests of everything that was read (${whole(finding.evidence.length)})`}>
          <ul class="govuk-list">
            {shown.map((digest) => (
              <li>
                <DigestText digest={digest} />
              </li>
            ))}
          </ul>
          {shown.length < finding.evidence.length ? <p>The others stand in the finding itself.</p> : null}
        </Details>
      ) : null}
    </Section>
  );
}

function exhibitsOf({ subject }: Finding): { exhibits: { role: string; artefact: Artefact }[]; note: string | null } {
  switch (subject.kind) {
    case "pair":
      return {
        exhibits: [
          { role: "Reference", artefact: subject.reference },
          { role: "Suspect", artefact: subject.suspect },
        ],
        note: null,
      };
    case "text":
      return {
        exhibits: [
          { role: "Text", artefact: subject.text },
          { role: "Mark", artefact: subject.mark },
        ],
        note: null,
      };
    case "log":
      return {
        exhibits: [{ role: "Log", artefact: subject.log }],
        note: `The log holds ${whole(subject.accounts)} accounts.`,
      };
    case "recipients":
      return {
        exhibits: [
          { role: "Suspect", artefact: subject.suspect },
          { role: "Original", artefact: subject.original },
        ],
        note: `${whole(subject.recipients)} recipients were compared.`,
      };
  }
}
