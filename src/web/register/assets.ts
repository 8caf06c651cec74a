/** The site's style sheet and the label's script, from memory. */
import type { Hono } from "hono";
import { LABEL_JS } from "../generated/label-js.js";
import { SITE_CSS } from "../generated/site-css.js";

const COMMON = { "x-content-type-options": "nosniff", "cache-control": "public, max-age=3600" };

/** The label's script may be asked for by pages of other sites; the style sheet may not. */
export function addAssets(app: Hono): void {
  app.get("/assets/site.css", (c) => c.body(SITE_CSS, 200, { ...COMMON, "content-type": "text/css; charset=utf-8" }));
  // For other sites' pages: they may take a copy, and should.
  app.get("/assets/assay-label.js", (c) =>
    c.body(LABEL_JS, 200, {
      ...COMMON,
      "content-type": "text/javascript; charset=utf-8",
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
    }),
  );
}
