/**
 * A log file's text, whatever it is packed in: gzip (also several members, as rotation appends them), Zstandard and
 * UTF-16 are known by their first bytes and not by their names; a byte order mark is dropped. bzip2 takes unbzip2-stream,
 * an optional peer, loaded when such a file comes.
 */
import { Readable, type Transform } from "node:stream";
import * as zlib from "node:zlib";
import { AssayError } from "../../../../base/error.js";
import { asAssayError } from "../../../../host/files.js";
import { unzstdChunks, zstdStream } from "../../../../host/zstd.js";
import type { LogFile } from "./log-file.js";

interface LogText {
  chunks: AsyncIterable<Buffer>;
  /** Said after the last chunk: the packed file ended before its stream did. */
  cutShort: () => boolean;
}

/** A file cut short gives the lines it has, and says that it was cut. */
export function logText(file: LogFile): LogText {
  let cut = false;
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      const packed = await peeked(file.open());
      const unpacker = await unpackerOf(packed.head, file.path);
      yield* withoutMark(await peeked(unpacker === null ? packed.chunks : unpacker(packed.chunks)));
    } catch (error) {
      const { code = "", message } = error as NodeJS.ErrnoException;
      if (code === "Z_BUF_ERROR" || /unexpected end/i.test(message)) {
        cut = true;
        return;
      }
      if (error instanceof AssayError) throw error;
      if (/^(Z_|ZSTD_)/i.test(code))
        throw new AssayError("FORMAT", `log: expected a whole packed file, got ${message} in ${file.path}`);
      throw asAssayError(error, file.path, "log");
    }
  }
  return { chunks: chunks(), cutShort: () => cut };
}

type Unpacker = (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

async function unpackerOf(head: Buffer, path: string): Promise<Unpacker | null> {
  const through = (transform: Transform): Unpacker => {
    return (chunks) => Readable.from(chunks, { objectMode: false }).pipe(transform) as AsyncIterable<Buffer>;
  };
  if (head[0] === 0x1f && head[1] === 0x8b) return through(zlib.createGunzip({ chunkSize: 1 << 20 }));
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) {
    const stream = zstdStream();
    return stream ? through(stream) : unzstdChunks;
  }
  if (head.toString("latin1", 0, 3) === "BZh") return bunzip2(path);
  return null;
}

/** 45 bytes may unpack to 900 kB: so few packed bytes go in at a time that what comes out stays below 20 MB (CWE-409). */
const PACKED_BYTES = 1024;

async function bunzip2(path: string): Promise<Unpacker> {
  const name = "unbzip2-stream";
  const { default: unpacker } = (await import(name).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new AssayError(
      "UNSUPPORTED",
      `log: expected gzip, Zstandard or no packing, got bzip2 in ${path}; unpack it first (bunzip2), or: npm install unbzip2-stream`,
    );
  })) as { default: () => NodeJS.ReadWriteStream };
  return async function* unpacked(chunks) {
    // A stream of the old kind: what it makes of a write it hands out before the write returns.
    const stream = unpacker();
    const out: Buffer[] = [];
    let failed: unknown = null;
    stream.on("data", (chunk: Buffer) => out.push(chunk));
    stream.on("error", (error: unknown) => {
      failed ??= error;
    });
    for await (const chunk of chunks)
      for (let at = 0; at < chunk.length && failed === null; at += PACKED_BYTES) {
        stream.write(chunk.subarray(at, at + PACKED_BYTES));
        yield* out.splice(0);
      }
    const whole = failed === null;
    try {
      stream.end();
    } catch (error) {
      failed ??= error;
    }
    yield* out.splice(0);
    // Where blocks are missing it reads beyond the last byte.
    if (whole && failed instanceof TypeError) throw new Error("unexpected end of file");
    if (failed !== null) throw new AssayError("FORMAT", `log: expected a whole packed file, got ${failed} in ${path}`);
  };
}

/** Chunks again, with the first bytes looked at. */
async function peeked(source: AsyncIterable<Buffer>): Promise<{ head: Buffer; chunks: AsyncIterable<Buffer> }> {
  const iterator = source[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  let size = 0;
  let done = false;
  while (size < HEAD_BYTES && !done) {
    const next = await iterator.next();
    if (next.done) done = true;
    else {
      held.push(next.value);
      size += next.value.length;
    }
  }
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      yield* held;
      if (done) return;
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(held).subarray(0, HEAD_BYTES), chunks: chunks() };
}

const HEAD_BYTES = 4;

async function* withoutMark({ head, chunks }: { head: Buffer; chunks: AsyncIterable<Buffer> }): AsyncGenerator<Buffer> {
  const wide =
    head[0] === 0xff && head[1] === 0xfe ? "utf-16le" : head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : null;
  if (wide !== null) {
    const decoder = new TextDecoder(wide);
    for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
    yield Buffer.from(decoder.decode());
    return;
  }
  let drop = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  for await (const chunk of chunks) {
    const gone = Math.min(drop, chunk.length);
    drop -= gone;
    if (gone < chunk.length) yield gone === 0 ? chunk : chunk.subarray(gone);
  }
}
