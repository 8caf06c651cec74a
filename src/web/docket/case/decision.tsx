/** The decision with its reasons. */
import type { CaseView } from "../../../office/docket/view/case-view.js";
import { DigestText } from "../../../report/parts/digest-text.js";
import { SummaryList } from "../../../report/parts/summary-list.js";
import { visibleText } from "../../../report/visible-text.js";
import { EntryLink, Tag } from "../layout.js";
import { wordsOf } from "./value.js";

/** The page's record: null where nothing was decided, or what was is sealed to this reader. */
export function decision({ decision: held, stated }: CaseView): {
  decision: CaseView["decision"];
  conduct: CaseView["stated"]["conduct"];
} {
  return { decision: held, conduct: stated.conduct };
}

/** The page, from that record; findings and conduct stand apart. */
export function Decision(record: ReturnType<typeof decision>, { case: id }: CaseView) {
  const { decision: held, conduct } = record;
  return (
    <>
      <h1 class="govuk-heading-l">Decision</h1>
      {held === null ? (
        <p class="govuk-body">Not decided.</p>
      ) : (
        <>
          <p class="app-status">
            <Tag text={held.outcome} /> <EntryLink id={id} seq={held.entry} />
            {held.appealed ? <>; appeal: {held.appealed}</> : null}
          </p>
          {held.text === null ? null : (
            <div class="app-prose">
              {held.text.split(/\n{2,}/).map((part) => (
                <p class="govuk-body">{visibleText(part)}</p>
              ))}
            </div>
          )}
          {held.issues.map((issue, n) => (
            <section aria-labelledby={`issue-${n}`}>
              <h2 class="govuk-heading-m" id={`issue-${n}`}>
                {n + 1}. {visibleText(issue.question)}
              </h2>
              <SummaryList
                rows={[
                  ["Held", issue.held],
                  ["Standard of proof", issue.standard],
                  ["Reasons", visibleText(issue.reasons)],
                  [
                    "Findings relied on",
                    issue.findings.length === 0 ? (
                      "none"
                    ) : (
                      <ul class="govuk-list">
                        {issue.findings.map((each) => (
                          <li>
                            <DigestText digest={each} />
                          </li>
                        ))}
                      </ul>
                    ),
                  ],
                  ["Conduct relied on", issue.conduct.length === 0 ? "none" : issue.conduct.join(", ")],
                  [
                    "Alternatives answered",
                    issue.answers.length === 0 ? (
                      "none"
                    ) : (
                      <ul class="govuk-list">
                        {issue.answers.map(({ finding, alternative, answer }) => (
                          <li>
                            Alternative {alternative} of <DigestText digest={finding} />: {visibleText(answer)}
                          </li>
                        ))}
                      </ul>
                    ),
                  ],
                ]}
              />
            </section>
          ))}
          {Object.keys(conduct).length === 0 ? null : (
            <>
              <h2 class="govuk-heading-m" id="conduct">
                Conduct, found apart from derivation
              </h2>
              <SummaryList
                rows={Object.entries(conduct).map(([element, was]) => [wordsOf(element.replaceAll("-", " ")), was])}
              />
            </>
          )}
        </>
      )}
    </>
  );
}
