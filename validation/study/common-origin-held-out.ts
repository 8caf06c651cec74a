/**
 * Which of the further recorded answers chose nothing of the rule for `behaviour/common-origin`. Declared before any of
 * them was scored: makers as the listing names them, in the order of a hash; the first half in that order is held out
 * and met by the frozen rule once, the other half and the corpus of the older questions are what the rule was chosen on.
 */
import { createHash } from "node:crypto";

const SALT = "assay/common-origin/held-out/1:";

/** @param makers every maker of the listing @returns those held out */
export function heldOutMakers(makers: Iterable<string>): Set<string> {
  const order = [...new Set(makers)]
    .map((maker) => ({
      maker,
      hash: createHash("sha256")
        .update(SALT + maker)
        .digest("hex"),
    }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1));
  return new Set(order.slice(0, order.length / 2).map(({ maker }) => maker));
}
