/**
 * Which rows or token positions a challenge asks for. Nobody can steer it: the round of the beacon was not out when the
 * challenge was signed and the tree committed; anybody can repeat it.
 *   seed     = SHA-256(utf8("assay/audit/v1") || challenge (32) || roots (32 each, in order) || signature of the round)
 *   block(i) = HMAC-SHA-256(seed, uint32be(i)), read as four big-endian uint64
 *   below(n) = the next uint64 under the largest multiple of n, modulo n
 * Numbers that were drawn before are drawn again: a draw without replacement. It holds as far as the holders of the
 * beacon's key did not lend it.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, fromHex, utf8 } from "../../base/bytes.js";
import { assert } from "../../base/error.js";

const DRAW_DOMAIN = "assay/audit/v1";

/** @param challenge digest of the challenge's statement @param roots hexadecimal @param signature of the round, hexadecimal */
export function drawSeed(challenge: string, roots: readonly string[], signature: string): Uint8Array {
  return sha256(
    concatBytes([
      utf8(DRAW_DOMAIN),
      fromHex(challenge.slice(7), "draw: challenge"),
      ...roots.map((root) => fromHex(root, "draw: root")),
      fromHex(signature, "draw: signature"),
    ]),
  );
}

/** The source of whole numbers below a bound of at most 2⁵³. */
export function numbersFrom(seed: Uint8Array): (bound: number) => number {
  let counter = 0;
  let block = new DataView(new ArrayBuffer(0));
  let at = 0;
  const next = (): bigint => {
    if (at >= block.byteLength) {
      const index = new Uint8Array(4);
      new DataView(index.buffer).setUint32(0, counter++);
      const bytes = hmac(sha256, seed, index);
      [block, at] = [new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0];
    }
    at += 8;
    return block.getBigUint64(at - 8);
  };
  return (bound) => {
    assert(Number.isSafeInteger(bound) && bound > 0, "draw: expected 0 < bound < 2^53");
    const n = BigInt(bound);
    const limit = (1n << 64n) - ((1n << 64n) % n);
    for (;;) {
      const value = next();
      if (value < limit) return Number(value % n);
    }
  };
}

/** `count` different numbers below `bound`, in ascending order. */
export function drawDistinct(below: (bound: number) => number, bound: number, count: number): number[] {
  assert(count <= bound, "draw: expected no more numbers than there are");
  // Beyond half, those left out are drawn: the number of draws stays small.
  if (count > bound / 2) {
    const out = new Set(drawDistinct(below, bound, bound - count));
    return Array.from({ length: bound }, (_, i) => i).filter((i) => !out.has(i));
  }
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(below(bound));
  return [...drawn].sort((a, b) => a - b);
}
