/** The frame of every page of the docket: header, search, the case's own pages, footer. No script but where a page says so. */
import type { Child } from "hono/jsx";
import { visibleText } from "../../report/visible-text.js";

interface Frame {
  title: string;
  twin: string | null;
  feed: string;
  crumbs?: { text: string; href: string }[];
  /** Pages of one case, the present one marked. */
  tabs?: { text: string; href: string; here: boolean }[];
}

export const REMINDER =
  "A docket shows who entered what and when, and what follows under the rules; not that what is said is true.";

/**
 * @param frame `twin` is the address of the same record in JSON, null where there is none @param body is escaped by the
 * renderer @returns the whole page
 */
export function page({ title, twin, feed, crumbs, tabs }: Frame, body: Child): string {
  const html = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${visibleText(title)} – Docket`}</title>
        <link rel="stylesheet" href="/assets/site.css" />
        <link rel="icon" href="data:," />
        {twin ? <link rel="alternate" type="application/json" href={twin} /> : null}
        <link rel="alternate" type="application/atom+xml" href={feed} />
      </head>
      <body class="govuk-template__body app-page">
        <a href="#main-content" class="govuk-skip-link">
          Skip to main content
        </a>
        <header class="govuk-template__header">
          <div class="govuk-generic-header">
            <div class="govuk-generic-header__container govuk-width-container app-header">
              <div class="govuk-generic-header__logo">
                <a href="/" class="govuk-generic-header__homepage-link">
                  Docket
                </a>
              </div>
              <nav class="app-nav" aria-label="Docket">
                <a href="/">Cases</a>
                <a href="/deadlines">Deadlines</a>
                <a href="/verify">Verify</a>
                <a href="/about">About</a>
              </nav>
            </div>
          </div>
        </header>
        <div class="govuk-width-container">
          {crumbs ? (
            <nav class="govuk-breadcrumbs" aria-label="Breadcrumb">
              <ol class="govuk-breadcrumbs__list">
                {crumbs.map(({ text, href }) => (
                  <li class="govuk-breadcrumbs__list-item">
                    <a class="govuk-breadcrumbs__link" href={href}>
                      {visibleText(text)}
                    </a>
                  </li>
                ))}
              </ol>
            </nav>
          ) : null}
          {tabs ? (
            <nav class="app-tabs" aria-label="Pages of this case">
              <ul>
                {tabs.map(({ text, href, here }) => (
                  <li>
                    <a class="govuk-link" href={href} {...(here ? { "aria-current": "page" } : {})}>
                      {text}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
          ) : null}
          <main class="govuk-main-wrapper" id="main-content">
            {body}
          </main>
        </div>
        <footer class="govuk-width-container">
          <p class="app-footer">
            {twin ? (
              <a class="govuk-link" href={twin}>
                This page as JSON
              </a>
            ) : null}{" "}
            <a class="govuk-link" href={feed}>
              Feed
            </a>
            . {REMINDER}
          </p>
        </footer>
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}

/** @param says made visible before it is shown: it may quote an address */
export function missingPage(says: string): string {
  return page(
    { title: "Not found", twin: null, feed: "/feed.atom" },
    <>
      <h1 class="govuk-heading-l">Not found</h1>
      <p class="govuk-body">{visibleText(says)}</p>
    </>,
  );
}

/** Text from a case, made visible; colours never carry a meaning alone. */
export function Tag({ text, colour }: { text: string; colour?: "green" | "red" | "grey" | "yellow" | "blue" }) {
  return <strong class={`govuk-tag${colour ? ` govuk-tag--${colour}` : ""}`}>{visibleText(text)}</strong>;
}

/** @param props `id` of the case, already checked to be one */
export function EntryLink({ id, seq }: { id: string; seq: number }) {
  return (
    <a class="govuk-link" href={`/cases/${id}/entries/${seq}`}>
      entry {seq}
    </a>
  );
}
