/**
 * One request to a chat endpoint, and what its failure means: worth another try, or not. The key is taken out of
 * everything that comes back before anyone sees it: servers echo headers in error pages.
 */

import { type ChatAnswer, type Protocol, readChatAnswer, readChatFault } from "../../transcript/chat-protocol.js";
import { boundedBody } from "../bounded-body.js";

/** One answer; the longest public models write some 500 kB (CWE-400). */
const RESPONSE_BYTES_MAX = 16 * 1024 * 1024;

interface ChatRequest {
  url: URL;
  headers: Record<string, string>;
  body: string;
  protocol: Protocol;
  /** Taken out of whatever comes back. */
  key: string | null;
  timeoutMs: number;
  signal: AbortSignal;
}

export type ChatOutcome =
  | { kind: "answer"; answer: ChatAnswer; raw: string }
  /** Try again, not before `afterMs` where the server says so. */
  | { kind: "again"; why: string; afterMs: number | null }
  /** The server will not answer this. */
  | { kind: "refused"; status: number; why: string; raw: string };

/** Statuses worth another try: RFC 9110 and 6585, and 529, by which Anthropic says that it is overloaded. */
const AGAIN = new Set([408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529]);

/**
 * One request, one outcome: an answer, a failure worth another try, or one that is not. It throws for no failure of the
 * server; redirects are not followed.
 */
export async function askChat(request: ChatRequest): Promise<ChatOutcome> {
  const { url, headers, body, protocol, key } = request;
  const clean = (text: string) => withoutKey(text, key);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual", // a redirect followed would carry the key to another host
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(request.timeoutMs)]),
    });
    if (response.status >= 300 && response.status < 400)
      return {
        kind: "refused",
        status: response.status,
        why: `status ${response.status}: a redirect to ${clean(placeOf(response.headers.get("location"), url))}, which is not followed; give the address that answers`,
        raw: "",
      };
    const bytes = await boundedBody(response.body as AsyncIterable<Uint8Array> | null, RESPONSE_BYTES_MAX);
    if (bytes === null)
      return { kind: "again", why: `a response of more than ${RESPONSE_BYTES_MAX} bytes`, afterMs: null };
    const raw = clean(Buffer.from(bytes).toString("utf8"));
    if (AGAIN.has(response.status))
      return { kind: "again", why: `status ${response.status}`, afterMs: retryAfter(response.headers) };
    if (!response.ok)
      return { kind: "refused", status: response.status, why: `status ${response.status}: ${raw.slice(0, 200)}`, raw };
    const answer = readChatAnswer(protocol, raw);
    if (answer === null) return notAnswered(raw, response.headers.get("content-type"));
    return { kind: "answer", answer, raw };
  } catch (error) {
    if (request.signal.aborted) throw error;
    const cause = (error as { cause?: { code?: string } }).cause?.code;
    return { kind: "again", why: clean(cause ?? (error as Error).name), afterMs: null };
  }
}

/** A success by status that is no answer: an error told in the body, a page, or something cut. */
function notAnswered(raw: string, contentType: string | null): ChatOutcome {
  const fault = readChatFault(raw);
  if (fault !== null) {
    const why = `status 200 with an error in its body: ${fault.message}`;
    if (fault.status === null || AGAIN.has(fault.status)) return { kind: "again", why, afterMs: null };
    return { kind: "refused", status: fault.status, why, raw };
  }
  if (/html/i.test(contentType ?? "") || /^\s*<(?:!doctype|html)/i.test(raw))
    return { kind: "again", why: "a web page in place of an answer", afterMs: null };
  return { kind: "again", why: "an answer that is cut or none", afterMs: null };
}

/** Without query and fragment, which may carry secrets. */
function placeOf(location: string | null, from: URL): string {
  if (location === null) return "nowhere";
  try {
    const to = new URL(location, from);
    return `${to.origin}${to.pathname}`.slice(0, 200);
  } catch {
    return "an address that cannot be read";
  }
}

function withoutKey(text: string, key: string | null): string {
  return key === null || key === "" ? text : text.replaceAll(key, "[key]");
}

/** Seconds or a date (RFC 9110 §10.2.3). */
function retryAfter(headers: Headers): number | null {
  const given = headers.get("retry-after");
  if (given === null) return null;
  const seconds = Number(given);
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000;
  const date = Date.parse(given);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}
