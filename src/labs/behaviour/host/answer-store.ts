/**
 * Answers of many models to one list of prompts: in memory up to a bound, beyond it in a private temporary file that
 * is removed when the store is closed. On disk a model's answers lie in the order of the prompts, so that a block of
 * prompts is one read a model.
 */
import type { AnswerSource } from "../answers/answer-source.js";
import { SpillFile } from "./spill-file.js";

/** UTF-16 units kept in memory: some 0.5 GB at the most. */
const MEMORY_UNITS_MAX = 256 * 1024 * 1024;
/** Bytes of one write. */
const WRITE_BYTES = 4 * 1024 * 1024;
/** The length of an answer that is not there. */
const NONE = -1;

type Stored = { texts: (string | null)[] } | { start: number; lengths: Int32Array };

export class AnswerStore {
  readonly #promptIds: readonly string[];
  readonly #unitsMax: number;
  readonly #stored: Stored[] = [];
  #units = 0;
  readonly #file = new SpillFile();

  /** @param promptIds in the order in which blocks are asked for */
  constructor(promptIds: readonly string[], unitsMax = MEMORY_UNITS_MAX) {
    this.#promptIds = promptIds;
    this.#unitsMax = unitsMax;
  }

  /** Whether anything lies on disk. */
  get spilled(): boolean {
    return this.#file.used;
  }

  /** @returns the model's place; answers to other prompts are let go */
  async add(texts: ReadonlyMap<string, string>): Promise<number> {
    const own = this.#promptIds.map((id) => texts.get(id) ?? null);
    const units = own.reduce((sum, text) => sum + (text?.length ?? 0), 0);
    if (this.#units + units <= this.#unitsMax) {
      this.#units += units;
      return this.#stored.push({ texts: own }) - 1;
    }
    return this.#stored.push(await this.#spill(own)) - 1;
  }

  /** @param prompts texts by id @param places of models, in the order wanted */
  source(prompts: ReadonlyMap<string, string>, places: readonly number[]): AnswerSource {
    const promptIds = this.#promptIds;
    return {
      promptIds,
      models: places.length,
      block: async (from, to) => {
        const answers: (string | null)[][] = [];
        for (const place of places) answers.push(await this.#slice(this.#stored[place]!, from, to));
        return { prompts: promptIds.slice(from, to).map((id) => prompts.get(id) ?? null), answers };
      },
    };
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #spill(texts: readonly (string | null)[]): Promise<Stored> {
    const lengths = new Int32Array(texts.length);
    let start = NONE;
    let waiting: Buffer[] = [];
    let size = 0;
    const flush = async () => {
      const at = await this.#file.append(Buffer.concat(waiting));
      if (start === NONE) start = at;
      waiting = [];
      size = 0;
    };
    for (const [i, text] of texts.entries()) {
      // UTF-16, because an answer may hold half a surrogate pair and must come back as it was.
      const bytes = text === null ? null : Buffer.from(text, "utf16le");
      lengths[i] = bytes?.length ?? NONE;
      if (bytes === null) continue;
      waiting.push(bytes);
      size += bytes.length;
      if (size >= WRITE_BYTES) await flush();
    }
    await flush();
    return { start, lengths };
  }

  async #slice(stored: Stored, from: number, to: number): Promise<(string | null)[]> {
    if ("texts" in stored) return stored.texts.slice(from, to);
    const { start, lengths } = stored;
    let at = start;
    for (let i = 0; i < from; i++) at += Math.max(0, lengths[i]!);
    const own = lengths.subarray(from, to);
    const size = own.reduce((sum, length) => sum + Math.max(0, length), 0);
    const bytes = Buffer.from((await this.#file.read(at, size)).buffer);
    let place = 0;
    return [...own].map((length) => {
      if (length === NONE) return null;
      const text = bytes.toString("utf16le", place, place + length);
      place += length;
      return text;
    });
  }
}
