/** A client that goes away while it sends is no fault of this program: one line says so, and no stack. */
import type { Hono } from "hono";

/** Told by the error's name, code or words, since each layer of the server reports it in its own way. */
function isAborted(error: Error & { code?: string }): boolean {
  return error.name === "AbortError" || error.code === "ECONNRESET" || /\babort|premature close/i.test(error.message);
}

/** Whether the client went away; says so in one line. @param what named in the line */
export function brokenOff(error: Error, what: string): boolean {
  const aborted = isAborted(error);
  if (aborted) process.stderr.write(`${what}: a request was broken off\n`);
  return aborted;
}

/** Answers of a server whose posts are no pages. @param what named in the line */
export function answerFaults(app: Hono, what: string): void {
  app.onError((error, c) => {
    if (brokenOff(error, what)) return c.text("broken off\n", 400);
    process.stderr.write(`${what}: ${error.stack}\n`);
    return c.text("an error of this program\n", 500);
  });
}
