/**
 * What the exact tests ask of blocks whose units agree (tests/values.ts, tests/beyond-structure.ts,
 * tests/structure-scale.ts, tests/looks-drawn.ts), asked of units that were paired by the testing view alone: do the
 * values of the matching view agree, in sign beyond chance, beyond what means and common directions make, beyond what
 * comes back; and were the rows trained. One structure in two models (a mask, windows, tied or hashed rows) pairs units
 * alike and leaves their values strangers. It cannot see a public list of values.
 */
import type { Compute } from "../../../kernels/compute.js";
import { agreeBeyondStructure } from "../tests/beyond-structure.js";
import { looksDrawn } from "../tests/looks-drawn.js";
import { clearOfRepeats } from "../tests/structure-scale.js";
import { logValuesE } from "../tests/values.js";
import type { Pair } from "./counterparts.js";
import type { Faces, Folded } from "./folds.js";

/** ln of the e-value that signs have to reach: one in a million. */
const SIGNS_MIN = Math.log(1e6);
const VALUES_MAX = 1 << 19;
const ROWS_MAX = 128;
const REPEATS_MAX = 16_384;

export interface Answers {
  /** Of values of the matching view over pairs of the testing view. */
  likeness: number;
  /** Why the likeness is not the copy's; null where nothing explains it. */
  explained: "signs" | "structure" | "repeats" | null;
  /** Either side's rows look like a draw that nobody trained. */
  drawn: boolean;
}

/** Of a pair of blocks whose units agree. */
export async function asked(
  { byTesting }: Pair,
  [a, b]: readonly [Folded, Folded],
  faces: Faces,
  compute: Compute,
): Promise<Answers> {
  const columns = faces.matching.columns?.length ?? a.scales.length;
  const pairs = byTesting.slice(0, Math.min(ROWS_MAX, Math.floor(VALUES_MAX / a.scales.length)));
  const units = [pairs.map(([own]) => own), pairs.map(([, other]) => other)] as const;
  const view = (side: Folded, rows: readonly number[], which: "matching" | "testing") =>
    valuesOf(side, rows, faces, which, compute);
  const [x, y] = await Promise.all([view(a, units[0], "matching"), view(b, units[1], "matching")]);
  const [u, v] = await Promise.all([view(a, units[0], "testing"), view(b, units[1], "testing")]);
  const width = faces.testing.columns?.length ?? a.scales.length;
  const drawn =
    pairs.length === 0 ||
    looksDrawn(x, columns) ||
    looksDrawn(y, columns) ||
    looksDrawn(u, width) ||
    looksDrawn(v, width);
  const { products, features } = innerProducts(x, y, columns);
  const likeness = products.reduce((sum, p) => sum + p, 0) / Math.max(1, products.length);
  const explained = await explanation();
  return { likeness, explained, drawn };

  async function explanation(): Promise<Answers["explained"]> {
    if (logValuesE([{ units: products, features }], "units and features") < SIGNS_MIN) return "signs";
    if (!(await agreeBeyondStructure(x, y, columns, compute))) return "structure";
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

/** The listed rows over the view's columns, each column at one length. */
async function valuesOf(
  { block, scales }: Folded,
  rows: readonly number[],
  faces: Faces,
  which: "matching" | "testing",
  compute: Compute,
): Promise<Float32Array> {
  const { part, columns } = faces[which];
  const runs = rows.map((start) => ({ start, count: 1 }));
  const stored = await compute.rows({ matrix: block.mlp[part]!.matrix, runs });
  const all = scales.length;
  const list = columns ?? Uint32Array.from({ length: all }, (_, c) => c);
  const out = new Float32Array(rows.length * list.length);
  for (let r = 0; r < rows.length; r++)
    for (let c = 0; c < list.length; c++) out[r * list.length + c] = stored[r * all + list[c]!]! * scales[list[c]!]!;
  return out;
}
