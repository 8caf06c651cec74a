/**
 * Stateless Bernoulli Watermarking (Ceppi and Sanchez 2026, arXiv 2609.03844) as vLLM's proposed port and the package
 * `sbw` 1.0.0 in its `gpu-` schemes draw it: a token is green by one Philox word against a threshold, the seed being
 * a product of hashes (selfhash: the least over the context, the token its anchor) or of a sum (lefthash).
 * Ids before the text's beginning hash to nought, which makes the seed the same under every key: they are not scored.
 */
import type { TokenDraws } from "../../../kernels/token-draws.js";
import type { Mark } from "./mark-file.js";
import type { Scheme } from "./scheme.js";

type SbwMark = Extract<Mark, { form: "sbw/vllm" | "sbw/original" }>;

const INT31_MAX = 2 ** 31 - 1;
/** Defaults of the package hold where the file leaves a parameter out. */
export function sbwScheme(mark: SbwMark, draws: TokenDraws): Scheme {
  const { gamma, scheme, sum_of, deduplicate_contexts } = mark.parameters;
  const width = mark.parameters.context_width ?? (scheme === "selfhash" ? 4 : 1);
  // The token takes the place of the last id: one id fewer before it is read.
  const read = scheme === "selfhash" ? width - 1 : width;
  const threshold = Math.trunc(gamma * INT31_MAX);
  const seeding = scheme === "selfhash" ? "selfhash" : sum_of;
  return {
    law: { kind: "green", rate: threshold / 2 ** 31 },
    contextWidth: read,
    contextOffsets: Array.from({ length: read }, (_, i) => i - read),
    readsPrompt: false,
    marksOnce: deduplicate_contexts !== "none" && read > 0,
    names: (ids, positions) => draws.sbwWords(ids, positions, read, seeding, mark.key),
    scores: (_ids, positions, names) => {
      const out = new Float64Array(positions.length);
      for (let i = 0; i < out.length; i++) if ((names[2 * i]! & 0x7fffffff) < threshold) out[i] = 1;
      return out;
    },
  };
}
