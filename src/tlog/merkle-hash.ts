/**
 * Hashes of a Merkle tree (RFC 9162 §2.1, the same tree as RFC 6962): a leaf is SHA-256 over 0x00 and the entry, a
 * node over 0x01 and its two children, so that no leaf can be taken for a node.
 */
import { sha256 } from "@noble/hashes/sha2.js";

export const HASH_BYTES = 32;

/** Root of the tree of no entries. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0));

/** SHA-256(0x00 ‖ entry), 32 bytes. */
export function leafHash(entry: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + entry.length);
  input.set(entry, 1);
  return sha256(input);
}

/** SHA-256(0x01 ‖ left ‖ right); both children are 32 bytes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + 2 * HASH_BYTES);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}
