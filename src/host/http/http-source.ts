/**
 * Ranges of files over HTTP (RFC 9110, 14): one state of each file, or an error. Redirects are followed by hand and at
 * most five times, answers are bounded by what was asked for, silence ends in a timeout, passing faults are tried again.
 * It believes the server's ETag: a server that changes bytes under one ETag and length is not caught here.
 */
import { AssayError, assert, quoted } from "../../base/error.js";
import { checkRedirect } from "./http-address.js";
import { type Pin, parseUrl, plainUrl } from "./http-pin.js";

/** Hugging Face takes one or two hops to its storage. */
const REDIRECTS_MAX = 5;
/** A whole answer of at most 8 MiB; a line of 2 Mbit/s needs 34 s. */
const ANSWER_MS = 60_000;
const TRIES = 4;
const PAUSE_MS = 300;
/** A server may ask for a longer pause than ours, up to this. */
const PAUSE_MS_MAX = 20_000;
/** One request; larger ranges are asked for in parts. */
export const RANGE_BYTES_MAX = 8 * 1024 * 1024;

/** Worth another try: the connection, the server's own faults, too many requests. */
class Passing extends Error {
  readonly pauseMs: number;
  constructor(message: string, pauseMs = 0) {
    super(message);
    this.pauseMs = pauseMs;
  }
}

export class HttpSource {
  /** Requests at once, all hosts together. */
  readonly #connections: number;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];
  /** Where a file was last found behind redirects. */
  readonly #found = new Map<string, string>();
  /** Body bytes received, tries that failed included. */
  receivedBytes = 0;
  requests = 0;

  constructor(connections: number) {
    this.#connections = Math.max(1, connections);
  }

