/**
 * The page that verifies in the reader's browser: one file with its style and script inside, so that a saved copy works
 * without a network. The header's policy names both by digest; nothing else may run, and nothing may be sent.
 */
import { createHash } from "node:crypto";
import { raw } from "hono/html";
import { SITE_CSS } from "../generated/site-css.js";
import { VERIFIER_JS } from "../generated/verifier-js.js";

const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const STYLE = SITE_CSS.replace(/^\ufeff/, "");
export const VERIFY_POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(VERIFIER_JS)}; img-src data:; base-uri 'none'; form-action 'none'`;

/** @param policy trust policy to begin with; the reader's own may replace it */
export function verifyPage(policy: string): string {
  const html = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content={VERIFY_POLICY} />
        <title>Verify – Model register</title>
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
                <span class="govuk-generic-header__homepage-link">Model register: verify</span>
              </div>
            </div>
          </div>
        </header>
        <div class="govuk-width-container">
          <main class="govuk-main-wrapper" id="main-content">
            <h1 class="govuk-heading-l">Verify on this machine</h1>
            <p class="govuk-body">
              Files chosen here are read by this page and go nowhere. Save the page and it works without a network. It
              checks that a declaration was signed and logged, and that a model's files are those that were signed; not
              that a declaration is true.
            </p>
            <noscript>
              <p class="govuk-inset-text">
                This page needs its script. Without it:{" "}
                <code class="app-digest">assay register receipt --check FILE --policy trust.txt</code> and{" "}
                <code class="app-digest">assay register verify MODEL --public-key FILE</code>.
              </p>
            </noscript>
            <form id="verify">
              <FileField id="receipts" label="Receipts (JSON files)" attributes={{ multiple: true }} />
              <div class="govuk-form-group">
                <label class="govuk-label" for="policy">
                  Trust policy: which log, which witnesses
                </label>
                <textarea class="govuk-textarea" id="policy" rows={4} spellcheck={false}>
                  {policy}
                </textarea>
              </div>
              <FileField id="model" label="Model folder" attributes={{ webkitdirectory: true, multiple: true }} />
              <FileField id="signature" label="Its signature (model.sig)" attributes={{}} />
              <FileField id="key" label="The signer's public key (PEM)" attributes={{}} />
              <button class="govuk-button" type="submit">
                Verify
              </button>
            </form>
            <section aria-live="polite" aria-label="Results">
              <ul class="govuk-list" id="results"></ul>
            </section>
          </main>
        </div>
        {raw(`<script type="module">${VERIFIER_JS}</script>`)}
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}

function FileField({ id, label, attributes }: { id: string; label: string; attributes: Record<string, boolean> }) {
  return (
    <div class="govuk-form-group">
      <label class="govuk-label" for={id}>
        {label}
      </label>
      <input class="govuk-file-upload" id={id} type="file" {...attributes} />
    </div>
  );
}
