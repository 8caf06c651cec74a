/** The embeddable label: its evidence, a page to frame, and how to embed it. And the page that verifies in the browser. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hono } from "hono";
import { loadDeclaration, type Register } from "../../app/register/register.js";
import { registerReceipt } from "../../app/register/register-record.js";
import { unixSeconds } from "../../host/moment.js";
import { refusalOf } from "../../office/entries/foreign.js";
import type { ModelId } from "../../office/register/declarations/vocabulary.js";
import { encodeLabelEvidence } from "../../office/register/label/label-evidence.js";
import { ordersOn } from "../../office/register/orders/order-reach.js";
import { type Entry, isInForce, type ModelState } from "../../office/register/register-index.js";
import { visibleText } from "../../report/visible-text.js";
import { plainPolicy } from "../../tlog/policy.js";
import { missingPage } from "./plain-pages.js";
import { headers } from "./safety.js";
import type { Site } from "./site.js";
import { VERIFY_POLICY, verifyPage } from "./verify-page.js";

/** Receipts of what a label rests on: origin in force, audits of it, open challenges, the model's withdrawal. */
async function evidence(register: Register, model: ModelState): Promise<Uint8Array> {
  const { index } = register;
  const origin = index.inForce(model, "origin").slice(-1);
  const audits = origin.flatMap((entry) => entry.audits).filter(isInForce);
  const load = (entry: Entry) => loadDeclaration(register, entry);
  const orders = (await ordersOn(index, model.id, unixSeconds(), load))
    .filter(({ state }) => state !== "lifted" && state !== "expired")
    .map(({ entry }) => index.at(entry)!);
  const rest = [...orders, ...index.openChallenges(model), ...(model.withdrawnBy ? [model.withdrawnBy] : [])];
  // Something about the model itself comes first: an order may be about another, from which it stems.
  const entries =
    origin.length + rest.length - orders.length > 0
      ? [...origin, ...audits, ...rest]
      : [...model.entries.slice(0, 1), ...orders];
  return encodeLabelEvidence(model.id, await Promise.all(entries.map((entry) => registerReceipt(register, entry))));
}

async function policyText({ where }: Register): Promise<string> {
  const keys = await readFile(join(where, "verifier-keys.txt"), "utf8").catch(() => "");
  return plainPolicy(keys.split("\n").filter(Boolean));
}

/**
 * Evidence may be fetched by pages of other sites; a label is refused where an entry of an unknown kind is about the
 * model.
 */
export function addLabels(app: Hono, { register }: Site): void {
  const id = "/label/:id{(?:sha256|uri):[0-9a-f]{64}(?:\\.json)?}";
  app.get(id, async (c) => {
    const state = await register();
    const [model, twin] = c.req.param("id").split(".") as [ModelId, string | undefined];
    const found = state.index.models.get(model);
    if (!found) return c.html(missingPage(`No model ${model} is declared here.`, state.head), 404, headers());
    const refused = refusalOf(state.index.foreignAbout(found));
    if (twin && refused !== null)
      return c.json({ error: refused }, 409, { ...headers({ framed: true }), "access-control-allow-origin": "*" });
    if (twin)
      return c.body(new Uint8Array(await evidence(state, found)), 200, {
        ...headers({ framed: true }),
        "content-type": "application/json",
        "access-control-allow-origin": "*",
      });
    const site = new URL(c.req.url).origin;
    return c.html(labelPage(found, site, await policyText(state)), 200, headers({ script: "'self'", framed: true }));
  });
  app.get("/verify", async (c) =>
    c.html(verifyPage(await policyText(await register())), 200, {
      ...headers(),
      "content-security-policy": `${VERIFY_POLICY}; frame-ancestors 'none'`,
    }),
  );
}

function labelPage(model: ModelState, site: string, policy: string): string {
  const [ed25519] = policy.split("\n");
  const short = `${ed25519}\nquorum none`;
  const html = (
    <html lang="en-GB" class="govuk-template">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`Origin label of ${visibleText(model.name)}`}</title>
        <link rel="stylesheet" href="/assets/site.css" />
        <link rel="icon" href="data:," />
        <script type="module" src="/assets/assay-label.js"></script>
      </head>
      <body class="govuk-template__body app-page">
        <main class="govuk-width-container govuk-main-wrapper" id="main-content">
          <h1 class="govuk-heading-m">Origin label of {visibleText(model.name)}</h1>
          <assay-label register={site} model={model.id} policy={short}>
            <p class="govuk-body">No label: it is made in your browser, which needs the page's script.</p>
          </assay-label>
          <h2 class="govuk-heading-s">Embed it</h2>
          <p class="govuk-body">
            Keep a copy of{" "}
            <a class="govuk-link" href="/assets/assay-label.js">
              assay-label.js
            </a>{" "}
            on your own site and write your own policy, with the witnesses you trust: then this register cannot show
            your readers what the log does not hold. It shows no label when the log cannot be checked.
          </p>
          <p class="govuk-body">
            In one line, where people chat with the model or anywhere else; where the log cannot be read it shows what
            held last, and says that it is stale:
          </p>
          <code class="app-code">{`<script type="module" src="${site}/assets/assay-label.js?${new URLSearchParams({ model: model.id, policy: short })}"></script>`}</code>
          <p class="govuk-body">As a table, from your own copy:</p>
          <code class="app-code">{`<script type="module" src="assay-label.js"></script>\n<assay-label register="${site}" model="${model.id}"\n  policy="${short}"></assay-label>`}</code>
        </main>
      </body>
    </html>
  );
  return `<!doctype html>\n${html.toString()}\n`;
}

declare module "hono/jsx" {
  namespace JSX {
    interface IntrinsicElements {
      "assay-label": { register: string; model: string; policy: string; children?: unknown };
    }
  }
}
