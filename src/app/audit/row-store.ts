/**
 * The rows of one class of a run, as its maker keeps them: canonical lines, where each begins, and the tree's three arrays of
 * hashes. `state.json` is written last and says how far they count; what lies beyond after an interruption is cut off
 * when the store is opened. Private: none of it is ever packed.
 */
import { hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { concatBytes, fromUtf8, hex, utf8 } from "../../base/bytes.js";
import { canonicalJson } from "../../base/canonical-json.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { fill } from "../../host/files.js";
import { writeWhole } from "../../host/whole-file.js";
import { openHashes, type ReadHashes, TreeBuilder } from "../../office/audit/row-tree.js";
import { assertRowSize, ROW_BYTES_MAX, type Row, type RowClass, SALT_BYTES, saltOf } from "../../office/audit/rows.js";
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

/**
 * Rows written at once, and bytes that they are laid into before they are: one place for all rows of a run, since an array
 * for each row was most of what a long run held in memory.
 */
const BATCH = 4096;
const BATCH_BYTES = 2 * 1024 * 1024;

/** Of the text that is read at once; larger pieces are kept apart from what is soon let go, and stay longer. */
const READ_BYTES = 64 * 1024;

/**
 * As it was written: what an opening shows is held against its leaf, and a key that came back as another would make an
 * honest trainer's row look forged. Where keys have escapes `JSON.parse` may do so (strict-json.ts).
 */
function rowOf(line: string): Row {
  return (line.includes("\\") ? parseStrictJson(line, "row") : JSON.parse(line)) as Row;
}

export class RowStore {
  readonly #folder: string;
  readonly #of: RowClass;
  readonly #runKey: Uint8Array;
  readonly #files: StoreFiles;
  readonly #tree: TreeBuilder;
  state: StoreState;
  /** Lines that are not in the file yet, and where each ends. */
  readonly #lines = Buffer.allocUnsafeSlow(BATCH_BYTES);
  #ends: number[] = [];
  /** 0x00, salt and row of one leaf. */
  readonly #leaf = Buffer.alloc(1 + SALT_BYTES + ROW_BYTES_MAX);

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
    const what = `row ${this.state.size + this.#ends.length} of ${this.#of}`;
    const text = canonicalJson(row);
    assertRowSize(text.length, what);
    // A UTF-16 unit takes three bytes at most.
    if ((this.#ends.at(-1) ?? 0) + 3 * text.length + 1 > BATCH_BYTES) await this.flush();
    const from = this.#ends.at(-1) ?? 0;
    const bytes = this.#lines.write(text, from, "utf8");
    assertRowSize(bytes, what);
    this.#lines[from + bytes] = 0x0a;
    this.#ends.push(from + bytes + 1);
    if (this.#ends.length >= BATCH) await this.flush();
  }

  async flush(): Promise<void> {
    const ends = this.#ends;
    if (ends.length === 0) return;
    this.#ends = [];
    const { size, bytes } = this.state;
    const offsets = new DataView(new ArrayBuffer(ends.length * 8));
    const leaves = ends.map((end, i) => {
      const from = ends[i - 1] ?? 0;
      offsets.setBigUint64(i * 8, BigInt(bytes + from));
      return this.#leafOf(size + i, this.#lines.subarray(from, end - 1));
    });
    const [first, second, third] = this.#tree.append(leaves);
    await this.#files.rows.appendFile(this.#lines.subarray(0, ends.at(-1)));
    await this.#files.offsets.appendFile(new Uint8Array(offsets.buffer));
    await this.#files.tree0.appendFile(concatBytes(first!));
    await this.#files.tree1.appendFile(concatBytes(second!));
    await this.#files.tree2.appendFile(concatBytes(third!));
    this.state = { ...this.state, size: size + ends.length, bytes: bytes + ends.at(-1)! };
  }

  /** As `rowLeaf`, by the machine's own SHA-256 and in one place. */
  #leafOf(index: number, row: Uint8Array): Uint8Array {
    this.#leaf.set(saltOf(this.#runKey, this.#of, index), 1);
    this.#leaf.set(row, 1 + SALT_BYTES);
    return new Uint8Array(hash("sha256", this.#leaf.subarray(0, 1 + SALT_BYTES + row.length), "buffer"));
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
    return { salt: hex(saltOf(this.#runKey, this.#of, index)), row: rowOf(fromUtf8(bytes, "row")) };
  }

  /** The first `count` rows in order, some kilobytes at a time. */
  async *rows(count: number): AsyncGenerator<Row> {
    const stream = createReadStream(join(this.#folder, "rows.jsonl"), {
      highWaterMark: READ_BYTES,
      end: this.state.bytes - 1,
    });
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let [rest, given] = ["", 0];
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop()!;
      for (const line of parts) {
        if (given++ >= count) return;
        yield rowOf(line);
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
