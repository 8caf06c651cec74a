/**
 * What the exact tests ask of blocks whose units agree, asked of units that were paired by the testing view alone, along
 * the directions that tokens give: do values of the matching view agree, in sign beyond chance and beyond what means and
 * common directions make; and were the rows trained, which a rotation does not change. Of units that both views pair:
 * could one draw have made them? A copy holds all of its origin; of two runs from one draw neither holds the other
 * (tests/common-start.ts). Gains say nothing here: whoever turns a stream folds them away.
 */
import type { Compute } from "../../../kernels/compute.js";
import type { StoredMatrix } from "../../../kernels/row-source.js";
import type { Pair } from "../permuted/counterparts.js";
import { agreeBeyondStructure } from "../tests/beyond-structure.js";
import { looksDrawn } from "../tests/looks-drawn.js";
import { type HeldLayer, inPlaceOf, ROWS_HELD, type TurnedStart, turnedStart } from "../tests/turned-start.js";
import { logValuesE } from "../tests/values.js";
import { columnsOf, type Viewed } from "./views.js";

/** ln of the e-value that signs have to reach: one in a million. */
const SIGNS_MIN = Math.log(1e6);
/** Rows, and values of stored rows, that are looked at. */
const ROWS_MAX = 128;
const VALUES_MAX = 1 << 19;

export interface Answers {
  /** Of values of the matching view over pairs of the testing view. */
  likeness: number;
  /** Why the likeness is not the copy's; null where nothing explains it. */
  explained: "signs" | "structure" | null;
  /** Either side's rows look like a draw that nobody trained. */
  drawn: boolean;
}

type Both = readonly [Viewed, Viewed];

/** Of a pair of blocks whose units agree. */
export async function asked(
  { byTesting }: Pair,
  sides: Both,
  widths: readonly [number, number],
  gated: boolean,
  compute: Compute,
): Promise<Answers> {
  const most = Math.min(ROWS_MAX, Math.floor(VALUES_MAX / Math.max(...widths)));
  const pairs = byTesting.slice(0, most);
  const units = [pairs.map(([own]) => own), pairs.map(([, other]) => other)] as const;
  const [x, y] = await Promise.all([
    seen(sides[0], units[0], "matching", gated, compute),
    seen(sides[1], units[1], "matching", gated, compute),
  ]);
  const drawn =
    pairs.length === 0 || (await Promise.all([0, 1].map((s) => areDrawn(sides[s]!, units[s]!, compute)))).some(Boolean);
  const [from, to] = columnsOf("matching", sides[0], gated);
  const { products, features } = innerProducts(x, y, to - from);
  const likeness = products.reduce((sum, p) => sum + p, 0) / Math.max(1, products.length);
  if (logValuesE([{ units: products, features }], "units and features") < SIGNS_MIN)
    return { likeness, explained: "signs", drawn };
  const beyond = await agreeBeyondStructure(x, y, to - from, compute);
  return { likeness, explained: beyond ? null : "structure", drawn };
}

/**
 * Could one draw have made what agrees, turned by one side afterwards? Null where it could not.
 * @param layers pairs of blocks whose units agree, with the layers' numbers
 */
export async function startSeen(
  layers: readonly { sides: Both; numbers: readonly [number, number]; both: Pair["both"]; drawn: boolean }[],
  oneWidth: boolean,
  compute: Compute,
): Promise<TurnedStart | null> {
  const inPlace = inPlaceOf(layers, oneWidth);
  if (inPlace === null) return null;
  const held: HeldLayer[] = [];
  for (const { sides, both, drawn } of inPlace) {
    if (drawn) continue;
    const pairs = both.slice(0, ROWS_HELD);
    const units = (at: 0 | 1) => pairs.map((pair) => pair[at]);
    const part = (at: 0 | 1) => along(sides[at], sides[at].block.mlp.gate ? "gate" : "up", units(at), compute);
    const [x, y] = await Promise.all([part(0), part(1)]);
    const columns = sides[0].along.n;
    held.push({ rows: { x, y, columns }, areUntrained: (at: 0 | 1) => areDrawn(sides[at], units(at), compute) });
  }
  return turnedStart(held, compute);
}

/** The listed units in one view, as long as they are. */
async function seen(
  side: Viewed,
  units: readonly number[],
  view: "matching" | "testing",
  gated: boolean,
  compute: Compute,
): Promise<Float32Array> {
  const all = await along(side, gated && view === "matching" ? "gate" : "up", units, compute);
  const [from, to] = columnsOf(view, side, gated);
  const { n } = side.along;
  const out = new Float32Array(units.length * (to - from));
  for (let r = 0; r < units.length; r++) out.set(all.subarray(r * n + from, r * n + to), r * (to - from));
  return out;
}

async function along(
  { block, along: directions }: Viewed,
  part: "gate" | "up",
  units: readonly number[],
  compute: Compute,
) {
  const runs = units.map((start) => ({ start, count: 1 }));
  return (await compute.project({ part: { matrix: block.mlp[part]!.matrix, runs }, directions })).data;
}

/** Of stored rows: what training made of them stands out however the stream is turned. */
async function areDrawn({ block }: Viewed, units: readonly number[], compute: Compute): Promise<boolean> {
  const { gate, up } = block.mlp;
  for (const tensor of [gate, up]) {
    if (tensor === null) continue;
    const { matrix }: { matrix: StoredMatrix } = tensor;
    const rows = await compute.rows({ matrix, runs: units.map((start) => ({ start, count: 1 })) });
    if (looksDrawn(rows, matrix.columns)) return true;
  }
  return false;
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
