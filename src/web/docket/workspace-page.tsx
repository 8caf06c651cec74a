/**
 * The workspace's page: one script, named by digest in the policy, that may ask this server alone. What is on it before the
 * script runs is public.
 */
import { createHash } from "node:crypto";
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { visibleText } from "../../report/visible-text.js";
import { SITE_CSS } from "../generated/site-css.js";
import { WORKSPACE_JS } from "../generated/workspace-js.js";
import { CASE_PAGES } from "./case-pages.js";

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const STYLE = SITE_CSS.replace(/^\ufeff/, "");
export const WORKSPACE_POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(WORKSPACE_JS)}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** @param id of the case whose workspace it is; null for the list of cases, which carries no script */
function frame(title: string, id: string | null, body: Child): string {
  const html = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${visibleText(title)} – Workspace`}</title>
        <link rel="icon" href="data:," />
        <style>{raw(STYLE)}</style>
      </head>
      <body class="govuk-template__body app-page" {...(id === null ? {} : { "data-case": id })}>
        <a href="#main-content" class="govuk-skip-link">
          Skip to main content
        </a>
        <header class="govuk-template__header">
          <div class="govuk-generic-header">
            <div class="govuk-generic-header__container govuk-width-container app-header">
              <div class="govuk-generic-header__logo">
                <a href="/" class="govuk-generic-header__homepage-link">
                  Workspace
                </a>
              </div>
              <nav class="app-nav" aria-label="Workspace">
                <a href="/">My cases</a>
                <a href="/verify">Verify</a>
              </nav>
            </div>
          </div>
        </header>
        <div class="govuk-width-container">
          {id === null ? null : (
            <nav class="app-tabs" aria-label="Pages of this case">
              <ul>
                {TABS.map(([path, text]) => (
                  <li>
                    <a class="govuk-link" href={path === "" ? `/cases/${id}` : `/cases/${id}/${path}`}>
                      {text}
                    </a>
                  </li>
                ))}
              </ul>
            </nav>
          )}
          <main class="govuk-main-wrapper" id="main-content">
            {body}
          </main>
        </div>
        {id === null ? null : raw(`<script type="module">${WORKSPACE_JS}</script>`)}
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}

/** The same for every page of a case: the script draws what its address names. Nothing of the case is on it. */
export function workspacePage(id: string, title: string): string {
  return frame(
    title,
    id,
    <>
      <h1 class="govuk-heading-l">{visibleText(title)}</h1>
      <noscript>
        <p class="govuk-inset-text">
          This page needs its script. Without it: <code class="app-digest">assay case next</code> and{" "}
          <code class="app-digest">assay case reveal</code>.
        </p>
      </noscript>
    </>,
  );
}

/** In the order of the tabs; paths below the case's own. */
const TABS = [
  ["", "What can I do now"],
  ["overview", "Overview"],
  ...CASE_PAGES.filter(({ path }) => path !== "").map(({ path, text }) => [path, text] as const),
  ["search", "Search"],
  ["keys", "My keys"],
] as const;
/** Whatever the script draws, besides single entries. */
export const WORKSPACE_PAGES: readonly string[] = [...TABS.map(([path]) => path), "file", "print"].filter(Boolean);

/** Titles are public. */
export function workspaceCases(cases: readonly { case: string; title: string; state: string }[]): string {
  return frame(
    "My cases",
    null,
    <>
      <h1 class="govuk-heading-l">My cases</h1>
      <ul class="govuk-list">
        {cases.map(({ case: id, title, state }) => (
          <li>
            <a class="govuk-link" href={`/cases/${id}`}>
              {visibleText(title)}, {id}
            </a>{" "}
            ({state})
          </li>
        ))}
      </ul>
    </>,
  );
}
