/**
 * A log that is on disk before anyone hears of it: lines wait together, one write and one fdatasync carries all that
 * wait (group commit), and only then are their writers let go. Each line names the digest of the one before, so that a
 * line cannot be taken out unseen. A line cut short by a crash is dropped when the log is opened again.
 */
import { type FileHandle, open } from "node:fs/promises";
import { utf8 } from "../base/bytes.js";
import { sha256Digest } from "../base/digest.js";

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

  static async open(path: string): Promise<ServingLog> {
    const handle = await open(path, "a+", 0o600).then(async (h) => {
      await h.close();
      return open(path, "r+");
    });
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
      try {
        let text = "";
        for (const { entry } of batch) {
          const line = JSON.stringify({ ...entry, previous: this.#previous });
          this.#previous = sha256Digest(utf8(line));
          text += `${line}\n`;
        }
        const bytes = utf8(text);
        await this.#handle.write(bytes, 0, bytes.length, this.#position);
        await this.#handle.datasync();
        this.#position += bytes.length;
        for (const { written } of batch) written();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#running = null;
  }
}
