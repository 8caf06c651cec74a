/**
 * The one writer of a log: entries in, a signed and published checkpoint out, in this order and never another:
 *   1. tiles and bundles of the grown tree are made durable, at paths that no signed tree reads;
 *   2. the tree head is signed and made durable (`state/signed`): from here on the log has committed to it;
 *   3. witnesses cosign, where a policy asks for it;
 *   4. the checkpoint is published; only then are entries acknowledged.
 * Killed anywhere, the log opens at the last signed head and goes on: no acknowledged entry can be lost and no second
 * tree of one size can be signed. Appends that wait together share one round (group commit).
 */
import { equalBytes } from "../base/bytes.js";
import { AssayError, assert } from "../base/error.js";
import { assertOrigin, checkpointText, parseCheckpoint } from "./checkpoint.js";
import { signerOf, verifierOf } from "./cosignature.js";
import { ENTRY_BYTES_MAX, entriesPath } from "./entry-bundle.js";
import type { SecretNoteKey } from "./note-keys.js";
import { encodeNote, type Note, parseNote, signNote, verifiedBy } from "./signed-note.js";
import { TILE_WIDTH, tilePath } from "./tile.js";
import { type Edge, EMPTY_EDGE, grow, readEdge, rootOf } from "./tree-growth.js";
import { proofFrom, type ReadTile, type TreeHead } from "./tree-reader.js";

export const CHECKPOINT_PATH = "checkpoint";
export const SIGNED_PATH = "state/signed";

/** Entries of one round: with the largest entries, 64 MiB in memory. */
const ROUND_ENTRIES_MAX = 1024;

export interface LogStore {
  read: ReadTile;
  /** All durable, each whole or absent, when it resolves. */
  write: (files: ReadonlyMap<string, Uint8Array>) => Promise<void>;
  /** Files and folders that are no longer needed; need not be durable. */
  remove: (paths: readonly string[]) => Promise<void>;
}

/** Asks witnesses; hands back the note with their cosignatures. Throws where the policy's quorum is not reached. */
export type Cosign = (note: Note, size: number, proveFrom: (oldSize: number) => Promise<Uint8Array[]>) => Promise<Note>;

interface LogOptions {
  store: LogStore;
  origin: string;
  /** The first is the log's Ed25519 key; names are the origin. */
  keys: readonly SecretNoteKey[];
  /** Unix seconds. */
  now: () => number;
  cosign?: Cosign;
}

export interface Appended {
  index: number;
  checkpoint: Uint8Array;
}

interface Waiting {
  entry: Uint8Array;
  resolve: (done: Appended) => void;
  reject: (error: unknown) => void;
}

export class LogWriter {
  readonly #options: LogOptions;
  #edge: Edge;
  #root: Uint8Array;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;
  /** Set when a round failed after which the store's state is not known: only opening anew helps. */
  #broken: unknown = null;

  private constructor(options: LogOptions, edge: Edge) {
    this.#options = options;
    this.#edge = edge;
    this.#root = rootOf(edge);
  }

