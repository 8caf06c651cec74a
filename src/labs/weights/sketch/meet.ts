/**
 * Two sides of an examination of which one or both are sketches: whether their folds can meet at all, and what has to
 * be left out. A sketch holds what its own sizes call for; a partner of other sizes may ask for other rows.
 */

import { headSample } from "../../../alignment/sampling.js";
import { AssayError } from "../../../base/error.js";
import { heldRuns, type Run } from "../../../kernels/row-order.js";
import type { CanonicalTensor, Model } from "../../../model/model.js";
import { HEADS_SAMPLED, SEED_DEFAULT, type Settings } from "../method.js";

/**
 * A sketch fixes the seed of the examination. Absent sketches nothing changes.
 * @throws AssayError USAGE when two seeds meet, or more rows are asked for than a sketch holds
 */
export function settingsForSketches(settings: Settings, models: readonly Model[]): Settings {
  const sketches = models.flatMap((m) => (m.sketch ? [m.sketch] : []));
  if (sketches.length === 0) return settings;
  const { seed } = sketches[0]!;
  if (sketches.some((s) => s.seed !== seed))
    throw new AssayError("USAGE", "sketch: expected two sketches of one seed, got two seeds; draw one jointly");
  if (settings.seed !== SEED_DEFAULT && settings.seed !== seed)
    throw new AssayError("USAGE", `sketch: expected the sketch's own seed or none, got another --seed; it is ${seed}`);
  if (settings.rows === "all" && sketches.some((s) => s.rows !== "all"))
    throw new AssayError("USAGE", "sketch: expected sketches made with --rows all for an examination with --rows all");
  return { ...settings, seed };
}

/** Why the folds of the two sides cannot be set against each other; null when they can. */
export function unmetBySketch(reference: Model, suspect: Model): string | null {
  const models = [reference, suspect];
  if (models.every((m) => !m.sketch)) return null;
  if (models.some((m) => m.experts > 0))
    return "one of the models is a mixture of experts, of which no sketches are made";
  const [a, b] = models.map((m) => [...m.tensors.values()].some(({ role }) => role === "mlp.gate"));
  return a === b
    ? null
    : "one model's MLP is gated and the other's is not, and a sketch folds the two kinds by other signs";
}

/** Value dimensions are left out where a sketch does not hold the heads that the pair calls for. */
export function withFittingValues(reference: Model, suspect: Model, settings: Settings): [Model, Model] {
  if (!reference.sketch && !suspect.sketch) return [reference, suspect];
  const heads = Math.min(reference.keyValueHeads, suspect.keyValueHeads);
  const used = headSample(heads, settings.rows === "all" ? heads : HEADS_SAMPLED, settings.seed);
  const fits = (model: Model) => {
    const runs = used.map((h) => ({ start: h * model.headDim, count: model.headDim }));
    const value = model.tensors.get("layers.0.attention.v");
    return value !== undefined && holds(value, runs);
  };
  if (fits(reference) && fits(suspect)) return [reference, suspect];
  const without = (model: Model): Model => ({ ...model, keyValueHeads: 0, headDim: 0 });
  return [without(reference), without(suspect)];
}

/** The widest fold that both sides can be brought to, at most `wanted`. */
export function commonWidth(wanted: number, models: readonly Model[]): number {
  return Math.min(wanted, ...models.flatMap((m) => (m.sketch ? [m.sketch.width] : [])));
}

function holds({ matrix }: CanonicalTensor, runs: readonly Run[]): boolean {
  return !matrix.folded || heldRuns(runs, matrix.folded.runs) !== null;
}
