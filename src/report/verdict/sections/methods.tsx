/** How it was examined, what was seen, and what the study behind each method showed. */
import { whole } from "../../figure-words.js";
import { DigestText } from "../../parts/digest-text.js";
import { SummaryList } from "../../parts/summary-list.js";
import { rateBound } from "../../rate-bound.js";
import { visibleText } from "../../visible-text.js";
import { Each, Figures, type Of, Said, type WithFigures } from "./parts.js";

/** Method, study, software and tests of each finding; literature and hands. */
export function Methods({ verdict }: Of) {
  return (
    <>
      <Each
        verdict={verdict}
        body={({ method, software, tests }) => (
          <SummaryList
            rows={[
              ["Method", visibleText(`${method.id}, version ${method.version}`)],
              [
                "Validation",
                method.validation ? (
                  <>
                    {visibleText(method.validation.page)} <DigestText digest={method.validation.digest} />
                  </>
                ) : (
                  "no study stands behind it"
                ),
              ],
              ["Software", visibleText(`${software.name} ${software.version}, ${software.commit}`)],
              [
                "Tests",
                visibleText(
                  tests
                    .map(({ id, exact }) => `${id} (${exact ? "exact under its assumption" : "scored"})`)
                    .slice(0, 12)
                    .join("; ") || "none",
                ),
              ],
            ]}
          />
        )}
      />
      <Said verdict={verdict} items={["literature", "performedBy"]} />
    </>
  );
}

/** What was seen, without opinion. */
export function Observations({ verdict }: Of) {
  return (
    <Each
      verdict={verdict}
      body={({ tests, reason }) => {
        const last = tests.at(-1);
        return (
          <>
            <p class="govuk-body">{visibleText(reason)}</p>
            {last ? (
              <p class="govuk-body">
                {visibleText(
                  `${last.statistic.name}: ${last.statistic.value}, of n = ${last.n}; log10 p ${last.log10P} under its assumption.`,
                )}
              </p>
            ) : null}
          </>
        );
      }}
    />
  );
}

/** How often the method was wrong in its study, finding by finding. */
export function Validation({ verdict, figures }: WithFigures) {
  return (
    <Each
      verdict={verdict}
      body={({ errorRate }, found) => (
        <>
          <p class="govuk-body">
            {errorRate === null
              ? "No error rate stands behind this outcome."
              : `${whole(errorRate.falsePositives)} of ${whole(errorRate.nulls)} unrelated cases of ${whole(errorRate.families)} families were accused; ${rateBound(errorRate)}.`}
          </p>
          <Figures figures={figures} section="validation" finding={verdict.findings.indexOf(found)} />
        </>
      )}
    />
  );
}
