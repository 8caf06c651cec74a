/**
 * A small set of 32-bit hashes asked about a hundred thousand times: most hashes are turned away by one byte, and those
 * that are not are looked up as whole numbers that need no place of their own.
 */

/** Bytes looked at first: a prompt's few words turn away all but some in a hundred. */
const FIRST = 1 << 12;

/** What is asked about many hashes in a loop, which looks at `first` itself: at place (hash >>> shift) & (first.length - 1). */
export interface HashFilter {
  /** 0 where no hash that looks at this place is in the set. */
  readonly first: Uint8Array;
  readonly shift: number;
  has(hash: number): boolean;
}

export class HashSet implements HashFilter {
  readonly first = new Uint8Array(FIRST);
  readonly shift = 0;
  readonly #all = new Set<number>();

  constructor(hashes: Iterable<number> = []) {
    for (const hash of hashes) this.add(hash);
  }

  get size(): number {
    return this.#all.size;
  }

  add(hash: number): void {
    this.first[hash & (FIRST - 1)] = 1;
    this.#all.add(hash | 0);
  }

  has(hash: number): boolean {
    return this.first[hash & (FIRST - 1)] === 1 && this.#all.has(hash | 0);
  }
}
