/**
 * Puts this project's own mark into a step of generation (docs/mark-spec.md): biased mode adds δ to green logits;
 * tournament mode (Dathathri et al. 2024, two leaves) reweights probabilities layer by layer and leaves them unchanged on
 * average over keys. Stateless: a step depends on the ids generated so far and the logits, on nothing kept between steps.
 */
import { fromHex } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import { type AssayMark, contextWords, greenBelow } from "./assay-scheme.js";

/** Tokens whose probability is below e^−30 of the largest are left alone: they are never drawn. */
const LOGIT_SPAN = 30;

/**
 * One step, in place.
 * @param generated ids written so far, without the prompt
 * @param logits after temperature, top-k and top-p; −Infinity for tokens that are out
 * @returns whether the step was marked: the first ids of a text, and in tournament mode a context that came before, are not
 */
export type Marker = (generated: ArrayLike<number>, logits: Float32Array | Float64Array) => boolean;

/**
 * @returns a step that changes `logits` in place and says whether it did; contexts shorter than the window, or met
 * before in tournament mode, stay unmarked
 * The step throws FORMAT for logits of another vocabulary.
 */
export function markerOf(mark: AssayMark, draws: TokenDraws): Marker {
  const width = mark.parameters.context_width;
  const words = contextWords(fromHex(mark.key, "mark"));
  return (generated, logits) => {
    if (logits.length !== mark.vocabulary)
      throw new AssayError("FORMAT", `mark: expected ${mark.vocabulary} logits, got ${logits.length}`);
    if (generated.length < width) return false;
    const context = Array.from({ length: width }, (_, i) => generated[generated.length - width + i]!);
    // A second draw under the same words would repeat the first: in tournament mode that would distort.
    if (mark.form === "assay/tournament" && cameBefore(generated, context)) return false;
    const { a, b } = words(context);
    const tokens = candidates(logits);
    if (tokens.length === 0) return false;
    const bits = draws.tokenBits(a, b, tokens);
    if (mark.form === "assay/biased") {
      const { gamma, delta } = mark.parameters;
      const bound = greenBelow(gamma);
      for (let k = 0; k < tokens.length; k++) if (bits[2 * k]! < bound) logits[tokens[k]!]! += delta;
      return true;
    }
    tournament(tokens, bits, mark.parameters.layers, logits);
    return true;
  };
}

/** Tokens that may be drawn; none where every logit is −Infinity. @throws AssayError FORMAT for NaN or +Infinity */
function candidates(logits: Float32Array | Float64Array): Uint32Array {
  let top = Number.NEGATIVE_INFINITY;
  for (let t = 0; t < logits.length; t++) {
    const x = logits[t]!;
    if (!(x < Number.POSITIVE_INFINITY))
      throw new AssayError("FORMAT", `mark: expected finite logits or -Infinity, got ${x} at token ${t}`);
    if (x > top) top = x;
  }
  if (top === Number.NEGATIVE_INFINITY) return new Uint32Array(0);
  const tokens = new Uint32Array(logits.length);
  let n = 0;
  for (let t = 0; t < logits.length; t++) if (logits[t]! >= top - LOGIT_SPAN) tokens[n++] = t;
  return tokens.subarray(0, n);
}

/** p ← p (1 + g_l − Σ g_l p), for each layer; written back as ln p. */
function tournament(tokens: Uint32Array, bits: Uint32Array, layers: number, logits: Float32Array | Float64Array): void {
  const p = new Float64Array(tokens.length);
  let top = Number.NEGATIVE_INFINITY;
  for (const t of tokens) top = Math.max(top, logits[t]!);
  let total = 0;
  for (let k = 0; k < p.length; k++) {
    p[k] = Math.exp(logits[tokens[k]!]! - top);
    total += p[k]!;
  }
  for (let k = 0; k < p.length; k++) p[k]! /= total;
  for (let l = 0; l < layers; l++) {
    const word = l >> 5;
    const shift = l & 31;
    let mass = 0;
    for (let k = 0; k < p.length; k++) if ((bits[2 * k + word]! >>> shift) & 1) mass += p[k]!;
    for (let k = 0; k < p.length; k++) p[k]! *= 1 + ((bits[2 * k + word]! >>> shift) & 1) - mass;
  }
  // Tokens outside keep −Infinity or a logit that is far below: they had no probability to give.
  for (let k = 0; k < p.length; k++)
    logits[tokens[k]!] = p[k]! > 0 ? Math.log(p[k]!) + top + Math.log(total) : Number.NEGATIVE_INFINITY;
}

function cameBefore(generated: ArrayLike<number>, context: readonly number[]): boolean {
  const width = context.length;
  for (let end = width; end < generated.length; end++) {
    let same = true;
    for (let i = 0; i < width && same; i++) same = generated[end - width + i] === context[i];
    if (same) return true;
  }
  return false;
}
