/** Digests of small things in memory, and how a digest is written. Files are hashed in `host`. */
import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "./bytes.js";
import { AssayError, quoted } from "./error.js";

/** Lower-case hexadecimal behind the name of the algorithm. */
export type Digest = `sha256:${string}` | `blake3:${string}`;

export const DIGEST_PATTERN = /^(sha256|blake3):[0-9a-f]{64}$/;

/** SHA-256 as 64 lower-case hexadecimal digits, without a prefix. */
export function sha256Hex(bytes: Uint8Array): string {
  return hex(sha256(bytes));
}

/** SHA-256 as `sha256:` and 64 lower-case hexadecimal digits. */
export function sha256Digest(bytes: Uint8Array): Digest {
  return `sha256:${sha256Hex(bytes)}`;
}

/** The same text, typed. @throws FORMAT for anything but `sha256:` and 64 lower-case hexadecimal digits */
export function parseDigest(text: string): Digest {
  if (!DIGEST_PATTERN.test(text))
    throw new AssayError("FORMAT", `digest: expected sha256:<64 hex>, got ${quoted(text)}`);
  return text as Digest;
}
