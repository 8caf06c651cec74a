/**
 * Values of a GGUF file's metadata (ggml docs/gguf.md, `gguf_metadata_value_type`). Numbers and texts are kept; of
 * arrays only the tokens are, all others are walked over and counted.
 */
import { AssayError, quoted } from "../../base/error.js";
import type { ByteCursor } from "./byte-cursor.js";

/** Chat templates and licences; the largest public ones are some 100 kB (CWE-770). */
const TEXT_BYTES_MAX = 4 * 1024 * 1024;
/** Large tokenizers have some 600,000 merges (CWE-770). */
const ITEMS_MAX = 1 << 22;
/** The largest public vocabularies have about 260,000 tokens (CWE-770). */
const TOKENS_MAX = 1 << 20;
/** Pieces stay below some hundred bytes (CWE-770). */
const TOKEN_BYTES_MAX = 1 << 16;
export const TOKENS_KEY = "tokenizer.ggml.tokens";

const [TEXT, ARRAY] = [8, 9];
/** Widths of the number types by their number; 7 is a truth value of one byte. */
const WIDTHS: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};

/** An array that was not kept is its length. */
export type GgufValue = number | string | boolean | { array: number } | readonly string[];

/** Some pieces of byte-level vocabularies are no UTF-8 by themselves: they carry U+FFFD and are left to the reader. */
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** @throws AssayError FORMAT or LIMIT */
export function readEntryValue(cursor: ByteCursor, key: string, at: string): GgufValue {
  const type = cursor.u32();
  if (type === TEXT) return cursor.text(TEXT_BYTES_MAX, quoted(key));
  if (type !== ARRAY) return readNumber(cursor, type, key, at);
  const itemType = cursor.u32();
  const count = cursor.count(key === TOKENS_KEY ? TOKENS_MAX : ITEMS_MAX, `items in ${quoted(key)}`);
  if (itemType !== TEXT) {
    // Arrays of arrays are not written by anyone, and could be nested without end (CWE-674).
    cursor.take(count * widthOf(itemType, key, at));
    return { array: count };
  }
  const kept: string[] = [];
  for (let i = 0; i < count; i++) {
    const item = cursor.take(cursor.count(TOKEN_BYTES_MAX, `bytes in an item of ${quoted(key)}`));
    if (key === TOKENS_KEY) kept.push(lenient.decode(item));
  }
  return key === TOKENS_KEY ? kept : { array: count };
}

function readNumber(cursor: ByteCursor, type: number, key: string, at: string): number | boolean {
  if (type === 6) return cursor.float(4);
  if (type === 12) return cursor.float(8);
  const bytes = cursor.take(widthOf(type, key, at));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (type === 7) return bytes[0] !== 0;
  const signed = type === 1 || type === 3 || type === 5 || type === 11;
  if (bytes.length === 1) return signed ? view.getInt8(0) : view.getUint8(0);
  if (bytes.length === 2) return signed ? view.getInt16(0, true) : view.getUint16(0, true);
  if (bytes.length === 4) return signed ? view.getInt32(0, true) : view.getUint32(0, true);
  // Beyond 2^53 the nearest number: no size is taken from one, a test for safe integers precedes.
  return Number(signed ? view.getBigInt64(0, true) : view.getBigUint64(0, true));
}

function widthOf(type: number, key: string, at: string): number {
  const width = Object.hasOwn(WIDTHS, type) ? WIDTHS[type] : undefined;
  if (width === undefined)
    throw new AssayError("FORMAT", `${at}: expected a known type for ${quoted(key)}, got type ${type}`);
  return width;
}
