/**
 * Which models' answers to one prompt share a long run of words. Two strangers share such runs where both quote one
 * source: a search engine's page, a list of references, a statute. So a pair's lead is also asked on the prompts where
 * it shares none (rule.ts). It cannot tell a quotation from what a copy repeats.
 */

import { pairIndex } from "../../../src/labs/behaviour/agreement/agreement.js";
import { hashPair, type Words } from "../../../src/transcript/words.js";

/** Words in a row that two answers must have in common. */
const RUN_WORDS = 9;
const BUCKETS = 1 << 15;
/** Runs are met first by the upper bits of their hash: most are alone there, and no other answer holds them. */
const SEEN_SHIFT = 14;

/** Filled with the answers of models to one prompt, then emptied for the next. */
export class SharedWording {
  /** Hashes of runs, answer by answer: model i's lie at starts[i]..starts[i + 1]. */
  #runs = new Uint32Array(1 << 15);
  readonly #models: number[] = [];
  readonly #starts: number[] = [0];
  readonly #seen = new Uint8Array(1 << (32 - SEEN_SHIFT));
  readonly #first = new Int32Array(BUCKETS);
  #next = new Int32Array(1 << 12);
  #holders = new Int32Array(1 << 12);
  #places = new Int32Array(1 << 12);
  #twos = new Uint32Array(0);
  #fours = new Uint32Array(0);
  /** Of pairs, by place: whether found. */
  #found = new Uint8Array(1 << 10);

  empty(): void {
    this.#models.length = 0;
    this.#starts.length = 1;
  }

  /** @param model larger than those added before for this prompt */
  add(model: number, { hashes, count }: Words): void {
    const runs = count - RUN_WORDS + 1;
    if (runs <= 0) return;
    let at = this.#starts.at(-1)!;
    this.#reserve(count, at + runs);
    const twos = this.#twos;
    const fours = this.#fours;
    const into = this.#runs;
    for (let i = 0; i + 1 < count; i++) twos[i] = hashPair(hashes[i]!, hashes[i + 1]!);
    for (let i = 0; i + 3 < count; i++) fours[i] = hashPair(twos[i]!, twos[i + 2]!);
    for (let i = 0; i < runs; i++) into[at++] = hashPair(hashPair(fours[i]!, fours[i + 4]!), hashes[i + 8]!);
    this.#models.push(model);
    this.#starts.push(at);
  }

  /** Places of the pairs (`pairIndex`) of which both hold one run, each once. */
  pairs(): number[] {
    const runs = this.#runs;
    const seen = this.#seen.fill(0);
    const total = this.#starts.at(-1)!;
    for (let i = 0; i < total; i++) {
      const place = runs[i]! >>> SEEN_SHIFT;
      seen[place] = seen[place] === 0 ? 1 : 2;
    }
    this.#first.fill(-1);
    const pairs: number[] = [];
    let used = 0;
    for (let m = 0; m < this.#models.length; m++)
      for (let i = this.#starts[m]!; i < this.#starts[m + 1]!; i++)
        if (seen[runs[i]! >>> SEEN_SHIFT] === 2) used = this.#put(i, this.#models[m]!, used, pairs);
    for (const at of pairs) this.#found[at] = 0;
    return pairs;
  }

  /** @returns how many are put */
  #put(place: number, model: number, used: number, pairs: number[]): number {
    const run = this.#runs[place]!;
    const bucket = run % BUCKETS;
    for (let at = this.#first[bucket]!; at >= 0; at = this.#next[at]!) {
      if (this.#runs[this.#places[at]!] !== run) continue;
      const other = this.#holders[at]!;
      if (other === model) return used; // it stands in front of all others, which were met when it was put there
      const pair = pairIndex(model, other);
      if (pair >= this.#found.length) this.#found = grown(Uint8Array, this.#found, pair);
      if (this.#found[pair] === 1) continue;
      this.#found[pair] = 1;
      pairs.push(pair);
    }
    if (used === this.#next.length) {
      this.#next = grown(Int32Array, this.#next, used);
      this.#holders = grown(Int32Array, this.#holders, used);
      this.#places = grown(Int32Array, this.#places, used);
    }
    this.#places[used] = place;
    this.#holders[used] = model;
    this.#next[used] = this.#first[bucket]!;
    this.#first[bucket] = used;
    return used + 1;
  }

  #reserve(words: number, runs: number): void {
    if (words > this.#twos.length) {
      this.#twos = new Uint32Array(2 * words);
      this.#fours = new Uint32Array(2 * words);
    }
    if (runs > this.#runs.length) this.#runs = grown(Uint32Array, this.#runs, runs);
  }
}

function grown<T extends Uint8Array | Int32Array | Uint32Array>(
  of: new (length: number) => T,
  old: T,
  past: number,
): T {
  const larger = new of(2 * (past + 1));
  larger.set(old);
  return larger;
}
