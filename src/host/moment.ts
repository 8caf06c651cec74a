/** What only a machine has: the time and chance. Handed into the house as arguments. */
import { randomBytes } from "node:crypto";

/** Whole seconds since 1970 by this machine's clock, cut and not rounded. */
export function unixSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** 32 bytes for a new key. */
export function randomSeed(): Uint8Array {
  return new Uint8Array(randomBytes(32));
}
