/**
 * Little-endian numbers and length-prefixed texts out of a stranger's bytes, in order. Reading beyond the end is an
 * error that `ranOut` tells apart, so that whoever has more of the file can try again with more.
 */
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";

export class ByteCursor {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #at: string;
  offset = 0;
  /** A read went beyond the end. */
  ranOut = false;

  /** @param at opens the error lines */
  constructor(bytes: Uint8Array, at: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = at;
  }

  /** The next `size` bytes, not copied. */
  take(size: number): Uint8Array {
    return this.#bytes.subarray(this.#advance(size), this.offset);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** @throws AssayError LIMIT from 2^53 on */
  u64(what: string): number {
    const value = this.#view.getBigUint64(this.#advance(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new AssayError("LIMIT", `${this.#at}: expected less than 2^53 for ${what}, got ${value}`);
    return Number(value);
  }

  /** A u64 that says how many things follow. */
  count(max: number, what: string): number {
    const n = this.u64(what);
    if (n > max) throw new AssayError("LIMIT", `${this.#at}: expected at most ${max} ${what}, got ${n}`);
    return n;
  }

  /** A u64 length and that many bytes of UTF-8. */
  text(bytesMax: number, what: string): string {
    return fromUtf8(this.take(this.count(bytesMax, `bytes in ${what}`)), this.#at);
  }

  float(width: 4 | 8): number {
    const offset = this.#advance(width);
    return width === 4 ? this.#view.getFloat32(offset, true) : this.#view.getFloat64(offset, true);
  }

  #advance(size: number): number {
    const from = this.offset;
    if (size > this.#bytes.length - from) {
      this.ranOut = true;
      throw new AssayError("FORMAT", `${this.#at}: expected ${size} more bytes at ${from}, got the end`);
    }
    this.offset = from + size;
    return from;
  }
}
