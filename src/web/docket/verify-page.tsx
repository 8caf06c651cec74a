/**
 * The page that verifies a case in the reader's browser: one file with its style and script inside, so that a saved copy
 * works without a network. The header's policy names both by digest; nothing else may run, and nothing may be sent.
 */
import { createHash } from "node:crypto";
import { raw } from "hono/html";
import { CASE_VERIFIER_JS } from "../generated/case-verifier-js.js";
import { SITE_CSS } from "../generated/site-css.js";

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const STYLE = SITE_CSS.replace(/^\ufeff/, "");
export const VERIFY_CASE_POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(CASE_VERIFIER_JS)}; img-src data:; base-uri 'none'; form-action 'none'`;

/** The same bytes each time: its policy names its script by digest. */
export function verifyCasePage(): string {
  const html = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content={VERIFY_CASE_POLICY} />
        <title>Verify – Docket</title>
        <link rel="icon" href="data:," />
        <style>{raw(STYLE)}</style>
      </head>
      <body class="govuk-template__body app-page">
        <a href="#main-content" class="govuk-skip-link">
          Skip to main content
        </a>
        <header class="govuk-template__header">
          <div class="govuk-generic-header">
            <div class="govuk-generic-header__container govuk-width-container app-header">
              <div class="govuk-generic-header__logo">
                <span class="govuk-generic-header__homepage-link">Docket: verify</span>
              </div>
            </div>
          </div>
        </header>
        <div class="govuk-width-container">
          <main class="govuk-main-wrapper" id="main-content">
            <h1 class="govuk-heading-l">Verify a case on this machine</h1>
            <p class="govuk-body">
              The file chosen here is read by this page and goes nowhere. Save the page and it works without a network.
              It checks that every entry was signed, logged and admitted under the case's rules, and that state, times
              and gates follow; not that what is said is true.
            </p>
            <noscript>
              <p class="govuk-inset-text">
                This page needs its script. Without it: <code class="app-digest">assay verify CASE.zip</code>.
              </p>
            </noscript>
            <form id="verify">
              <div class="govuk-form-group">
                <label class="govuk-label" for="case">
                  The case (a .zip)
                </label>
                <input class="govuk-file-upload" id="case" type="file" />
              </div>
              <div class="govuk-form-group">
                <label class="govuk-label" for="policy">
                  Trust policy: which log, which witnesses. Without one, the keys are those that the file brings.
                </label>
                <textarea class="govuk-textarea" id="policy" rows={4} spellcheck={false}></textarea>
              </div>
              <button class="govuk-button" type="submit">
                Verify
              </button>
            </form>
            <section aria-live="polite" aria-label="Results">
              <p class="govuk-body" id="state"></p>
              <ul class="govuk-list" id="results"></ul>
              <h2 class="govuk-heading-m" id="unseen-title" hidden>
                What this cannot see
              </h2>
              <ul class="govuk-list govuk-list--bullet" id="unseen"></ul>
            </section>
          </main>
        </div>
        {raw(`<script type="module">${CASE_VERIFIER_JS}</script>`)}
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}
