/**
 * What the exact tests ask of blocks whose units agree (tests/values.ts, tests/beyond-structure.ts,
 * tests/structure-scale.ts, tests/looks-drawn.ts), asked of units that were paired by the testing view alone: do the
 * values of the matching view agree, in sign beyond chance, beyond what means and common directions make, beyond what
 * comes back; and were the rows trained. One structure in two models (a mask, windows, tied or hashed rows) pairs units
 * alike and leaves their values strangers. It cannot see a public list of values.
 */
import type { Compute } from "../../../kernels/compute.js";
import { agreeBeyondStructure } from "../tests/beyond-structure.js";
import { clearOfRepeats } from "../tests/structure-scale.js";
import { logValuesE } from "../tests/values.js";
import type { Pair } from "./counterparts.js";
import type { Answers, Side } from "./way.js";

/** ln of the e-value that signs have to reach: one in a million. */
const SIGNS_MIN = Math.log(1e6);
/** Rows, and values of stored rows, that are looked at. */
const ROWS_MAX = 128;
const VALUES_MAX = 1 << 19;
const REPEATS_MAX = 16_384;

/** Of a pair of blocks whose units agree. @param repeats is it asked whether rows come back within a block? */
export async function asked(
  { byTesting }: Pair,
  [a, b]: readonly [Side, Side],
  repeats: boolean,
  compute: Compute,
): Promise<Answers> {
  const { columns } = a;
  const pairs = byTesting.slice(0, Math.min(ROWS_MAX, Math.floor(VALUES_MAX / a.width)));
  const units = [pairs.map(([own]) => own), pairs.map(([, other]) => other)] as const;
  const [x, y] = await Promise.all([a.values(units[0]), b.values(units[1])]);
  const drawn = pairs.length === 0 || (await Promise.all([a.areDrawn(units[0]), b.areDrawn(units[1])])).some(Boolean);
  const { products, features } = innerProducts(x, y, columns);
  const likeness = products.reduce((sum, p) => sum + p, 0) / Math.max(1, products.length);
  return { likeness, explained: await explanation(), drawn };

  async function explanation(): Promise<Answers["explained"]> {
    if (logValuesE([{ units: products, features }], "units and features") < SIGNS_MIN) return "signs";
    if (!(await agreeBeyondStructure(x, y, columns, compute))) return "structure";
    if (!repeats) return null;
    return likeness > clearOfRepeats(x.subarray(0, REPEATS_MAX), y.subarray(0, REPEATS_MAX)) ? null : "repeats";
  }
}

/** Of unit rows: a number a pair, and over all pairs a number a column. */
function innerProducts(x: Float32Array, y: Float32Array, columns: number) {
  const products = new Float64Array(x.length / columns);
  const features = new Float64Array(columns);
  for (let at = 0, pair = 0; at < x.length; at += columns, pair++) {
    let [xx, yy] = [0, 0];
    for (let c = at; c < at + columns; c++) {
      xx += x[c]! ** 2;
      yy += y[c]! ** 2;
    }
    const scale = xx > 0 && yy > 0 ? 1 / Math.sqrt(xx * yy) : 0;
    let sum = 0;
    for (let c = 0; c < columns; c++) {
      const product = scale * x[at + c]! * y[at + c]!;
      features[c]! += product;
      sum += product;
    }
    products[pair] = sum;
  }
  return { products, features };
}
