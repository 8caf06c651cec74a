/**
 * Rows of an Arrow file or stream (Apache Arrow, IPC format), one record batch in memory at a time, as Hugging Face's
 * `save_to_disk` and its cache write them. A file is read as the stream that it holds, and its footer must list the very
 * batches: another reader goes by the footer and must see the same rows. Values come out as those of Parquet do.
 */
import type { AsyncBuffer } from "hyparquet";
import { AssayError } from "../../../base/error.js";
import { columnValues, type Values } from "./arrow-columns.js";
import { type Batch, type Column, type Message, readFooter, readMessage } from "./arrow-schema.js";
import type { Fields } from "./normal-form.js";

/** Metadata of one message: data sets with thousands of columns take some megabytes (CWE-770). */
const METADATA_BYTES_MAX = 64 * 1024 * 1024;
/** Body of one batch, as stored and taken apart; writers make them of a thousand rows. */
const BODY_BYTES_MAX = 1024 * 1024 * 1024;
const ROWS_MAX = 5_000_000;
const MAGIC = "ARROW1";

/** @param unpack Zstandard, to a stated length that is not above the limit */
type Unpack = (bytes: Uint8Array, length: number) => Uint8Array;

/** Whether a file's first bytes are those of an Arrow file, or of a stream. */
export function isArrow(head: Uint8Array): boolean {
  return latin(head.subarray(0, 6)) === MAGIC || (head.length >= 4 && head.subarray(0, 4).every((b) => b === 255));
}

/** @throws FORMAT, LIMIT, or UNSUPPORTED for a type or a compression that is not read */
export async function* arrowRows(file: AsyncBuffer, unpack: Unpack, what: string): AsyncGenerator<Fields> {
  const head = await bytesAt(file, 0, Math.min(8, file.byteLength), what);
  const blocks = latin(head.subarray(0, 6)) === MAGIC ? await blocksOf(file, what) : null;
  let columns: readonly Column[] | null = null;
  const dictionaries = new Map<number, Values>();
  const dictionaryColumns = new Map<number, Column>();
  let batches = 0;
  for await (const { message, at, bodyAt, end } of messages(file, blocks === null ? 0 : 8, what)) {
    if (message.is === "schema") {
      if (columns) throw fault(what, "one schema");
      columns = message.columns;
      collectDictionaries(columns, dictionaryColumns);
      continue;
    }
    if (!columns) throw fault(what, "a schema before everything else");
    const { batch } = message;
    const body = await bodyOf(file, { batch, bodyAt, bodyLength: message.bodyLength }, unpack, what);
    if (message.is === "dictionary") {
      addDictionary(message, body, { dictionaries, dictionaryColumns, what });
      continue;
    }
    const block = blocks?.[batches++];
    if (blocks && !(block?.offset === at && block.metadata === bodyAt - at && block.body === end - bodyAt))
      throw fault(what, "a footer that lists the batches as they lie");
    if (batch.rows > ROWS_MAX || batch.rows > body.valuesMax)
      throw new AssayError("LIMIT", `${what}: expected batches of at most ${ROWS_MAX} rows, and a bit for each`);
    const values = columnValues(columns, { ...body, batch, dictionaries, what });
    for (let i = 0; i < batch.rows; i++)
      yield Object.fromEntries(columns.map(({ name }, c) => [name, values[c]!.at(i)]));
  }
  if (!columns) throw fault(what, "a schema");
  if (blocks && batches !== blocks.length) throw fault(what, "a footer that lists the batches as they lie");
}

interface Placed {
  message: Message;
  at: number;
  bodyAt: number;
  end: number;
}

/** Until the mark of the end; a stream may also end where its file does. */
async function* messages(file: AsyncBuffer, from: number, what: string): AsyncGenerator<Placed> {
  for (let at = from; at < file.byteLength; ) {
    const prefix = await bytesAt(file, at, 8, what);
    const view = new DataView(prefix.buffer, prefix.byteOffset, 8);
    if (view.getUint32(0, true) !== 0xffffffff)
      throw new AssayError("FORMAT", `${what}: expected an Arrow file or stream (of Arrow 0.15 or later)`);
    const length = view.getInt32(4, true);
    if (length === 0) return;
    if (length < 0 || length > METADATA_BYTES_MAX)
      throw new AssayError("LIMIT", `${what}: expected metadata of at most ${METADATA_BYTES_MAX} bytes, got ${length}`);
    const bodyAt = at + 8 + length;
    const message = readMessage(await bytesAt(file, at + 8, length, what), what);
    const end = bodyAt + message.bodyLength;
    if (message.bodyLength > BODY_BYTES_MAX)
      throw new AssayError("LIMIT", `${what}: expected batches of at most ${BODY_BYTES_MAX} bytes`);
    if (end > file.byteLength) throw fault(what, "a whole last batch");
    yield { message, at, bodyAt, end };
    at = end;
  }
}

