/**
 * Where a redirect may lead (CWE-918). A URL is typed by whoever runs the command and may name any host; where a server
 * sends the request on, it may not lead from the public network into a private one, nor from https to http. The name is
 * looked up once more when the connection is made: a resolver that changes its answer in between is not caught.
 */
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { AssayError, quoted } from "../../base/error.js";

const PRIVATE = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  PRIVATE.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 127],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  PRIVATE.addSubnet(net, bits, "ipv6");

/** Loopback, link-local, private and reserved addresses, mapped ones included. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  // An IPv4-mapped address is checked against the IPv4 rules by BlockList itself.
  return PRIVATE.check(address, family === 4 ? "ipv4" : "ipv6");
}

async function isPrivateHost(hostname: string): Promise<boolean> {
  const bare = hostname.replace(/^\[|\]$/g, "");
  if (isIP(bare)) return isPrivateAddress(bare);
  const found = await lookup(bare, { all: true }).catch(() => []);
  return found.some(({ address }) => isPrivateAddress(address));
}

/** @throws AssayError FORMAT where a redirect leads where it may not */
export async function checkRedirect(from: URL, to: URL): Promise<void> {
  if (to.protocol !== "https:" && to.protocol !== "http:")
    throw new AssayError("FORMAT", `redirect: expected http or https, got ${quoted(to.protocol)}`);
  if (from.protocol === "https:" && to.protocol === "http:")
    throw new AssayError("FORMAT", `redirect: expected https to stay https, got ${quoted(to.origin)}`);
  if (to.username || to.password)
    throw new AssayError("FORMAT", "redirect: expected a URL without a user name or password");
  if (to.host === from.host) return;
  if ((await isPrivateHost(to.hostname)) && !(await isPrivateHost(from.hostname)))
    throw new AssayError("FORMAT", `redirect: expected a public address, got ${quoted(to.host)}`);
}
