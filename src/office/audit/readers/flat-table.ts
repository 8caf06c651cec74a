/**
 * Tables of a FlatBuffers message (google/flatbuffers, internals): a table begins with the distance back to its vtable,
 * which says where each field lies, or that it is absent. Offsets point forward only, so a message has no cycles; that it
 * may share parts is for whoever walks it to bound.
 */
import { AssayError } from "../../../base/error.js";

export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;
  readonly #vtableBytes: number;
  readonly #what: string;

  private constructor(view: DataView, at: number, what: string) {
    this.#view = view;
    this.#at = at;
    this.#what = what;
    this.#vtable = at - this.#inside(at, 4).getInt32(at, true);
    this.#vtableBytes = this.#inside(this.#vtable, 4).getUint16(this.#vtable, true);
    this.#inside(this.#vtable, this.#vtableBytes);
  }

  /** The table that a message's first four bytes point to. @throws FORMAT */
  static root(bytes: Uint8Array, what: string): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.byteLength < 8) throw fault(what);
    return new FlatTable(view, view.getUint32(0, true), what);
  }

  /** Whether the message says anything of a field. */
  has(field: number): boolean {
    return this.#place(field) !== 0;
  }

  byte(field: number, absent: number): number {
    const at = this.#place(field);
    return at === 0 ? absent : this.#inside(at, 1).getUint8(at);
  }

  short(field: number, absent: number): number {
    const at = this.#place(field);
    return at === 0 ? absent : this.#inside(at, 2).getInt16(at, true);
  }

  int(field: number, absent: number): number {
    const at = this.#place(field);
    return at === 0 ? absent : this.#inside(at, 4).getInt32(at, true);
  }

  /** A whole number of eight bytes; one beyond 2⁵³ is a fault. */
  long(field: number, absent: number): number {
    const at = this.#place(field);
    return at === 0 ? absent : this.#long(at);
  }

  text(field: number): string {
    const at = this.#place(field);
    if (at === 0) return "";
    const [start, length] = this.#vector(at, 1);
    const bytes = new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw fault(this.#what);
    }
  }

  table(field: number): FlatTable | null {
    const at = this.#place(field);
    return at === 0 ? null : this.#pointed(at);
  }

  /** @param most entries */
  tables(field: number, most: number): FlatTable[] {
    const at = this.#place(field);
    if (at === 0) return [];
    const [start, length] = this.#vector(at, 4);
    if (length > most) throw new AssayError("LIMIT", `${this.#what}: expected at most ${most} parts, got ${length}`);
    return Array.from({ length }, (_, i) => this.#pointed(start + 4 * i));
  }

  /** Structs of whole numbers of eight bytes each, one array of `width` numbers a struct. */
  structs(field: number, width: number, most: number): number[][] {
    const at = this.#place(field);
    if (at === 0) return [];
    const [start, length] = this.#vector(at, 8 * width);
    if (length > most) throw new AssayError("LIMIT", `${this.#what}: expected at most ${most} parts, got ${length}`);
    return Array.from({ length }, (_, i) =>
      Array.from({ length: width }, (_, k) => this.#long(start + 8 * (width * i + k))),
    );
  }

  /** Where a field lies; 0 where it is absent. */
  #place(field: number): number {
    const slot = 4 + 2 * field;
    if (slot + 2 > this.#vtableBytes) return 0;
    const offset = this.#view.getUint16(this.#vtable + slot, true);
    return offset === 0 ? 0 : this.#at + offset;
  }

  #pointed(at: number): FlatTable {
    return new FlatTable(this.#view, at + this.#inside(at, 4).getUint32(at, true), this.#what);
  }

  #vector(at: number, width: number): [start: number, length: number] {
    const start = at + this.#inside(at, 4).getUint32(at, true);
    const length = this.#inside(start, 4).getUint32(start, true);
    this.#inside(start + 4, length * width);
    return [start + 4, length];
  }

  #long(at: number): number {
    const value = Number(this.#inside(at, 8).getBigInt64(at, true));
    if (!Number.isSafeInteger(value)) throw fault(this.#what);
    return value;
  }

  #inside(at: number, length: number): DataView {
    if (at < 0 || at + length > this.#view.byteLength) throw fault(this.#what);
    return this.#view;
  }
}

function fault(what: string): AssayError {
  return new AssayError("FORMAT", `${what}: expected Arrow metadata that lies inside its message`);
}
