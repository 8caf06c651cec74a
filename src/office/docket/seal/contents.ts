/**
 * What lies inside a seal: a header (a random salt, title, text, names of files) and the files, one after another, cut into
 * parts. The digest of the whole stands in the case for it; the salt keeps a short document from being found by guessing
 * its digest. Lengths are not hidden: whoever sees the sealed parts sees how long they are.
 */
import { z } from "zod";
import { concatBytes, fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";

/** Sealed and opened in memory, which takes several times its length; a part with what age adds stays below 64 MB. */
export const PART_BYTES_MAX = 60 * 1024 * 1024;
/** A text of 20,000 characters and 64 names. */
const HEADER_BYTES_MAX = 256 * 1024;

const headerSchema = z.strictObject({
  type: z.literal("assay/sealed-contents/v1"),
  salt: z.string().regex(/^[0-9a-f]{64}$/),
  title: z.string().max(600).nullable(),
  text: z.string().max(20_000).nullable(),
  files: z.array(z.strictObject({ name: z.string().min(1).max(200), sizeBytes: z.int().nonnegative() })).max(64),
});

export interface Contents {
  title: string | null;
  text: string | null;
  files: { name: string; bytes: Uint8Array }[];
}

/** @param salt 32 random bytes in hexadecimal */
export function encodeContents({ title, text, files }: Contents, salt: string): Uint8Array {
  const named = files.map(({ name, bytes }) => ({ name, sizeBytes: bytes.length }));
  const header = canonicalJsonBytes({ type: "assay/sealed-contents/v1", salt, title, text, files: named });
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, header.length);
  return concatBytes([length, header, ...files.map(({ bytes }) => bytes)]);
}

/** @throws DIGEST when it is not what the case names, FORMAT when it is no contents */
export function decodeContents(bytes: Uint8Array, digest: string): Contents {
  if (sha256Digest(bytes) !== digest)
    throw new AssayError("DIGEST", "seal: what was opened is not what the case names");
  const length = bytes.length < 4 ? HEADER_BYTES_MAX + 1 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (length > HEADER_BYTES_MAX || 4 + length > bytes.length)
    throw new AssayError("FORMAT", "seal: expected a header of its contents");
  const text = fromUtf8(bytes.subarray(4, 4 + length), "sealed contents");
  const parsed = headerSchema.safeParse(parseStrictJson(text, "sealed contents"));
  if (!parsed.success) throw new AssayError("SCHEMA", `sealed contents: ${parsed.error.issues[0]!.message}`);
  let at = 4 + length;
  const files = parsed.data.files.map(({ name, sizeBytes }) => {
    const part = bytes.subarray(at, at + sizeBytes);
    if (part.length !== sizeBytes) throw new AssayError("FORMAT", "seal: a file is shorter than its header says");
    at += sizeBytes;
    return { name, bytes: part };
  });
  if (at !== bytes.length) throw new AssayError("FORMAT", "seal: more bytes than its header names");
  return { title: parsed.data.title, text: parsed.data.text, files };
}

/** Views, not copies, of at most PART_BYTES_MAX; no bytes give no part. */
export function partsOf(bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += PART_BYTES_MAX) parts.push(bytes.subarray(at, at + PART_BYTES_MAX));
  return parts;
}

/** Of the whole plaintext, salt included. */
export function contentsDigest(bytes: Uint8Array): Digest {
  return sha256Digest(bytes);
}
