/**
 * SynthID tables of transformers are drawn once for all keys: where a table holds more ones than noughts, so does every
 * text under every key. Held against a fair coin, 60,000 unmarked tuples would be accused (negative control).
 */
import { expect, it } from "vitest";
import { prng } from "../../../src/base/prng.js";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { schemeOf } from "../../../src/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../../../src/labs/marks/schemes/mark-file.js";
import { testPresence } from "../../../src/labs/marks/text/present.js";
import { log10WeightedBitsTail } from "../../../src/stats/weighted-bits-tail.js";

it("a table with more ones than noughts accuses nobody", () => {
  const source = prng("test/table-rate", "1");
  const draws = new TokenDraws();
  const ids = Uint32Array.from({ length: 90_000 }, () => source.below(50_000));
  for (let k = 0; k < 4; k++) {
    const key = Array.from({ length: 30 }, () => source.uint32());
    const mark = parseMark(
      {
        ...{ type: "assay/mark/v1", scheme: "synthid", variant: "transformers", key, vocabulary: 50_000 },
        parameters: { sampling_table_seed: 3 },
      },
      "test",
    );
    const scheme = schemeOf(mark, draws);
    const { log10P, observations } = testPresence(scheme, [{ id: "1", ids, promptIds: new Uint32Array(0) }], 50_000);
    expect(log10P).toBeGreaterThan(-3);
    const { score, tuples } = observations.corpus;
    const fair = scheme.law as { weights: readonly number[] };
    // What the fair coin would have said of the same unmarked text.
    expect(log10WeightedBitsTail(Math.round(score), fair.weights, tuples)).toBeLessThan(-6);
  }
});
