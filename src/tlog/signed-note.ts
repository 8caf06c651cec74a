/**
 * Signed notes (C2SP signed-note v1): a text, an empty line, and signature lines of named keys. Signatures of unknown
 * keys are ignored; a signature of a known key that does not hold spoils the whole note.
 */
import { base64, fromBase64, fromUtf8, utf8 } from "../base/bytes.js";
import { AssayError, quoted } from "../base/error.js";

/** A log's checkpoint with 100 post-quantum cosignatures takes 340 kB. */
export const NOTE_BYTES_MAX = 1024 * 1024;
const NOTE_SIGNATURES_MAX = 256;

export interface NoteSignature {
  name: string;
  /** First four bytes of the key's digest, big-endian. */
  keyId: number;
  signature: Uint8Array;
}

export interface Note {
  /** With its final newline. */
  text: string;
  signatures: NoteSignature[];
}

/** Someone whose signatures are to be checked. */
export interface NoteVerifier {
  name: string;
  keyId: number;
  verify: (text: string, signature: Uint8Array) => boolean;
}

export interface NoteSigner {
  name: string;
  keyId: number;
  sign: (text: string) => Uint8Array;
}

/** Not empty, no Unicode space, no plus. */
export function isKeyName(name: string): boolean {
  return /^[^\s+\p{White_Space}\p{Cc}]+$/u.test(name) && name.length <= 1000;
}

/** Takes text and signatures apart and checks none. @throws LIMIT or FORMAT */
export function parseNote(bytes: Uint8Array, what = "note"): Note {
  if (bytes.length > NOTE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${NOTE_BYTES_MAX} bytes, got ${bytes.length}`);
  const whole = fromUtf8(bytes, what);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u0009\u000b-\u001f]/.test(whole))
    throw new AssayError("FORMAT", `${what}: expected no control character but newline`);
  const at = whole.lastIndexOf("\n\n");
  if (at < 0 || !whole.endsWith("\n"))
    throw new AssayError("FORMAT", `${what}: expected a text, an empty line and signature lines`);
  const lines = whole
    .slice(at + 2)
    .split("\n")
    .slice(0, -1);
  if (lines.length < 1 || lines.length > NOTE_SIGNATURES_MAX)
    throw new AssayError("FORMAT", `${what}: expected 1 to ${NOTE_SIGNATURES_MAX} signatures, got ${lines.length}`);
  return { text: whole.slice(0, at + 1), signatures: lines.map((line) => parseSignature(line, what)) };
}

/** One signature line, without its newline. */
export function parseSignature(line: string, what = "note"): NoteSignature {
  const [, name, encoded] = /^— ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  if (name === undefined || encoded === undefined || !isKeyName(name))
    throw new AssayError("FORMAT", `${what}: expected "— name base64", got ${quoted(line)}`);
  const bytes = fromBase64(encoded, `${what}: signature of ${quoted(name)}`);
  if (bytes.length < 5) throw new AssayError("FORMAT", `${what}: expected a key id and a signature of ${quoted(name)}`);
  return { name, keyId: new DataView(bytes.buffer).getUint32(0), signature: bytes.slice(4) };
}

/** With its newline: em dash, name, base64 of the key id (big-endian uint32) and the signature. */
export function signatureLine({ name, keyId, signature }: NoteSignature): string {
  const bytes = new Uint8Array(4 + signature.length);
  new DataView(bytes.buffer).setUint32(0, keyId);
  bytes.set(signature, 4);
  return `— ${name} ${base64(bytes)}\n`;
}

/** Text, an empty line, signature lines in the order given. */
export function encodeNote({ text, signatures }: Note): Uint8Array {
  return utf8(`${text}\n${signatures.map(signatureLine).join("")}`);
}

/** @param text with its last newline, as it is signed */
export function signNote(text: string, signers: readonly NoteSigner[]): Note {
  return { text, signatures: signers.map((s) => ({ name: s.name, keyId: s.keyId, signature: s.sign(text) })) };
}

/**
 * The verifiers whose signatures hold, each once.
 * @throws SIGNATURE when a known key's signature does not hold
 */
export function verifiedBy<V extends NoteVerifier>(note: Note, verifiers: readonly V[]): V[] {
  const held = new Set<V>();
  for (const { name, keyId, signature } of note.signatures) {
    const known = verifiers.filter((v) => v.name === name && v.keyId === keyId);
    for (const verifier of known) {
      if (!verifier.verify(note.text, signature))
        throw new AssayError("SIGNATURE", `note: the signature of ${quoted(name)} does not hold`);
      held.add(verifier);
    }
  }
  return [...held];
}
