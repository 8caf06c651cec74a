/**
 * Keys of logs and witnesses as C2SP writes them (signed-note v1 "verifier keys", tlog-cosignature v1.1): type 0x01 is
 * an Ed25519 log key, 0x04 an Ed25519 cosigner, 0x06 an ML-DSA-44 cosigner (which may also be the log itself). The
 * private form is Go's `PRIVATE+KEY+…` for Ed25519; ML-DSA-44 keys are kept by their 32-byte seed in the same form.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { ml_dsa44 } from "@noble/post-quantum/ml-dsa.js";
import { base64, concatBytes, equalBytes, fromBase64, utf8 } from "../base/bytes.js";
import { AssayError, quoted } from "../base/error.js";
import { publicKeyOf } from "../evidence/ed25519.js";
import { isKeyName } from "./signed-note.js";

const KEY_TYPES = { ed25519: 0x01, "ed25519-cosigner": 0x04, "ml-dsa-44": 0x06 } as const;
export type KeyType = keyof typeof KEY_TYPES;

const PUBLIC_BYTES: Record<KeyType, number> = { ed25519: 32, "ed25519-cosigner": 32, "ml-dsa-44": 1312 };

export interface NoteKey {
  name: string;
  type: KeyType;
  publicKey: Uint8Array;
}

export interface SecretNoteKey extends NoteKey {
  /** 32 bytes. */
  seed: Uint8Array;
  /** What signs: the seed for Ed25519, the expanded key (2,560 bytes) for ML-DSA-44. */
  signingKey: Uint8Array;
}

/** First four bytes of SHA-256(name ‖ newline ‖ type ‖ public key), big-endian. */
export function keyIdOf({ name, type, publicKey }: NoteKey): number {
  const digest = sha256(concatBytes([utf8(`${name}\n`), Uint8Array.of(KEY_TYPES[type]), publicKey]));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

/** `name+keyid+base64(type ‖ public key)`. */
export function encodeVerifierKey(key: NoteKey): string {
  return `${key.name}+${keyIdText(key)}+${base64(concatBytes([Uint8Array.of(KEY_TYPES[key.type]), key.publicKey]))}`;
}

/** C2SP signed-note's `name+hex+base64`. @throws FORMAT, also where the key id is not that of name and key */
export function parseVerifierKey(text: string, what = "key"): NoteKey {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined || !isKeyName(name))
    throw new AssayError("FORMAT", `${what}: expected name+hex+base64, got ${quoted(text)}`);
  const { type, material } = typed(fromBase64(encoded, what), what);
  if (material.length !== PUBLIC_BYTES[type])
    throw new AssayError("FORMAT", `${what}: expected ${PUBLIC_BYTES[type]} bytes of ${type} key`);
  const key: NoteKey = { name, type, publicKey: material };
  if (keyIdText(key) !== id) throw new AssayError("FORMAT", `${what}: expected key id ${keyIdText(key)}, got ${id}`);
  return key;
}

/**
 * @param seed 32 random bytes, also for ML-DSA-44, whose signing key is made from them @throws USAGE for a name that a
 * note cannot carry
 */
export function secretKeyOf(name: string, type: KeyType, seed: Uint8Array): SecretNoteKey {
  if (!isKeyName(name)) throw new AssayError("USAGE", `key: expected a name without spaces and plus signs`);
  if (type !== "ml-dsa-44") return { name, type, publicKey: publicKeyOf(seed), seed, signingKey: seed };
  const { publicKey, secretKey } = ml_dsa44.keygen(seed);
  return { name, type, publicKey, seed, signingKey: secretKey };
}

/** `PRIVATE+KEY+name+hex+base64`, the seed in the last part: whoever reads it can sign. */
export function encodeSecretKey(key: SecretNoteKey): string {
  const material = base64(concatBytes([Uint8Array.of(KEY_TYPES[key.type]), key.seed]));
  return `PRIVATE+KEY+${key.name}+${keyIdText(key)}+${material}`;
}

/**
 * Reads what `encodeSecretKey` writes, one newline behind it allowed. @throws FORMAT, also where the key id is not that
 * of name and seed
 */
export function parseSecretKey(text: string, what = "private key"): SecretNoteKey {
  const [, name, id, encoded] = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\n?$/.exec(text) ?? [];
  if (name === undefined || id === undefined || encoded === undefined || !isKeyName(name))
    throw new AssayError("FORMAT", `${what}: expected PRIVATE+KEY+name+hex+base64`);
  const { type, material } = typed(fromBase64(encoded, what), what);
  if (material.length !== 32) throw new AssayError("FORMAT", `${what}: expected a seed of 32 bytes`);
  const key = secretKeyOf(name, type, material);
  if (keyIdText(key) !== id) throw new AssayError("FORMAT", `${what}: expected key id ${keyIdText(key)}, got ${id}`);
  return key;
}

/** C2SP tlog-policy: the same key under two names is one key. */
export function sameKey(a: NoteKey, b: NoteKey): boolean {
  return equalBytes(a.publicKey, b.publicKey);
}

function typed(bytes: Uint8Array, what: string): { type: KeyType; material: Uint8Array } {
  const found = Object.entries(KEY_TYPES).find(([, code]) => code === bytes[0]);
  if (!found) throw new AssayError("UNSUPPORTED", `${what}: expected signature type 1, 4 or 6, got ${bytes[0]}`);
  return { type: found[0] as KeyType, material: bytes.slice(1) };
}

function keyIdText(key: NoteKey): string {
  return keyIdOf(key).toString(16).padStart(8, "0");
}
