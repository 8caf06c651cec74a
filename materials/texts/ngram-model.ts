/**
 * A small language model of counts (interpolated bigrams): a stand-in that can really be trained on marked text and
 * sampled in seconds. It shows that the arithmetic finds what was learned; it says nothing of power on large models.
 */
import { prng } from "../../dist/base/prng.js";

export class BigramModel {
  readonly vocabulary: number;
  readonly #counts: Float64Array;
  readonly #unigram: Float64Array;
  constructor(vocabulary: number, texts: Iterable<ArrayLike<number>>) {
    this.vocabulary = vocabulary;
    this.#counts = new Float64Array(vocabulary * vocabulary);
    this.#unigram = new Float64Array(vocabulary).fill(0.01);
    for (const ids of texts)
      for (let i = 0; i < ids.length; i++) {
        this.#unigram[ids[i]!]!++;
        if (i > 0) this.#counts[ids[i - 1]! * vocabulary + ids[i]!]!++;
      }
  }

  /** ln p of each next token. */
  logits(previous: number): Float64Array {
    const v = this.vocabulary;
    const row = this.#counts.subarray(previous * v, (previous + 1) * v);
    const n = row.reduce((a, b) => a + b, 0);
    const all = this.#unigram.reduce((a, b) => a + b, 0);
    // Witten–Bell-like: trust the row as far as it was seen.
    const trust = n / (n + 10);
    return Float64Array.from({ length: v }, (_, t) =>
      Math.log((n > 0 ? trust * (row[t]! / n) : 0) + (1 - trust) * (this.#unigram[t]! / all)),
    );
  }
}

/** Texts sampled at temperature 1; `step` may change the logits in place before the draw. */
export function sampleTexts(
  model: BigramModel,
  seed: string,
  texts: number,
  tokens: number,
  step: (generated: number[], logits: Float64Array) => unknown = () => undefined,
): { id: string; ids: Uint32Array; promptIds: Uint32Array }[] {
  const source = prng("assay/study/ngram", seed);
  const cache = new Map<number, Float64Array>();
  return Array.from({ length: texts }, (_, i) => {
    let previous = source.below(model.vocabulary);
    const prompt = previous;
    const generated: number[] = [];
    for (let n = 0; n < tokens; n++) {
      const known = cache.get(previous) ?? model.logits(previous);
      cache.set(previous, known);
      const logits = known.slice();
      step(generated, logits);
      let top = Number.NEGATIVE_INFINITY;
      for (const x of logits) if (x > top) top = x;
      let total = 0;
      for (let t = 0; t < logits.length; t++) {
        logits[t] = Math.exp(logits[t]! - top);
        total += logits[t]!;
      }
      let at = (source.uint32() / 2 ** 32) * total;
      let token = 0;
      for (at -= logits[0]!; token < logits.length - 1 && at >= 0; at -= logits[token]!) token++;
      generated.push(token);
      previous = token;
    }
    return { id: String(i), ids: Uint32Array.from(generated), promptIds: Uint32Array.of(prompt) };
  });
}
