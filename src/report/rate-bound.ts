/** In words, what bounds a method's rate of false accusation: what a study counted, or a first rank among families. */

import type { ErrorRate } from "../finding/finding.js";
import { firstRankBound } from "../finding/strength.js";
import { percentUp, whole } from "./figure-words.js";

/** @returns a clause that begins in lower case and has no full stop */
export function rateBound({ upper95, firstAmong }: ErrorRate): string {
  if (firstAmong !== undefined && upper95 >= firstRankBound(firstAmong))
    return `an unrelated pair, exchangeable with the panel, comes first in both rows among ${whole(firstAmong)} families in at most ${percentUp(upper95)} of cases`;
  return `with 95 % confidence the rate on such material is below ${percentUp(upper95)}`;
}
