/** Test plans, and the findings that were entered. */
import { foundSinceOfEntries } from "../../../app/docket/finding-facts.js";
import { foundSinceText } from "../../../app/past-versions.js";
import type { CaseView } from "../../../office/docket/view/case-view.js";
import { DigestText } from "../../../report/parts/digest-text.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import { visibleText } from "../../../report/visible-text.js";
import { EntryLink, Tag } from "../layout.js";

/** The page's record: the plan, what was entered under it and beside it, and what gates read. */
export function findings({ stated, entries }: CaseView) {
  const { plan, findings: list, unplanned, triedBefore, gates } = stated;
  return { plan, findings: list, foundSince: foundSinceOfEntries(entries), unplanned, triedBefore, gates };
}

/** The page, from that record; findings are listed and never added up. */
export function Findings(record: ReturnType<typeof findings>, { case: id }: CaseView) {
  const { plan } = record;
  return (
    <>
      <h1 class="govuk-heading-l">Plan and findings</h1>
      <SummaryList
        rows={[
          [
            "Plan",
            plan ? (
              <>
                <DigestText digest={plan.plan} />; {plan.runs} runs; {plan.status}
              </>
            ) : (
              "none adopted"
            ),
          ],
          [
            "Labels",
            plan?.labels ? plan.labels.map((label, slot) => `slot ${slot}: ${label}`).join("; ") : "not opened",
          ],
          ["Outside the plan", String(record.unplanned)],
          ["Tested and dropped before filing", record.triedBefore === null ? "not stated" : String(record.triedBefore)],
        ]}
      />
      {record.findings.length === 0 ? (
        <p class="govuk-body">No finding is entered.</p>
      ) : (
        <Table
          caption="Every finding, planned or not"
          columns={[
            { title: "Entry" },
            { title: "Question" },
            { title: "Outcome" },
            { title: "About" },
            { title: "Standing" },
            { title: "Computed again", numeric: true },
          ]}
          rows={record.findings.map((each) => [
            <EntryLink id={id} seq={each.entry} />,
            visibleText(each.proposition),
            <Tag text={each.outcome} colour={each.outcome === "supports-hp" ? "yellow" : "grey"} />,
            each.about,
            each.standing,
            String(each.recomputed),
          ])}
          wide
        />
      )}
      {record.foundSince.map((each) => (
        <p class="govuk-inset-text">{foundSinceText(each)}</p>
      ))}
      <h2 class="govuk-heading-m" id="gates">
        Gates of remedies
      </h2>
      <p class="govuk-body">A gate says that an order may be made, never that it must be.</p>
      <Table
        caption="Remedies, and what each still lacks"
        columns={[{ title: "Rung", numeric: true }, { title: "Remedy" }, { title: "Gate" }, { title: "Lacks" }]}
        rows={record.gates.map(({ rung, name, open, conditions }) => [
          String(rung),
          visibleText(name),
          <Tag text={open ? "open" : "shut"} colour={open ? "green" : "grey"} />,
          <ul class="govuk-list app-steps">
            {conditions
              .filter(({ holds }) => !holds)
              .map(({ says }) => (
                <li>{visibleText(says)}</li>
              ))}
          </ul>,
        ])}
        wide
      />
    </>
  );
}
