/**
 * Values of one Arrow batch (Apache Arrow, format/Columnar): every length and offset is checked against the body before the
 * first value is asked for, so that no value lies outside it and the work is bounded by its size.
 */
import { base64 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { Batch, Column, Kind } from "./arrow-schema.js";

export interface Values {
  length: number;
  /** As JSON has it; null where the column has none. */
  at(i: number): unknown;
}

interface Body {
  batch: Batch;
  /** Each buffer's bytes, taken apart already. */
  buffers: readonly Uint8Array[];
  /** Values that a batch of this size can hold at all: a bit each. */
  valuesMax: number;
  dictionaries: ReadonlyMap<number, Values>;
  what: string;
}

/** Columns of a batch, in the schema's order. @throws FORMAT where the batch does not hold them */
export function columnValues(columns: readonly Column[], body: Body): Values[] {
  const parts = new Parts(body);
  const values = columns.map((column) => {
    const read = valuesOf(column, parts);
    if (read.length !== body.batch.rows)
      throw parts.fault(`columns of ${body.batch.rows} rows (${quoted(column.name)})`);
    return read;
  });
  parts.assertDone();
  return values;
}

/** Nodes and buffers in the order in which the columns take them. */
class Parts {
  readonly #body: Body;
  #node = 0;
  #buffer = 0;

  constructor(body: Body) {
    this.#body = body;
  }

  get dictionaries(): ReadonlyMap<number, Values> {
    return this.#body.dictionaries;
  }

  /** Length of the next column, and its validity (null where every value is there). */
  node(): number {
    const node = this.#body.batch.nodes[this.#node++];
    if (!node) throw this.fault("a length for each column");
    if (node.length > this.#body.valuesMax) throw this.fault("no more values than the body has bits");
    return node.length;
  }

  /** @param least bytes that it must have */
  buffer(least: number): Uint8Array {
    const bytes = this.#body.buffers[this.#buffer++];
    if (!bytes) throw this.fault("a buffer for each part of a column");
    if (bytes.length < least) throw this.fault(`buffers that hold their column (${least} bytes), got ${bytes.length}`);
    return bytes;
  }

  /** Whether there is a value at a place. */
  validity(length: number): (i: number) => boolean {
    const { nulls } = this.#body.batch.nodes[this.#node - 1]!;
    const bits = this.buffer(0);
    if (bits.length === 0) {
      if (nulls > 0) throw this.fault("a map of the values that are missing");
      return () => true;
    }
    if (bits.length < Math.ceil(length / 8)) throw this.fault("a bit for each value");
    return (i) => ((bits[i >> 3]! >> (i & 7)) & 1) === 1;
  }

  assertDone(): void {
    const { batch, buffers } = this.#body;
    if (this.#node !== batch.nodes.length || this.#buffer !== buffers.length)
      throw this.fault("as many lengths and buffers as the columns take");
  }

  fault(expected: string): AssayError {
    return new AssayError("FORMAT", `${this.#body.what}: expected ${expected}`);
  }
}

function valuesOf(column: Column, parts: Parts): Values {
  const { dictionary } = column;
  if (!dictionary) return plainValues(column, parts);
  const indices = plainValues({ ...column, kind: dictionary.index, children: [], dictionary: null }, parts);
  const known = parts.dictionaries.get(dictionary.id);
  if (!known) throw parts.fault(`dictionaries before the rows that use them (${quoted(column.name)})`);
  for (let i = 0; i < indices.length; i++) {
    const index = indices.at(i);
    if (index !== null && !(typeof index === "number" && index >= 0 && index < known.length))
      throw parts.fault(`indices inside their dictionary (${quoted(column.name)})`);
  }
  return {
    length: indices.length,
    at: (i) => {
      const index = indices.at(i);
      return index === null ? null : known.at(index as number);
    },
  };
}

/** Values of a column whatever its dictionary: those of the dictionary itself. */
function plainValues({ kind, children }: Column, parts: Parts): Values {
  const length = parts.node();
  if (kind.of === "null") return { length, at: () => null };
  const there = parts.validity(length);
  const known = (at: (i: number) => unknown): Values => ({ length, at: (i) => (there(i) ? at(i) : null) });
  switch (kind.of) {
    case "struct": {
      const inner = children.map((child) => ({ name: child.name, values: valuesOf(child, parts) }));
      if (inner.some(({ values }) => values.length < length)) throw parts.fault("structs with a value of each part");
      return known((i) => Object.fromEntries(inner.map(({ name, values }) => [name, values.at(i)])));
    }
    case "fixed list": {
      const inner = valuesOf(children[0]!, parts);
      const each = kind.length;
      if (inner.length < length * each) throw parts.fault("lists of the stated length");
      return known((i) => Array.from({ length: each }, (_, k) => inner.at(i * each + k)));
    }
    case "list":
    case "large list": {
      const offsets = offsetsOf(parts, length, kind.of === "large list");
      const inner = valuesOf(children[0]!, parts);
      if (offsets(length) > inner.length) throw parts.fault("lists whose values are there");
      return known((i) => {
        const from = offsets(i);
        return Array.from({ length: offsets(i + 1) - from }, (_, k) => inner.at(from + k));
      });
    }
    case "text":
    case "bytes": {
      const offsets = offsetsOf(parts, length, kind.large);
      const data = parts.buffer(offsets(length));
      const bytes = (i: number) => data.subarray(offsets(i), offsets(i + 1));
      return known(kind.of === "text" ? (i) => textOf(bytes(i), parts) : (i) => base64(bytes(i)));
    }
    case "bool": {
      const bits = parts.buffer(Math.ceil(length / 8));
      return known((i) => ((bits[i >> 3]! >> (i & 7)) & 1) === 1);
    }
    default: {
      const width = kind.of === "fixed bytes" ? kind.width : kind.bits / 8;
      const bytes = parts.buffer(length * width);
      return known(fixedOf(kind, bytes, width));
    }
  }
}

/** n + 1 places that never fall. @returns the place at which the i-th value begins */
function offsetsOf(parts: Parts, length: number, large: boolean): (i: number) => number {
  const width = large ? 8 : 4;
  const bytes = parts.buffer(0);
  // A batch of no rows may leave its offsets out.
  if (length === 0 && bytes.length === 0) return () => 0;
  if (bytes.length < (length + 1) * width) throw parts.fault("an offset for each value");
  const view = viewOf(bytes);
  const at = large ? (i: number) => Number(view.getBigInt64(8 * i, true)) : (i: number) => view.getInt32(4 * i, true);
  for (let i = 0, before = 0; i <= length; i++) {
    const here = at(i);
    if (here < before || !Number.isSafeInteger(here)) throw parts.fault("offsets that do not fall");
    before = here;
  }
  return at;
}

type Fixed = Extract<Kind, { of: "whole" | "real" | "decimal" | "moment" | "fixed bytes" }>;

function fixedOf(kind: Fixed, bytes: Uint8Array, width: number): (i: number) => unknown {
  const view = viewOf(bytes);
  switch (kind.of) {
    case "fixed bytes":
      return (i) => base64(bytes.subarray(i * width, (i + 1) * width));
    case "real":
      return (i) =>
        realOf(
          kind.bits === 64
            ? view.getFloat64(8 * i, true)
            : kind.bits === 32
              ? view.getFloat32(4 * i, true)
              : half(view.getUint16(2 * i, true)),
        );
    case "moment":
      return (i) =>
        momentOf(
          kind.bits === 64 ? Number(view.getBigInt64(8 * i, true)) : view.getInt32(4 * i, true),
          kind.milliseconds,
        );
    case "decimal":
      return (i) => Number(`${wide(view, i * width, width)}e${-kind.scale}`);
    case "whole":
      return wholeOf(kind, view);
  }
}

function wholeOf({ bits, signed }: Extract<Kind, { of: "whole" }>, view: DataView): (i: number) => unknown {
  if (bits === 8) return signed ? (i) => view.getInt8(i) : (i) => view.getUint8(i);
  if (bits === 16) return signed ? (i) => view.getInt16(2 * i, true) : (i) => view.getUint16(2 * i, true);
  if (bits === 32) return signed ? (i) => view.getInt32(4 * i, true) : (i) => view.getUint32(4 * i, true);
  return (i) => {
    const value = signed ? view.getBigInt64(8 * i, true) : view.getBigUint64(8 * i, true);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  };
}

/** A signed whole number of `width` bytes, lowest first. */
function wide(view: DataView, at: number, width: number): bigint {
  let value = 0n;
  for (let k = width - 4; k >= 0; k -= 4) value = (value << 32n) | BigInt(view.getUint32(at + k, true));
  return BigInt.asIntN(8 * width, value);
}

function realOf(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

/** A date that the calendar of ECMAScript does not reach is none, as in Parquet. */
function momentOf(count: number, milliseconds: number): string | null {
  const date = new Date(milliseconds < 1 ? Math.floor(count / Math.round(1 / milliseconds)) : count * milliseconds);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** IEEE 754, 16 bits. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array, parts: Parts): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw parts.fault("texts in UTF-8");
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
