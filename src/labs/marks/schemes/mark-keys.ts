/**
 * Keys of the project's own mark: one master key; from it a key a customer, and from that a key a period, by
 * HMAC-SHA256, so that a leaked period key gives away neither the others nor the master (docs/mark-spec.md).
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8 } from "../../../base/bytes.js";
import { AssayError, assert } from "../../../base/error.js";

/** Names go into a mark file and a log line. */
const NAME_CHARS_MAX = 200;

/** @param master 32 bytes; @throws AssayError USAGE for an empty or long name */
export function derivedKey(master: Uint8Array, customer: string, period: string): Uint8Array {
  assert(master.length === 32, "derivedKey: expected 32 bytes");
  for (const [what, name] of [
    ["customer", customer],
    ["period", period],
  ] as const)
    if (name.length === 0 || name.length > NAME_CHARS_MAX)
      throw new AssayError("USAGE", `mark: expected a ${what} of 1 to ${NAME_CHARS_MAX} characters`);
  const forCustomer = hmac(sha256, master, utf8(`assay-mark/v1/customer\0${customer}`));
  return hmac(sha256, forCustomer, utf8(`assay-mark/v1/period\0${period}`));
}
