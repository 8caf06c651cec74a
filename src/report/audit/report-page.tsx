/**
 * An audit's report as one self-contained page: no script, no request, the same bytes for the same report. It prints
 * contradictions and bounds, and what no opening can see, with the same weight.
 */
import type { AuditReport } from "../../office/audit/audit-report.js";
import { whole } from "../figure-words.js";
import { visibleText, visibleValue } from "../visible-text.js";
import { auditDocument, CardTable, Facts, grouped, Points } from "./frame.js";

const IN_WORDS: Record<AuditReport["status"], string> = {
  "no contradiction found": "Nothing that was opened contradicts the declaration",
  contradicted: "What was opened contradicts the declaration",
  "not opened": "Not all that was drawn was opened",
  "not checkable": "Nothing that was opened can be held against the declaration",
};

/** HTML, one text for one report; names in it have their unseen characters made visible first. */
export function renderAuditPage(given: AuditReport): string {
  const report = visibleValue(given) as AuditReport;
  const { run, challenge, committed, checked, bounds, says, cannotSee, software } = report;
  return auditDocument({
    title: `${IN_WORDS[report.status]} – Assay audit`,
    caption: `Audit of the run ${visibleText(run.name)}: no finding, contradictions and bounds`,
    heading: IN_WORDS[report.status],
    children: (
      <>
        <Points of={says.map(grouped)} />
        <h2 class="govuk-heading-m">What was asked</h2>
        <p class="govuk-body">
          Of {whole(committed.size)} committed rows of {challenge.class}, {whole(challenge.k)} {challenge.unit} were
          drawn by round {whole(challenge.round)} of the beacon, which was not out when the challenge was signed. The
          rows were committed not before {committed.notBefore}
          {committed.seenBy
            ? `, and a witness had seen the commitment by ${committed.seenBy}`
            : "; no witness is known"}
          . Answer: {report.answer}.
        </p>
        <CardTable
          caption="Bounds"
          titles={["Rule", "Drawn", "Bad", "Not recorded", "Not opened", "At most", "Of committed", "Level"]}
          rows={bounds.map((b) => [
            `${b.rule}: ${b.says}`,
            whole(b.k),
            whole(b.bad),
            whole(b.absent),
            whole(b.unopened),
            `${whole(b.upper.count)} (${percent(b.upper.share)})`,
            `${whole(b.N)} ${b.unit}`,
            String(Number(b.level)),
          ])}
        />
        <CardTable
          caption="Checks"
          titles={["Check", "Outcome", "What was seen", "What it cannot see"]}
          rows={checked.map((c) => [c.id, c.status, grouped(c.detail), c.cannotSee])}
        />
        <h2 class="govuk-heading-m">What this cannot see</h2>
        <Points of={cannotSee} />
        <h2 class="govuk-heading-m">What it rests on</h2>
        <Facts
          rows={[
            ["Run", `${run.digest}, opened not before ${run.openedAt}, key ${run.key}`],
            ["Challenge", `${challenge.digest}, due ${challenge.due}`],
            ...(challenge.order === undefined
              ? []
              : [["Made under the inspection order", challenge.order] as [string, string]]),
            ["Root", committed.root],
            ["Software", `${software.name} ${software.version} (${software.commit})`],
          ]}
        />
      </>
    ),
  });
}

/** A share of four digits, as the report rounds it. */
function percent(share: string): string {
  return `${Number((100 * Number(share)).toPrecision(4))} %`;
}
