/** Requests under this machine's own names only, and such as the operator names. */
import type { MiddlewareHandler } from "hono";
import { isOwnName } from "../host/http/own-names.js";

/** @param more public names, such as a proxy in front passes on; without a port */
export function ownHostsOnly(headers: Record<string, string>, more: readonly string[] = []): MiddlewareHandler {
  return async (c, next) => {
    if (!isOwnName(c.req.header("host"), more)) return c.text("this machine's own names only\n", 421, headers);
    return next();
  };
}
