/**
 * What an Arrow message says of itself (Apache Arrow, format/Schema.fbs and Message.fbs): kinds of columns, and where a
 * batch's values lie in its body. Columns of types that data sets do not use are refused by name.
 */
import { AssayError, quoted } from "../../../base/error.js";
import { FlatTable } from "./flat-table.js";

/** Columns, nested ones counted: a message may point to one part many times. */
const COLUMNS_MAX = 10_000;
const DEPTH_MAX = 64;
/** Values and buffers of one batch: some for each column. */
const PARTS_MAX = 4 * COLUMNS_MAX;
/** Record batches that a footer lists. */
const BLOCKS_MAX = 1_000_000;

export type Kind =
  | { of: "null" }
  | { of: "bool" }
  | { of: "list" }
  | { of: "large list" }
  | { of: "struct" }
  | { of: "text" | "bytes"; large: boolean }
  | { of: "whole"; bits: 8 | 16 | 32 | 64; signed: boolean }
  | { of: "real"; bits: 16 | 32 | 64 }
  | { of: "decimal"; bits: 32 | 64 | 128 | 256; scale: number }
  /** Milliseconds a unit: 86,400,000 for days. */
  | { of: "moment"; bits: 32 | 64; milliseconds: number }
  | { of: "fixed bytes"; width: number }
  | { of: "fixed list"; length: number };

export interface Column {
  name: string;
  kind: Kind;
  children: readonly Column[];
  /** Values stand in the dictionary of this number, by an index of this kind. */
  dictionary: { id: number; index: Extract<Kind, { of: "whole" }> } | null;
}

export interface Batch {
  rows: number;
  nodes: readonly { length: number; nulls: number }[];
  buffers: readonly { offset: number; length: number }[];
  compression: "LZ4" | "ZSTD" | null;
}

export type Message =
  | { is: "schema"; columns: readonly Column[]; bodyLength: number }
  | { is: "dictionary"; id: number; more: boolean; batch: Batch; bodyLength: number }
  | { is: "rows"; batch: Batch; bodyLength: number };

/** @throws FORMAT, LIMIT or UNSUPPORTED */
export function readMessage(bytes: Uint8Array, what: string): Message {
  const message = FlatTable.root(bytes, what);
  // Versions 1 to 3 (before Arrow 0.8) lay nodes out otherwise; 4 has another validity of unions alone, which are refused.
  if (message.short(0, 0) < 3)
    throw new AssayError("UNSUPPORTED", `${what}: expected Arrow metadata of version 4 or 5`);
  const kind = message.byte(1, 0);
  const header = message.table(2);
  const bodyLength = message.long(3, 0);
  if (!header || bodyLength < 0) throw fault(what, "messages with a header and the size of their body");
  if (kind === 1) return { is: "schema", columns: columnsOf(header, what), bodyLength };
  if (kind === 2) {
    const data = header.table(1);
    if (!data) throw fault(what, "dictionaries with values");
    return {
      is: "dictionary",
      id: header.long(0, 0),
      more: header.byte(2, 0) !== 0,
      batch: batchOf(data, what),
      bodyLength,
    };
  }
  if (kind === 3) return { is: "rows", batch: batchOf(header, what), bodyLength };
  throw new AssayError("UNSUPPORTED", `${what}: expected tables, got an Arrow message of kind ${kind}`);
}

/** Record batches that a file's footer lists: where each begins, and the bytes of its metadata and body. */
export function readFooter(bytes: Uint8Array, what: string): { offset: number; metadata: number; body: number }[] {
  return FlatTable.root(bytes, what)
    .structs(3, 3, BLOCKS_MAX)
    .map(([offset, metadata, body]) => ({ offset: offset!, metadata: metadata! >>> 0, body: body! }));
}

function batchOf(table: FlatTable, what: string): Batch {
  const compression = table.table(3);
  const codec = compression?.byte(0, 0);
  if (codec !== undefined && codec > 1)
    throw new AssayError("UNSUPPORTED", `${what}: expected LZ4 or Zstandard bodies`);
  const rows = table.long(0, 0);
  const nodes = table.structs(1, 2, PARTS_MAX).map(([length, nulls]) => ({ length: length!, nulls: nulls! }));
  const buffers = table.structs(2, 2, PARTS_MAX).map(([offset, length]) => ({ offset: offset!, length: length! }));
  if (rows < 0 || nodes.some(({ length, nulls }) => length < 0 || nulls < 0 || nulls > length))
    throw fault(what, "batches whose counts are not below zero");
  return { rows, nodes, buffers, compression: codec === undefined ? null : codec === 0 ? "LZ4" : "ZSTD" };
}

