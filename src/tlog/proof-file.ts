/**
 * Portable proofs that an entry is in a log (C2SP tlog-proof v1): index, inclusion proof and checkpoint in one text
 * that verifies offline against a policy. It shows that the entry was logged, not that what it says is true.
 */
import { base64, fromBase64, fromUtf8, utf8 } from "../base/bytes.js";
import { AssayError, quoted } from "../base/error.js";
import { HASH_BYTES, leafHash } from "./merkle-hash.js";
import { PROOF_HASHES_MAX, verifyInclusion } from "./merkle-proof.js";
import type { Policy } from "./policy.js";
import { NOTE_BYTES_MAX } from "./signed-note.js";
import { type TrustedCheckpoint, trustCheckpoint } from "./trusted-checkpoint.js";

const HEADER = "c2sp.org/tlog-proof@v1";

interface ProofFile {
  /** Not authenticated by anything. */
  extra: Uint8Array | null;
  index: number;
  proof: Uint8Array[];
  /** The signed note, verbatim. */
  checkpoint: Uint8Array;
}

/** @param checkpoint in the file: the signed note as it came, cosignatures included */
export function encodeProofFile({ extra, index, proof, checkpoint }: ProofFile): Uint8Array {
  const lines = [HEADER, ...(extra ? [`extra ${base64(extra)}`] : []), `index ${index}`, ...proof.map(base64), ""];
  const head = utf8(lines.map((line) => `${line}\n`).join(""));
  const out = new Uint8Array(head.length + checkpoint.length);
  out.set(head);
  out.set(checkpoint, head.length);
  return out;
}

/**
 * Takes the parts apart and believes none of them.
 * @throws LIMIT or FORMAT
 */
export function parseProofFile(bytes: Uint8Array, what = "tlog-proof"): ProofFile {
  if (bytes.length > 2 * NOTE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${2 * NOTE_BYTES_MAX} bytes`);
  const text = fromUtf8(bytes, what);
  const end = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(0, end)).split("\n");
  if (end < 0 || lines.shift() !== HEADER)
    throw new AssayError("FORMAT", `${what}: expected ${HEADER} on the first line`);
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift()!.slice(6), `${what}: extra`) : null;
  const [, index] = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "") ?? [];
  if (index === undefined || !Number.isSafeInteger(Number(index)))
    throw new AssayError("FORMAT", `${what}: expected an index line`);
  if (lines.length > PROOF_HASHES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${PROOF_HASHES_MAX} hashes, got ${lines.length}`);
  const proof = lines.map((line, i) => {
    const hash = fromBase64(line, `${what}: hash ${i + 1}`);
    if (hash.length !== HASH_BYTES)
      throw new AssayError("FORMAT", `${what}: expected hashes of 32 bytes, got ${quoted(line)}`);
    return hash;
  });
  return { extra, index: Number(index), proof, checkpoint: utf8(text.slice(end + 2)) };
}

/** @throws SIGNATURE when the policy does not trust the checkpoint, DIGEST when the entry is not in its tree */
export function verifyProofFile(
  file: ProofFile,
  entry: Uint8Array,
  policy: Policy,
  what = "tlog-proof",
): TrustedCheckpoint {
  const checkpoint = trustCheckpoint(file.checkpoint, policy, what);
  const { size, root } = checkpoint;
  if (!verifyInclusion({ index: file.index, size, leaf: leafHash(entry), root, proof: file.proof }))
    throw new AssayError("DIGEST", `${what}: the entry is not at index ${file.index} of the tree of ${size} entries`);
  return checkpoint;
}
