/** Where a case stands, what comes next and what was entered last. */
import type { CaseView } from "../../../office/docket/view/case-view.js";
import { KIND_WORDS, ROLE_WORDS } from "../../../office/docket/view/kind-words.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { Table } from "../../../report/parts/table.js";
import { visibleText } from "../../../report/visible-text.js";
import { Tag } from "../layout.js";
import { DeadlineTable } from "./deadline-table.js";
import { EntryTable, line } from "./entry-table.js";

/** The page's record: a selection of the view, for whoever looks in. */
export function overview({
  stated,
  parties,
  orders: made,
  decision: held,
  next,
  deadlines: times,
  entries,
  ...shown
}: CaseView) {
  return {
    title: shown.title,
    rehearsal: shown.rehearsal,
    asOf: stated.asOf,
    state: stated.state,
    says: stated.says,
    pack: stated.pack,
    parties,
    panel: stated.panel,
    flags: stated.flags,
    running: times.filter(({ status }) => status === "running" || status === "paused"),
    ordersInForce: made.filter(({ inForce }) => inForce),
    decision: held && { entry: held.entry, outcome: held.outcome, appealed: held.appealed },
    next: next.map(({ role, kind, due, why, missing }) => ({ role, kind, due, why, missing })),
    history: stated.history,
    latest: entries.slice(-5).reverse().map(line),
    sealedEntries: shown.sealedEntries,
  };
}

/** The page, from that record. */
export function Overview(record: ReturnType<typeof overview>, { case: id }: CaseView) {
  return (
    <>
      <h1 class="govuk-heading-l">
        {visibleText(record.title)} <span class="app-quiet">{id}</span>
      </h1>
      <p class="app-status">
        <Tag text={record.state} /> {visibleText(record.says)}
      </p>
      {record.rehearsal ? (
        <p class="govuk-inset-text">This case is a rehearsal: its times are given by hand, not by a clock.</p>
      ) : null}
      <SummaryList
        rows={[
          ["As of", record.asOf],
          ["Rules", visibleText(record.pack.id)],
          [
            "Parties",
            <ul class="govuk-list">
              {record.parties.map(({ party, roles }) => (
                <li>
                  {visibleText(party)}, {roles.map((role) => ROLE_WORDS[role].toLowerCase()).join(", ")}
                </li>
              ))}
            </ul>,
          ],
          ["Panel", record.panel.length > 0 ? visibleText(record.panel.join(", ")) : "not appointed"],
          [
            "Decision",
            record.decision ? (
              <>
                <a class="govuk-link" href={`/cases/${id}/decision`}>
                  {record.decision.outcome}
                </a>
                {record.decision.appealed ? `; appeal: ${record.decision.appealed}` : ""}
              </>
            ) : (
              "none yet"
            ),
          ],
          [
            "Orders in force",
            record.ordersInForce.length > 0 ? (
              <a class="govuk-link" href={`/cases/${id}/orders`}>
                {record.ordersInForce.length}
              </a>
            ) : (
              "none"
            ),
          ],
          ["Sealed", `${record.sealedEntries} entries have contents that are not public`],
        ]}
      />
      <h2 class="govuk-heading-m" id="running">
        Times that run
      </h2>
      <DeadlineTable rows={record.running} none="No time runs." caption="Times that run, with how each was computed" />
      <h2 class="govuk-heading-m" id="next">
        What may happen next
      </h2>
      {record.next.length === 0 ? (
        <p class="govuk-body">Nothing: the case is over.</p>
      ) : (
        <details class="govuk-details">
          <summary class="govuk-details__summary">
            <span class="govuk-details__summary-text">{record.next.length} acts, by role</span>
          </summary>
          <div class="govuk-details__text">
            <Table
              caption="Acts that the rules allow as the case stands"
              columns={[{ title: "Who" }, { title: "What" }, { title: "By" }, { title: "Why" }]}
              rows={record.next.map(({ role, kind, due, why, missing }) => [
                ROLE_WORDS[role],
                KIND_WORDS[kind],
                due ?? "",
                visibleText(missing.length > 0 ? `${why}; not yet: ${missing.join("; ")}` : why),
              ])}
              wide
            />
          </div>
        </details>
      )}
      <h2 class="govuk-heading-m" id="latest">
        Latest entries
      </h2>
      <EntryTable id={id} entries={record.latest} caption="The five latest entries" />
      <h2 class="govuk-heading-m" id="take">
        Take it along
      </h2>
      <ul class="govuk-list govuk-list--bullet">
        <li>
          <a class="govuk-link" href={`/cases/${id}/bundle.zip`}>
            The public case as one file
          </a>
          , which{" "}
          <a class="govuk-link" href="/verify">
            verifies offline
          </a>
        </li>
        <li>
          <a class="govuk-link" href={`/cases/${id}/feed.atom`}>
            Feed
          </a>{" "}
          and{" "}
          <a class="govuk-link" href={`/cases/${id}/deadlines.ics`}>
            calendar
          </a>{" "}
          of this case
        </li>
        <li>
          <a class="govuk-link" href={`/cases/${id}/print`}>
            Everything on one page
          </a>
          , for printing
        </li>
      </ul>
    </>
  );
}
