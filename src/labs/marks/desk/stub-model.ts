/**
 * A stand-in for a language model: bytes as tokens, logits from a hash of the last two. It has entropy to mark and costs
 * next to nothing, so what a load test measures is the serving, the mark and the log.
 */

import type { StepModel } from "../../../host/answers/step-model.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";

/** Printable ASCII only is ever likely. */
const FIRST = 32;
const LAST = 126;

/** @param draws where its logits come from; the same ids give the same logits */
export function stubModel(draws: TokenDraws): StepModel {
  const tokens = Uint32Array.from({ length: 256 }, (_, i) => i);
  const logitsAfter = (ids: readonly number[]) => {
    const context = BigInt((ids.at(-1) ?? 0) * 256 + (ids.at(-2) ?? 0));
    const bits = draws.tokenBits(context, 0x5eedn, tokens);
    return Float64Array.from(tokens, (t) => (t < FIRST || t > LAST ? -40 : 4 * (bits[2 * t]! / 2 ** 32)));
  };
  const close = () => undefined;
  return {
    name: "stub",
    vocabulary: 256,
    encode: (text) => [...new TextEncoder().encode(text)],
    decode: (ids) => String.fromCharCode(...ids),
    ends: () => false,
    contextTokens: Number.POSITIVE_INFINITY,
    begin: (promptIds) => ({
      next: (generated) => logitsAfter([...promptIds.slice(-2), ...generated.slice(-2)]),
      close,
    }),
  };
}
