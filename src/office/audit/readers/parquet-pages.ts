/**
 * The page headers of a column chunk, walked before anything is decoded: each states its sizes and counts, and the pages fill
 * the chunk. The library adds what a header lacks to its place in the chunk and then never ends. Thrift's compact protocol as
 * Parquet uses it (parquet.thrift: PageHeader); only whole numbers are kept.
 */
import type { AsyncBuffer } from "hyparquet";
import { AssayError } from "../../../base/error.js";

/** Headers hold statistics of a page; those of long texts take some kilobytes (CWE-770). */
const WINDOWS = [16 * 1024, 1024 * 1024] as const;
const DEPTH_MAX = 8;

type Struct = Map<number, number | Struct>;

interface PageLimits {
  pageBytes: number;
  values: number;
}

/**
 * @param start of the chunk @param end behind its last byte
 * @throws FORMAT where a header lacks a size or a count, or a page lies outside its chunk; LIMIT
 */
export async function checkPages(
  file: AsyncBuffer,
  { start, end }: { start: number; end: number },
  limits: PageLimits,
  what: string,
): Promise<void> {
  if (!(start >= 0 && end >= start && end <= file.byteLength)) throw fault(what, "a column that lies in the file");
  // The library stops one byte before the end, too.
  for (let at = start; at < end - 1; ) {
    const { header, length } = await headerAt(file, at, end, what);
    const compressed = whole(header, 3, what);
    if (whole(header, 2, what) > limits.pageBytes || compressed > limits.pageBytes)
      throw new AssayError("LIMIT", `${what}: expected pages of at most ${limits.pageBytes} bytes`);
    for (const count of countsOf(header, what))
      if (count > limits.values)
        throw new AssayError("LIMIT", `${what}: expected at most ${limits.values} values a page`);
    at += length + compressed;
    if (at > end) throw fault(what, "pages inside their column");
  }
}

/** Of each kind of page, the numbers without which it cannot be taken apart. */
function countsOf(header: Struct, what: string): number[] {
  const kind = whole(header, 1, what);
  const [place, fields] = ([[5, 4], null, [7, 2], [8, 6]] as const)[kind] ?? [0, 0];
  const inner = header.get(place);
  if (!(inner instanceof Map)) throw fault(what, "pages of data or of a dictionary");
  return Array.from({ length: fields }, (_, i) => whole(inner, i + 1, what));
}

function whole(struct: Struct, field: number, what: string): number {
  const value = struct.get(field);
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw fault(what, `pages that state their sizes and counts (field ${field})`);
  return value;
}

async function headerAt(file: AsyncBuffer, at: number, end: number, what: string) {
  for (const window of WINDOWS) {
    const bytes = new Uint8Array(await file.slice(at, Math.min(end, at + window)));
    const reader = new Compact(bytes, what);
    try {
      const header = reader.struct(0);
      return { header, length: reader.at };
    } catch (error) {
      if (!reader.ended || at + window >= end) throw error;
    }
  }
  throw new AssayError("LIMIT", `${what}: expected page headers of at most ${WINDOWS[1]} bytes`);
}

class Compact {
  at = 0;
  /** Whether it ran out of bytes: a larger window may hold the rest. */
  ended = false;
  readonly #bytes: Uint8Array;
  readonly #what: string;

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#what = what;
  }

  struct(depth: number): Struct {
    if (depth > DEPTH_MAX) throw fault(this.#what, `page headers nested at most ${DEPTH_MAX} deep`);
    const fields: Struct = new Map();
    for (let field = 0; ; ) {
      const head = this.#byte();
      if ((head & 15) === 0) return fields;
      field = head >> 4 ? field + (head >> 4) : this.#zigzag();
      const value = this.#element(head & 15, depth, false);
      if (value !== null) fields.set(field, value);
    }
  }

  /** Booleans of a list take a byte each, of a field none. */
  #element(type: number, depth: number, listed: boolean): number | Struct | null {
    if (type === 1 || type === 2) {
      if (listed) this.#skip(1);
      return null;
    }
    if (type === 3) this.#skip(1);
    else if (type === 4 || type === 5 || type === 6) return this.#zigzag();
    else if (type === 7) this.#skip(8);
    else if (type === 8) this.#skip(this.#varint());
    else if (type === 9) {
      const head = this.#byte();
      const size = head >> 4 === 15 ? this.#varint() : head >> 4;
      for (let i = 0; i < size; i++) this.#element(head & 15, depth + 1, true);
    } else if (type === 12) return this.struct(depth + 1);
    else throw fault(this.#what, `a page header of known types, got ${type}`);
    return null;
  }

  #byte(): number {
    if (this.at >= this.#bytes.length) {
      this.ended = true;
      throw fault(this.#what, "whole page headers");
    }
    return this.#bytes[this.at++]!;
  }

  #skip(count: number): void {
    if (this.at + count > this.#bytes.length) this.ended = true;
    if (!(count >= 0) || this.at + count > this.#bytes.length) throw fault(this.#what, "whole page headers");
    this.at += count;
  }

  /** At most ten bytes; larger than 2⁵³ comes out unsafe, which nobody takes. */
  #varint(): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw fault(this.#what, "whole numbers of at most ten bytes");
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

function fault(what: string, expected: string): AssayError {
  return new AssayError("FORMAT", `${what}: expected ${expected}`);
}
