/** Many keyed hashes of 16 bytes in one array: two million accounts as strings would take ten times the room. */
const BYTES = 16;

export class Hashes {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get length(): number {
    return this.bytes.length / BYTES;
  }

  /** The i-th hash itself. */
  at(i: number): Uint8Array {
    return this.bytes.subarray(BYTES * i, BYTES * i + BYTES);
  }

  /** The i-th hash as 32 lower-case hexadecimal digits. */
  hex(i: number): string {
    let out = "";
    for (let k = BYTES * i; k < BYTES * i + BYTES; k++) out += HEX[this.bytes[k]!];
    return out;
  }
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
