/** Times that run and times that are over. */
import type { CaseView } from "../../../office/docket/view/case-view.js";
import { DeadlineTable } from "./deadline-table.js";

/** The page's record, as its twin in JSON prints it. */
export function deadlines({ deadlines: times, stated }: CaseView) {
  return { asOf: stated.asOf, deadlines: times };
}

/** The page, from that record. */
export function Deadlines(record: ReturnType<typeof deadlines>, { case: id }: CaseView) {
  const over = record.deadlines.filter(({ status }) => status !== "running" && status !== "paused");
  return (
    <>
      <h1 class="govuk-heading-l">Deadlines</h1>
      <p class="govuk-body">
        As of {record.asOf}.{" "}
        <a class="govuk-link" href={`/cases/${id}/deadlines.ics`}>
          Add to a calendar
        </a>
        .
      </p>
      <h2 class="govuk-heading-m" id="running">
        Running
      </h2>
      <DeadlineTable
        rows={record.deadlines.filter((each) => !over.includes(each))}
        none="No time runs."
        caption="Running times, with how each was computed"
      />
      <h2 class="govuk-heading-m" id="over">
        Over
      </h2>
      <DeadlineTable rows={over} none="No time has run." caption="Times that are over, with how each was computed" />
    </>
  );
}
