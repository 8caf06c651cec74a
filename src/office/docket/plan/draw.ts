/**
 * Draws that nobody can steer and anybody can repeat: a public beacon's signature, so that whoever holds the secret cannot
 * choose, and a secret that was committed to before, so that whoever sees the beacon cannot draw too.
 *   key      = SHA-256(utf8(domain) || SHA-256 of what is drawn for (32) || signature || secret (32))
 *   block(i) = HMAC-SHA-256(key, uint32be(i)), read as eight big-endian uint32
 *   below(n) = the next uint32 under the largest multiple of n, modulo n
 *   the permutation is Fisher–Yates: for i from 0 on, exchange place i with place i + below(n − i)
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, fromHex, utf8 } from "../../../base/bytes.js";

const LABELS_DOMAIN = "assay/labels/v1";
const PANEL_DOMAIN = "assay/panel/v1";

/** @param purpose 64 hexadecimal digits: digest of the plan, or of the panel's list */
function permutation(n: number, domain: string, purpose: string, signature: string, secret: string): number[] {
  const key = sha256(
    concatBytes([
      utf8(domain),
      fromHex(purpose, "draw: purpose"),
      fromHex(signature, "draw: signature"),
      fromHex(secret, "draw: secret"),
    ]),
  );
  const below = stream(key);
  const places = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const j = i + below(n - i);
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places;
}

function stream(key: Uint8Array): (bound: number) => number {
  let counter = 0;
  let block = new DataView(new ArrayBuffer(0));
  let at = 0;
  const next = () => {
    if (at >= block.byteLength) {
      const index = new Uint8Array(4);
      new DataView(index.buffer).setUint32(0, counter++);
      const bytes = hmac(sha256, key, index);
      [block, at] = [new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0];
    }
    at += 4;
    return block.getUint32(at - 4);
  };
  return (bound) => {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const value = next();
      if (value < limit) return value % bound;
    }
  };
}

/** What lies in each slot. @param contents as the plan lists them */
export function drawLabels<T>(contents: readonly T[], plan: string, signature: string, secret: string): T[] {
  return permutation(contents.length, LABELS_DOMAIN, plan.slice(7), signature, secret).map((place) => contents[place]!);
}

/** The first members of the permuted list. @param list names that were not excluded, in order */
export function drawPanel(
  list: readonly string[],
  members: number,
  purpose: string,
  signature: string,
  secret: string,
): string[] {
  return permutation(list.length, PANEL_DOMAIN, purpose, signature, secret)
    .slice(0, members)
    .map((place) => list[place]!);
}
