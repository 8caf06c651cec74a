/** The frame of every page of the register: header, search, footer with the log's state. No script but where a page says so. */
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { visibleText } from "../../report/visible-text.js";

interface Frame {
  title: string;
  /** Path of the machine-readable twin; null where there is none. */
  twin: string | null;
  feed?: string;
  /** Log's name and size, for the footer. */
  log: { origin: string; size: number };
  script?: string;
  crumbs?: { text: string; href: string }[];
}

/**
 * @param frame `twin` is the address of the same record in JSON @param body is escaped by the renderer @returns the
 * whole page
 */
export function page(frame: Frame, body: Child): string {
  const { title, twin, feed, log, script, crumbs } = frame;
  const html = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${visibleText(title)} – Model register`}</title>
        <link rel="stylesheet" href="/assets/site.css" />
        <link rel="icon" href="data:," />
        {twin ? <link rel="alternate" type="application/json" href={twin} /> : null}
        <link rel="alternate" type="application/atom+xml" href={feed ?? "/feed.atom"} />
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
                  Model register
                </a>
              </div>
              <nav class="app-nav" aria-label="Register">
                <a href="/publishers">Publishers</a>
                <a href="/access">Access</a>
                <a href="/submit">Submit</a>
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
          <main class="govuk-main-wrapper" id="main-content">
            {body}
          </main>
        </div>
        <footer class="govuk-width-container">
          <p class="app-footer">
            {visibleText(log.origin)}, {log.size} entries.{" "}
            {twin ? (
              <a class="govuk-link" href={twin}>
                This page as JSON
              </a>
            ) : null}{" "}
            A declaration is what its signer says; the register shows who said it and when, not that it is true.
          </p>
        </footer>
        {script ? raw(`<script type="module" src="${script}"></script>`) : null}
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}

/** @param props `asked` stands in the field again, made visible */
export function SearchForm({ asked }: { asked: string }) {
  return (
    <search>
      <form class="app-search" action="/" method="get">
        <div class="govuk-form-group">
          <label class="govuk-label" for="q">
            Model name, or digest
          </label>
          <input class="govuk-input" id="q" name="q" type="search" value={visibleText(asked)} maxlength={300} />
        </div>
        <button class="govuk-button" type="submit">
          Search
        </button>
      </form>
    </search>
  );
}

/** @param id a model id: nothing in one needs escaping */
export function modelPath(id: string): string {
  return `/models/${id}`;
}

/** A model without a name is shown by its id. */
export function ModelLink({ id, name }: { id: string; name: string | null }) {
  return (
    <a class="govuk-link" href={modelPath(id)}>
      {visibleText(name ?? id)}
    </a>
  );
}
