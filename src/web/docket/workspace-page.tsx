/**
 * The workspace's page: one script, named by digest in the policy, that may ask this server alone. What is on it before the
 * script runs is public.
 */
import { createHash } from "node:crypto";
import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { ROLES, TIERS } from "../../office/docket/pack/names.js";
import { ROLE_WORDS, TIER_WORDS } from "../../office/docket/view/kind-words.js";
import { visibleText } from "../../report/visible-text.js";
import { SITE_CSS } from "../generated/site-css.js";
import { WORKSPACE_JS } from "../generated/workspace-js.js";

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
            </div>
          </div>
        </header>
        <div class="govuk-width-container">
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

/** Nothing sealed is on it: the script fetches and opens in the browser. */
export function workspacePage(id: string, title: string): string {
  return frame(
    title,
    id,
    <>
      <h1 class="govuk-heading-l">
        <span class="govuk-caption-l">{id}</span>
        {visibleText(title)}
      </h1>
      <noscript>
        <p class="govuk-inset-text">
          This page needs its script. Without it: <code class="app-digest">assay case next</code> and{" "}
          <code class="app-digest">assay case reveal</code>.
        </p>
      </noscript>
      <h2 class="govuk-heading-m" id="now">
        What can I do now?
      </h2>
      <div class="govuk-form-group">
        <label class="govuk-label" for="role">
          My role
        </label>
        <select class="govuk-select" id="role">
          {ROLES.map((role) => (
            <option value={role} selected={role === "respondent"}>
              {ROLE_WORDS[role]}
            </option>
          ))}
        </select>
      </div>
      <ul class="govuk-list govuk-list--bullet" id="acts" aria-live="polite" />
      <h2 class="govuk-heading-m" id="sealed">
        What is sealed to me
      </h2>
      <p class="govuk-body">
        The identity is read by this page and goes nowhere; this server holds what is sealed and cannot open it.
      </p>
      <form id="open">
        <div class="govuk-form-group">
          <label class="govuk-label" for="identity">
            My age identity (a file)
          </label>
          <input class="govuk-file-upload" id="identity" type="file" />
        </div>
        <button class="govuk-button" type="submit">
          Open
        </button>
      </form>
      <section aria-live="polite" aria-label="Opened">
        <p class="govuk-body" id="state" />
        <ul class="govuk-list" id="opened" />
      </section>
      <h2 class="govuk-heading-m" id="filing">
        A draft
      </h2>
      <form id="write">
        <div class="govuk-form-group">
          <label class="govuk-label" for="act">
            What I enter
          </label>
          <select class="govuk-select" id="act" />
        </div>
        <div class="govuk-form-group">
          <label class="govuk-label" for="circle">
            Who may read it
          </label>
          <select class="govuk-select" id="circle">
            {TIERS.map((tier) => (
              <option value={tier}>{TIER_WORDS[tier]}</option>
            ))}
          </select>
        </div>
        <div class="govuk-form-group">
          <label class="govuk-label" for="draft">
            Text
          </label>
          <textarea class="govuk-textarea" id="draft" rows={8} maxlength={20_000} />
        </div>
        <p class="govuk-body app-quiet" id="saved" aria-live="polite" />
        <button class="govuk-button" type="submit">
          Save in this browser
        </button>{" "}
        <button class="govuk-button govuk-button--secondary" type="button" id="forget">
          Forget the draft
        </button>
      </form>
      <p class="govuk-body">It is filed, signed and sealed by the command line, with the text in draft.txt:</p>
      <pre class="app-code" id="command" tabindex={0} />
    </>,
  );
}

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
