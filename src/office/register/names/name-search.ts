/**
 * Names found by the beginnings of their words. Sorted once in a while, so that a million names answer in a bounded
 * number of steps; what was added since is looked through as it is. It cannot see misspellings.
 */
import type { ModelId } from "../declarations/vocabulary.js";

/** Names looked at for one answer; a reader who types one letter gets the first hits, and is told so. */
const LOOKED_AT_MAX = 20_000;
/** Unsorted names are looked through one by one: beyond this many they are sorted in. */
const TAIL_MAX = 2000;

interface Word {
  word: string;
  at: number;
}

export class NameSearch {
  readonly #names: string[] = [];
  readonly #ids: ModelId[] = [];
  #sorted: Word[] = [];
  #tail: Word[] = [];

  add(name: string, id: ModelId): void {
    const at = this.#names.length;
    this.#names.push(name);
    this.#ids.push(id);
    for (const word of wordsOf(name.toLowerCase())) this.#tail.push({ word, at });
  }

  /** Models whose names hold words that begin as those asked for; `cut` when there may be more. */
  find(asked: string, limit: number): { ids: ModelId[]; cut: boolean } {
    const words = wordsOf(asked.toLowerCase()).slice(0, 8);
    if (words.length === 0) return { ids: [], cut: false };
    this.#sortIn();
    const ranges = words.map((word) => ({ word, from: this.#lower(word), to: this.#lower(`${word}\uffff`) }));
    const rarest = ranges.reduce((a, b) => (b.to - b.from < a.to - a.from ? b : a));
    const found = new Set<number>();
    const holds = (at: number) => {
      const own = wordsOf(this.#names[at]!.toLowerCase());
      return words.every((word) => own.some((o) => o.startsWith(word)));
    };
    let looked = 0;
    for (let i = rarest.from; i < rarest.to && looked < LOOKED_AT_MAX && found.size <= limit; i++, looked++)
      if (holds(this.#sorted[i]!.at)) found.add(this.#sorted[i]!.at);
    const cutShort = rarest.from + looked < rarest.to;
    for (const { word, at } of this.#tail) if (word.startsWith(rarest.word) && holds(at)) found.add(at);
    const ids = [...found].map((at) => this.#ids[at]!);
    return { ids: ids.slice(0, limit), cut: cutShort || ids.length > limit };
  }

  #sortIn(): void {
    if (this.#tail.length <= TAIL_MAX) return;
    this.#sorted = [...this.#sorted, ...this.#tail].sort((a, b) =>
      a.word < b.word ? -1 : a.word > b.word ? 1 : a.at - b.at,
    );
    this.#tail = [];
  }

  #lower(word: string): number {
    let [from, to] = [0, this.#sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#sorted[middle]!.word < word) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function wordsOf(lower: string): string[] {
  return [...new Set(lower.split(/[^a-z0-9]+/).filter((word) => word !== ""))];
}
