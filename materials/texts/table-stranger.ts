/**
 * Text that somebody else marked through transformers' sampling table, which is one for all keys: a tournament over 40
 * equally likely tokens a step, context by context once, as the library marks. It is the hard null of SynthID marks.
 */
import type { Prng } from "../../dist/base/prng.js";
import type { TokenDraws } from "../../dist/kernels/token-draws.js";
import type { SynthIdMark } from "../../dist/labs/marks/schemes/synthid-scheme.js";

const CANDIDATES = 40;

export function strangersText(mark: SynthIdMark, table: Uint8Array, draws: TokenDraws, tokens: number, source: Prng) {
  const width = mark.parameters.ngram_len;
  const keys = BigInt64Array.from(mark.key, (key) => BigInt.asIntN(64, key));
  const chance = () => source.uint32() / 2 ** 32;
  const ids = new Uint32Array(tokens);
  for (let i = 0; i < width - 1; i++) ids[i] = source.below(mark.vocabulary);
  const windows = new Uint32Array(CANDIDATES * width);
  const seen = new Set<string>();
  for (let n = width - 1; n < tokens; n++) {
    const context = ids.subarray(n - width + 1, n);
    const p = new Float64Array(CANDIDATES).fill(1 / CANDIDATES);
    for (let k = 0; k < CANDIDATES; k++) {
      windows.set(context, k * width);
      windows[(k + 1) * width - 1] = source.below(mark.vocabulary);
    }
    const name = context.join();
    if (!seen.has(name)) {
      seen.add(name);
      tournament(p, draws.synthId(windows, width, keys, 1n, table), keys.length);
    }
    let left = chance();
    let k = 0;
    for (left -= p[0]!; k < CANDIDATES - 1 && left >= 0; left -= p[k]!) k++;
    ids[n] = windows[(k + 1) * width - 1]!;
  }
  return ids;
}

function tournament(p: Float64Array, bits: Uint32Array, layers: number): void {
  for (let l = 0; l < layers; l++) {
    const bit = (k: number) => (bits[2 * k + (l >> 5)]! >>> (l & 31)) & 1;
    let mass = 0;
    for (let k = 0; k < p.length; k++) if (bit(k)) mass += p[k]!;
    for (let k = 0; k < p.length; k++) p[k]! *= 1 + bit(k) - mass;
  }
}
