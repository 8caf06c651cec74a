/**
 * Under which names a server of this machine is asked: a page elsewhere that points a name of its own at this machine (DNS
 * rebinding, CWE-350) asks under that name.
 */
const OWN: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** @param host the request's header, with or without a port; @param more public names, such as a proxy in front passes on */
export function isOwnName(host: string | undefined, more: readonly string[] = []): boolean {
  const name = (host ?? "").replace(/:[0-9]{1,5}$/, "").toLowerCase();
  return OWN.has(name) || more.some((each) => each.toLowerCase() === name);
}
