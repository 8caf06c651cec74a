/**
 * A detector behind an address: POST /v1/detect with one text, at so many requests a minute for each caller. Nothing of a
 * request is logged or kept: neither the text, nor a digest of it, nor the answer; callers are held as counts, in memory.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AssayError } from "../../../base/error.js";
import { boundedBody } from "../../../host/bounded-body.js";
import { isOwnName } from "../../../host/http/own-names.js";
import type { Detection } from "../desk/detector.js";

/** 20,000 tokens as ids or words (CWE-400). */
const BODY_BYTES_MAX = 1024 * 1024;
/** Requests that wait for the core at once; more are told to come back. */
const WAITING_MAX = 16;
/** Callers whose counts are held; beyond, those who asked longest ago are forgotten (CWE-770). */
const CALLERS_MAX = 10_000;
const MINUTE_MS = 60_000;
/** What all callers together may ask, as so many callers' share: many addresses are no way around it. */
const SHARES = 10;

interface DetectorEndpoint {
  detect: (body: unknown) => Promise<Detection>;
  /** A caller's requests a minute. */
  rate: number;
  /** Names under which it answers besides this machine's own. */
  hosts: readonly string[];
  /** Milliseconds, monotonic. */
  now: () => number;
}

/** @returns a server that is not listening yet */
export function detectorServer(endpoint: DetectorEndpoint): Server {
  const rates = new Rates(endpoint.rate, endpoint.now);
  let waiting = 0;
  return createServer((request, response) => {
    const answer = async () => {
      if (!isOwnName(request.headers.host, endpoint.hosts)) return fail(response, 421, "this machine's own names only");
      if (request.method !== "POST" || request.url !== "/v1/detect") return fail(response, 404, "no such path");
      const wait = rates.take(request.socket.remoteAddress ?? "");
      if (wait > 0) return fail(response, 429, "too many requests", wait);
      if (waiting >= WAITING_MAX) return fail(response, 503, "busy", 1);
      waiting++;
      try {
        const body = await bodyOf(request);
        return json(response, 200, await endpoint.detect(body));
      } finally {
        waiting--;
      }
    };
    answer().catch((error) => {
      if (!response.headersSent && error instanceof AssayError)
        return fail(response, error.code === "LIMIT" ? 413 : 400, error.message);
      // The caller left, or something failed: neither is told about the text.
      if (!response.headersSent) return fail(response, 500, "the text could not be asked");
      response.destroy();
    });
  });
}

/** Requests left to each caller: a bucket that fills at the rate and holds a minute's worth. */
export class Rates {
  readonly #rate: number;
  readonly #now: () => number;
  readonly #callers = new Map<string, { left: number; at: number }>();
  readonly #all: { left: number; at: number };

  constructor(rate: number, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#all = { left: SHARES * rate, at: now() };
  }

  /** @returns 0 where the request may pass, else seconds to wait */
  take(caller: string): number {
    const known = this.#callers.get(caller) ?? { left: this.#rate, at: this.#now() };
    // Moved to the end: the first of the map asked longest ago.
    this.#callers.delete(caller);
    this.#callers.set(caller, known);
    if (this.#callers.size > CALLERS_MAX) this.#callers.delete(this.#callers.keys().next().value!);
    const wait = Math.max(this.#filled(known, this.#rate), this.#filled(this.#all, SHARES * this.#rate));
    if (wait > 0) return Math.ceil(wait);
    known.left--;
    this.#all.left--;
    return 0;
  }

  /** Fills a bucket to now. @returns seconds until it holds one request */
  #filled(bucket: { left: number; at: number }, most: number): number {
    const now = this.#now();
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) * most) / MINUTE_MS);
    bucket.at = now;
    return bucket.left >= 1 ? 0 : ((1 - bucket.left) * MINUTE_MS) / most / 1000;
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const bytes = await boundedBody(request, BODY_BYTES_MAX);
  if (bytes === null) throw new AssayError("LIMIT", `expected at most ${BODY_BYTES_MAX} bytes`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new AssayError("FORMAT", "expected JSON");
  }
}

function json(response: ServerResponse, status: number, body: object, more: Record<string, string> = {}): void {
  response.writeHead(status, {
    ...{ "content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff" },
    ...more,
  });
  response.end(`${JSON.stringify(body)}\n`);
}

function fail(response: ServerResponse, status: number, message: string, waitSeconds?: number): void {
  json(response, status, { error: message }, waitSeconds === undefined ? {} : { "retry-after": String(waitSeconds) });
}
