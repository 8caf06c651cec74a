/**
 * An audit's report as one self-contained page: no script, no request, the same bytes for the same report. It prints
 * contradictions and bounds, and what no opening can see, with the same weight.
 */
import { raw } from "hono/html";
import type { AuditReport } from "../office/audit/audit-report.js";
import { PAGE_CSS } from "./generated/page-css.js";
import { Scroll } from "./parts/table.js";
import { visibleText, visibleValue } from "./visible-text.js";

const STYLES = PAGE_CSS.replace(/^\ufeff/, "");

const IN_WORDS: Record<AuditReport["status"], string> = {
  "no contradiction found": "Nothing that was opened contradicts the declaration",
  contradicted: "What was opened contradicts the declaration",
  "not opened": "Not all that was drawn was opened",
  "not checkable": "Nothing that was opened can be held against the declaration",
};

/** HTML, one text for one report; names in it have their unseen characters made visible first. */
export function renderAuditPage(given: AuditReport): string {
  const report = visibleValue(given) as AuditReport;
  const { run, challenge, committed, checked, bounds, says, cannotSee } = report;
  const page = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <title>{`${IN_WORDS[report.status]} – Assay audit`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="data:," />
        <style>{raw(STYLES)}</style>
      </head>
      <body class="govuk-template__body app-page">
        <a href="#main-content" class="govuk-skip-link">
          Skip to main content
        </a>
        <div class="govuk-width-container">
          <main class="govuk-main-wrapper" id="main-content">
            <span class="govuk-caption-l">
              Audit of the run {visibleText(run.name)}: no finding, contradictions and bounds
            </span>
            <h1 class="govuk-heading-l">{IN_WORDS[report.status]}</h1>
            <ul class="govuk-list govuk-list--bullet">
              {says.map((each) => (
                <li>{each}</li>
              ))}
            </ul>
            <h2 class="govuk-heading-m">What was asked</h2>
            <p class="govuk-body">
              Of {committed.size} committed rows of {challenge.class}, {challenge.k} {challenge.unit} were drawn by
              round {challenge.round} of the beacon, which was not out when the challenge was signed. The rows were
              committed not before {committed.notBefore}
              {committed.seenBy
                ? `, and a witness had seen the commitment by ${committed.seenBy}`
                : "; no witness is known"}
              . Answer: {report.answer}.
            </p>
            <Table
              caption="Bounds"
              titles={["Rule", "Drawn", "Bad", "Not recorded", "Not opened", "At most", "Of committed", "Level"]}
              rows={bounds.map((b) => [
                `${b.rule}: ${b.says}`,
                `${b.k}`,
                `${b.bad}`,
                `${b.absent}`,
                `${b.unopened}`,
                `${b.upper.count} (${b.upper.share})`,
                `${b.N} ${b.unit}`,
                b.level,
              ])}
            />
            <Table
              caption="Checks"
              titles={["Check", "Outcome", "What was seen", "What it cannot see"]}
              rows={checked.map((c) => [c.id, c.status, c.detail, c.cannotSee])}
            />
            <h2 class="govuk-heading-m">What this cannot see</h2>
            <ul class="govuk-list govuk-list--bullet">
              {cannotSee.map((each) => (
                <li>{each}</li>
              ))}
            </ul>
            <h2 class="govuk-heading-m">What it rests on</h2>
            <dl class="govuk-body">
              <dt>Run</dt>
              <dd>
                {run.digest}, opened not before {run.openedAt}, key {run.key}
              </dd>
              <dt>Challenge</dt>
              <dd>
                {challenge.digest}, due {challenge.due}
              </dd>
              {challenge.order === undefined ? null : (
                <>
                  <dt>Made under the inspection order</dt>
                  <dd>{challenge.order}</dd>
                </>
              )}
              <dt>Root</dt>
              <dd>{committed.root}</dd>
              <dt>Software</dt>
              <dd>
                {report.software.name} {report.software.version} ({report.software.commit})
              </dd>
            </dl>
          </main>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>\n${page.toString()}\n`;
}

function Table({ caption, titles, rows }: { caption: string; titles: string[]; rows: string[][] }) {
  return (
    <Scroll label={caption}>
      <table class="govuk-table">
        <caption class="govuk-table__caption govuk-table__caption--m">{caption}</caption>
        <thead class="govuk-table__head">
          <tr class="govuk-table__row">
            {titles.map((title) => (
              <th scope="col" class="govuk-table__header">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody class="govuk-table__body">
          {rows.map((cells) => (
            <tr class="govuk-table__row">
              {cells.map((cell) => (
                <td class="govuk-table__cell">{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
