/**
 * Requests under this machine's own names only, and such as the operator names: a page elsewhere that points a name of its
 * own at this machine (DNS rebinding, CWE-350) asks under that name.
 */
import type { MiddlewareHandler } from "hono";

const OWN_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** @param more public names, such as a proxy in front passes on; without a port */
export function ownHostsOnly(headers: Record<string, string>, more: readonly string[] = []): MiddlewareHandler {
  const named = new Set(more.map((name) => name.toLowerCase()));
  return async (c, next) => {
    const host = (c.req.header("host") ?? "").replace(/:[0-9]{1,5}$/, "").toLowerCase();
    if (!OWN_HOSTS.has(host) && !named.has(host)) return c.text("this machine's own names only\n", 421, headers);
    return next();
  };
}
