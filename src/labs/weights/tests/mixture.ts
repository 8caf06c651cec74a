/**
 * Is a model two others put together? Layer by layer, how much of the first rows of its MLPs is one model's, how much the
 * other's, and how much neither's (least squares; each column with the gain before it). A common start can make a model
 * like one that nobody copied; it has one start, and cannot be like two that started apart.
 */
import type { Compute } from "../../../kernels/compute.js";
import type { Model } from "../../../model/model.js";

/** Rows of a layer: as many as the question of a common start reads. */
const ROWS = 256;
/** Squared cosine from which two models are not taken to have started apart; strangers' rows are below one in a hundred. */
const APART_MAX = 0.1;
/** A model that one of the two leaves less of than this needs no second. */
const ALONE_MIN = 0.1;
/** Of what the nearer one leaves, so much is left at most by both: unrelated models take away next to nothing. */
const TOGETHER_MAX = 0.5;

export interface Mixture {
  /** Median over layers of what the model holds of each, one being the whole of it. */
  shares: [number, number];
  /** Of the squared length of its rows: what neither holds, and what the nearer one alone leaves. */
  left: number;
  leftAlone: number;
  layers: number;
}

type Rows = Pick<Compute, "rows" | "load">;

/** @returns null where the two are not of two starts, where one is enough, or both leave as much as the nearer one */
export async function mixtureOf(model: Model, parts: readonly [Model, Model], compute: Rows): Promise<Mixture | null> {
  const shares: [number[], number[]] = [[], []];
  let [whole, left] = [0, 0];
  const alone: [number, number] = [0, 0];
  let [pp, qq, pq] = [0, 0, 0];
  const layers = Math.min(model.layers, parts[0].layers, parts[1].layers);
  let read = 0;
  for (let layer = 0; layer < layers; layer++) {
    const rows = await Promise.all([model, ...parts].map((one) => firstRows(one, layer, compute)));
    const [m, p, q] = rows;
    if (!m || !p || !q || m.length !== p.length || m.length !== q.length) continue;
    const fit = twoShares(m, p, q);
    if (fit === null) continue;
    read++;
    shares[0].push(fit.a);
    shares[1].push(fit.b);
    whole += fit.mm;
    left += fit.left;
    alone[0] += fit.alone[0];
    alone[1] += fit.alone[1];
    pp += fit.pp;
    qq += fit.qq;
    pq += fit.pq;
  }
  if (read === 0 || whole === 0) return null;
  const leftAlone = Math.min(...alone) / whole;
  const apart = (pq * pq) / (pp * qq) < APART_MAX;
  if (!apart || leftAlone < ALONE_MIN || left / whole > TOGETHER_MAX * leftAlone) return null;
  return {
    shares: [rounded(middle(shares[0])), rounded(middle(shares[1]))],
    left: rounded(left / whole),
    leftAlone: rounded(leftAlone),
    layers: read,
  };
}

interface Fit {
  a: number;
  b: number;
  mm: number;
  pp: number;
  qq: number;
  pq: number;
  /** Squared lengths of what both leave, and of what each alone leaves. */
  left: number;
  alone: [number, number];
}

/** Least squares of m on p and q; null where one of them is nought or they are one direction. */
function twoShares(m: Float32Array, p: Float32Array, q: Float32Array): Fit | null {
  let [mm, pp, qq, pq, mp, mq] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < m.length; i++) {
    mm += m[i]! ** 2;
    pp += p[i]! ** 2;
    qq += q[i]! ** 2;
    pq += p[i]! * q[i]!;
    mp += m[i]! * p[i]!;
    mq += m[i]! * q[i]!;
  }
  const determinant = pp * qq - pq * pq;
  if (!(determinant > 1e-9 * pp * qq)) return null;
  const a = (mp * qq - mq * pq) / determinant;
  const b = (mq * pp - mp * pq) / determinant;
  const left = Math.max(0, mm - a * mp - b * mq);
  return { a, b, mm, pp, qq, pq, left, alone: [mm - (mp * mp) / pp, mm - (mq * mq) / qq] };
}

/** The first rows that go up or gate, each column times its gain; null where the layer has none as a matrix. */
async function firstRows({ tensors }: Model, layer: number, compute: Rows): Promise<Float32Array | null> {
  const part = tensors.get(`layers.${layer}.mlp.gate`) ?? tensors.get(`layers.${layer}.mlp.up`);
  if (!part) return null;
  const { matrix } = part;
  const rows = await compute.rows({ matrix, runs: [{ start: 0, count: Math.min(ROWS, matrix.rows) }] });
  const gain = tensors.get(`layers.${layer}.norm.mlp`)?.matrix;
  if (gain?.columns !== matrix.columns) return rows;
  const gains = await compute.load(gain);
  return rows.map((value, i) => value * gains[i % matrix.columns]!);
}

/** The upper of the two in the middle, of an even number. */
function middle(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y)[values.length >> 1]!;
}

function rounded(x: number): number {
  return Number(x.toFixed(4)) + 0;
}
