/** A list of findings with links to their pages: what the demo opens with. Says of each suspect how it was made. */
import { raw } from "hono/html";
import type { Finding } from "../finding/finding.js";
import { PAGE_CSS } from "./generated/page-css.js";
import { Scroll } from "./parts/table.js";

const CAPTION = "What was found, and how each suspect was made";

interface IndexEntry {
  name: string;
  /** How the suspect was really made. */
  made: string;
  href: string;
  finding: Finding;
}

const OUTCOME_TAGS: Record<Finding["outcome"], string> = {
  "supports-hp": "govuk-tag--orange",
  "supports-hd": "govuk-tag--turquoise",
  inconclusive: "govuk-tag--grey",
  uncalibrated: "govuk-tag--yellow",
  refused: "govuk-tag--red",
};

/** Links are relative to the folder that the page lies in. */
export function renderIndex(entries: readonly IndexEntry[]): string {
  const page = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Findings – Assay</title>
        <style>{raw(PAGE_CSS)}</style>
      </head>
      <body class="govuk-template__body">
        <a href="#main" class="govuk-skip-link">
          Skip to main content
        </a>
        <div class="govuk-width-container">
          <main id="main" class="govuk-main-wrapper">
            <h1 class="govuk-heading-xl">Findings</h1>
            <p class="govuk-body-l">
              Four suspects against one base. The models are small and really trained; the parties are fictional.
            </p>
            <Scroll label={CAPTION}>
              <table class="govuk-table">
                <caption class="govuk-table__caption govuk-table__caption--m">{CAPTION}</caption>
                <thead class="govuk-table__head">
                  <tr class="govuk-table__row">
                    {["Suspect", "Outcome", "How it was made", "log10 p"].map((title) => (
                      <th scope="col" class="govuk-table__header">
                        {title}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody class="govuk-table__body">
                  {entries.map((entry) => (
                    <Row {...entry} />
                  ))}
                </tbody>
              </table>
            </Scroll>
            <p class="govuk-body">
              A finding says how strong some evidence is. It is not a verdict, and “inconclusive” speaks for neither
              side.
            </p>
          </main>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>\n${page.toString()}\n`;
}

function Row({ name, made, href, finding }: IndexEntry) {
  return (
    <tr class="govuk-table__row">
      <th scope="row" class="govuk-table__header">
        <a class="govuk-link" href={href}>
          {name}
        </a>
      </th>
      <td class="govuk-table__cell">
        <strong class={`govuk-tag ${OUTCOME_TAGS[finding.outcome]}`}>{finding.outcome}</strong>
      </td>
      <td class="govuk-table__cell">{made}</td>
      <td class="govuk-table__cell govuk-table__cell--numeric">{finding.tests.at(-1)?.log10P.toFixed(1) ?? "none"}</td>
    </tr>
  );
}
