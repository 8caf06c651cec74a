/**
 * Two sides of an examination of which one or both are sketches: whether their folds can meet at all, and what has to
 * be left out. A sketch holds what its own sizes call for; a partner of other sizes may ask for other rows.
 */
import { AssayError } from "../../../base/error.js";
import { heldRuns, type Run } from "../../../kernels/row-order.js";
import type { CanonicalTensor, Model } from "../../../model/model.js";
import { HEADS_SAMPLED, LABELS_MAX, LABELS_SAMPLED, LABELS_WINDOW, SEED_DEFAULT, type Settings } from "../method.js";
import { headSample, labelRuns, labelWindows } from "../sampling.js";

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
export function unmetBySketch(reference: Model, suspect: Model, settings: Settings): string | null {
  const models = [reference, suspect];
  if (models.every((m) => !m.sketch)) return null;
  const [a, b] = models.map((m) => m.tensors.has("layers.0.mlp.gate"));
  if (a !== b)
    return "one model's MLP is gated and the other's is not, and a sketch folds the two kinds by other signs";
  const [as, bs] = models.map(upsOf);
  const whole = settings.rows === "all";
  const wanted = (units: number, other: number) =>
    units === other
      ? labelRuns(units, whole ? LABELS_MAX : LABELS_SAMPLED, settings.seed)
      : labelWindows(units, whole ? LABELS_MAX : LABELS_WINDOW);
  const held = (side: CanonicalTensor[], others: CanonicalTensor[]) => {
    const sizes = new Set(others.map((t) => t.matrix.rows));
    return side.every((t) => [...sizes].every((other) => holds(t, wanted(t.matrix.rows, other))));
  };
  if (held(as!, bs!) && held(bs!, as!)) return null;
  return `the MLPs have different numbers of hidden units, and the windows that such a pair calls for are not in a sketch of ${LABELS_SAMPLED} sampled rows; make both with --rows all`;
}

/** Value dimensions are left out where a sketch does not hold the heads that the pair calls for. */
export function withFittingValues(reference: Model, suspect: Model, settings: Settings): [Model, Model] {
  if (!reference.sketch && !suspect.sketch) return [reference, suspect];
  const heads = Math.min(reference.keyValueHeads, suspect.keyValueHeads);
  const labels = Math.min(reference.headDim, suspect.headDim);
  const used = headSample(heads, settings.rows === "all" ? heads : HEADS_SAMPLED, settings.seed);
  const fits = (model: Model) => {
    const runs = used.map((h) => ({ start: h * model.headDim, count: labels }));
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

function upsOf(model: Model): CanonicalTensor[] {
  return Array.from({ length: model.layers }, (_, l) => model.tensors.get(`layers.${l}.mlp.up`)!);
}

export function holds({ matrix }: CanonicalTensor, runs: readonly Run[]): boolean {
  return !matrix.folded || heldRuns(runs, matrix.folded.runs) !== null;
}
