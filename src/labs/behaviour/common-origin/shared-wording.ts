/**
 * Which models' answers to one prompt share a long run of words. Two strangers share such runs where both quote one
 * source: a search engine's page, a list of references, a statute. So a pair's lead is also asked on the prompts where
 * it shares none (rule.ts). It cannot tell a quotation from what a copy repeats.
 */
import { hashPair, type Words } from "../../../transcript/words.js";
import { pairIndex } from "../agreement/agreement.js";

/** Words in a row that two answers must have in common. */
const RUN_WORDS = 9;
const BUCKETS = 1 << 15;

/** Filled model by model with the answers to one prompt, then emptied for the next. */
export class SharedWording {
  readonly #first = new Int32Array(BUCKETS).fill(-1);
  #keys = new Uint32Array(1 << 14);
  #next = new Int32Array(1 << 14);
  #models = new Int32Array(1 << 14);
  #used = 0;
  #twos = new Uint32Array(0);
  #fours = new Uint32Array(0);
  readonly #pairs = new Set<number>();

  empty(): void {
    for (let i = 0; i < this.#used; i++) this.#first[this.#keys[i]! % BUCKETS] = -1;
    this.#used = 0;
    this.#pairs.clear();
  }

  /** @param model not added before for this prompt */
  add(model: number, { hashes, count }: Words): void {
    const runs = count - RUN_WORDS + 1;
    if (runs <= 0) return;
    this.#reserve(count, runs);
    const twos = this.#twos;
    const fours = this.#fours;
    for (let i = 0; i + 1 < count; i++) twos[i] = hashPair(hashes[i]!, hashes[i + 1]!);
    for (let i = 0; i + 3 < count; i++) fours[i] = hashPair(twos[i]!, twos[i + 2]!);
    for (let i = 0; i < runs; i++) this.#put(hashPair(hashPair(fours[i]!, fours[i + 4]!), hashes[i + 8]!) >>> 0, model);
  }

  /** Places of the pairs (`pairIndex`) of which both hold one run. */
  pairs(): Iterable<number> {
    return this.#pairs;
  }

  #put(key: number, model: number): void {
    const bucket = key % BUCKETS;
    for (let at = this.#first[bucket]!; at >= 0; at = this.#next[at]!) {
      if (this.#keys[at] !== key) continue;
      const other = this.#models[at]!;
      if (other === model) return; // it stands in front of all others, which were met when it was put there
      this.#pairs.add(pairIndex(model, other));
    }
    const at = this.#used++;
    this.#keys[at] = key;
    this.#models[at] = model;
    this.#next[at] = this.#first[bucket]!;
    this.#first[bucket] = at;
  }

  #reserve(words: number, runs: number): void {
    if (words > this.#twos.length) {
      this.#twos = new Uint32Array(2 * words);
      this.#fours = new Uint32Array(2 * words);
    }
    if (this.#used + runs <= this.#keys.length) return;
    const size = 2 * (this.#used + runs);
    const [keys, next, models] = [this.#keys, this.#next, this.#models];
    this.#keys = new Uint32Array(size);
    this.#next = new Int32Array(size);
    this.#models = new Int32Array(size);
    this.#keys.set(keys);
    this.#next.set(next);
    this.#models.set(models);
  }
}
