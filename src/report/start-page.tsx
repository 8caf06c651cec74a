/** Where a reader of the told dispute begins: what happened, step by step, and where each kind of reader goes. */
import { raw } from "hono/html";
import { PAGE_CSS } from "./generated/page-css.js";
import { visibleText } from "./visible-text.js";

interface StartStep {
  title: string;
  says: string;
  verified: readonly { what: string; holds: boolean }[];
}

/** @param docket address of the docket; null where none is served */
export function renderStart(steps: readonly StartStep[], caseId: string, docket: string | null): string {
  const at = (path: string, text: string) =>
    docket === null ? (
      <>{text} (serve it: assay docket serve cases)</>
    ) : (
      <a class="govuk-link" href={docket + path}>
        {text}
      </a>
    );
  const personas = [
    [
      "A party",
      at(`cases/${caseId}`, "the case: what runs, what may happen next"),
      "assay case next, assay case respond",
    ],
    ["The clerk", at("deadlines", "times of all cases"), "assay case open, notify, draw"],
    [
      "The analyst",
      <a class="govuk-link" href="report/verdict.html">
        the draft of the report
      </a>,
      "assay verify BUNDLE --recompute --inputs slots",
    ],
    ["A publisher", at(`cases/${caseId}/orders`, "orders that reach a model"), "assay register declare, order"],
    ["A citizen", at("", "all cases, searched and followed"), "assay verify CASE.zip"],
  ] as const;
  const html = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>A dispute, told – Assay</title>
        <link rel="icon" href="data:," />
        <style>{raw(PAGE_CSS.replace(/^\ufeff/, ""))}</style>
      </head>
      <body class="govuk-template__body app-page">
        <a href="#main-content" class="govuk-skip-link">
          Skip to main content
        </a>
        <div class="govuk-width-container">
          <main class="govuk-main-wrapper" id="main-content">
            <h1 class="govuk-heading-l">A dispute, told</h1>
            <p class="govuk-body">
              Aldgate Labs v. Meridian Cloud: fictional parties, real small models, a rehearsed case. Everything below
              was entered through the commands that anyone has, and verified as the other side would.
            </p>
            <h2 class="govuk-heading-m" id="who">
              Who are you?
            </h2>
            <dl class="govuk-summary-list">
              {personas.map(([who, where, commands]) => (
                <div class="govuk-summary-list__row">
                  <dt class="govuk-summary-list__key">{who}</dt>
                  <dd class="govuk-summary-list__value">
                    {where}
                    <div class="app-quiet">
                      <code>{commands}</code>
                    </div>
                  </dd>
                </div>
              ))}
            </dl>
            <h2 class="govuk-heading-m" id="what">
              What happened
            </h2>
            <ol class="govuk-list govuk-list--number">
              {steps.map(({ title, says, verified }) => (
                <li>
                  <strong>{title}.</strong> {visibleText(says)}
                  {verified.length === 0 ? null : (
                    <ul class="govuk-list govuk-list--bullet">
                      {verified.map(({ what, holds }) => (
                        <li>
                          {visibleText(what)}: {holds ? "holds" : "does not hold"}
                        </li>
                      ))}
                    </ul>
                  )}
                </li>
              ))}
            </ol>
          </main>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}