function columnsOf(schema: FlatTable, what: string): Column[] {
  if (schema.short(0, 0) !== 0) throw new AssayError("UNSUPPORTED", `${what}: expected little-endian values`);
  let count = 0;
  const column = (field: FlatTable, depth: number): Column => {
    if (++count > COLUMNS_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${COLUMNS_MAX} columns`);
    if (depth > DEPTH_MAX) throw new AssayError("LIMIT", `${what}: expected columns nested at most ${DEPTH_MAX} deep`);
    const name = field.text(0);
    const encoding = field.table(4);
    const children = field.tables(5, COLUMNS_MAX).map((child) => column(child, depth + 1));
    const kind = kindOf(field.byte(2, 0), field.table(3), name, what);
    const wanted = kind.of === "list" || kind.of === "large list" || kind.of === "fixed list" ? 1 : null;
    if (kind.of !== "struct" && children.length !== (wanted ?? 0))
      throw fault(what, `columns with the parts of their types (${quoted(name)})`);
    return {
      name,
      kind,
      children,
      dictionary: encoding && { id: encoding.long(0, 0), index: indexOf(encoding, what) },
    };
  };
  const columns = schema.tables(1, COLUMNS_MAX).map((field) => column(field, 0));
  distinct(columns, what);
  return columns;
}

/** Two columns of one name would be one field of a row. */
function distinct(columns: readonly Column[], what: string): void {
  const names = new Set(columns.map(({ name }) => name));
  if (names.size < columns.length) throw new AssayError("UNSUPPORTED", `${what}: expected columns of different names`);
  for (const { kind, children } of columns)
    if (kind.of === "struct") distinct(children, what);
    else for (const { kind: inner, children: of } of children) if (inner.of === "struct") distinct(of, what);
}

function indexOf(encoding: FlatTable, what: string): Extract<Kind, { of: "whole" }> {
  const type = encoding.table(1);
  return type ? wholeOf(type, what) : { of: "whole", bits: 32, signed: true };
}

function wholeOf(type: FlatTable, what: string): Extract<Kind, { of: "whole" }> {
  const bits = type.int(0, 0);
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) throw fault(what, "whole numbers of 8 to 64 bits");
  return { of: "whole", bits, signed: type.byte(1, 0) !== 0 };
}

const UNITS = [1000, 1, 1e-3, 1e-6] as const;
const NOT_READ: Record<number, string> = {
  9: "time of day",
  11: "interval",
  14: "union",
  17: "map",
  18: "duration",
  22: "run-end encoded",
  23: "binary view",
  24: "text view",
  25: "list view",
  26: "large list view",
};

function kindOf(number: number, type: FlatTable | null, name: string, what: string): Kind {
  if (!type) throw fault(what, `a type of column ${quoted(name)}`);
  switch (number) {
    case 1:
      return { of: "null" };
    case 2:
      return wholeOf(type, what);
    case 3: {
      const bits = ([16, 32, 64] as const)[type.short(0, 0)];
      if (bits === undefined) throw fault(what, "real numbers of 16 to 64 bits");
      return { of: "real", bits };
    }
    case 4:
    case 19:
      return { of: "bytes", large: number === 19 };
    case 5:
    case 20:
      return { of: "text", large: number === 20 };
    case 6:
      return { of: "bool" };
    case 7: {
      const [scale, bits] = [type.int(1, 0), type.int(2, 128)];
      if ((bits !== 32 && bits !== 64 && bits !== 128 && bits !== 256) || Math.abs(scale) > 100)
        throw fault(what, "decimals of 32 to 256 bits");
      return { of: "decimal", bits, scale };
    }
    case 8:
      return type.short(0, 1) === 0
        ? { of: "moment", bits: 32, milliseconds: 86_400_000 }
        : { of: "moment", bits: 64, milliseconds: 1 };
    case 10: {
      const milliseconds = UNITS[type.short(0, 0)];
      if (milliseconds === undefined) throw fault(what, "times in seconds to nanoseconds");
      return { of: "moment", bits: 64, milliseconds };
    }
    case 12:
      return { of: "list" };
    case 13:
      return { of: "struct" };
    case 15: {
      const width = type.int(0, 0);
      if (width < 1) throw fault(what, "bytes of a width");
      return { of: "fixed bytes", width };
    }
    case 16: {
      const length = type.int(0, 0);
      if (length < 1) throw fault(what, "lists of a length");
      return { of: "fixed list", length };
    }
    case 21:
      return { of: "large list" };
    default:
      throw new AssayError(
        "UNSUPPORTED",
        `${what}: column ${quoted(name)} is of a type that is not read (${NOT_READ[number] ?? `Arrow type ${number}`}): write the data set with to_parquet or to_json`,
      );
  }
}

function fault(what: string, expected: string): AssayError {
  return new AssayError("FORMAT", `${what}: expected ${expected}`);
}
