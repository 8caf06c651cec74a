/**
 * TextSeal's public code (facebookresearch/textseal, December 2025): green lists and Gumbel-max over one hash of the
 * window, the token and the key, taken modulo 8191. The key is only added to a linear sum before the mixing, so that
 * draws of different tuples hang together under a key; no exact law of their sums over keys is known, and a finding
 * is uncalibrated. The two keys of its paper (arXiv 2605.12456) are in no public code that was at hand.
 */
import type { Mark } from "./mark-file.js";
import type { Scheme } from "./scheme.js";

type TextSealMark = Extract<Mark, { form: "gumbel/textseal" | "kgw/textseal" }>;

const PRIMES = [
  10000019n,
  10000247n,
  10000439n,
  10000643n,
  10000747n,
  10000867n,
  10000993n,
  10001213n,
  10001357n,
  10001501n,
];
const OF_TOKEN = 100000007n;
const OF_KEY = 500001713n;
const FACTOR = 15485863n * 40499n;
const SHIFT = 13;
const MODULUS = 8191;

const OUTSIDE =
  "TextSeal adds the key to a linear sum before it mixes: draws of different tuples hang together under one key, and no exact law over keys is known";

/** Of a 64-bit number, 16 bits each, lowest first: times an id below 2^32 each stays exact in a double, eleven of them too. */
const LIMBS = 4;
const limbsOf = (value: bigint): readonly number[] =>
  Array.from({ length: LIMBS }, (_, i) => Number((BigInt.asUintN(64, value) >> BigInt(16 * i)) & 0xffffn));

/**
 * Draws of positions: 0 to 8190, as torch's int64 arithmetic gives them (products wrap, the shift keeps the sign, the
 * remainder is positive). Mixing begins with a product, so that each id's share of the sum is multiplied beforehand.
 */
function drawer(key: bigint, width: number): (ids: Uint32Array, at: number) => number {
  const shares = [...PRIMES.slice(0, width), OF_TOKEN].map((prime) => limbsOf(prime * FACTOR));
  const [k0, k1, k2, k3] = limbsOf(OF_KEY * FACTOR * key) as [number, number, number, number];
  const factors = Float64Array.from(shares.flat());
  return (ids, at) => {
    let [s0, s1, s2, s3] = [k0, k1, k2, k3];
    for (let i = 0, f = 0; i <= width; i++, f += LIMBS) {
      const id = ids[at - width + i]!;
      s0 += factors[f]! * id;
      s1 += factors[f + 1]! * id;
      s2 += factors[f + 2]! * id;
      s3 += factors[f + 3]! * id;
    }
    s1 += Math.floor(s0 / 0x10000);
    s2 += Math.floor(s1 / 0x10000);
    s3 += Math.floor(s2 / 0x10000);
    const low = (s0 % 0x10000) + (s1 % 0x10000) * 0x10000;
    // A double keeps the low 16 bits of a number below 2^53; shifting them up drops what wraps.
    const high = ((s3 % 0x10000) << 16) | (s2 % 0x10000);
    const mixedLow = ((low >>> SHIFT) | (high << (32 - SHIFT))) ^ low;
    const mixedHigh = (high >> SHIFT) ^ high;
    // 2^32 is 64 over 8191.
    const rest = ((mixedHigh % MODULUS) * 64 + ((mixedLow >>> 0) % MODULUS)) % MODULUS;
    return rest < 0 ? rest + MODULUS : rest;
  };
}

/** Both forms; the green rate is counted over all values of the hash, not taken from gamma. */
export function textSealScheme(mark: TextSealMark): Scheme {
  const { ngram } = mark.parameters;
  const gumbel = mark.form === "gumbel/textseal";
  const limit = mark.form === "kgw/textseal" ? mark.parameters.gamma : 0;
  const uniform = (word: number) => Math.fround(word / MODULUS);
  const green = Array.from({ length: MODULUS }, (_, w) => w).filter((w) => uniform(w) < limit).length;
  const draw = drawer(mark.key, ngram);
  return {
    law: gumbel ? { kind: "exponential" } : { kind: "green", rate: green / MODULUS },
    // Its detector leaves out the first position with a whole window.
    contextWidth: ngram + 1,
    contextOffsets: Array.from({ length: ngram }, (_, i) => i - ngram),
    readsPrompt: false,
    marksOnce: false,
    tupleBefore: ngram,
    outside: OUTSIDE,
    names: (ids, positions) => {
      const names = new Uint32Array(2 * positions.length);
      for (let i = 0; i < positions.length; i++) {
        const at = positions[i]!;
        let hash = 0x811c9dc5;
        for (let k = at - ngram; k <= at; k++) {
          hash = Math.imul(hash ^ ids[k]!, 0x85ebca6b);
          hash ^= hash >>> 15;
        }
        names[2 * i] = hash;
        // The draw in the low bits, the token above it: what is scored, and what tells tuples apart.
        names[2 * i + 1] = (draw(ids, at) | (ids[at]! << 13)) >>> 0;
      }
      return names;
    },
    scores: (_ids, positions, names) =>
      Float64Array.from(positions, (_at, i) => {
        const u = uniform(names[2 * i + 1]! & 0x1fff);
        return gumbel ? -Math.log(Math.fround(1 - u)) : Number(u < limit);
      }),
  };
}
