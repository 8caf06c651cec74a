/**
 * A log that is on disk before anyone hears of it: lines wait together, one write and one fdatasync carries all that
 * wait (group commit), and only then are their writers let go. Each line names the digest of the one before, so that a
 * line cannot be taken out unseen. A line cut short by a crash is dropped when the log is opened again. One server at a
 * time holds the file's lock; a batch that could not be written is taken back, and the chain goes on from the one before.
 */
import { type FileHandle, open } from "node:fs/promises";
import { tryLock } from "fs-native-extensions";
import { utf8 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";

interface Waiting {
  entry: Record<string, unknown>;
  written: () => void;
  failed: (error: unknown) => void;
}

/** The end of the log that is read to find its last whole line; entries are below 2 kB. */
const TAIL_BYTES = 64 * 1024;
const GENESIS = sha256Digest(utf8("assay/serving-log/v1"));

export class ServingLog {
  readonly #handle: FileHandle;
  #previous: string;
  #position: number;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;

  private constructor(handle: FileHandle, previous: string, position: number) {
    this.#handle = handle;
    this.#previous = previous;
    this.#position = position;
  }

  /** @throws AssayError USAGE when another server writes it, or the folder is not there */
  static async open(path: string): Promise<ServingLog> {
    const handle = await openForWriting(path);
    if (!tryLock(handle.fd)) {
      await handle.close();
      throw new AssayError("USAGE", `mark serve: expected to be the only server that writes ${quoted(path)}`);
    }
    const { size } = await handle.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const tail = new Uint8Array(size - from);
    await handle.read(tail, 0, tail.length, from);
    const text = new TextDecoder().decode(tail);
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const position = from + utf8(whole).length;
    await handle.truncate(position);
    const last = whole.trimEnd().split("\n").at(-1) ?? "";
    return new ServingLog(handle, last === "" ? GENESIS : sha256Digest(utf8(last)), position);
  }

  /** Resolves when the line is on disk. */
  append(entry: Record<string, unknown>): Promise<void> {
    return new Promise((written, failed) => {
      this.#waiting.push({ entry, written, failed });
      this.#running ??= this.#run();
    });
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#handle.close();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const previous = this.#previous;
      try {
        let text = "";
        for (const { entry } of batch) {
          const line = JSON.stringify({ ...entry, previous: this.#previous });
          this.#previous = sha256Digest(utf8(line));
          text += `${line}\n`;
        }
        const bytes = utf8(text);
        for (let at = 0; at < bytes.length; )
          at += (await this.#handle.write(bytes, at, bytes.length - at, this.#position + at)).bytesWritten;
        await this.#handle.datasync();
        this.#position += bytes.length;
        for (const { written } of batch) written();
      } catch (error) {
        // Nobody was let go: what reached the disk of this batch is no line of the log.
        this.#previous = previous;
        await this.#handle.truncate(this.#position).catch(() => undefined);
        for (const { failed } of batch) failed(error);
      }
    }
    this.#running = null;
  }
}

async function openForWriting(path: string): Promise<FileHandle> {
  try {
    await (await open(path, "a+", 0o600)).close();
    return await open(path, "r+");
  } catch (error) {
    throw new AssayError(
      "USAGE",
      `mark serve: expected a log that can be written, got ${quoted(path)}: ${String((error as Error).message)}`,
    );
  }
}
