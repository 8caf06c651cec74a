/**
 * Units of two blocks that are each other's nearest by one view, and separately by the other; how many pairs both lists
 * hold. Some units of the smaller block are drawn by their number from the seed, and set against all of the
 * larger. Which view goes with which, within a block, is what is tested: an order of units says nothing here.
 */
import { prng, sample } from "../../../base/prng.js";
import type { Compute } from "../../../kernels/compute.js";
import type { Matrix } from "../../../kernels/kernel.js";
import { alikeInAnyOrder, bestOf, PAIRS_ALL } from "../tests/promising.js";
import { inParallel, type Work } from "../work.js";
import { type Block, UNITS_SCAN, UNITS_TEST } from "./method.js";

/** A block's units in two views that share no value: one chooses and pairs, the other tests. */
export interface Views {
  block: Block;
  matching: Matrix;
  testing: Matrix;
}

export interface Pair {
  /** Places in the lists of blocks. */
  i: number;
  j: number;
  /** k: drawn units that both lists pair alike. */
  agreeing: number;
  /** m: units that stand in both lists. */
  pairs: number;
  /** Units drawn of the smaller block. */
  labels: number;
  /** Pairs by the testing view (reference unit, suspect unit), of which the matching view knows nothing. */
  byTesting: readonly (readonly [number, number])[];
  /** Those that both lists hold. */
  both: readonly (readonly [number, number])[];
}

interface Bench {
  as: readonly Views[];
  bs: readonly Views[];
  /** Up rows may be turned over where a gate goes with them: up and down change sign together. */
  gated: boolean;
  seed: string;
  compute: Compute;
  work: Work;
}

/**
 * All pairs of blocks on few units, or where they are many those whose matching views are most alike: the testing view
 * has no say in that, and every pair is paid for (over-depth.ts). Then, for each block of either side, its best counterpart on many.
 */
export async function counterpartsOf(bench: Bench): Promise<Pair[]> {
  const { as, bs, work, compute } = bench;
  const [n, m] = [as.length, bs.length];
  const matching = (side: readonly Views[]) => side.map((views) => views.matching);
  const kept =
    n * m <= PAIRS_ALL ? () => true : bestOf([await alikeInAnyOrder(matching(as), matching(bs), compute)], [n, m]);
  const scanned = await inParallel(work, "units in any order, all layers", [...as.keys()], (i) =>
    compared(
      bench,
      [...bs.keys()].filter((j) => kept(i, j)).map((j) => ({ i, j })),
      UNITS_SCAN,
    ),
  );
  const best = new Map<string, Pair>();
  const depth = (side: readonly Views[], at: number) => (at + 0.5) / side.length;
  const gap = ({ i, j }: Pair) => Math.abs(depth(as, i) - depth(bs, j));
  for (const pair of scanned.flat())
    for (const key of [`a${pair.i}`, `b${pair.j}`]) {
      const held = best.get(key);
      const more = held ? pair.agreeing - held.agreeing || gap(held) - gap(pair) : 1;
      if (more > 0) best.set(key, pair);
    }
  const chosen = [...new Set(best.values())].sort((x, y) => x.i - y.i || x.j - y.j);
  const tested = await inParallel(work, "units in any order, best layers", chosen, ({ i, j }) =>
    compared(bench, [{ i, j }], UNITS_TEST),
  );
  return tested.flat();
}

/** Pairs with one block of the reference. */
async function compared({ as, bs, gated, seed, compute }: Bench, pairs: { i: number; j: number }[], most: number) {
  const drawn = (units: number) => sample(units, Math.min(units, most), prng("assay/weights/permuted/units", seed));
  const jobs = pairs.map(({ i, j }) => {
    const [a, b] = [as[i]!, bs[j]!];
    const turned = a.block.units > b.block.units;
    const [few, all] = turned ? [b, a] : [a, b];
    return { i, j, turned, few, all, rows: drawn(few.block.units) };
  });
  const sets = jobs.flatMap(({ few, all, rows }) => [
    { a: someRows(few.matching, rows), b: all.matching, signed: false },
    { a: someRows(few.testing, rows), b: all.testing, signed: gated },
  ]);
  const partners = await compute.partners({ sets });
  return jobs.map(({ i, j, turned, rows }, at): Pair => {
    const [byMatching, byTesting] = [partners[2 * at]!, partners[2 * at + 1]!];
    const ordered = (own: number, other: number) => (turned ? ([other, own] as const) : ([own, other] as const));
    const found: { tested: (readonly [number, number])[]; both: (readonly [number, number])[]; pairs: number } = {
      tested: [],
      both: [],
      pairs: 0,
    };
    for (let other = 0; other < byTesting.length; other++) {
      const unit = byTesting[other]!;
      if (unit < 0) continue;
      const pair = ordered(rows[unit]!, other);
      found.tested.push(pair);
      if (byMatching[other]! >= 0) found.pairs++;
      if (byMatching[other] === unit) found.both.push(pair);
    }
    const labels = rows.length;
    return { i, j, agreeing: found.both.length, pairs: found.pairs, labels, byTesting: found.tested, both: found.both };
  });
}

/** Rows of a view, in memory that threads share. */
function someRows({ k, data }: Matrix, rows: Uint32Array): Matrix {
  const out = new Float32Array(new SharedArrayBuffer(Math.max(4, rows.length * k * 4)));
  for (const [i, r] of rows.entries()) out.set(data.subarray(r * k, (r + 1) * k), i * k);
  return { n: rows.length, k, data: out };
}
