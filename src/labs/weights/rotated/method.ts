/**
 * The numbers of the method that looks through a rotated residual stream by what both models make of the same tokens,
 * beside those of pairing/method.ts. A change of any of them is a new version.
 */
import type { Model } from "../../../model/model.js";
import { type Block, beyondSizes, blocksOf, isGated, tooMany } from "../pairing/method.js";

export const ROTATED_METHOD_ID = "weights/rotated-units";
export const ROTATED_METHOD_VERSION = "2";

/** Directions that tokens give to a view of a unit: cosines of unrelated rows then have a standard error of 1/√128. */
const DIRECTIONS_MAX = 128;
/** At most half of the narrower residual stream: the last directions of a full basis are those that tokens hardly fill. */
const STREAM_SHARE = 0.5;
/** Fewer tokens a direction than this and a mix of them is one token's. */
const TOKENS_A_DIRECTION = 4;
/** Fewer directions tell no units apart. */
const DIRECTIONS_MIN = 16;
/** Rows of tokens held at once: 1 GiB as f32. */
const TOKEN_VALUES_MAX = 2 ** 28;

/** Of each layer the MLP that every token visits, where it reads the residual stream as it is. */
export function streamBlocksOf(model: Model): Block[] {
  return blocksOf(model).filter(({ mlp }) =>
    [mlp.gate, mlp.up].every((part) => part === null || part.matrix.columns === model.hidden),
  );
}

/** Of one view: a multiple of four, as many as the narrower stream and the shared tokens carry. */
export function directionsOf(reference: Model, suspect: Model, tokens: number, gated: boolean): number {
  const room = Math.floor(Math.min(reference.hidden, suspect.hidden) * STREAM_SHARE) / (gated ? 1 : 2);
  const carried = Math.floor(tokens / TOKENS_A_DIRECTION) / (gated ? 1 : 2);
  return Math.floor(Math.min(DIRECTIONS_MAX, room, carried) / 4) * 4;
}

/** Why the pair cannot be looked at; null when it can. @param tokens how many the two share */
export function notThroughTokens(reference: Model, suspect: Model, tokens: number): string | null {
  if (reference.sketch || suspect.sketch) return "a sketch holds folds of rows, not rows";
  const [as, bs] = [streamBlocksOf(reference), streamBlocksOf(suspect)];
  if (as.length === 0 || bs.length === 0) return "no layer has an MLP that every token visits";
  for (const { tensors, hidden } of [reference, suspect]) {
    const embed = tensors.get("embed")?.matrix;
    if (!embed) return "a model has no embedding that is read";
    // Where embeddings pass a projection first (ALBERT), tokens stand in another space.
    if (embed.columns !== hidden) return "embeddings are of another width than the residual stream";
    if (tokens * hidden > TOKEN_VALUES_MAX) return `embeddings of width ${hidden}, more than are held at once`;
  }
  if (directionsOf(reference, suspect, tokens, isGated(as, bs)) < DIRECTIONS_MIN)
    return `${tokens} shared tokens at residual widths ${reference.hidden} and ${suspect.hidden} give too few directions`;
  return tooMany(as, bs, DIRECTIONS_MAX);
}

/** Why the pair lies outside the sizes of the study; null when inside. */
export function beyondRotatedStudy(reference: Model, suspect: Model): string | null {
  const blocks = [...streamBlocksOf(reference), ...streamBlocksOf(suspect)];
  if (!isGated(blocks))
    return `MLPs without a gate; the study of ${ROTATED_METHOD_ID} holds trained models with gates alone`;
  return beyondSizes([reference, suspect], blocks, ROTATED_METHOD_ID);
}
