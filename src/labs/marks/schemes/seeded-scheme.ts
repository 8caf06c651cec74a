/**
 * Marks whose lists are drawn from a seed: the tuple is (seed, token), since two windows with one seed are one draw
 * (min-hash windows often share their minimum; the libraries count them twice).
 */
import type { Law } from "./law.js";
import type { Scheme } from "./scheme.js";
import type { Seeding } from "./seeding.js";

/** @param vocabulary ids from 0 @param score of each pair of a seed and a token, in the order given */
export function seededScheme(
  seeding: Seeding,
  vocabulary: number,
  law: Law,
  score: (seeds: Uint32Array, tokens: Uint32Array) => Float64Array,
): Scheme {
  const { offsets } = seeding;
  const single = offsets.length === 1;
  // Seeds of single ids are asked for again and again.
  const known = single ? new Float64Array(vocabulary).fill(-1) : null;
  const seedOfId = (id: number): number => {
    const have = known![id]!;
    if (have >= 0) return have;
    const seed = seeding.seed([id]);
    known![id] = seed;
    return seed;
  };
  return {
    law,
    contextWidth: seeding.contextWidth,
    contextOffsets: offsets.filter((o) => o < 0),
    readsPrompt: true,
    marksOnce: false,
    names: (ids, positions) => {
      const names = new Uint32Array(2 * positions.length);
      const window = new Array<number>(offsets.length).fill(0);
      for (let i = 0; i < positions.length; i++) {
        const at = positions[i]!;
        names[2 * i + 1] = ids[at]!;
        if (single) names[2 * i] = seedOfId(ids[at + offsets[0]!]!);
        else {
          for (let k = 0; k < offsets.length; k++) window[k] = ids[at + offsets[k]!]!;
          names[2 * i] = seeding.seed(window);
        }
      }
      return names;
    },
    scores: (_ids, positions, names) => {
      const seeds = new Uint32Array(positions.length);
      const tokens = new Uint32Array(positions.length);
      for (let i = 0; i < positions.length; i++) {
        seeds[i] = names[2 * i]!;
        tokens[i] = names[2 * i + 1]!;
      }
      return score(seeds, tokens);
    },
  };
}
