/**
 * A file behind a URL, held to one state: its size and the server's validator (RFC 9110, 8.8) as first seen. A pin
 * travels as text in place of a path, so that every thread asks for the same state of the same file.
 */
import { z } from "zod";
import { AssayError, quoted } from "../../base/error.js";

/** Longer ones are refused by servers too. */
const URL_LENGTH_MAX = 4096;

const pinSchema = z.strictObject({
  url: z.string().max(URL_LENGTH_MAX),
  sizeBytes: z.int().min(0),
  /** A strong ETag; null: none was given. */
  etag: z.string().max(1000).nullable(),
  modified: z.string().max(100).nullable(),
});
export type Pin = z.infer<typeof pinSchema>;

/** http and https alone. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** @throws AssayError USAGE for anything but http(s) without a user name in it */
export function parseUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new AssayError("USAGE", `expected a URL, got ${quoted(text)}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new AssayError("USAGE", `URL: expected http or https, got ${quoted(url.protocol)}`);
  if (url.username || url.password)
    throw new AssayError("USAGE", "expected a URL without a user name or password in it");
  if (text.length > URL_LENGTH_MAX)
    throw new AssayError("LIMIT", `URL: expected at most ${URL_LENGTH_MAX} characters, got ${text.length}`);
  url.hash = "";
  return url;
}

/** Stands where a path would. */
export function pinKey(pin: Pin): string {
  return `${pin.url}#${encodeURIComponent(JSON.stringify(pin))}`;
}

/** Reads back what stands behind the `#` of a pinned path; it throws for text that no pin was written as. */
export function pinOf(key: string): Pin {
  return pinSchema.parse(JSON.parse(decodeURIComponent(key.slice(key.indexOf("#") + 1))));
}

/** For messages and findings: without query, which may carry a token. */
export function plainUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
