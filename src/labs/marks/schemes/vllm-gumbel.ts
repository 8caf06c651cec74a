/**
 * The marks that vLLM makes (0.30 and later; read against 0.33.0): Gumbel-max with Philox draws ("philox4x32-10-v1"),
 * with one key, or with two between which each token is routed at random. The context is the answer's own last ids,
 * padded before its beginning; a context's later occurrences in one answer are served unmarked.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8 } from "../../../base/bytes.js";
import type { Mark } from "./mark-file.js";
import { philox } from "./philox.js";
import type { Scheme } from "./scheme.js";

type VllmGumbelMark = Extract<Mark, { form: "gumbel/vllm" | "dual-gumbel/vllm" }>;

/** Domains of the two uses of the generator: "WMCX" and "WMTK". */
const CONTEXT_DOMAIN = 0x574d4358;
const TOKEN_DOMAIN = 0x574d544b;
/** Draws have 24 bits. */
const STEPS = 2 ** 24;
const low = (x: bigint) => Number(x & 0xffffffffn);
const high = (x: bigint) => Number((x >> 32n) & 0xffffffffn);

/** The word that a key draws for the token at `at` after its `width` ids before it. */
function wordOf(key: bigint, width: number): (ids: Uint32Array, at: number) => number {
  const key0 = low(key);
  const key1 = high(key);
  const block = new Uint32Array(4);
  return (ids, at) => {
    block[0] = CONTEXT_DOMAIN;
    block[1] = width;
    block[2] = 0;
    block[3] = 0;
    for (let from = 0; from < width; from += 4) {
      for (let i = 0; i < 4; i++) block[i]! ^= from + i < width ? ids[at - width + from + i]! : 0xffffffff - i;
      philox(block, key0 ^ from, key1);
    }
    const token = ids[at]!;
    const last = block[3]!;
    block[3] = block[2]!;
    block[2] = block[1]!;
    block[1] = block[0]!;
    block[0] = token >>> 2;
    philox(block, key0 ^ last, key1 ^ TOKEN_DOMAIN);
    return block[token & 3]!;
  };
}

/** −ln(1 − u), with u rounded to single precision as vLLM rounds it. */
function scoreOfWord(word: number): number {
  return -Math.log1p(-Math.fround(((word >>> 8) + 1) / (STEPS + 1)));
}

/** One of the two keys that vLLM derives from a key: "key_a" marks drafts, "key_b" what the target model draws. */
function derivedKey(key: bigint, domain: "key_a" | "key_b"): bigint {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, key);
  return new DataView(sha256(concatBytes([utf8(domain), bytes])).buffer).getBigUint64(0);
}

/** Exponential scores, with a slack for draws being multiples of 1/STEPS. */
export function vllmGumbelScheme(mark: VllmGumbelMark): Scheme {
  const { context_width: width, deduplicate_contexts } = mark.parameters;
  const dual = mark.form === "dual-gumbel/vllm";
  const alpha = dual ? mark.parameters.alpha : 0;
  const first = wordOf(dual ? derivedKey(mark.key, "key_a") : mark.key, width);
  // Two words name a draw; with one key the second is drawn under a key of nobody's, to tell tuples apart.
  const second = wordOf(derivedKey(mark.key, "key_b"), width);
  return {
    law: dual ? { kind: "two-exponentials", alpha } : { kind: "exponential", slack: 1 / STEPS },
    contextWidth: width,
    contextOffsets: Array.from({ length: width }, (_, i) => i - width),
    readsPrompt: false,
    padded: true,
    marksOnce: deduplicate_contexts !== "none",
    names: (ids, positions) => {
      const names = new Uint32Array(2 * positions.length);
      for (let i = 0; i < positions.length; i++) {
        names[2 * i] = first(ids, positions[i]!);
        names[2 * i + 1] = second(ids, positions[i]!);
      }
      return names;
    },
    scores: (_ids, positions, names) => {
      const out = new Float64Array(positions.length);
      for (let i = 0; i < out.length; i++) {
        const a = scoreOfWord(names[2 * i]!);
        out[i] = alpha === 0 ? a : (1 - alpha) * a + alpha * scoreOfWord(names[2 * i + 1]!);
      }
      return out;
    },
  };
}
