/**
 * ClickHouse's RowBinary, written and read: little-endian integers, strings behind a LEB128 length, FixedString as it is.
 * Source: ClickHouse documentation, "Formats: RowBinary".
 */
import { assert } from "../../../base/error.js";

const encoder = new TextEncoder();
const SHORT = 32;

export class RowBinaryWriter {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  /** What was written; the writer starts anew. */
  take(): Uint8Array {
    const out = this.#bytes.slice(0, this.length);
    this.length = 0;
    return out;
  }

  /** What was written from `start` on, with four bytes of `salt` behind it that are not kept: to be digested at once. */
  since(start: number, salt: number): Uint8Array {
    this.u32(salt);
    this.length -= 4;
    return this.#bytes.subarray(start, this.length + 4);
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.#room(2);
    this.#view.setUint16(this.length, value, true);
    this.length += 2;
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** A signed 64-bit integer from a safe number. */
  i64(value: number): void {
    this.#room(8);
    this.#view.setUint32(this.length, value >>> 0, true);
    this.#view.setInt32(this.length + 4, Math.floor(value / 2 ** 32), true);
    this.length += 8;
  }

  fixed(bytes: Uint8Array): void {
    const n = bytes.length;
    this.#room(n);
    // A call of set() costs more than copying a hash.
    if (n <= SHORT) for (let i = 0; i < n; i++) this.#bytes[this.length + i] = bytes[i]!;
    else this.#bytes.set(bytes, this.length);
    this.length += n;
  }

  text(value: string): void {
    const n = value.length;
    if (n < 0x80) {
      // Names are short and mostly ASCII: tried byte by byte, given up where they are not.
      this.#room(n + 1);
      let i = 0;
      for (; i < n; i++) {
        const code = value.charCodeAt(i);
        if (code >= 0x80) break;
        this.#bytes[this.length + 1 + i] = code;
      }
      if (i === n) {
        this.#bytes[this.length] = n;
        this.length += n + 1;
        return;
      }
    }
    const bytes = encoder.encode(value);
    this.count(bytes.length);
    this.fixed(bytes);
  }

  u32s(values: ArrayLike<number>): void {
    this.count(values.length);
    this.#room(4 * values.length);
    for (let i = 0; i < values.length; i++) this.#view.setUint32(this.length + 4 * i, values[i]!, true);
    this.length += 4 * values.length;
  }

  /** LEB128. */
  count(value: number): void {
    let n = value;
    while (n >= 0x80) {
      this.u8((n % 0x80) | 0x80);
      n = Math.floor(n / 0x80);
    }
    this.u8(n);
  }

  #room(bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + bytes));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

export class RowBinaryReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get more(): boolean {
    return this.at < this.#bytes.length;
  }

  u8(): number {
    return this.#view.getUint8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.#view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.at += 4;
    return this.#view.getUint32(this.at - 4, true);
  }

  /** A 64-bit integer that must be safe. */
  i64(): number {
    this.at += 8;
    const value = Number(this.#view.getBigInt64(this.at - 8, true));
    assert(Number.isSafeInteger(value), "RowBinaryReader.i64: expected a safe integer");
    return value;
  }

  fixed(length: number): Uint8Array {
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  /** Fixed bytes as lower-case hexadecimal. */
  hex(length: number): string {
    let out = "";
    for (let i = 0; i < length; i++) out += HEX[this.#bytes[this.at++]!];
    return out;
  }

  u32s(): Uint32Array {
    const out = new Uint32Array(this.count());
    for (let i = 0; i < out.length; i++) out[i] = this.u32();
    return out;
  }

  count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
