/**
 * Whole files over HTTP(S) into a folder, kept under their partial name until they are whole: what was broken off goes on
 * with a range (RFC 9110, 14.2), unless the server says the file is another one now. Redirects are followed by hand, as
 * `http-address.ts` lets them.
 */
import { createWriteStream } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AssayError, quoted } from "../../base/error.js";
import { checkRedirect } from "./http-address.js";
import { plainUrl } from "./http-pin.js";

const REDIRECTS_MAX = 5;
const SILENCE_MS = 60_000;

interface Downloading {
  url: URL;
  to: string;
  bytesMax: number;
  headers: Readonly<Record<string, string>>;
  onBytes: (bytes: number) => void;
}

/** @returns size in bytes; null where the server has no such file @throws NOT_FOUND, LIMIT, FORMAT, UNAVAILABLE */
export async function download({ url, to, bytesMax, headers, onBytes }: Downloading): Promise<number | null> {
  const whole = await stat(to).catch(() => null);
  if (whole?.isFile()) return whole.size;
  const partial = `${to}.partial`;
  await mkdir(dirname(to), { recursive: true });
  const held = (await stat(partial).catch(() => null))?.size ?? 0;
  let response = await ask(url, held > 0 ? { ...headers, range: `bytes=${held}-` } : headers);
  // The whole was there already, or the range is refused: from the beginning.
  if (response.status === 416) response = await ask(url, headers);
  if (response.status === 404 || response.status === 410) return null;
  if (response.status !== 200 && response.status !== 206)
    throw new AssayError("UNAVAILABLE", `${plainUrl(url.href)}: expected the file, got status ${response.status}`);
  const goesOn = response.status === 206;
  if (goesOn && !new RegExp(`^bytes ${held}-`).test(response.headers.get("content-range") ?? ""))
    throw new AssayError("FORMAT", `${plainUrl(url.href)}: expected the range that was asked for`);
  let size = goesOn ? held : 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length;
      if (size > bytesMax)
        return done(new AssayError("LIMIT", `${plainUrl(url.href)}: expected at most ${bytesMax} bytes`));
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  const body = response.body ? Readable.fromWeb(response.body as never) : Readable.from([]);
  await pipeline(body, counted, createWriteStream(partial, { flags: goesOn ? "a" : "w" })).catch((error: Error) => {
    if (error instanceof AssayError) throw error;
    throw new AssayError("UNAVAILABLE", `${plainUrl(url.href)}: broken off after ${size} bytes: ${error.message}`);
  });
  await rename(partial, to);
  return size;
}

async function ask(url: URL, headers: Readonly<Record<string, string>>): Promise<Response> {
  let at = url;
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    // What names the asker goes to the host it was meant for.
    const own =
      at.host === url.host
        ? headers
        : Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "authorization"));
    let response: Response;
    try {
      response = await fetch(at, { headers: own, redirect: "manual", signal: AbortSignal.timeout(SILENCE_MS * 60) });
    } catch (error) {
      throw new AssayError("UNAVAILABLE", `${plainUrl(at.href)}: expected an answer, got ${(error as Error).message}`);
    }
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    const next = new URL(location, at);
    await checkRedirect(at, next);
    at = next;
  }
  throw new AssayError("FORMAT", `${quoted(plainUrl(url.href))}: expected at most ${REDIRECTS_MAX} redirects`);
}
