/**
 * The last stage of the question of shared ancestry: was the residual stream rotated, at a width at which no rotation is
 * searched for (alignment/)? Both models say what they make of the same tokens, which no rotation changes: that, along
 * mixes of them (directions.ts), is a unit's two views (views.ts).
 * It cannot see copies whose embeddings were replaced or whose tokens were renamed.
 */
import { type SharedTokens, sharedTokens, TOKENS_PAIRED } from "../../../alignment/shared-tokens.js";
import type { WeightsObservations } from "../observations.js";
import { isGated } from "../pairing/method.js";
import type { Sight, Way } from "../pairing/way.js";
import type { Bench } from "../tests/bench.js";
import type { TurnedStart } from "../tests/turned-start.js";
import { ROTATED_LIMITS, TOKENS_UNSEEN } from "../words.js";
import { seenAlong } from "./along.js";
import { tokenDirections } from "./directions.js";
import {
  beyondRotatedStudy,
  directionsOf,
  notThroughTokens,
  ROTATED_METHOD_ID,
  ROTATED_METHOD_VERSION,
  streamBlocksOf,
} from "./method.js";
import type { Viewed } from "./views.js";

/** What units are seen through: how many tokens both have, how they were paired, and directions of each view. */
type Tokens = NonNullable<WeightsObservations["rotated"]>["tokens"];

export const ROTATED: Way<Viewed, TurnedStart, Tokens> = {
  method: { id: ROTATED_METHOD_ID, version: ROTATED_METHOD_VERSION },
  test: "weights/rotated-gate-up",
  limits: ROTATED_LIMITS,
  words: {
    notRun: "Nor were units compared through tokens",
    unseen: TOKENS_UNSEEN,
    begin: (through) =>
      `Units through tokens (${ROTATED_METHOD_ID}): seen along ${through.directions} mixes of ${through.shared} tokens that both models have (${through.how}),`,
    halves: "two views of their up rows",
    axis: {
      gated: "gate-up pairing, seen through tokens",
      halves: "pairing of two views of up rows, seen through tokens",
    },
    where: (through) => `${through.directions} directions from ${through.shared} tokens ${through.how}; `,
    afterwards: "the residual stream turned",
    families: "families, nearly all of smaller models",
  },
  // Innocents of tied and of hashed rows are nulls of its study, and stay below without it.
  asksRepeats: false,
  meet: (bench) => {
    const tokens = tokensOf(bench);
    return notThroughTokens(bench.reference, bench.suspect, tokens.rows.length) ?? (() => throughTokens(bench, tokens));
  },
  beyondStudy: beyondRotatedStudy,
  observed: ({ gated, through, start }, { layerPairs, ...figures }) => ({
    rotated: { gated, tokens: through, ...figures, ...(start ? { start } : {}), layerPairs },
  }),
};

/** Tokens that both models have, drawn by their place in the vocabulary: how often a token is met has no say. */
function tokensOf({ reference, suspect, vocabularies, settings }: Bench): SharedTokens {
  return sharedTokens(vocabularies, reference.vocabulary, suspect.vocabulary, TOKENS_PAIRED, settings.seed);
}

function throughTokens(bench: Bench, tokens: SharedTokens): Promise<Sight<Viewed, TurnedStart, Tokens>> {
  const { reference, suspect, settings, compute } = bench;
  const gated = isGated(streamBlocksOf(reference), streamBlocksOf(suspect));
  const directions = directionsOf(reference, suspect, tokens.rows.length, gated);
  const of = (side: "reference" | "suspect", count: number) =>
    tokenDirections(bench[side].tensors.get("embed")!.matrix, tokens, side, count, settings.seed, compute);
  return seenAlong(bench, of, directions, { shared: tokens.rows.length, how: tokens.how, directions });
}
