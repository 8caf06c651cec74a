/** A private temporary file for what memory has no room for; it is removed when it is closed, and gone when the process is. */
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class SpillFile {
  #folder: string | null = null;
  #file: FileHandle | null = null;
  #end = 0;

  /** Whether anything lies in it. */
  get used(): boolean {
    return this.#file !== null;
  }

  /** @returns where the bytes lie */
  async append(bytes: Uint8Array): Promise<number> {
    if (this.#file === null) {
      this.#folder = await mkdtemp(join(tmpdir(), "assay-answers-"));
      this.#file = await open(join(this.#folder, "answers"), "wx+", 0o600);
      // Without a name it is gone when the process is, however that ends. Where that cannot be, close() removes it.
      await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
    }
    const start = this.#end;
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, start + done);
      done += bytesWritten;
    }
    this.#end += bytes.length;
    return start;
  }

  /** The bytes [start, start + length). */
  async read(start: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.#file!.read(bytes, done, length - done, start + done);
      if (bytesRead === 0) throw new Error("SpillFile: the temporary file was cut by someone else");
      done += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }
}
