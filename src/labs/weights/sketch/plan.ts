/**
 * What a sketch holds: for each layer, folds of the rows that the exact test would look at, chosen from the seed and
 * the model's own sizes before any weight is read. Gate and up rows for the MLP's hidden units, value rows for the
 * value dimensions. What the test does not read is not disclosed: no down, no queries or keys, no embeddings (an
 * embedding fold would name the model to whoever holds a public one, and residual labels never accuse alone).
 */

import { headSample, labelRuns, labelWindows } from "../../../alignment/sampling.js";
import type { Run } from "../../../kernels/row-order.js";
import { rowCount } from "../../../kernels/row-source.js";
import type { Model, Role } from "../../../model/model.js";
import { HEADS_SAMPLED, LABELS_MAX, LABELS_SAMPLED, LABELS_WINDOW, WIDTH } from "../method.js";

/** Widths are powers of two, so that the wider of two sketches can be folded to the other's width. */
export const WIDTHS: readonly number[] = [8, 16, 32, 64, WIDTH];

/** At most half of a row's numbers: below full rank a fold cannot be undone. */
export function widthDefault(hidden: number): number {
  return WIDTHS.findLast((w) => 2 * w <= hidden) ?? WIDTHS[0]!;
}

/** One matrix of a sketch: the rows of which the folds are held. */
export interface Planned {
  /** Canonical name, e.g. layers.3.mlp.up. */
  name: string;
  role: Role;
  layer: number;
  /** Of the whole matrix. */
  rows: number;
  columns: number;
  /** Which part of a unit's sketch it is (its own signs). */
  part: number;
  runs: readonly Run[];
}

/** The sizes that settle the plan; a sketch's header states them. */
export interface Sizes {
  hidden: number;
  gated: boolean;
  /** Hidden units of each layer. */
  mlpHidden: number[];
  /** Both 0: not known, and then no value rows are held. */
  keyValueHeads: number;
  headDim: number;
}

/** Why no sketch can be made of a model whose parts were left out; null when one can. */
export function unsketched(model: Model): string | null {
  const gated = model.tensors.has("layers.0.mlp.gate");
  for (let l = 0; l < model.layers; l++) {
    if (!model.tensors.has(`layers.${l}.mlp.up`)) return `layer ${l} has no MLP that is read`;
    if (model.tensors.has(`layers.${l}.mlp.gate`) !== gated) return `the MLP of layer ${l} is not as that of layer 0`;
  }
  return null;
}

/** Of a model that can be sketched. */
export function sizesOf(model: Model): Sizes {
  const layers = Array.from({ length: model.layers }, (_, l) => l);
  const values = model.keyValueHeads * model.headDim;
  const heads = layers.every((l) => model.tensors.get(`layers.${l}.attention.v`)?.matrix.rows === values);
  return {
    hidden: model.hidden,
    gated: model.tensors.has("layers.0.mlp.gate"),
    mlpHidden: layers.map((l) => model.tensors.get(`layers.${l}.mlp.up`)!.matrix.rows),
    keyValueHeads: heads ? model.keyValueHeads : 0,
    headDim: heads ? model.headDim : 0,
  };
}

/**
 * @param sizes of the model, from its header alone @returns tensors and runs of rows in the order in which they lie in
 * the file
 */
export function planOf(sizes: Sizes, seed: string, rows: "sampled" | "all"): Planned[] {
  const { hidden, gated, keyValueHeads, headDim } = sizes;
  const heads = headSample(keyValueHeads, rows === "all" ? keyValueHeads : HEADS_SAMPLED, seed);
  const valueRuns = heads.map((h) => ({ start: h * headDim, count: headDim }));
  return sizes.mlpHidden.flatMap((units, layer): Planned[] => {
    const runs = rows === "all" ? labelRuns(units, LABELS_MAX, seed) : unitRuns(units, seed);
    const unit = (role: Role, part: number) => {
      return { name: `layers.${layer}.${role}`, role, layer, rows: units, columns: hidden, part, runs };
    };
    const mlp = gated ? [unit("mlp.gate", 0), unit("mlp.up", 1)] : [unit("mlp.up", 0)];
    if (keyValueHeads === 0 || headDim === 0) return mlp;
    const value = { role: "attention.v" as const, layer, rows: keyValueHeads * headDim, columns: hidden, part: 0 };
    return [...mlp, { ...value, name: `layers.${layer}.attention.v`, runs: valueRuns }];
  });
}

/**
 * What a partner of the same number of units is examined on, and what a partner of another number is (mlp-axis.ts):
 * neither depends on the partner otherwise.
 */
function unitRuns(units: number, seed: string): Run[] {
  const wanted = [...labelRuns(units, LABELS_SAMPLED, seed), ...labelWindows(units, LABELS_WINDOW)];
  const out: Run[] = [];
  for (const { start, count } of wanted.sort((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    const end = last ? last.start + last.count : -1;
    if (last && start <= end) last.count = Math.max(end, start + count) - last.start;
    else out.push({ start, count });
  }
  return out;
}

/** Folds held in all. */
export function plannedRows(plan: readonly Planned[]): number {
  return plan.reduce((sum, { runs }) => sum + rowCount(runs), 0);
}
