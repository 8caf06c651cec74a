/**
 * What one endpoint answered so far, kept so that a kill at any moment loses no answer and asks nothing twice: the raw
 * response is written under its digest first, then the record is appended and flushed. On opening, a torn last line is
 * cut off, and raw responses without a record are taken up again. When all is asked the journal becomes the transcript
 * in one rename.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AssayError, quoted } from "../../base/error.js";

/** One line of the journal. `key` names the request: endpoint, model, settings, prompt, sample. */
export interface JournalEntry {
  key: string;
  promptId: string;
  sample: number;
  /** The line of the transcript. */
  record: string;
  requests: number;
  inputTokens: number | null;
  outputTokens: number | null;
  responseId: string | null;
}

export class CollectionJournal {
  readonly out: string;
  readonly #raw: string;
  readonly #path: string;
  readonly #lock: string;
  #handle: FileHandle | null = null;
  readonly entries = new Map<string, JournalEntry>();
  /** Responses by request, for which no entry was written: the text as it came, and the status that rejected the prompt. */
  readonly orphans = new Map<string, { raw: string; rejected: number | null }>();

  private constructor(out: string) {
    this.out = resolve(out);
    this.#path = `${this.out}.journal`;
    this.#raw = `${this.out}.raw`;
    this.#lock = `${this.out}.lock`;
  }

  /** @throws AssayError USAGE when the transcript is already there or another process writes it */
  static async open(out: string): Promise<CollectionJournal> {
    const journal = new CollectionJournal(out);
    if (existsSync(journal.out))
      throw new AssayError("USAGE", `--out: expected a new file, but ${quoted(out)} is there and complete`);
    await mkdir(dirname(journal.out), { recursive: true });
    await mkdir(journal.#raw, { recursive: true });
    await journal.#takeLock();
    try {
      await journal.#read();
      journal.#handle = await open(journal.#path, "a");
    } catch (error) {
      await rm(journal.#lock, { force: true });
      throw error;
    }
    return journal;
  }

  /**
   * Raw first: from here on a kill costs no answer.
   * @param rejected the status by which the server rejected the prompt, which the body need not say; null for an answer
   * @returns its digest
   */
  async keepRaw(key: string, raw: string, rejected: number | null): Promise<string> {
    const digest = createHash("sha256").update(raw).digest("hex");
    const path = join(this.#raw, `${key}-${digest}${rejected === null ? "" : `.${rejected}`}.json`);
    const partial = `${path}.partial`;
    await writeFile(partial, raw, { flush: true });
    await rename(partial, path);
    return `sha256:${digest}`;
  }

  async append(entry: JournalEntry): Promise<void> {
    if (this.entries.has(entry.key)) return;
    await this.#handle!.appendFile(`${JSON.stringify(entry)}\n`);
    await this.#handle!.datasync();
    this.entries.set(entry.key, entry);
  }

  /** Everything is asked: records in the order given become the transcript. */
  async finish(order: readonly string[]): Promise<void> {
    const lines = order.map((key) => `${this.entries.get(key)!.record}\n`);
    const partial = `${this.out}.partial`;
    await writeFile(partial, lines.join(""), { flush: true });
    await rename(partial, this.out);
    await this.close();
    await rm(this.#path, { force: true });
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
    await rm(this.#lock, { force: true });
  }

  async #read(): Promise<void> {
    const text = await readFile(this.#path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) {
      // Written again without the torn line, all or nothing.
      await writeFile(`${this.#path}.partial`, whole, { flush: true });
      await rename(`${this.#path}.partial`, this.#path);
    }
    for (const [i, line] of whole.split("\n").entries()) {
      if (line === "") continue;
      try {
        const entry = JSON.parse(line) as JournalEntry;
        if (typeof entry.key !== "string" || typeof entry.record !== "string") throw new Error("no entry");
        this.entries.set(entry.key, entry);
      } catch {
        throw new AssayError("FORMAT", `collect: expected an entry at line ${i + 1} of ${quoted(this.#path)}`);
      }
    }
    for (const name of await readdir(this.#raw)) {
      const [, key, status] = /^([0-9a-f]{32})-[0-9a-f]{64}(?:\.(\d{3}))?\.json$/.exec(name) ?? [];
      if (key === undefined || this.entries.has(key)) continue;
      const raw = await readFile(join(this.#raw, name), "utf8");
      this.orphans.set(key, { raw, rejected: status === undefined ? null : Number(status) });
    }
  }

  async #takeLock(): Promise<void> {
    for (;;) {
      try {
        await writeFile(this.#lock, String(process.pid), { flag: "wx" });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = Number(await readFile(this.#lock, "utf8").catch(() => "0"));
      if (holder > 0 && holder !== process.pid && isAlive(holder))
        throw new AssayError("USAGE", `--out: process ${holder} is writing ${quoted(this.out)}`);
      await rm(this.#lock, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
