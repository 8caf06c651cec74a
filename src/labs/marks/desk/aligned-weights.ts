/**
 * A disguised suspect's matrices brought back to where the original has them, for the leak test: the residual stream
 * turned back through the embeddings of shared tokens (the weights laboratory's Procrustes start), norm gains taken out,
 * hidden units of each MLP put back in order and scaled back. Attention is left out: its heads' insides can be mixed.
 * The key has no part in it, so an innocent's law stays as it is. It asks for dense MLPs with gates, a norm before each,
 * layers in their own order and a width of at most 1,024; anything else is null.
 */

import { procrustesStart } from "../../../alignment/procrustes.js";
import { sharedTokens, TOKENS_PAIRED } from "../../../alignment/shared-tokens.js";
import { ComputePool } from "../../../host/model/compute-pool.js";
import { openModel } from "../../../host/model/open-model.js";
import { type Dense, timesTransposed, transpose, unitRows } from "../../../kernels/rotation/dense.js";
import type { Model } from "../../../model/model.js";

/** Plain loops over f64: wider residual streams and MLPs take too long. */
const WIDTH_MAX = 1024;
const UNITS_MAX = 4096;
/** A unit that looks like none of the original's (a random row has a cosine near 0) is left as the original has it. */
const COSINE_MIN = 0.5;

export interface AlignedTensor {
  /** As stored in the original's file. */
  name: string;
  original: Float32Array;
  suspect: Float32Array;
}

/** null where the pair cannot be aligned this way. */
export async function alignedTensors(original: string, suspect: string, seed: string): Promise<AlignedTensor[] | null> {
  const [ours, theirs] = await Promise.all([openModel(original), openModel(suspect)]);
  if (ours.reading.kind !== "model" || theirs.reading.kind !== "model") return null;
  const [a, b] = [ours.reading.model, theirs.reading.model];
  const wide = a.hidden > WIDTH_MAX || a.mlpHidden > UNITS_MAX;
  if (wide || a.hidden !== b.hidden || a.layers !== b.layers || a.sketch || b.sketch) return null;
  if ([a, b].some(({ config }) => config.modelType?.startsWith("gemma"))) return null;
  const pool = new ComputePool(1);
  try {
    const read = async (model: Model, name: string): Promise<Dense | null> => {
      const tensor = model.tensors.get(name);
      if (!tensor) return null;
      const { rows, columns } = tensor.matrix;
      return { rows, columns, data: Float64Array.from(await pool.load(tensor.matrix)) };
    };
    const [embedA, embedB] = [await read(a, "embed"), await read(b, "embed")];
    if (!embedA || !embedB) return null;
    const vocabularies = { reference: ours.vocabulary, suspect: theirs.vocabulary };
    const tokens = sharedTokens(vocabularies, a.vocabulary, b.vocabulary, TOKENS_PAIRED, seed);
    const rotation = procrustesStart(embedA, embedB, tokens, a.hidden, seed);
    if (!rotation) return null;
    const turned = (m: Dense) => timesTransposed(m, rotation);
    const everyToken = sharedTokens(
      vocabularies,
      a.vocabulary,
      b.vocabulary,
      Math.max(a.vocabulary, b.vocabulary),
      seed,
    );
    const out: AlignedTensor[] = [];
    const add = (name: string, mine: Dense, back: Dense) => {
      const tensor = a.tensors.get(name)!;
      out.push({
        name: tensor.sourceName,
        original: Float32Array.from(mine.data),
        suspect: Float32Array.from(back.data),
      });
    };
    const byTokens = (mine: Dense, other: Dense): Dense => {
      const rows = new Int32Array(mine.rows).fill(-1);
      for (const { reference, suspect: row } of everyToken.rows) rows[reference] = row;
      return inOrder(mine, other, rows);
    };
    add("embed", embedA, byTokens(embedA, turned(embedB)));
    const [normA, normB] = [await read(a, "norm"), await read(b, "norm")];
    const [headA, headB] = a.tied || b.tied ? [null, null] : [await read(a, "output"), await read(b, "output")];
    if (headA && headB && normA && normB) {
      const back = withoutGain(turned(withGain(headB, normB)), normA);
      add("output", headA, byTokens(headA, back));
    }
    for (let l = 0; l < a.layers; l++) {
      const part = async (model: Model, role: string) => read(model, `layers.${l}.${role}`);
      const [gainA, gainB] = [await part(a, "norm.mlp"), await part(b, "norm.mlp")];
      const [gateA, gateB] = [await part(a, "mlp.gate"), await part(b, "mlp.gate")];
      const [upA, upB] = [await part(a, "mlp.up"), await part(b, "mlp.up")];
      const [downA, downB] = [await part(a, "mlp.down"), await part(b, "mlp.down")];
      if (!gainA || !gainB || !gateA || !gateB || !upA || !upB || !downA || !downB) return null;
      const back = (m: Dense) => withoutGain(turned(withGain(m, gainB)), gainA);
      const gate = back(gateB);
      const units = counterparts(gateA, gate);
      add(`layers.${l}.mlp.gate`, gateA, inOrder(gateA, gate, units));
      add(`layers.${l}.mlp.up`, upA, scaledTo(upA, inOrder(upA, back(upB), units)));
      const columns = transpose(downA);
      add(
        `layers.${l}.mlp.down`,
        downA,
        transpose(scaledTo(columns, inOrder(columns, turned(transpose(downB)), units))),
      );
    }
    return out;
  } finally {
    await pool.close();
  }
}