  /**
   * The first bytes of a file, and the state it is in.
   * @returns null where there is nothing under the URL (404, 410)
   * @throws AssayError NOT_FOUND, FORMAT, LIMIT
   */
  probe(url: string, bytesMax: number): Promise<{ pin: Pin; bytes: Uint8Array } | null> {
    assert(bytesMax > 0 && bytesMax <= RANGE_BYTES_MAX, "http.probe: expected a length");
    return this.#try(url, async () => {
      const response = await this.#request(url, { range: `bytes=0-${bytesMax - 1}` });
      const { status, headers } = response;
      if (status === 404 || status === 410) {
        await response.body?.cancel();
        return null;
      }
      const etag = headers.get("etag");
      const validators = { etag: etag && !etag.startsWith("W/") ? etag : null, modified: headers.get("last-modified") };
      // An empty file has no first byte.
      if (status === 416 && /^bytes \*\/0$/.test(headers.get("content-range") ?? "")) {
        await response.body?.cancel();
        return { pin: { url, sizeBytes: 0, ...validators }, bytes: new Uint8Array(0) };
      }
      if (status === 206) {
        const { start, end, total } = contentRange(response, url);
        if (start !== 0 || end !== Math.min(bytesMax, total) - 1) throw unexpected(url, "another range than asked for");
        const bytes = await this.#body(response, end + 1, url);
        return { pin: { url, sizeBytes: total, ...validators }, bytes };
      }
      if (status !== 200) throw await refused(response, url);
      // A server without ranges: enough for a small file, which then comes whole.
      const length = Number(headers.get("content-length") ?? Number.NaN);
      if (!Number.isSafeInteger(length) || length > bytesMax) {
        await response.body?.cancel();
        throw unexpected(url, "an answer without ranges: the server has to support range requests");
      }
      return { pin: { url, sizeBytes: length, ...validators }, bytes: await this.#body(response, length, url) };
    });
  }

  /** @throws AssayError FORMAT where the file is no longer the one that was pinned */
  range(pin: Pin, offsetBytes: number, length: number): Promise<Uint8Array> {
    assert(length > 0 && length <= RANGE_BYTES_MAX, "http.range: expected a length of at most 8 MiB");
    assert(offsetBytes >= 0 && offsetBytes + length <= pin.sizeBytes, "http.range: expected a range within the file");
    const last = offsetBytes + length - 1;
    const condition = pin.etag ?? pin.modified;
    return this.#try(pin.url, async () => {
      const response = await this.#request(pin.url, {
        range: `bytes=${offsetBytes}-${last}`,
        ...(condition === null ? {} : { "if-range": condition }),
      });
      // With If-Range the whole file means: it is another one now.
      if (response.status === 200 || response.status === 416) {
        await response.body?.cancel();
        throw changed(pin);
      }
      if (response.status !== 206) throw await refused(response, pin.url);
      const { start, end, total } = contentRange(response, pin.url);
      const etag = response.headers.get("etag");
      if (total !== pin.sizeBytes || (pin.etag !== null && etag !== null && etag !== pin.etag)) {
        await response.body?.cancel();
        throw changed(pin);
      }
      if (start !== offsetBytes || end !== last) throw unexpected(pin.url, "another range than asked for");
      return this.#body(response, length, pin.url);
    });
  }

  async #try<T>(url: string, job: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          return await job();
        } catch (error) {
          if (error instanceof AssayError) throw error;
          const text = (error as Error).cause instanceof Error ? (error as Error).cause : error;
          if (attempt === TRIES)
            throw new AssayError(
              "NOT_FOUND",
              `URL: expected an answer from ${quoted(plainUrl(url))}, got ${(text as Error).message} (${TRIES} tries)`,
            );
          this.#found.delete(url);
          const pause = error instanceof Passing ? error.pauseMs : 0;
          await new Promise((done) => setTimeout(done, Math.max(pause, PAUSE_MS * 2 ** (attempt - 1))));
        }
      }
    } finally {
      this.#leave();
    }
  }

  async #request(url: string, headers: Record<string, string>): Promise<Response> {
    let at = parseUrl(this.#found.get(url) ?? url);
    for (let hop = 0; ; hop++) {
      this.requests++;
      const response = await fetch(at, {
        headers: { ...headers, "accept-encoding": "identity", "user-agent": "assay" },
        redirect: "manual",
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const location = response.headers.get("location");
      if (![301, 302, 303, 307, 308].includes(response.status) || location === null) {
        // A link to storage that has run out is asked for anew.
        if (this.#found.has(url) && [400, 401, 403, 404, 410].includes(response.status)) {
          await response.body?.cancel();
          throw new Passing(`status ${response.status}`);
        }
        if (at.href !== url) this.#found.set(url, at.href);
        return response;
      }
      await response.body?.cancel();
      if (hop === REDIRECTS_MAX) throw unexpected(url, `more than ${REDIRECTS_MAX} redirects`);
      const next = new URL(location, at);
      await checkRedirect(at, next);
      at = next;
    }
  }

  /** Exactly so many bytes. */
  async #body(response: Response, length: number, url: string): Promise<Uint8Array> {
    if (![null, "identity"].includes(response.headers.get("content-encoding"))) {
      await response.body?.cancel();
      throw unexpected(url, "an encoded answer");
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for await (const chunk of response.body ?? []) {
      this.receivedBytes += chunk.length;
      if (at + chunk.length > length) throw unexpected(url, "more bytes than asked for");
      bytes.set(chunk, at);
      at += chunk.length;
    }
    if (at < length) throw new Passing(`${at} of ${length} bytes`);
    return bytes;
  }

  async #enter(): Promise<void> {
    if (this.#busy < this.#connections) this.#busy++;
    else await new Promise<void>((go) => this.#waiting.push(go));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy--;
  }
}

function contentRange(response: Response, url: string): { start: number; end: number; total: number } {
  const match = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/.exec(response.headers.get("content-range") ?? "");
  const [start, end, total] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3])];
  if (!match || ![start, end, total].every(Number.isSafeInteger)) throw unexpected(url, "no usable Content-Range");
  return { start, end, total };
}

async function refused(response: Response, url: string): Promise<Error> {
  await response.body?.cancel();
  const { status } = response;
  if (status === 429 || status >= 500) {
    const seconds = Number(response.headers.get("retry-after"));
    return new Passing(`status ${status}`, seconds > 0 ? Math.min(seconds * 1000, PAUSE_MS_MAX) : 0);
  }
  return new AssayError("NOT_FOUND", `URL: expected ${quoted(plainUrl(url))} to answer, got status ${status}`);
}

function unexpected(url: string, got: string): AssayError {
  return new AssayError("FORMAT", `URL: expected a range of ${quoted(plainUrl(url))}, got ${got}`);
}

function changed({ url }: Pin): AssayError {
  return new AssayError(
    "FORMAT",
    `URL: expected a file at rest, got one that changed while it was examined: ${quoted(plainUrl(url))}`,
  );
}
