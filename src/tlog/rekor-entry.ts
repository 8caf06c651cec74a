/**
 * A checkpoint posted to a second log, in the one form that Rekor v2 takes (sigstore/rekor-tiles: hashedrekord 0.0.2): the
 * digest of some bytes, and a signature over them by an EC key. What comes back is the entry as that log stores it, with a
 * proof under that log's own checkpoint. Whoever trusts the second log then knows that this tree was signed by then, and
 * an operator who shows a second tree of one size has signed two entries there.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { z } from "zod";
import { base64, equalBytes, fromBase64, fromUtf8, utf8 } from "../base/bytes.js";
import { AssayError } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import type { EcdsaPublicKey } from "../evidence/ecdsa-key.js";
import { leafHash } from "./merkle-hash.js";
import { PROOF_HASHES_MAX, verifyInclusion } from "./merkle-proof.js";
import type { Policy } from "./policy.js";
import { type TrustedCheckpoint, trustCheckpoint } from "./trusted-checkpoint.js";

/** An entry with its proof and some cosignatures. */
export const REKOR_BYTES_MAX = 256 * 1024;
export const REKOR_PATH = "/api/v2/log/entries";
/** P-256 alone: other curves ask for other digests of the bytes. */
const KEY_DETAILS = "PKIX_ECDSA_P256_SHA_256";

/** The request. @param signature DER, over the bytes themselves */
export function rekorRequest(bytes: Uint8Array, signature: Uint8Array, key: EcdsaPublicKey): string {
  const verifier = { publicKey: { rawBytes: base64(derOf(key)) }, keyDetails: KEY_DETAILS };
  return JSON.stringify({
    hashedRekordRequestV002: {
      digest: base64(sha256(bytes)),
      signature: { content: base64(signature), verifier },
    },
  });
}

const text = z.string().max(REKOR_BYTES_MAX);
const integer = z.union([z.int().nonnegative(), z.string().regex(/^(0|[1-9][0-9]{0,15})$/)]).transform(Number);
const answerSchema = z.looseObject({
  canonicalizedBody: text,
  inclusionProof: z.looseObject({
    logIndex: integer,
    treeSize: integer,
    hashes: z.array(text).max(PROOF_HASHES_MAX).default([]),
    checkpoint: z.looseObject({ envelope: text }),
  }),
});
const bodySchema = z.looseObject({
  apiVersion: z.literal("0.0.2"),
  kind: z.literal("hashedrekord"),
  spec: z.looseObject({
    hashedRekordV002: z.looseObject({
      data: z.looseObject({ algorithm: z.literal("SHA2_256"), digest: text }),
      signature: z.looseObject({
        content: text,
        verifier: z.looseObject({ publicKey: z.looseObject({ rawBytes: text }) }),
      }),
    }),
  }),
});

/**
 * @param entry a TransparencyLogEntry, JSON
 * @param bytes what was posted, such as a checkpoint
 * @param key whose signature has to stand there
 * @param policy of the second log: `log <vkey>`, and witnesses where it has some
 * @throws DIGEST, SIGNATURE when it does not hold
 */
export function verifyRekorEntry(
  entry: Uint8Array,
  bytes: Uint8Array,
  key: EcdsaPublicKey,
  policy: Policy,
  what = "entry",
): TrustedCheckpoint & { index: number } {
  if (entry.length > REKOR_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${REKOR_BYTES_MAX} bytes`);
  const { canonicalizedBody, inclusionProof } = read(answerSchema, entry, what);
  const stored = fromBase64(canonicalizedBody, `${what}: body`);
  const { data, signature } = read(bodySchema, stored, `${what}: body`).spec.hashedRekordV002;
  if (!equalBytes(fromBase64(data.digest, `${what}: digest`), sha256(bytes)))
    throw new AssayError("DIGEST", `${what}: is of other bytes`);
  if (!equalBytes(fromBase64(signature.verifier.publicKey.rawBytes, `${what}: key`), derOf(key)))
    throw new AssayError("SIGNATURE", `${what}: is signed by another key`);
  if (!key.verify(fromBase64(signature.content, `${what}: signature`), bytes))
    throw new AssayError("SIGNATURE", `${what}: the signature does not hold`);
  const { logIndex: index, treeSize, hashes, checkpoint } = inclusionProof;
  const head = trustCheckpoint(utf8(checkpoint.envelope), policy, `${what}: checkpoint`);
  const proof = hashes.map((hash) => fromBase64(hash, `${what}: proof`));
  const { size, root } = head;
  if (size !== treeSize || !verifyInclusion({ index, size, leaf: leafHash(stored), root, proof }))
    throw new AssayError("DIGEST", `${what}: is not in the tree of its checkpoint`);
  return { ...head, index };
}

function derOf({ pem }: EcdsaPublicKey): Uint8Array {
  return fromBase64(pem.split("\n").slice(1, -2).join(""), "key");
}

function read<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  const parsed = schema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError(
    "SCHEMA",
    `${what}: expected an entry of Rekor v2: at ${issue.path.join(".")}: ${issue.message}`,
  );
}
