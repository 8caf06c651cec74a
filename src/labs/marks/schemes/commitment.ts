/**
 * What may be published of a key before anything is served: its digest under a domain, for a secret of 256 bits hiding
 * and binding. Keys of libraries are short: their digest would give them away, so there is none.
 */

import { concatBytes, fromHex, utf8 } from "../../../base/bytes.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import type { Mark } from "./mark-file.js";

const DOMAIN = utf8("assay-mark/v1/commitment\0");

/** @param key 32 random bytes; of a short key the digest would give it away */
export function keyCommitment(key: Uint8Array): Digest {
  return sha256Digest(concatBytes([DOMAIN, key]));
}

/** Null for marks of libraries, whose keys are short. */
export function markCommitment(mark: Mark): Digest | null {
  if (mark.form !== "assay/tournament" && mark.form !== "assay/biased") return null;
  return keyCommitment(fromHex(mark.key, "mark file: key"));
}
