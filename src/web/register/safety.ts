/** Headers of every page, bounded bodies, and requests that come from elsewhere (CWE-352, CWE-79, CWE-1021). */

import type { Context } from "hono";
import { boundedBody } from "../../host/bounded-body.js";

/** @param more directives for pages that carry a script of this site, or that others may frame */
export function headers(more: { script?: string; framed?: boolean } = {}): Record<string, string> {
  return {
    "content-security-policy": [
      "default-src 'none'",
      "style-src 'self'",
      "img-src 'self' data:",
      `script-src ${more.script ?? "'none'"}`,
      more.script ? "connect-src 'self'" : "connect-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      `frame-ancestors ${more.framed ? "*" : "'none'"}`,
    ].join("; "),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": more.framed ? "cross-origin" : "same-origin",
  };
}

/** A browser says where a request comes from; what says nothing is no browser and holds no one's rights. */
export function crossSite(c: Context): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = c.req.header("origin");
  return origin !== undefined && origin !== new URL(c.req.url).origin;
}

/** What is beyond the bound is read and dropped for a while, so that the sender hears the answer. */
const DROPPED_SHARE_MAX = 8;

/** Null for a body beyond the bound, of which some more is read and dropped so that the answer arrives. */
export function bounded(body: ReadableStream<Uint8Array> | null, bytesMax: number): Promise<Uint8Array | null> {
  return boundedBody(body, bytesMax, DROPPED_SHARE_MAX * bytesMax);
}