interface Stored {
  batch: Batch;
  bodyAt: number;
  bodyLength: number;
}

/** Buffers of a batch, taken apart. */
async function bodyOf(file: AsyncBuffer, { batch, bodyAt, bodyLength }: Stored, unpack: Unpack, what: string) {
  if (batch.compression === "LZ4")
    throw new AssayError(
      "UNSUPPORTED",
      `${what}: expected values as they are or Zstandard, got LZ4: write it again without`,
    );
  const bytes = await bytesAt(file, bodyAt, bodyLength, what);
  let [stored, sum] = [0, 0];
  const buffers = batch.buffers.map(({ offset, length }) => {
    if (offset < 0 || length < 0 || offset + length > bodyLength) throw fault(what, "buffers inside their batch");
    // Buffers that shared their bytes would make the work larger than the body.
    stored += length;
    if (stored > bodyLength) throw fault(what, "buffers that do not overlap");
    const part = bytes.subarray(offset, offset + length);
    if (batch.compression === null || length === 0) return counted(part);
    if (length < 8) throw fault(what, "compressed buffers with their length");
    const whole = Number(new DataView(part.buffer, part.byteOffset, 8).getBigInt64(0, true));
    if (whole === -1) return counted(part.subarray(8));
    if (!(whole >= 0 && sum + whole <= BODY_BYTES_MAX))
      throw new AssayError("LIMIT", `${what}: expected batches of at most ${BODY_BYTES_MAX} bytes`);
    const out = unpacked(unpack, part.subarray(8), whole, what);
    if (out.length !== whole) throw fault(what, `buffers of the stated length ${whole}, got ${out.length}`);
    return counted(out);
  });
  function counted(part: Uint8Array): Uint8Array {
    sum += part.length;
    return part;
  }
  return { buffers, valuesMax: 8 * sum };
}

function unpacked(unpack: Unpack, bytes: Uint8Array, length: number, what: string): Uint8Array {
  try {
    return unpack(bytes, length);
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw fault(what, `Zstandard that can be taken apart (${(error as Error).message.slice(0, 100)})`);
  }
}

function collectDictionaries(columns: readonly Column[], into: Map<number, Column>): void {
  for (const column of columns) {
    if (column.dictionary) into.set(column.dictionary.id, column);
    collectDictionaries(column.children, into);
  }
}

function addDictionary(
  { id, more, batch }: Extract<Message, { is: "dictionary" }>,
  body: { buffers: readonly Uint8Array[]; valuesMax: number },
  known: { dictionaries: Map<number, Values>; dictionaryColumns: ReadonlyMap<number, Column>; what: string },
): void {
  const { dictionaries, dictionaryColumns, what } = known;
  const column = dictionaryColumns.get(id);
  if (!column) throw fault(what, "dictionaries of columns in the schema");
  const [values] = columnValues([{ ...column, dictionary: null }], { ...body, batch, dictionaries, what });
  const before = dictionaries.get(id);
  if (!more || !before) dictionaries.set(id, values!);
  else
    dictionaries.set(id, {
      length: before.length + values!.length,
      at: (i) => (i < before.length ? before.at(i) : values!.at(i - before.length)),
    });
}

/** The footer lies before the last ten bytes: its length, and the magic again. */
async function blocksOf(file: AsyncBuffer, what: string) {
  const size = file.byteLength;
  if (size < 18) throw fault(what, "a whole Arrow file");
  const tail = await bytesAt(file, size - 10, 10, what);
  const length = new DataView(tail.buffer, tail.byteOffset, 4).getInt32(0, true);
  if (latin(tail.subarray(4)) !== MAGIC) throw fault(what, `an Arrow file that ends in ${MAGIC}`);
  if (length < 0 || length > METADATA_BYTES_MAX || length + 18 > size)
    throw new AssayError("LIMIT", `${what}: expected a footer of at most ${METADATA_BYTES_MAX} bytes, got ${length}`);
  return readFooter(await bytesAt(file, size - 10 - length, length, what), what);
}

async function bytesAt(file: AsyncBuffer, at: number, length: number, what: string): Promise<Uint8Array> {
  if (at + length > file.byteLength) throw fault(what, "a whole Arrow file");
  return new Uint8Array(await file.slice(at, at + length));
}

const latin = (bytes: Uint8Array) => String.fromCharCode(...bytes);

function fault(what: string, expected: string): AssayError {
  return new AssayError("FORMAT", `${what}: expected ${expected}`);
}
