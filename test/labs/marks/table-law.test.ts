/**
 * One sampling table for all keys: text that somebody else marked through it is no evidence against a stranger's key.
 * The law of independent draws accuses such keys now and then; the law over keys does not, and still finds the true key.
 */
import { expect, it } from "vitest";
import { strangersText } from "../../../materials/texts/table-stranger.ts";
import { prng } from "../../../src/base/prng.js";
import { TokenDraws } from "../../../src/kernels/token-draws.js";
import { log10Tail } from "../../../src/labs/marks/schemes/law.js";
import { schemeOf } from "../../../src/labs/marks/schemes/make-scheme.js";
import { parseMark } from "../../../src/labs/marks/schemes/mark-file.js";
import { withRandomKey } from "../../../src/labs/marks/schemes/random-key.js";
import { type SynthIdMark, samplingTable } from "../../../src/labs/marks/schemes/synthid-scheme.js";
import { tableKeyTail } from "../../../src/labs/marks/schemes/table-law.js";
import { testPresence } from "../../../src/labs/marks/text/present.js";
import { rotationSums } from "../../../src/stats/circular-correlation.js";

const draws = new TokenDraws();
const source = prng("test/table-law", "1");
const mark = parseMark(
  {
    ...{ type: "assay/mark/v1", scheme: "synthid", variant: "transformers", vocabulary: 2048 },
    key: Array.from({ length: 12 }, () => String(source.uint32())),
    parameters: { ngram_len: 4, sampling_table_size: 4096 },
  },
  "test",
) as SynthIdMark;

it("sums over rotations are exact", () => {
  const table = Uint8Array.from({ length: 1024 }, () => source.below(2));
  const counts = Float64Array.from({ length: 1024 }, () => source.below(50));
  const sums = rotationSums(table)(counts);
  for (const c of [0, 1, 511, 1023]) {
    let sum = 0;
    for (let d = 0; d < 1024; d++) sum += counts[d]! * table[(d + c) % 1024]!;
    expect(sums[c]).toBe(sum);
  }
});

it("the bound holds against keys counted one by one, and one layer never says more than its rotations", () => {
  const table = Uint8Array.from({ length: 256 }, () => source.below(2));
  const tail = tableKeyTail(table, [3, 1]);
  const names = Uint32Array.from({ length: 2 * 60 }, (_, i) => (i & 1 ? source.below(256) : 0));
  // Every pair of rotations, by hand.
  const of = Float64Array.from({ length: 256 }, (_, c) => {
    let sum = 0;
    for (let i = 1; i < names.length; i += 2) sum += table[(Math.imul(names[i]!, 0x4c957f2d) + c) & 255]!;
    return sum;
  });
  for (const at of [125, 130, 135, 140, 145]) {
    let reaching = 0;
    for (const x of of) for (const y of of) if (3 * x + y >= at) reaching++;
    const bound = tail.log10P(names, at);
    if (reaching > 0) expect(bound).toBeGreaterThanOrEqual(Math.log10(reaching / 65_536));
    expect(bound).toBeLessThanOrEqual(0);
  }
  const best = Math.max(...of);
  expect(tableKeyTail(table, [1]).log10P(names, best)).toBeGreaterThanOrEqual(-Math.log10(256) - 1e-9);
});

it("a stranger's text accuses no key; its own key is found", { timeout: 60_000 }, () => {
  const table = samplingTable(mark, draws)!;
  let freeAccusations = 0;
  for (let n = 0; n < 5; n++) {
    const stranger = withRandomKey(mark, source) as SynthIdMark;
    const ids = strangersText(stranger, table, draws as never, 1500, source);
    const texts = [{ id: "1", ids, promptIds: new Uint32Array(0) }];
    expect(testPresence(schemeOf(stranger, draws), texts, 2048).log10P).toBeLessThan(-20);
    for (let k = 0; k < 10; k++) {
      const other = withRandomKey(mark, source) as SynthIdMark;
      // Every other one turns the table in its first layer as the stranger does: of random keys one in 4,096.
      const turned = stranger.key[0]! + 4096n * (other.key[0]! >> 12n);
      const key = k % 2 === 0 ? other.key : other.key.with(0, turned);
      const scheme = schemeOf({ ...other, key }, draws);
      const { log10P, observations } = testPresence(scheme, texts, 2048);
      expect(log10P).toBeGreaterThan(k % 2 === 0 ? -4 : -5.5);
      const { score, tuples } = observations.corpus;
      if (log10Tail(scheme.law, score, tuples) <= -6) freeAccusations++;
    }
  }
  // What the law of independent draws would have said: the reason for all this.
  expect(freeAccusations).toBeGreaterThan(0);
});
