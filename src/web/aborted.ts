/** A client that goes away while it sends is no fault of this program: one line says so, and no stack. */
import type { Hono } from "hono";

/** Told by the error's name, code or words, since each layer of the server reports it in its own way. */
export function isAborted(error: Error & { code?: string }): boolean {
  return error.name === "AbortError" || error.code === "ECONNRESET" || /\babort|premature close/i.test(error.message);
}

/** @param what named in the line */
export function answerFaults(app: Hono, what: string): void {
  app.onError((error, c) => {
    const aborted = isAborted(error);
    process.stderr.write(aborted ? `${what}: a request was broken off\n` : `${what}: ${error.stack}\n`);
    return c.text(aborted ? "broken off\n" : "an error of this program\n", aborted ? 400 : 500);
  });
}
