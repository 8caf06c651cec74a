/**
 * The rows of one class of a run, as its maker keeps them: canonical lines, where each begins, and the tree's three arrays of
 * hashes. `state.json` is written last and says how far they count; what lies beyond after an interruption is cut off
 * when the store is opened. Private: none of it is ever packed.
 */
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { concatBytes, fromUtf8, hex, utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { fill } from "../../host/files.js";
import { writeWhole } from "../../host/whole-file.js";
import { openHashes, type ReadHashes, TreeBuilder } from "../../office/audit/row-tree.js";
import { type Row, type RowClass, rowBytes, rowLeaf, saltOf } from "../../office/audit/rows.js";
import { HASH_BYTES } from "../../tlog/merkle-hash.js";

interface StoreState {
  size: number;
  bytes: number;
  /** Tokens of all rows of data; null where a row has none. */
  tokens: number | null;
  /** What was read of each source: so many rows, whose lines have this running digest. */
  sources: Record<string, { rows: number; chain: string; format: string }>;
}

type StoreFiles = Record<"rows" | "offsets" | "tree0" | "tree1" | "tree2", FileHandle>;

/** Rows written at once. */
const BATCH = 4096;

export class RowStore {
  readonly #folder: string;
  readonly #of: RowClass;
  readonly #runKey: Uint8Array;
  readonly #files: StoreFiles;
  readonly #tree: TreeBuilder;
  state: StoreState;
  #waiting: Uint8Array[] = [];

  private constructor(given: {
    folder: string;
    of: RowClass;
    runKey: Uint8Array;
    files: StoreFiles;
    tree: TreeBuilder;
    state: StoreState;
  }) {
    this.#folder = given.folder;
    this.#of = given.of;
    this.#runKey = given.runKey;
    this.#files = given.files;
    this.#tree = given.tree;
    this.state = given.state;
  }

  static async open(run: string, of: RowClass, runKey: Uint8Array): Promise<RowStore> {
    const folder = join(run, "private", of);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const text = await readFile(join(folder, "state.json"), "utf8").catch(() => null);
    const state: StoreState = text === null ? { size: 0, bytes: 0, tokens: 0, sources: {} } : JSON.parse(text);
    const at = async (name: string, bytes: number) => {
      const file = await open(join(folder, name), "a+", 0o600);
      if ((await file.stat()).size < bytes)
        throw new AssayError("DIGEST", `audit: ${name} of ${of} is shorter than its state says`);
      await file.truncate(bytes);
      return file;
    };
    const files = {
      rows: await at("rows.jsonl", state.bytes),
      offsets: await at("rows.offsets", state.size * 8),
      tree0: await at("tree-0", state.size * HASH_BYTES),
      tree1: await at("tree-1", Math.floor(state.size / 256) * HASH_BYTES),
      tree2: await at("tree-2", Math.floor(state.size / 65_536) * HASH_BYTES),
    };
    const tree = new TreeBuilder(state.size, await openHashes(readerOf(files), state.size));
    return new RowStore({ folder, of, runKey, files, tree, state });
  }

  get readHashes(): ReadHashes {
    return readerOf(this.#files);
  }

  /** Kept in memory until enough have come, or `flush`. */
  async append(row: Row): Promise<void> {
    this.#waiting.push(rowBytes(row, `row ${this.state.size + this.#waiting.length} of ${this.#of}`));
    if (this.#waiting.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const rows = this.#waiting;
    if (rows.length === 0) return;
    this.#waiting = [];
    const offsets = new DataView(new ArrayBuffer(rows.length * 8));
    let bytes = this.state.bytes;
    for (const [i, row] of rows.entries()) {
      offsets.setBigUint64(i * 8, BigInt(bytes));
      bytes += row.length + 1;
    }
    const leaves = rows.map((row, i) => rowLeaf(saltOf(this.#runKey, this.#of, this.state.size + i), row));
    const [first, second, third] = this.#tree.append(leaves);
    const newline = utf8("\n");
    await this.#files.rows.appendFile(concatBytes(rows.flatMap((row) => [row, newline])));
    await this.#files.offsets.appendFile(new Uint8Array(offsets.buffer));
    await this.#files.tree0.appendFile(concatBytes(first!));
    await this.#files.tree1.appendFile(concatBytes(second!));
    await this.#files.tree2.appendFile(concatBytes(third!));
    this.state = { ...this.state, size: this.state.size + rows.length, bytes };
  }

  /** Durable, then counted. */
  async save(): Promise<void> {
    await this.flush();
    for (const file of Object.values(this.#files)) await file.sync();
    await writeWhole(join(this.#folder, "state.json"), utf8(JSON.stringify(this.state)));
  }

  async rowAt(index: number): Promise<{ salt: string; row: Row }> {
    const [from, to] = await this.#span(index);
    const bytes = new Uint8Array(to - from - 1);
    await fill(this.#files.rows, bytes, from);
    return { salt: hex(saltOf(this.#runKey, this.#of, index)), row: JSON.parse(fromUtf8(bytes, "row")) as Row };
  }

  /** The first `count` rows in order, a megabyte at a time. */
  async *rows(count: number): AsyncGenerator<Row> {
    const stream = createReadStream(join(this.#folder, "rows.jsonl"), {
      highWaterMark: 1 << 20,
      end: this.state.bytes - 1,
    });
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let [rest, given] = ["", 0];
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop()!;
      for (const line of parts) {
        if (given++ >= count) return;
        yield JSON.parse(line) as Row;
      }
    }
  }

  async #span(index: number): Promise<[number, number]> {
    const last = index === this.state.size - 1;
    const bytes = new Uint8Array(last ? 8 : 16);
    await fill(this.#files.offsets, bytes, index * 8);
    const view = new DataView(bytes.buffer);
    return [Number(view.getBigUint64(0)), last ? this.state.bytes : Number(view.getBigUint64(8))];
  }

  async close(): Promise<void> {
    for (const file of Object.values(this.#files)) await file.close();
  }
}

function readerOf(files: Pick<StoreFiles, "tree0" | "tree1" | "tree2">): ReadHashes {
  const levels = [files.tree0, files.tree1, files.tree2];
  return async (level, from, count) => {
    const bytes = new Uint8Array(count * HASH_BYTES);
    if ((await fill(levels[level]!, bytes, from * HASH_BYTES)) !== bytes.length)
      throw new AssayError("DIGEST", "audit: the tree's hashes are not all there");
    return bytes;
  };
}
