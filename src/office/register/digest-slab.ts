/**
 * SHA-256 digests of many entries, two an entry, held as bytes rather than as text, and found again by the first. A
 * million entries take 80 MB outside the collected heap, where their texts took 200 MB within it. Open addressing with
 * linear steps (Knuth, TAOCP 3, 6.4 L) over the first four bytes: whoever grinds digests to share them slows a search by
 * one comparison each, at the cost of a signed and admitted entry.
 */

const DIGEST_BYTES = 32;
const ROW_BYTES = 2 * DIGEST_BYTES;
/** Rows a chunk: 4 MiB, so that growing never copies. */
const CHUNK_ROWS = 65_536;
const PREFIX = "sha256:";
const BYTE_TEXT = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export class DigestSlab {
  #rows = 0;
  readonly #chunks: Uint8Array[] = [];
  /** Row + 1 by the first digest's first bytes; 0 is free. */
  #table = new Uint32Array(1024);

  /** @param first, second `sha256:` and 64 lower-case hexadecimal digits @returns the row */
  add(first: string, second: string): number {
    const row = this.#rows++;
    if (row % CHUNK_ROWS === 0) this.#chunks.push(new Uint8Array(CHUNK_ROWS * ROW_BYTES));
    const chunk = this.#chunks.at(-1)!;
    const at = (row % CHUNK_ROWS) * ROW_BYTES;
    write(chunk, at, first);
    write(chunk, at + DIGEST_BYTES, second);
    if (this.#rows * 2 > this.#table.length) this.#grow();
    else this.#place(row);
    return row;
  }

  /** Row of the digest that was added last as a first one; -1 where there is none. */
  find(digest: string): number {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) return -1;
    const sought = new Uint8Array(DIGEST_BYTES);
    write(sought, 0, digest);
    const mask = this.#table.length - 1;
    for (let slot = slotOf(sought, 0) & mask; this.#table[slot] !== 0; slot = (slot + 1) & mask) {
      const row = this.#table[slot]! - 1;
      if (this.#same(row, sought)) return row;
    }
    return -1;
  }

  text(row: number, which: 0 | 1): string {
    const chunk = this.#chunks[Math.floor(row / CHUNK_ROWS)]!;
    const from = (row % CHUNK_ROWS) * ROW_BYTES + which * DIGEST_BYTES;
    let text = PREFIX;
    for (let i = from; i < from + DIGEST_BYTES; i++) text += BYTE_TEXT[chunk[i]!];
    return text;
  }

  #same(row: number, sought: Uint8Array): boolean {
    const chunk = this.#chunks[Math.floor(row / CHUNK_ROWS)]!;
    const from = (row % CHUNK_ROWS) * ROW_BYTES;
    for (let i = 0; i < DIGEST_BYTES; i++) if (chunk[from + i] !== sought[i]) return false;
    return true;
  }

  /** A digest that is there already keeps its slot and gets the newer row, as a map would. */
  #place(row: number): void {
    const chunk = this.#chunks[Math.floor(row / CHUNK_ROWS)]!;
    const from = (row % CHUNK_ROWS) * ROW_BYTES;
    const own = chunk.subarray(from, from + DIGEST_BYTES);
    const mask = this.#table.length - 1;
    let slot = slotOf(own, 0) & mask;
    while (this.#table[slot] !== 0 && !this.#same(this.#table[slot]! - 1, own)) slot = (slot + 1) & mask;
    this.#table[slot] = row + 1;
  }

  #grow(): void {
    this.#table = new Uint32Array(this.#table.length * 2);
    for (let row = 0; row < this.#rows; row++) this.#place(row);
  }
}

function slotOf(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function write(into: Uint8Array, at: number, digest: string): void {
  for (let i = 0; i < DIGEST_BYTES; i++)
    into[at + i] = (nibble(digest.charCodeAt(7 + 2 * i)) << 4) | nibble(digest.charCodeAt(8 + 2 * i));
}

function nibble(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
