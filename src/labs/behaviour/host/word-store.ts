/**
 * The words of many models' answers to one list of prompts, as AnswerStore keeps texts: in memory up to a bound, beyond it
 * in a temporary file.
 */
import { joined, type ReadAnswers, type ReadSource, someOf } from "../common-origin/read-answers.js";
import { SpillFile } from "./spill-file.js";

/** Bytes kept in memory. */
const MEMORY_BYTES_MAX = 512 * 1024 * 1024;
/** Of a word: its hash, its length and its flags. */
const WORD_BYTES = 6;

/** Words in the file lie as all hashes, then all lengths, then all flags. */
type Stored = ReadAnswers | { as: Uint8Array; starts: Uint32Array; at: number };

export class WordStore {
  readonly #promptIds: readonly string[];
  readonly #bytesMax: number;
  readonly #stored: Stored[] = [];
  readonly #file = new SpillFile();
  #bytes = 0;

  /** @param promptIds in the order in which blocks are asked for */
  constructor(promptIds: readonly string[], bytesMax = MEMORY_BYTES_MAX) {
    this.#promptIds = promptIds;
    this.#bytesMax = bytesMax;
  }

  /** @param read one answer a prompt @returns the model's place */
  async add(read: ReadAnswers): Promise<number> {
    const bytes = WORD_BYTES * read.hashes.length;
    if (this.#bytes + bytes <= this.#bytesMax) {
      this.#bytes += bytes;
      return this.#stored.push(read) - 1;
    }
    const { as, starts, hashes, lengths, flags } = read;
    const at = await this.#file.append(new Uint8Array(hashes.buffer, hashes.byteOffset, hashes.byteLength));
    await this.#file.append(lengths);
    await this.#file.append(flags);
    return this.#stored.push({ as, starts, at }) - 1;
  }

  /** @param prompts texts by id @param places of models, in the order wanted */
  source(prompts: ReadonlyMap<string, string>, places: readonly number[]): ReadSource {
    const promptIds = this.#promptIds;
    return {
      promptIds,
      models: places.length,
      block: async (from, to) => {
        const parts: ReadAnswers[] = [];
        for (const place of places) parts.push(await this.#slice(this.#stored[place]!, from, to));
        return { prompts: promptIds.slice(from, to).map((id) => prompts.get(id) ?? null), read: joined(parts) };
      },
    };
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #slice(stored: Stored, from: number, to: number): Promise<ReadAnswers> {
    if ("hashes" in stored) return someOf(stored, from, to);
    const { as, starts, at } = stored;
    const [first, last, all] = [starts[from]!, starts[to]!, starts.at(-1)!];
    const words = last - first;
    return {
      as: as.subarray(from, to),
      starts: starts.subarray(from, to + 1),
      hashes: new Uint32Array((await this.#file.read(at + 4 * first, 4 * words)).buffer),
      lengths: await this.#file.read(at + 4 * all + first, words),
      flags: await this.#file.read(at + 5 * all + first, words),
    };
  }
}