  /** Opens the log at its last signed head, finishing what a crash left half done; an empty store becomes a new log. */
  static async open(options: LogOptions): Promise<LogWriter> {
    const { store, origin, keys } = options;
    assertOrigin(origin);
    assert(keys.length > 0 && keys.every(({ name }) => name === origin), "LogWriter: keys are named by the origin");
    const [signed, published] = await Promise.all([store.read(SIGNED_PATH), store.read(CHECKPOINT_PATH)]);
    if (!signed && !published) {
      const writer = new LogWriter(options, EMPTY_EDGE);
      await writer.#publish(await writer.#sign());
      return writer;
    }
    const at = signed ?? published!;
    const head = ownHead(at, options);
    if (published && ownHead(published, options).size > head.size)
      throw new AssayError("DIGEST", `log: ${CHECKPOINT_PATH} is ahead of ${SIGNED_PATH}; run fsck`);
    const writer = new LogWriter(options, await readEdge(store.read, head.size));
    if (!equalBytes(writer.#root, head.root))
      throw new AssayError("DIGEST", `log: the tiles of size ${head.size} do not have the signed root; run fsck`);
    const shown = published ? ownHead(published, options) : null;
    if (shown?.size !== head.size) await writer.#publish(parseNote(at));
    return writer;
  }

  get size(): number {
    return this.#edge.size;
  }

  /** Resolves when the entry is durable, signed, cosigned as asked, and published. */
  append(entry: Uint8Array): Promise<Appended> {
    if (entry.length > ENTRY_BYTES_MAX)
      throw new AssayError("LIMIT", `log entry: expected at most ${ENTRY_BYTES_MAX} bytes, got ${entry.length}`);
    const done = new Promise<Appended>((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
    });
    this.#running ??= this.#rounds();
    return done;
  }

  /** Waits for what was asked before. */
  async flush(): Promise<void> {
    await this.#running;
  }

  async #rounds(): Promise<void> {
    // One turn of the event loop lets appends made together travel together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const round = this.#waiting.splice(0, ROUND_ENTRIES_MAX);
      try {
        if (this.#broken) throw this.#broken;
        const first = this.#edge.size;
        const checkpoint = await this.#commit(round.map(({ entry }) => entry));
        for (const [i, { resolve }] of round.entries()) resolve({ index: first + i, checkpoint });
      } catch (error) {
        for (const { reject } of round) reject(error);
      }
    }
    this.#running = null;
  }

  async #commit(entries: readonly Uint8Array[]): Promise<Uint8Array> {
    const grown = grow(this.#edge, entries);
    const outgrown = outgrownPartials(this.#edge.size, grown.edge.size);
    // A failure here leaves the tree where it stood: nothing was signed.
    await this.#options.store.write(grown.files);
    const [edge, root] = [this.#edge, this.#root];
    [this.#edge, this.#root] = [grown.edge, grown.root];
    let note: Note;
    try {
      note = await this.#sign();
    } catch (error) {
      // Whether the head reached the disk is not known. Going on could sign a second tree of this size.
      [this.#edge, this.#root, this.#broken] = [edge, root, error];
      throw error;
    }
    const published = await this.#publish(note);
    // C2SP tlog-tiles: partial tiles may go once the full tile is there; readers fall back to it.
    await this.#options.store.remove(outgrown);
    return published;
  }

  async #sign(): Promise<Note> {
    const { store, origin, keys, now } = this.#options;
    const text = checkpointText({ origin, size: this.#edge.size, root: this.#root, extensions: [] });
    const note = signNote(
      text,
      keys.map((key) => signerOf(key, now())),
    );
    await store.write(new Map([[SIGNED_PATH, encodeNote(note)]]));
    return note;
  }

  async #publish(note: Note): Promise<Uint8Array> {
    const { store, cosign } = this.#options;
    const { size } = this.#edge;
    const cosigned = cosign ? await cosign(note, size, (old) => proofFrom(store.read, old, size)) : note;
    const bytes = encodeNote(cosigned);
    await store.write(new Map([[CHECKPOINT_PATH, bytes]]));
    return bytes;
  }
}

/** Folders of the partial tiles and bundles that became full between two sizes. */
function outgrownPartials(from: number, to: number): string[] {
  const paths: string[] = [];
  for (let level = 0, [a, b] = [from, to]; b >= TILE_WIDTH; level++) {
    [a, b] = [Math.floor(a / TILE_WIDTH), Math.floor(b / TILE_WIDTH)];
    for (let index = a; index < b; index++) {
      const bundles = level === 0 ? [entriesPath(index, TILE_WIDTH)] : [];
      for (const path of [tilePath({ level, index, width: TILE_WIDTH }), ...bundles]) paths.push(`${path}.p`);
    }
  }
  return paths;
}

/** A head that this log's own key signed; anything else in its own folder is damage. */
function ownHead(bytes: Uint8Array, { origin, keys }: LogOptions): TreeHead {
  const note = parseNote(bytes);
  const { size, root, ...head } = parseCheckpoint(note.text);
  const own = keys.filter(({ type }) => type === "ed25519").map(verifierOf);
  if (head.origin !== origin || verifiedBy(note, own).length === 0)
    throw new AssayError("SIGNATURE", `log: expected a checkpoint of ${origin} signed by its own key`);
  return { size, root };
}
