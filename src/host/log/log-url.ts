/** A log's files over HTTP: bounded, with a time limit, and 404 or 410 read as "nothing there". Redirects are followed by fetch. */

import { AssayError } from "../../base/error.js";
import type { ReadTile } from "../../tlog/tree-reader.js";
import { boundedBody } from "../bounded-body.js";

/** A full bundle of the largest entries is 16 MiB. */
const BYTES_MAX = 17 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/**
 * @param prefix with or without slashes at its end @returns null for 404 and 410; whatever else is no success is an
 * error
 */
export function readLogUrl(prefix: string): ReadTile {
  const base = prefix.replace(/\/+$/, "");
  return async (path) => {
    const url = `${base}/${path}`;
    let response: Response;
    try {
      response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { accept: "*/*" } });
    } catch (error) {
      throw new AssayError("NOT_FOUND", `log: expected an answer from ${url}, got ${(error as Error).message}`);
    }
    if (response.status === 404 || response.status === 410) return null;
    if (!response.ok) throw new AssayError("NOT_FOUND", `log: expected ${url} to answer 200, got ${response.status}`);
    return bodyOf(response, BYTES_MAX, url);
  };
}

/** An answer's body. @throws LIMIT; UNAVAILABLE when it breaks off */
export async function bodyOf(response: Response, bytesMax: number, url: string): Promise<Uint8Array> {
  const bytes = await boundedBody(response.body, bytesMax).catch((error: Error) => {
    throw new AssayError("UNAVAILABLE", `log: the answer from ${url} broke off: ${error.message}`);
  });
  if (bytes === null) throw new AssayError("LIMIT", `log: expected at most ${bytesMax} bytes from ${url}`);
  return bytes;
}
