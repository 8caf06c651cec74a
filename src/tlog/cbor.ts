/**
 * The CBOR that COSE receipts need (RFC 8949, core deterministic encoding, §4.2.1): integers, byte and text strings, lists,
 * maps, tags, null. Reading takes that encoding alone: one text a value, definite lengths, the shortest form, sorted keys.
 */
import { concatBytes, fromUtf8, utf8 } from "../base/bytes.js";
import { AssayError } from "../base/error.js";

/** A receipt nests five deep and has under a hundred items; a hostile file more (CWE-674, CWE-770). */
const DEPTH_MAX = 16;
const ITEMS_MAX = 10_000;

export class CborTag {
  readonly tag: number;
  readonly value: Cbor;
  constructor(tag: number, value: Cbor) {
    this.tag = tag;
    this.value = value;
  }
}
export type Cbor = number | string | Uint8Array | null | Cbor[] | Map<Cbor, Cbor> | CborTag;

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6 } as const;
const NULL = 0xf6;

/** Core deterministic encoding: the shortest head of each number, map keys sorted by their encoded bytes. */
export function encodeCbor(value: Cbor): Uint8Array {
  if (value === null) return Uint8Array.of(NULL);
  if (typeof value === "number") return value < 0 ? head(MAJOR.negative, -1 - value) : head(MAJOR.unsigned, value);
  if (typeof value === "string") {
    const bytes = utf8(value);
    return concatBytes([head(MAJOR.text, bytes.length), bytes]);
  }
  if (value instanceof Uint8Array) return concatBytes([head(MAJOR.bytes, value.length), value]);
  if (value instanceof CborTag) return concatBytes([head(MAJOR.tag, value.tag), encodeCbor(value.value)]);
  if (Array.isArray(value)) return concatBytes([head(MAJOR.list, value.length), ...value.map(encodeCbor)]);
  const pairs = [...value].map(([key, inner]) => [encodeCbor(key), encodeCbor(inner)] as const);
  pairs.sort(([a], [b]) => byOctets(a, b));
  return concatBytes([head(MAJOR.map, pairs.length), ...pairs.flat()]);
}

function byOctets(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

function head(major: number, n: number): Uint8Array {
  const first = major << 5;
  if (n < 24) return Uint8Array.of(first | n);
  const [code, length] = n < 2 ** 8 ? [24, 1] : n < 2 ** 16 ? [25, 2] : n < 2 ** 32 ? [26, 4] : [27, 8];
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(n));
  return concatBytes([Uint8Array.of(first | code), bytes.subarray(8 - length)]);
}

/** @throws FORMAT for anything but the deterministic encoding of one value, LIMIT */
export function decodeCbor(bytes: Uint8Array, what: string): Cbor {
  let [at, items] = [0, 0];
  const fault = (text: string) => new AssayError("FORMAT", `${what}: expected deterministic CBOR, got ${text}`);
  const take = (n: number): Uint8Array => {
    if (n > bytes.length - at) throw fault("an item cut short");
    at += n;
    return bytes.subarray(at - n, at);
  };
  const argument = (code: number): number => {
    if (code < 24) return code;
    if (code > 27) throw fault("a length that is not definite");
    const length = 2 ** (code - 24);
    const n = take(length).reduce((sum, octet) => sum * 256 + octet, 0);
    if (!Number.isSafeInteger(n) || n < (length === 1 ? 24 : 256 ** (length / 2)))
      throw fault("a number not in its shortest form");
    return n;
  };
  const read = (depth: number): Cbor => {
    if (depth > DEPTH_MAX || ++items > ITEMS_MAX)
      throw new AssayError("LIMIT", `${what}: expected at most ${ITEMS_MAX} items, ${DEPTH_MAX} deep`);
    const first = take(1)[0]!;
    if (first === NULL) return null;
    const [major, n] = [first >> 5, argument(first & 0x1f)];
    if (major === MAJOR.unsigned) return n;
    if (major === MAJOR.negative) return -1 - n;
    if (major === MAJOR.bytes) return take(n);
    if (major === MAJOR.text) return fromUtf8(take(n), what);
    if (major === MAJOR.tag) return new CborTag(n, read(depth + 1));
    if (n > ITEMS_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${ITEMS_MAX} items`);
    if (major === MAJOR.list) return Array.from({ length: n }, () => read(depth + 1));
    if (major !== MAJOR.map) throw fault("a simple value");
    const map = new Map<Cbor, Cbor>();
    let before: Uint8Array | null = null;
    for (let i = 0; i < n; i++) {
      const from = at;
      const key = read(depth + 1);
      const encoded = bytes.subarray(from, at);
      if (before && byOctets(before, encoded) >= 0) throw fault("keys out of order, or twice");
      before = encoded;
      map.set(key, read(depth + 1));
    }
    return map;
  };
  const value = read(0);
  if (at !== bytes.length) throw fault("bytes after the end");
  return value;
}