/** W·diag(gain). */
function withGain(w: Dense, gain: Dense): Dense {
  return { ...w, data: w.data.map((x, i) => x * gain.data[i % w.columns]!) };
}

/** A gain of nought carried nothing: what stands there stays nought. */
function withoutGain(w: Dense, gain: Dense): Dense {
  return { ...w, data: w.data.map((x, i) => (gain.data[i % w.columns] === 0 ? 0 : x / gain.data[i % w.columns]!)) };
}

/** For each row of the original the row of the suspect most like it, each taken once; −1 for none. */
function counterparts(mine: Dense, other: Dense): Int32Array {
  const likeness = timesTransposed(unitRows(mine), unitRows(other));
  const out = new Int32Array(mine.rows).fill(-1);
  for (let r = 0; r < mine.rows; r++) {
    const row = likeness.data.subarray(r * other.rows, (r + 1) * other.rows);
    let best = 0;
    for (let c = 1; c < row.length; c++) if (row[c]! > row[best]!) best = c;
    if (!(row[best]! >= COSINE_MIN)) continue;
    let mutual = true;
    for (let k = 0; k < mine.rows && mutual; k++)
      if (likeness.data[k * other.rows + best]! > row[best]!) mutual = false;
    if (mutual) out[r] = best;
  }
  return out;
}

/** The suspect's rows where the original has their counterparts; the original's own where there is none. */
function inOrder(mine: Dense, other: Dense, rows: Int32Array): Dense {
  const data = mine.data.slice();
  const n = mine.columns;
  for (const [r, from] of rows.entries()) if (from >= 0) data.set(other.data.subarray(from * n, (from + 1) * n), r * n);
  return { rows: mine.rows, columns: n, data };
}

/** Each row by the factor that brings it nearest to the original's. */
function scaledTo(mine: Dense, rows: Dense): Dense {
  const data = rows.data.slice();
  const n = mine.columns;
  for (let r = 0; r < mine.rows; r++) {
    let [cross, own] = [0, 0];
    for (let c = r * n; c < (r + 1) * n; c++) {
      cross += data[c]! * mine.data[c]!;
      own += data[c]! * data[c]!;
    }
    const factor = own > 0 ? cross / own : 1;
    for (let c = r * n; c < (r + 1) * n; c++) data[c]! *= factor;
  }
  return { ...rows, data };
}
