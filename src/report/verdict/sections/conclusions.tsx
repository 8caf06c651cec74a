/** What is concluded, by a person and by the findings, and what was asked. */
import { Table } from "../../parts/table.js";
import { visibleText } from "../../visible-text.js";
import { List, name, type Of, Said } from "./parts.js";

/** What the expert concludes, and the outcome of every finding. */
export function Conclusions({ verdict }: Of) {
  return (
    <>
      <Said verdict={verdict} items={["conclusions", "reservations"]} />
      <h3 class="govuk-heading-s">What the findings say</h3>
      {verdict.findings.length === 0 ? (
        <p class="govuk-body">No finding is entered.</p>
      ) : (
        <Table
          caption="Outcome of every finding, planned or not"
          columns={[
            { title: "Finding" },
            { title: "Question" },
            { title: "About" },
            { title: "Outcome" },
            { title: "Strength" },
          ]}
          rows={verdict.findings.map((found) => [
            visibleText(name(found)),
            visibleText(found.says?.proposition.id ?? "not carried"),
            found.about,
            found.says?.outcome ?? "not carried",
            found.says?.strength?.term ?? "none stated",
          ])}
          wide
        />
      )}
    </>
  );
}

/** What was asked, by whom and when, and what the expert knew. */
export function Instructions({ verdict }: Of) {
  return (
    <>
      <Said verdict={verdict} items={["instructions", "ownKnowledge"]} />
      <h3 class="govuk-heading-s">From the docket</h3>
      <List
        items={verdict.instructions.map(
          ({ entry, received, what, text }) =>
            `Entry ${entry}, ${received}: ${what}${text === null ? "" : `: ${text}`}`,
        )}
        none="The docket holds no complaint, plan or question."
      />
    </>
  );
}
