/**
 * The numbers of the alignment and how large a model it takes.
 */
import type { Model } from "../../../model/model.js";

/** Random mixes tried for a start, whole model and layer by layer (the latter many times over, so fewer). */
export const MIXES_WHOLE = 12;
export const MIXES_LAYER = 6;
/** Steps of the climb: a trial tells starts apart, the full climb settles. */
export const STEPS_TRIAL = 5;
export const STEPS_WHOLE = 60;
export const STEPS_LAYER = 20;
/** Both ways of aligning are looked at, so the scan is paid for twice. */
export const MODES = 2;

/** Above this width one step takes a quarter of a second in fixed-order f64, and a finding many minutes. */
export const HIDDEN_MAX = 256;
/** Values of one tensor held at once: 128 MiB as f64. */
export const TENSOR_VALUES_MAX = 16 * 1024 * 1024;
/** All units of two layers are set against each other; more would take a minute a layer pair. */
export const UNITS_MAX = 4096;
/** d³ × layer pairs: beyond this aligning layer by layer would take more than about five minutes. */
export const LAYER_WORK_MAX = 2 ** 29;

/** Why the pair is too large to be aligned; null when it is not. */
export function tooLarge(...models: readonly Model[]): string | null {
  for (const model of models) {
    if (model.hidden > HIDDEN_MAX) return `residual width ${model.hidden} is above ${HIDDEN_MAX}`;
    for (const { matrix, role, name } of model.tensors.values()) {
      if (matrix.rows * matrix.columns > TENSOR_VALUES_MAX) return `${name} has more than ${TENSOR_VALUES_MAX} values`;
      if (role === "mlp.gate" && matrix.rows > UNITS_MAX) return `${name} has more than ${UNITS_MAX} units`;
    }
  }
  return null;
}
