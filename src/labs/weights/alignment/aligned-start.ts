/**
 * Could something but a copy have made what agrees after alignment? One default seed: a tool that turns a residual stream or
 * sorts units does so to whoever uses it, and two who began from one seed have one draw to be turned back to. Or hidden
 * states: who is trained to reproduce another's, or two who are to a third's, come to have units alike, each from a draw of
 * its own, and a student may have fewer layers than its teacher. Both leave units alike and neither model whole in the other.
 */
import type { Compute } from "../../../kernels/compute.js";
import { type Dense, padded, timesTransposed } from "../../../kernels/rotation/dense.js";
import { looksDrawn } from "../tests/looks-drawn.js";
import { type HeldLayer, inPlaceOf, ROWS_HELD, type TurnedStart, turnedStart } from "../tests/turned-start.js";
import { agreeingUnits, type LayerPair } from "./agreement.js";
import type { CanonicalModel } from "./canonical.js";

interface Models {
  reference: CanonicalModel;
  suspect: CanonicalModel;
}

/** What was asked, and whether one seed could have made it: layers of equal number and width answer to each other. */
export interface AlignedStart extends TurnedStart {
  inPlace: boolean;
}

/**
 * Layers of other numbers and widths are asked the same: machines of a pipeline draw from seeds of their own, and narrower
 * models may be cut from one table.
 * @param found layer pairs whose units agree beyond the test's α, as the canonical models number them
 * @param numbers of their layers in the models' own files
 */
export async function alignedStart(
  models: Models,
  rotation: Dense,
  found: readonly LayerPair[],
  numbers: readonly [readonly number[], readonly number[]],
  compute: Compute,
): Promise<AlignedStart> {
  const { reference, suspect } = models;
  const numbered = found.map((pair) => ({
    pair,
    numbers: [numbers[0][pair.referenceLayer]!, numbers[1][pair.suspectLayer]!] as const,
  }));
  const inPlace = inPlaceOf(numbered, reference.hidden === suspect.hidden);
  const answered = new Set(numbered.map((layer) => layer.numbers[0]));
  const inPart = answered.size < Math.min(reference.layers.length, suspect.layers.length);
  const held: HeldLayer[] = [];
  for (const { pair } of inPlace ?? numbered) {
    const layer = await heldLayer(models, rotation, pair, compute);
    // A public draw that some layers were frozen at stands in both.
    if (inPlace && inPart && ((await layer.areUntrained(0)) || (await layer.areUntrained(1)))) continue;
    held.push(layer);
  }
  return { ...(await turnedStart(held, compute, { wholeRows: true })), inPlace: inPlace !== null };
}

async function heldLayer(models: Models, rotation: Dense, pair: LayerPair, compute: Compute): Promise<HeldLayer> {
  const [a, b] = [models.reference.layers[pair.referenceLayer]!, models.suspect.layers[pair.suspectLayer]!];
  const units = (await agreeingUnits(models, rotation, pair, compute)).slice(0, ROWS_HELD);
  const columns = rotation.rows;
  const [mine, theirs] = [units.map(([own]) => own), units.map(([, other]) => other)];
  const inBasis = (rows: Dense) => padded(rows, rows.rows, columns);
  const sides = [
    { gate: picked(a.long, mine), up: picked(a.mlp.up, mine) },
    { gate: picked(b.long, theirs), up: picked(b.mlp.up, theirs) },
  ] as const;
  return {
    rows: {
      x: Float32Array.from(inBasis(sides[0].gate).data),
      y: Float32Array.from(timesTransposed(inBasis(sides[1].gate), rotation).data),
      columns,
    },
    areUntrained: async (side) =>
      [sides[side].gate, sides[side].up].some((rows) => looksDrawn(Float32Array.from(rows.data), rows.columns)),
  };
}

function picked({ columns, data }: Dense, rows: readonly number[]): Dense {
  const out = new Float64Array(rows.length * columns);
  for (const [at, r] of rows.entries()) out.set(data.subarray(r * columns, (r + 1) * columns), at * columns);
  return { rows: rows.length, columns, data: out };
}
