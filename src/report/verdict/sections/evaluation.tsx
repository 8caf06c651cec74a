/** How strong each finding is, on which scale, and the plan beside what was run. */
import { SCALE } from "../../../finding/scale.js";
import { ratio, whole } from "../../figure-words.js";
import { SummaryList } from "../../parts/summary-list.js";
import { Table } from "../../parts/table.js";
import { strengthWords } from "../../strength-words.js";
import { visibleText } from "../../visible-text.js";
import { Each, Figures, type Of, type WithFigures } from "./parts.js";

/** The strength of each finding, its cap, and what was planned against what was run. */
export function Evaluation({ verdict, figures }: WithFigures) {
  return (
    <>
      <Each
        verdict={verdict}
        body={(finding, found) => (
          <>
            <p class="govuk-body">
              {visibleText(strengthWords(finding)?.join(" ") ?? `No strength is stated: ${finding.reason}`)}
            </p>
            <SummaryList
              rows={[
                ["About", found.about],
                ["Standing", found.standing],
                ["Computed again by another", whole(found.recomputed)],
                [
                  "Largest ratio that the study permits",
                  finding.strength ? ratio(Math.abs(finding.strength.cap.log10LR)) : "none stated",
                ],
              ]}
            />
            <Figures figures={figures} section="evaluation" finding={verdict.findings.indexOf(found)} />
          </>
        )}
      />
      <p class="govuk-body">
        Ratios of different laboratories are not multiplied: nobody has shown that their errors are independent.
      </p>
      {verdict.runs.length === 0 ? (
        <p class="govuk-body">No plan was adopted.</p>
      ) : (
        <Table
          caption="The plan against what was run"
          columns={[{ title: "Run" }, { title: "Question" }, { title: "Slot", numeric: true }, { title: "Result" }]}
          rows={verdict.runs.map(({ id, proposition, slot, done }) => [
            visibleText(id),
            visibleText(proposition),
            String(slot),
            done ? "entered" : "missing",
          ])}
          wide
        />
      )}
      <p class="govuk-body">
        Findings outside the plan: {verdict.unplanned}. Claims tested and dropped before filing, as the complainant
        states: {verdict.triedBefore ?? "not stated"}.
      </p>
    </>
  );
}

/** The whole scale, with the terms used here marked. */
export function ScaleTable({ verdict }: Of) {
  const terms = new Set(verdict.findings.flatMap(({ says }) => says?.strength?.term ?? []));
  return (
    <Table
      caption={`Scale ${SCALE.id}, whole; terms used here are marked`}
      columns={[{ title: "Likelihood ratio above" }, { title: "Term" }]}
      rows={SCALE.bands.map(({ above, term }) => [
        above === null ? "1 or less" : ratio(above),
        terms.has(term) ? <strong>{term} (used here)</strong> : term,
      ])}
      wide
    />
  );
}
