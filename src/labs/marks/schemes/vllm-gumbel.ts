/**
 * The marks that vLLM makes (0.30 and later; read against 0.33.0): Gumbel-max with Philox draws ("philox4x32-10-v1"),
 * with one key, or with two between which each token is routed at random. The context is the answer's own last ids,
 * padded before its beginning; a context's later occurrences in one answer are served unmarked.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8 } from "../../../base/bytes.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import type { Mark } from "./mark-file.js";
import type { Scheme } from "./scheme.js";

type VllmGumbelMark = Extract<Mark, { form: "gumbel/vllm" | "dual-gumbel/vllm" }>;

/** Draws have 24 bits. */
const STEPS = 2 ** 24;

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

/** Tells tuples apart whose words are the same by chance. */
function tupleHash(ids: Uint32Array, at: number, width: number): number {
  let hash = 0x811c9dc5;
  for (let k = at - width; k <= at; k++) {
    hash = Math.imul(hash ^ ids[k]!, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** Exponential scores, with a slack for draws being multiples of 1/STEPS. */
export function vllmGumbelScheme(mark: VllmGumbelMark, draws: TokenDraws): Scheme {
  const { context_width: width, deduplicate_contexts } = mark.parameters;
  const dual = mark.form === "dual-gumbel/vllm";
  const alpha = dual ? mark.parameters.alpha : 0;
  const keys = dual ? [derivedKey(mark.key, "key_a"), derivedKey(mark.key, "key_b")] : [mark.key];
  return {
    law: dual ? { kind: "two-exponentials", alpha } : { kind: "exponential", slack: 1 / STEPS },
    contextWidth: width,
    contextOffsets: Array.from({ length: width }, (_, i) => i - width),
    readsPrompt: false,
    padded: true,
    marksOnce: deduplicate_contexts !== "none",
    tupleBefore: width,
    names: (ids, positions) => {
      const names = draws.vllmWords(ids, positions, width, keys);
      // Two words name a draw; with one key the second is a hash of the tuple itself.
      if (!dual) for (let i = 0; i < positions.length; i++) names[2 * i + 1] = tupleHash(ids, positions[i]!, width);
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
