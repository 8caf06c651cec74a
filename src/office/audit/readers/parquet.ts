/**
 * Rows of an Apache Parquet file, one row group in memory at a time, by hyparquet. Values come out as JSON has them: whole
 * numbers beyond 2^53 and decimals as they are read, times as ISO 8601, bytes that are no text as base64, not-a-numbers as
 * the words by which Python writes them. It cannot see rows that a data set's card leaves out.
 */
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { base64 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { Fields } from "./normal-form.js";
import { checkPages } from "./parquet-pages.js";

/** Footers of data sets with thousands of columns and row groups take some megabytes (CWE-770). */
const FOOTER_BYTES_MAX = 64 * 1024 * 1024;
/** Of one row group, as its footer states it: writers make groups of 128 MB to 1 GB; memory holds one, decoded. */
const GROUP_BYTES_MAX = 1024 * 1024 * 1024;
const GROUP_ROWS_MAX = 5_000_000;
/** Values of one column in one group, repeated ones included. */
const GROUP_VALUES_MAX = 100_000_000;
const COLUMNS_MAX = 10_000;
/** One page; writers make them of a megabyte. */
export const PAGE_BYTES_MAX = 256 * 1024 * 1024;
const DEPTH_MAX = 64;

/** @param compressors by the format's names, each bounded by `PAGE_BYTES_MAX` @throws LIMIT, FORMAT or UNSUPPORTED */
export async function* parquetRows(file: AsyncBuffer, compressors: Compressors, what: string): AsyncGenerator<Fields> {
  const metadata = await footerOf(file, what);
  let from = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const to = from + rows;
    for (const { meta_data: of } of group.columns) {
      if (!of) throw new AssayError("FORMAT", `${what}: expected columns that say where they lie`);
      const start = Number(of.dictionary_page_offset || of.data_page_offset);
      const end = start + Number(of.total_compressed_size);
      await checkPages(file, { start, end }, { pageBytes: PAGE_BYTES_MAX, values: GROUP_VALUES_MAX }, what);
    }
    const read = await parquetReadObjects({
      file,
      metadata,
      compressors,
      rowStart: from,
      rowEnd: to,
      geoparquet: false,
    }).catch((error: unknown) => {
      throw fault(error, what);
    });
    if (read.length !== rows)
      throw new AssayError("FORMAT", `${what}: expected ${rows} rows in a row group, got ${read.length}`);
    for (const row of read) yield plain(row, what, 0) as Fields;
    from = to;
  }
  if (from !== Number(metadata.num_rows))
    throw new AssayError("FORMAT", `${what}: expected ${metadata.num_rows} rows, got ${from}`);
}

async function footerOf(file: AsyncBuffer, what: string): Promise<FileMetaData> {
  const end = file.byteLength;
  if (end < 12) throw new AssayError("FORMAT", `${what}: expected a Parquet file, got ${end} bytes`);
  const tail = new DataView(await file.slice(end - 8, end));
  if (tail.getUint32(4, true) !== 0x31524150)
    throw new AssayError("FORMAT", `${what}: expected a Parquet file that ends in PAR1 (encrypted ones are not read)`);
  const length = tail.getUint32(0, true);
  if (length > FOOTER_BYTES_MAX || length + 12 > end)
    throw new AssayError("LIMIT", `${what}: expected a footer of at most ${FOOTER_BYTES_MAX} bytes, got ${length}`);
  const metadata = await parquetMetadataAsync(file, { geoparquet: false }).catch((error: unknown) => {
    throw fault(error, what);
  });
  if (metadata.schema.length > COLUMNS_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${COLUMNS_MAX} columns, got ${metadata.schema.length}`);
  const leaves = leavesOf(metadata, what).join("\n");
  for (const { num_rows: rows, total_byte_size: bytes, columns } of metadata.row_groups) {
    // Columns are read side by side: one that the schema does not know would fail when others are under way.
    if (columns.map(({ meta_data: of }) => (of?.path_in_schema ?? []).join("\0")).join("\n") !== leaves)
      throw new AssayError("FORMAT", `${what}: expected row groups with the columns of the schema, in its order`);
    const values = columns.map(({ meta_data: of }) => Number(of?.num_values ?? 0));
    const sizes = columns.map(({ meta_data: of }) => Number(of?.total_uncompressed_size ?? 0));
    if (
      !(rows >= 0 && rows <= GROUP_ROWS_MAX) ||
      !(bytes >= 0 && bytes <= GROUP_BYTES_MAX) ||
      values.some((each) => !(each >= 0 && each <= GROUP_VALUES_MAX)) ||
      sizes.some((each) => !(each >= 0 && each <= GROUP_BYTES_MAX))
    )
      throw new AssayError(
        "LIMIT",
        `${what}: expected row groups of at most ${GROUP_ROWS_MAX} rows and ${GROUP_BYTES_MAX} bytes, got ${rows} and ${bytes}`,
      );
  }
  return metadata;
}

/** Paths of the schema's leaves, in order. */
function leavesOf(metadata: FileMetaData, what: string): string[] {
  const paths: string[] = [];
  const walk = ({ children, path }: SchemaTree, depth: number) => {
    if (depth > DEPTH_MAX) throw new AssayError("LIMIT", `${what}: expected a schema at most ${DEPTH_MAX} deep`);
    if (children.length === 0) paths.push(path.join("\0"));
    for (const child of children) walk(child, depth + 1);
  };
  try {
    walk(parquetSchema(metadata), 0);
  } catch (error) {
    throw fault(error, what);
  }
  return paths;
}

/** The library throws plain errors for what it cannot read, whatever the reason. */
function fault(error: unknown, what: string): unknown {
  if (error instanceof AssayError) return error;
  if (!(error instanceof Error)) return error;
  const says = error.message.slice(0, 200);
  const unsupported = /unsupported|not supported/i.test(says);
  return new AssayError(
    unsupported ? "UNSUPPORTED" : "FORMAT",
    `${what}: expected a Parquet file that can be read, got ${quoted(says)}`,
  );
}

function plain(value: unknown, what: string, depth: number): unknown {
  if (depth > DEPTH_MAX) throw new AssayError("LIMIT", `${what}: expected values nested at most ${DEPTH_MAX} deep`);
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : Number.isNaN(value) ? "NaN" : infinite(value);
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return base64(value);
  if (ArrayBuffer.isView(value))
    return Array.from(value as unknown as ArrayLike<unknown>, (each) => plain(each, what, depth + 1));
  if (Array.isArray(value)) return value.map((each) => plain(each, what, depth + 1));
  if (typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, plain(held, what, depth + 1)]));
  return value;
}

const infinite = (value: number) => (value > 0 ? "Infinity" : "-Infinity");
