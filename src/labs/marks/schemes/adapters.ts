/**
 * The own mark in other people's generation loops, typed by shape so that none of them is a dependency:
 * @huggingface/transformers (a logits processor; called after temperature) and node-llama-cpp (a token bias that is asked
 * for again at each token; biased mode only, because a bias cannot reweight a whole distribution).
 */

import { fromHex } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import { type AssayMark, contextWords, greenBelow } from "./assay-scheme.js";
import { markerOf } from "./marker.js";

/** What a logits tensor of @huggingface/transformers is read as: rows of one a sequence. */
interface LogitsTensor {
  dims: readonly number[];
  data: Float32Array | Float64Array;
}

/** A logits processor for `generate({ logits_processor: [processor] })` of @huggingface/transformers. */
export function transformersProcessor(mark: AssayMark, draws: TokenDraws, promptLength: number) {
  const step = markerOf(mark, draws);
  return (inputIds: readonly (readonly (bigint | number)[])[], logits: LogitsTensor): LogitsTensor => {
    const columns = logits.dims.at(-1)!;
    for (const [row, ids] of inputIds.entries()) {
      const generated = ids.slice(promptLength).map(Number);
      step(generated, logits.data.subarray(row * columns, (row + 1) * columns));
    }
    return logits;
  };
}

/** The part of node-llama-cpp's TokenBias used here. */
interface TokenBiasLike {
  set(token: number, bias: { logit: number }): unknown;
}

/**
 * A `tokenBias` callback for node-llama-cpp.
 * @param makeBias makes an empty bias: `() => new TokenBias(model.tokenizer)`
 * @param generated the ids generated so far, asked for at each token
 */
export function llamaTokenBias<B extends TokenBiasLike>(
  mark: AssayMark,
  draws: TokenDraws,
  makeBias: () => B,
  generated: () => ArrayLike<number>,
): () => B {
  if (mark.form !== "assay/biased")
    throw new AssayError("UNSUPPORTED", "mark: expected a mark in biased mode, got tournament");
  const { context_width, gamma, delta } = mark.parameters;
  const words = contextWords(fromHex(mark.key, "mark"));
  const tokens = Uint32Array.from({ length: mark.vocabulary }, (_, t) => t);
  return () => {
    const bias = makeBias();
    const ids = generated();
    if (ids.length < context_width) return bias;
    const { a, b } = words(Array.from({ length: context_width }, (_, i) => ids[ids.length - context_width + i]!));
    const bits = draws.tokenBits(a, b, tokens);
    const bound = greenBelow(gamma);
    for (let t = 0; t < tokens.length; t++) if (bits[2 * t]! < bound) bias.set(t, { logit: delta });
    return bias;
  };
}
