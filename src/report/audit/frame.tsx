/**
 * What the pages of an audit share: one self-contained document without script or request, tables that become cards on a
 * narrow screen, and numbers in groups of three.
 */
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { PAGE_CSS } from "../generated/page-css.js";

/** Of these pages alone: a table of sentences has no room for columns on a telephone. */
const CARDS = `
.app-cards td{vertical-align:top}
@media screen and (max-width:48em){
.app-cards table,.app-cards tbody,.app-cards caption{display:block}
.app-cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.app-cards tr{display:block;border-top:2px solid #0b0c0c;padding:6px 0 12px}
.app-cards td,.app-cards th[scope=row]{display:grid;grid-template-columns:8em minmax(0,1fr);gap:0 12px;border:0;padding:3px 0;text-align:left}
.app-cards td::before,.app-cards th[scope=row]::before{content:attr(data-title);color:#484c50;font-weight:400}
.app-facts dt{margin-top:8px}
}
.app-facts dt{font-weight:700}.app-facts dd{margin:0 0 8px;overflow-wrap:anywhere}
`;

const STYLES = PAGE_CSS.replace(/^\ufeff/, "") + CARDS;

interface FrameProps {
  title: string;
  caption: string;
  heading: string;
  children: Child;
}

/** HTML, one text for one content. */
export function auditDocument({ title, caption, heading, children }: FrameProps): string {
  const page = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <title>{title}</title>
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
            <span class="govuk-caption-l">{caption}</span>
            <h1 class="govuk-heading-l">{heading}</h1>
            {children}
          </main>
        </div>
      </body>
    </html>
  );
  return `<!doctype html>\n${page.toString()}\n`;
}

/** @param props the first cell heads its row */
export function CardTable({ caption, titles, rows }: { caption: string; titles: string[]; rows: string[][] }) {
  return (
    <div class="app-cards">
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
              {cells.map((cell, i) =>
                i === 0 ? (
                  <th scope="row" class="govuk-table__header" data-title={titles[i]}>
                    <span>{cell}</span>
                  </th>
                ) : (
                  <td class="govuk-table__cell" data-title={titles[i]}>
                    <span>{cell}</span>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Terms and what stands for them; digests may break anywhere. */
export function Facts({ rows }: { rows: readonly (readonly [term: string, value: string])[] }) {
  return (
    <dl class="govuk-body app-facts">
      {rows.map(([term, value]) => (
        <>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

/** Sentences as points. */
export function Points({ of }: { of: readonly string[] }) {
  return (
    <ul class="govuk-list govuk-list--bullet">
      {of.map((each) => (
        <li>{each}</li>
      ))}
    </ul>
  );
}

/**
 * Whole numbers inside a sentence in groups of three, decimals without the noughts at their end; what is part of a digest
 * or a date stays.
 */
export function grouped(text: string): string {
  return text
    .replace(/(?<![0-9A-Za-z.:_-])\d{5,}(?![0-9A-Za-z_-]|[.:]\d)/g, (digits) =>
      digits.replace(/\B(?=(\d{3})+$)/g, "\u202f"),
    )
    .replace(/(?<![0-9A-Za-z.])(\d+\.\d*[1-9])0+(?![0-9A-Za-z])/g, "$1");
}
