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
const SHIFT = 13n;
const MODULUS = 8191n;

const OUTSIDE =
  "TextSeal adds the key to a linear sum before it mixes: draws of different tuples hang together under one key, and no exact law over keys is known";

/** 0 to 8190, as torch's int64 arithmetic gives it: products wrap, the shift keeps the sign, the remainder is positive. */
function draw(key: bigint, width: number, ids: Uint32Array, at: number): number {
  let sum = OF_TOKEN * BigInt(ids[at]!) + OF_KEY * key;
  for (let i = 0; i < width; i++) sum += PRIMES[i]! * BigInt(ids[at - width + i]!);
  let h = BigInt.asIntN(64, sum * FACTOR);
  h ^= h >> SHIFT;
  return Number(((h % MODULUS) + MODULUS) % MODULUS);
}

/** Both forms; the green rate is counted over all values of the hash, not taken from gamma. */
export function textSealScheme(mark: TextSealMark): Scheme {
  const { ngram } = mark.parameters;
  const gumbel = mark.form === "gumbel/textseal";
  const limit = mark.form === "kgw/textseal" ? mark.parameters.gamma : 0;
  const uniform = (word: number) => Math.fround(word / Number(MODULUS));
  const green = Array.from({ length: Number(MODULUS) }, (_, w) => w).filter((w) => uniform(w) < limit).length;
  return {
    law: gumbel ? { kind: "exponential" } : { kind: "green", rate: green / Number(MODULUS) },
    // Its detector leaves out the first position with a whole window.
    contextWidth: ngram + 1,
    contextOffsets: Array.from({ length: ngram }, (_, i) => i - ngram),
    readsPrompt: false,
    marksOnce: false,
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
        names[2 * i + 1] = (draw(mark.key, ngram, ids, at) | (ids[at]! << 13)) >>> 0;
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
