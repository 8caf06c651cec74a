/**
 * Pairs of blocks held to what structure alone could make of them (structure-scale.ts): only those whose evidence
 * would count are looked at again, in sketches that are at hand and in few rows that are read for it.
 */
import type { Matrix } from "../../../kernels/kernel.js";
import type { Run } from "../../../kernels/row-order.js";
import { inParallel } from "../work.js";
import type { Bench, Look, Plan } from "./bench.js";
import { agreeBeyondStructure } from "./beyond-structure.js";
import type { Place, TestedPair } from "./block-axis.js";
import { evidenceOf } from "./forms.js";
import { clearOfRepeats, clearOfStrangers, likenessOf } from "./structure-scale.js";
import { meanOf, valueColumns } from "./values.js";

/** ln of an e-value below which a block changes nothing. */
const HELD_FROM = Math.log(100);
/** Values looked at for those that come back; those that have to agree beyond structure, and rows at the most. */
const REPEATS_MAX = 16_384;
const VALUES_MAX = 1 << 19;
const ROWS_MAX = 128;

/** No likeness would be enough. */
const NEVER = Number.POSITIVE_INFINITY;

interface Sketched {
  side: "reference" | "suspect";
  place: Place;
  sketch: Matrix;
}

/** The pairs with the evidence that is left to them. */
export function heldToStructure(
  bench: Bench,
  { axis, as, bs }: Plan,
  look: Look,
  pairs: readonly TestedPair[],
  strangers: () => number,
): Promise<TestedPair[]> {
  if (pairs.every(({ evidence }) => evidence.logE < HELD_FROM)) return Promise.resolve([...pairs]);
  return inParallel(bench.work, `structure of ${axis}`, pairs, async (pair) => {
    if (pair.evidence.logE < HELD_FROM) return pair;
    const least = Math.max(strangers(), await leastByValues(bench, look, as[pair.i]!, bs[pair.j]!));
    return { ...pair, evidence: evidenceOf(pair.matching, pair.shape, least) };
  });
}

/**
 * What the sketches of a scan and its pairs say of layers that are strangers; computed when first asked.
 * @param passedOver likenesses of pairs that were looked at for them alone
 */
export function strangersOf(
  look: Look,
  { as, bs }: Pick<Plan, "as" | "bs">,
  pairs: readonly TestedPair[],
  sketched: readonly Sketched[],
  passedOver: readonly number[] = [],
): () => number {
  let known: number | undefined;
  const compute = () => {
    const { equal } = valueColumns(look.parts, look.width);
    const likenesses = pairs.flatMap(({ i, j, matching }) =>
      as[i]!.units === bs[j]!.units ? (matching.values?.equal ?? []).map((part) => meanOf(part, look.parts)) : [],
    );
    for (const likeness of passedOver) likenesses.push(likeness);
    // One pair of blocks alone has no strangers to be held to.
    if (pairs.length === 1) likenesses.length = 0;
    for (const [at, x] of sketched.entries())
      for (const y of sketched.slice(at + 1))
        if (x.side === y.side && x.place.layer !== y.place.layer && x.sketch.n === y.sketch.n)
          for (const columns of equal) likenesses.push(likenessOf(x.sketch, y.sketch, columns, look.parts));
    return clearOfStrangers(likenesses);
  };
  return () => {
    known ??= compute();
    return known;
  };
}

/**
 * From the first rows of the last part on both sides; beyond reach where structure explains what agrees in them. A
 * sketch holds folds, in which nothing comes back and no place is a nought.
 */
async function leastByValues({ reference, suspect, compute }: Bench, look: Look, a: Place, b: Place): Promise<number> {
  if (reference.sketch || suspect.sketch) return 0;
  const [x, y] = await Promise.all(
    (
      [
        ["reference", a, b],
        ["suspect", b, a],
      ] as const
    ).map(async ([side, own, other]) => {
      const { matrix, runs } = look.job(side, own, look.runs(own.units, other.units)).parts.at(-1)!;
      const few = firstRows(runs, Math.ceil(VALUES_MAX / matrix.columns));
      return { columns: matrix.columns, values: await compute.rows({ matrix, runs: few }) };
    }),
  );
  const [p, q] = [x!, y!].map(({ values }) => values.subarray(0, REPEATS_MAX));
  // Blocks of different size have no places in common: the side whose values come back less often decides.
  if (a.units !== b.units || x!.columns !== y!.columns || x!.values.length !== y!.values.length)
    return Math.min(clearOfRepeats(p!, p!), clearOfRepeats(q!, q!));
  if (!(await agreeBeyondStructure(x!.values, y!.values, x!.columns, compute))) return NEVER;
  return clearOfRepeats(p!, q!);
}

function firstRows(runs: readonly Run[], most: number): Run[] {
  let left = Math.min(most, ROWS_MAX);
  return runs.flatMap(({ start, count }) => {
    const taken = Math.min(count, left);
    left -= taken;
    return taken > 0 ? [{ start, count: taken }] : [];
  });
}
