/**
 * The numbers of the aligned method, and how large a model it takes. A change of any of them is a new version.
 */
import type { Model } from "../../../model/model.js";
import { LABELS_MIN } from "../method.js";

export const ALIGNED_METHOD_ID = "weights/aligned-units";
/**
 * Version 2 asks of pairs beyond α whether one default seed could have made what agrees (aligned-start.ts); version 3 also
 * where layers of other numbers or of other widths answer, whether hidden states that were learned could have; version 4
 * what the one lacks of the other where rows are nearly the same, and of layers of other numbers whether they were trained.
 */
export const ALIGNED_METHOD_VERSION = "5";

export const ALIGNMENT_MODES = ["shared tokens", "blind", "blind, without embeddings", "layer pair"] as const;
export type AlignmentMode = (typeof ALIGNMENT_MODES)[number];

/** Random mixes of an attempt from which the best signed start is taken. */
export const MIXES_WHOLE = 8;
export const MIXES_LAYER = 4;
/** Steps of the climb: whole model; a trial of a layer pair, and its rest where the trial fits well. */
export const STEPS_WHOLE = 100;
export const STEPS_TRIAL = 6;
export const STEPS_LAYER = 40;
/** Blind attempts on the whole model from starts of their own: a heavily trained child is found by some of them. */
export const BLIND_ATTEMPTS = 2;
/** Every way of aligning that is looked at: shared tokens, blind ones, without embeddings, a layer pair, its spread. */
export const LOOKS = BLIND_ATTEMPTS + 4;
/** Sharpness β of the soft assignment, geometric: first blurred enough to move, last sharp enough to decide. */
export const SHARPNESS_TOKENS = geometric(8, 20, 24);
export const SHARPNESS_UNITS = geometric(12, 40, 25);
export const SHARPNESS_LAST = geometric(20, 40, 8);
/** Token rows that guide, those of the largest norms: the suspect's counterparts may rank a little elsewhere. */
export const TOKENS_REFERENCE = 1024;
export const TOKENS_SUSPECT = 2048;

/** Above this width an alignment takes minutes. */
const HIDDEN_MAX = 512;
/** Values of one tensor held at once: 128 MiB as f64. */
const TENSOR_VALUES_MAX = 16 * 1024 * 1024;
/** Values of all MLPs and embeddings of one side held at once: 1 GiB as f64. */
const MODEL_VALUES_MAX = 128 * 1024 * 1024;
/** All units of two layers are set against each other; more would take a minute a layer pair. */
const UNITS_MAX = 4096;
/** Layer pairs times d³: beyond this aligning layer by layer would take more than about five minutes. */
export const LAYER_WORK_MAX = 2 ** 31;
/** Layer pairs whose units are set against each other. */
const LAYER_PAIRS_MAX = 4096;

/**
 * How large the study's models are, doubled: independent models agree on pairings that they learned, the more the
 * larger and longer trained they are, so nothing is claimed far beyond what was measured.
 */
const STUDIED_HIDDEN_MAX = 192;
export const STUDIED_UNITS_MAX = 576;

/** What is left of a side once padding is taken off: residual width, and hidden units of its largest MLP. */
export interface AlignedSize {
  hidden: number;
  units: number;
}

/** Why the pair lies outside the class that the study speaks for; null when inside. */
export function beyondStudy(reference: AlignedSize, suspect: AlignedSize): string | null {
  const hidden = Math.max(reference.hidden, suspect.hidden);
  const units = Math.max(reference.units, suspect.units);
  if (hidden > STUDIED_HIDDEN_MAX)
    return `residual width ${hidden}; the aligned method's study speaks for at most ${STUDIED_HIDDEN_MAX}`;
  if (units > STUDIED_UNITS_MAX)
    return `${units} hidden units a layer; the aligned method's study speaks for at most ${STUDIED_UNITS_MAX}`;
  return null;
}

/** Layers with one gated MLP of a size that can be set against another; the others are left out. */
export function alignableLayers({ layers, tensors }: Model): number[] {
  return Array.from({ length: layers }, (_, l) => l).filter((layer) => {
    const units = tensors.get(`layers.${layer}.mlp.gate`)?.matrix.rows ?? 0;
    const whole = ["up", "down"].every((part) => tensors.has(`layers.${layer}.mlp.${part}`));
    return whole && units >= LABELS_MIN && units <= UNITS_MAX;
  });
}

/** Why the pair cannot be aligned; null when it can. */
export function notAlignable(reference: Model, suspect: Model): string | null {
  for (const model of [reference, suspect]) {
    if (alignableLayers(model).length === 0)
      return `no layer has a single gated MLP of at most ${UNITS_MAX} units, and so no gate-up pairing to test`;
    if (!model.tensors.has("embed")) return "a model has no embedding that is read";
  }
  if (alignableLayers(reference).length * alignableLayers(suspect).length > LAYER_PAIRS_MAX)
    return `more than ${LAYER_PAIRS_MAX} pairs of layers`;
  return tooLarge(reference, suspect);
}

/** Why one of the models is too large to be aligned; null when none is. */
export function tooLarge(...models: readonly Model[]): string | null {
  for (const model of models) {
    if (model.hidden > HIDDEN_MAX) return `residual width ${model.hidden} is above ${HIDDEN_MAX}`;
    let values = 0;
    const layers = new Set(alignableLayers(model));
    for (const { matrix, name, layer } of model.tensors.values()) {
      if (layer !== null && !layers.has(layer)) continue;
      const size = matrix.rows * matrix.columns;
      values += size;
      if (size > TENSOR_VALUES_MAX) return `${name} has more than ${TENSOR_VALUES_MAX} values`;
    }
    if (values > MODEL_VALUES_MAX) return `a model has more than ${MODEL_VALUES_MAX} values`;
  }
  return null;
}

function geometric(first: number, last: number, count: number): readonly number[] {
  // Products only: the same bits everywhere, whatever a library makes of a power.
  const ratio = nthRoot(last / first, count - 1);
  const out = [first];
  while (out.length < count) out.push(out[out.length - 1]! * ratio);
  return out.map(Math.fround);
}

/** By bisection, for x above 1. */
function nthRoot(x: number, n: number): number {
  let [low, high] = [1, x];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    let power = 1;
    for (let i = 0; i < n; i++) power *= middle;
    if (power < x) low = middle;
    else high = middle;
  }
  return low;
}
