/**
 * Signing and checking checkpoints by key type: a log's Ed25519 signature over the note text (signed-note v1), and the
 * timestamped cosignatures of tlog-cosignature v1.1, Ed25519 (`cosignature/v1`) and ML-DSA-44 (`subtree/v1`). A
 * cosignature says that a tree was the largest consistent one its cosigner had seen at that time; not that the log's
 * entries are true.
 */
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { concatBytes, utf8 } from "../base/bytes.js";
import { AssayError, assert } from "../base/error.js";
import { signEd25519, verifyEd25519 } from "../evidence/ed25519.js";
import { parseCheckpoint } from "./checkpoint.js";
import { keyIdOf, type NoteKey, type SecretNoteKey } from "./note-keys.js";
import type { NoteSigner, NoteVerifier } from "./signed-note.js";

const TIME_BYTES = 8;

interface KeyVerifier extends NoteVerifier {
  key: NoteKey;
}

/**
 * How signatures of this key are checked. A cosignature carries its time before the signature; for one that is too
 * short or has no readable time, `verify` says false.
 */
export function verifierOf(key: NoteKey): KeyVerifier {
  return {
    key,
    name: key.name,
    keyId: keyIdOf(key),
    verify: (text, signature) => {
      if (key.type === "ed25519") return verifyEd25519(signature, utf8(text), key.publicKey);
      if (signature.length <= TIME_BYTES) return false;
      const time = timeOf(signature);
      if (time === null) return false;
      const rest = signature.slice(TIME_BYTES);
      if (key.type === "ed25519-cosigner") return verifyEd25519(rest, ed25519Message(text, time), key.publicKey);
      return verifiesMlDsa(rest, text, key, time);
    },
  };
}

/** @param time Unix seconds, for cosignatures; unused by a plain log signature */
export function signerOf(key: SecretNoteKey, time: number): NoteSigner {
  assert(Number.isSafeInteger(time) && time >= 0, "signerOf: expected Unix seconds");
  return {
    name: key.name,
    keyId: keyIdOf(key),
    sign: (text) => {
      if (key.type === "ed25519") return signEd25519(utf8(text), key.signingKey);
      if (key.type === "ed25519-cosigner")
        return concatBytes([uint64(time), signEd25519(ed25519Message(text, time), key.signingKey)]);
      const message = subtreeMessage(wholeTree(text), key.name, time);
      return concatBytes([uint64(time), ml_dsa44.sign(message, key.signingKey)]);
    },
  };
}

/** When a cosignature was made, Unix seconds; null when it is out of range. */
export function timeOf(signature: Uint8Array): number | null {
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  return time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : null;
}

function ed25519Message(text: string, time: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

function verifiesMlDsa(signature: Uint8Array, text: string, key: NoteKey, time: number): boolean {
  try {
    return ml_dsa44.verify(signature, subtreeMessage(wholeTree(text), key.name, time), key.publicKey);
  } catch {
    return false;
  }
}

/** Entries [start, end) of a log and the hash over them. */
export interface Subtree {
  origin: string;
  start: number;
  end: number;
  hash: Uint8Array;
}

/** A cosignature of a subtree says nothing about time: the eight bytes before it are zero. @throws UNSUPPORTED for Ed25519 */
export function cosignSubtree(subtree: Subtree, key: SecretNoteKey): Uint8Array {
  if (key.type !== "ml-dsa-44")
    throw new AssayError("UNSUPPORTED", "cosignature: expected an ML-DSA-44 key: no other form signs subtrees");
  return concatBytes([uint64(0), ml_dsa44.sign(subtreeMessage(subtree, key.name, 0), key.signingKey)]);
}

/** Whether a cosigner's signature, with its eight bytes of time, is of this subtree. Never an error: it comes from outside. */
export function verifySubtreeCosignature(subtree: Subtree, signature: Uint8Array, key: NoteKey): boolean {
  if (key.type !== "ml-dsa-44" || signature.length <= TIME_BYTES) return false;
  const time = timeOf(signature);
  if (time === null || (subtree.start !== 0 && time !== 0)) return false;
  try {
    return ml_dsa44.verify(signature.slice(TIME_BYTES), subtreeMessage(subtree, key.name, time), key.publicKey);
  } catch {
    return false;
  }
}

function wholeTree(text: string): Subtree {
  const { origin, size, root } = parseCheckpoint(text);
  return { origin, start: 0, end: size, hash: root };
}

/** `cosigned_message`: label, cosigner, time, origin, start, end, hash. */
function subtreeMessage({ origin, start, end, hash }: Subtree, cosigner: string, time: number): Uint8Array {
  const parts = [
    utf8("subtree/v1\n\0"),
    opaque8(cosigner),
    uint64(time),
    opaque8(origin),
    uint64(start),
    uint64(end),
    hash,
  ];
  return concatBytes(parts);
}

function opaque8(text: string): Uint8Array {
  const bytes = utf8(text);
  if (bytes.length < 1 || bytes.length > 255)
    throw new AssayError("LIMIT", `cosignature: expected a name of 1 to 255 bytes, got ${bytes.length}`);
  return concatBytes([Uint8Array.of(bytes.length), bytes]);
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
