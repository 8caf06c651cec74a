/**
 * A student of counts: how often each token followed the last `width` ids, and each shorter end of them where those were
 * seldom seen (Witten–Bell). It learns what a larger model learns of a mark whose context is as wide, and it learns it fast.
 */
import { prng } from "../../dist/base/prng.js";

export class CountsModel {
  readonly #vocabulary: number;
  readonly #width: number;
  /** By context, as text: how often each token followed. */
  readonly #counts = new Map<string, Map<number, number>>();

  constructor(vocabulary: number, width: number, texts: Iterable<ArrayLike<number>>) {
    this.#vocabulary = vocabulary;
    this.#width = width;
    for (const ids of texts)
      for (let i = 0; i < ids.length; i++)
        for (let k = 0; k <= Math.min(width, i); k++) {
          const name = contextName(ids, i, k);
          const row = this.#counts.get(name) ?? new Map<number, number>();
          this.#counts.set(name, row);
          row.set(ids[i]!, (row.get(ids[i]!) ?? 0) + 1);
        }
  }

  /** Texts drawn at temperature 1. @param choose the next id, from as many draws as it asks for */
  sample(
    seed: string,
    texts: number,
    tokens: number,
    choose: (ids: readonly number[], draw: () => number) => number = (_, draw) => draw(),
  ): { id: string; ids: Uint32Array; promptIds: Uint32Array }[] {
    const source = prng("assay/study/counts-model", seed);
    const chance = () => source.uint32() / 2 ** 32;
    return Array.from({ length: texts }, (_, n) => {
      const ids: number[] = [];
      while (ids.length < tokens) ids.push(choose(ids, () => this.#next(ids, chance)));
      return { id: String(n), ids: Uint32Array.from(ids), promptIds: new Uint32Array(0) };
    });
  }

  /** From the longest context that is trusted; each is left for a shorter one as often as it saw something new. */
  #next(ids: readonly number[], chance: () => number): number {
    for (let k = Math.min(this.#width, ids.length); k >= 0; k--) {
      const row = this.#counts.get(contextName(ids, ids.length, k));
      if (!row) continue;
      const total = [...row.values()].reduce((a, b) => a + b, 0);
      if (k > 0 && chance() < row.size / (total + row.size)) continue;
      let at = chance() * total;
      for (const [token, count] of row) {
        at -= count;
        if (at < 0) return token;
      }
    }
    return Math.floor(chance() * this.#vocabulary);
  }
}

function contextName(ids: ArrayLike<number>, at: number, width: number): string {
  return Array.from({ length: width }, (_, i) => ids[at - width + i]!).join(" ");
}
