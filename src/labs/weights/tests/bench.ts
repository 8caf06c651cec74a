/** What is set against what: two models on the bench, and the plan of one axis, known before any weight is read. */
import type { Compute, SketchJob } from "../../../kernels/compute.js";
import type { Run } from "../../../kernels/row-order.js";
import type { Model, Vocabulary } from "../../../model/model.js";
import type { Settings } from "../method.js";
import type { Work } from "../work.js";
import type { BlockAxis, Place } from "./block-axis.js";

/** A pair of models under examination, and what carries out the work. */
export interface Bench {
  reference: Model;
  suspect: Model;
  vocabularies: { reference: Vocabulary | null; suspect: Vocabulary | null };
  settings: Settings;
  compute: Compute;
  work: Work;
}

/** What is looked at of a block, from sizes and the seed alone. */
export interface Look {
  groups: number;
  /** Parts of a sketch, side by side, and the width of each. */
  parts: number;
  width: number;
  /** Labels of a block set against one of `other` units a group. */
  runs(units: number, other: number): Run[];
  job(side: "reference" | "suspect", place: Place, runs: Run[]): SketchJob;
}

export interface Plan {
  axis: BlockAxis;
  as: readonly Place[];
  bs: readonly Place[];
  scan: Look;
  /** Null where the scan looks at everything already. */
  test: Look | null;
  /** Pairs tested at the most. */
  testedMax: number;
}
