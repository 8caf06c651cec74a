/** A claimant's initial MLP rows in memory, and whether what is shown can be a draw of normal numbers at all. */

import { type Dense, transpose } from "../../../kernels/rotation/dense.js";
import type { CanonicalTensor, Model } from "../../../model/model.js";
import type { MlpRows } from "../alignment/canonical.js";

type Load = (tensor: CanonicalTensor) => Promise<Float32Array>;

/** Gate and up by rows, down by columns; no gains are folded, since initialisation sets them to one. */
export async function initRowsOf(init: Model, load: Load): Promise<MlpRows[]> {
  const read = async (name: string): Promise<Dense> => {
    const tensor = init.tensors.get(name)!;
    return {
      rows: tensor.matrix.rows,
      columns: tensor.matrix.columns,
      data: Float64Array.from(await load(tensor)),
    };
  };
  const out: MlpRows[] = [];
  for (let l = 0; l < init.layers; l++)
    out.push({
      gate: await read(`layers.${l}.mlp.gate`),
      up: await read(`layers.${l}.mlp.up`),
      down: transpose(await read(`layers.${l}.mlp.down`)),
    });
  return out;
}

/** Moments of one tensor's values, in units in which a normal draw of that size has mean 0 and standard error 1. */
export interface Normality {
  tensor: string;
  values: number;
  standardDeviation: number;
  /** (mean / sd) √n, and excess kurtosis / √(24 / n). */
  meanScore: number;
  kurtosisScore: number;
  kurtosis: number;
}

/** A score beyond this has probability below 10^-9 a tensor for a normal draw; uniform draws reach it with 600 values. */
const SCORE_MAX = 6.2;

/**
 * Standard deviation, mean and excess kurtosis of one tensor, the last two as z scores of a normal sample of its size.
 */
export function normalityOf(tensor: string, values: Float32Array): Normality {
  const n = values.length;
  let mean = 0;
  for (const x of values) mean += x / n;
  let [m2, m4] = [0, 0];
  for (const x of values) {
    const square = (x - mean) * (x - mean);
    m2 += square / n;
    m4 += (square * square) / n;
  }
  const kurtosis = m2 > 0 ? m4 / (m2 * m2) - 3 : Number.NaN;
  const standardDeviation = Math.sqrt(m2);
  const round = (x: number) => Math.round(x * 1e6) / 1e6 + 0;
  return {
    tensor,
    values: n,
    standardDeviation: round(standardDeviation),
    meanScore: round((mean / standardDeviation) * Math.sqrt(n)),
    kurtosisScore: round(kurtosis / Math.sqrt(24 / n)),
    kurtosis: round(kurtosis),
  };
}

/** The sentence why values are no normal draw; null when nothing speaks against it. */
export function notNormal(list: readonly Normality[]): string | null {
  const wrong = list.find((x) => !(Math.abs(x.meanScore) <= SCORE_MAX && Math.abs(x.kurtosisScore) <= SCORE_MAX));
  if (!wrong) return null;
  return `${wrong.tensor} has mean score ${wrong.meanScore} and excess kurtosis ${wrong.kurtosis}, which no draw of ${wrong.values} independent normal numbers has`;
}
