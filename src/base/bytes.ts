/** Byte strings: hexadecimal, base64, UTF-8, comparison. Strict in both directions: one text per value. */
import { AssayError } from "./error.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A lone surrogate becomes U+FFFD, as TextEncoder writes it: two such texts can give the same bytes. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Strict UTF-8; throws `FORMAT` on malformed input. */
export function fromUtf8(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new AssayError("FORMAT", `${what}: expected UTF-8 text, got malformed bytes`);
  }
}

/** Lower case, two digits a byte, no prefix. */
export function hex(bytes: Uint8Array): string {
  let out = "";
  for (const b of bytes) out += (b < 16 ? "0" : "") + b.toString(16);
  return out;
}

/** Lower-case hexadecimal only. */
export function fromHex(text: string, what: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text))
    throw new AssayError("FORMAT", `${what}: expected lower-case hexadecimal`);
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** RFC 4648 §4, with padding. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const b of bytes) binary += String.fromCharCode(b);
  return btoa(binary);
}

/** Canonical base64 only: what does not encode back to itself is refused, so that no bit is left unbound. */
export function fromBase64(text: string, what: string): Uint8Array {
  let out: Uint8Array;
  try {
    out = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    throw new AssayError("FORMAT", `${what}: expected base64`);
  }
  if (base64(out) !== text) throw new AssayError("FORMAT", `${what}: expected canonical base64`);
  return out;
}

/** Looks at every byte whatever it finds, so that its time tells nothing of where two secrets differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** A fresh array, never a view of a part. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
