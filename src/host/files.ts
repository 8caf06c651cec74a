/**
 * Exact ranges of files, read asynchronously through a few handles that stay open. A read that comes back short is an
 * error: the file was cut after its header was checked. It does not notice a file rewritten in place; intake does.
 */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { AssayError, assert, quoted } from "../base/error.js";

/** One read stays below this: the largest is a safetensors header of 100 MB (CWE-789). */
export const READ_BYTES_MAX = 128 * 1024 * 1024;
/** Open files; a model has up to some 200 shards and a process 256 handles on macOS (CWE-770). */
const HANDLES_MAX = 16;

/** Opened so, a pipe without a writer is opened at once, and its reading refused; else the process would wait for ever. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** For files that are read by place. A pipe has no places: ESPIPE, of which `asAssayError` makes a sentence. */
export function openToRead(path: string): Promise<FileHandle> {
  return open(path, WITHOUT_WAITING);
}

interface Held {
  handle: Promise<FileHandle>;
  users: number;
}

export class FileReader {
  readonly #held = new Map<string, Held>();

  /** @throws AssayError NOT_FOUND when the file cannot be opened, FORMAT on a short read, LIMIT on a long one */
  async readExactly(path: string, offsetBytes: number, length: number): Promise<Uint8Array> {
    assert(Number.isSafeInteger(length) && length >= 0, "files.read: expected a length");
    if (length > READ_BYTES_MAX)
      throw new AssayError("LIMIT", `${name(path)}: expected at most ${READ_BYTES_MAX} bytes, got ${length}`);
    const bytes = new Uint8Array(length);
    await this.readInto(path, offsetBytes, bytes);
    return bytes;
  }

  /** As a `ReadInto`; `path` is absolute. Errors as above. */
  async readInto(path: string, offsetBytes: number, into: Uint8Array): Promise<void> {
    assert(Number.isSafeInteger(offsetBytes) && offsetBytes >= 0, "files.read: expected an offset");
    const held = this.#hold(path);
    try {
      const got = await fill(await held.handle, into, offsetBytes);
      if (got < into.length)
        throw new AssayError("FORMAT", `${name(path)}: expected ${into.length} bytes at ${offsetBytes}, got ${got}`);
    } catch (error) {
      throw asAssayError(error, path, "file");
    } finally {
      held.users--;
      this.#trim();
    }
  }

  async close(): Promise<void> {
    const all = [...this.#held.values()];
    this.#held.clear();
    await Promise.all(all.map(closeQuietly));
  }

  #hold(path: string): Held {
    const held = this.#held.get(path) ?? { handle: openToRead(path), users: 0 };
    held.users++;
    // Last used goes last.
    this.#held.delete(path);
    this.#held.set(path, held);
    held.handle.catch(() => {
      if (this.#held.get(path) === held) this.#held.delete(path);
    });
    return held;
  }

  #trim(): void {
    for (const [path, held] of this.#held) {
      if (this.#held.size <= HANDLES_MAX) return;
      if (held.users > 0) continue;
      this.#held.delete(path);
      void closeQuietly(held);
    }
  }
}

/** @returns how many bytes were read before the end of the file */
export async function fill(handle: FileHandle, into: Uint8Array, offsetBytes: number): Promise<number> {
  let got = 0;
  while (got < into.length) {
    const { bytesRead } = await handle.read(into, got, into.length - got, offsetBytes + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return got;
}

/** The system's refusals as the user's: the path does not exist, may not be read, is a folder, loops. */
export function asAssayError(error: unknown, path: string, at: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new AssayError("NOT_FOUND", `${at}: expected a file or folder, got nothing at ${quoted(path)}`);
    case "ELOOP":
      return new AssayError("FORMAT", `${at}: expected a file, got a link that loops at ${quoted(path)}`);
    case "EISDIR":
      return new AssayError("FORMAT", `${at}: expected a file, got a folder at ${quoted(path)}`);
    case "ESPIPE":
      return new AssayError("FORMAT", `${at}: expected a file, got a pipe at ${quoted(path)}`);
    case "EACCES":
    case "EPERM":
      return new AssayError("NOT_FOUND", `${at}: expected a readable file, got no permission at ${quoted(path)}`);
    case "ENAMETOOLONG":
      return new AssayError("NOT_FOUND", `${at}: expected a path, got one that is too long`);
    default:
      return error;
  }
}

async function closeQuietly(held: Held): Promise<void> {
  try {
    await (await held.handle).close();
  } catch {
    // It never opened; whoever asked has been told.
  }
}

function name(path: string): string {
  return quoted(basename(path));
}
