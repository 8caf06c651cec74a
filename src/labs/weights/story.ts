/**
 * What became of each tensor: identical, near, related or unrelated, by aligned values (Pearson). A description of
 * where the likeness lies, after the exact test has spoken; it adds no evidence of its own. Norm gains and biases are
 * dominated by their mean, so short of identity nothing is said of them.
 */

import type { ComparisonSums } from "../../kernels/kernel.js";
import type { Stretch } from "../../kernels/row-source.js";
import type { CanonicalTensor } from "../../model/model.js";
import type { Counterparts } from "./counterparts.js";
import type { Relation, TensorStory } from "./observations.js";
import { labelRuns } from "./sampling.js";
import type { Bench } from "./scan.js";
import { sharedTokens, tokenRuns } from "./shared-tokens.js";
import { inParallel } from "./work.js";

/** Above this correlation a tensor is called near, related; matrices of independent pairs in the study stay below 0.4. */
const NEAR_MIN = 0.95;
const RELATED_MIN = 0.5;
/** Tensors up to this many values are compared whole; larger ones on 64 rows unless all rows are asked for. */
const WHOLE_VALUES_MAX = 4 * 1024 * 1024;
const STORY_ROWS = 64;
const TOKENS_MAX = 2048;

/** The story of every tensor of the suspect that has a counterpart. */
export async function tensorStory(bench: Bench, layers: Counterparts): Promise<TensorStory[]> {
  const pairs: { a: CanonicalTensor; b: CanonicalTensor }[] = [];
  for (const b of bench.suspect.tensors.values()) {
    const i = b.layer === null ? null : (layers.ofSuspect[b.layer] ?? sameNumber(bench, b.layer));
    if (b.layer !== null && i === null) continue;
    const a = bench.reference.tensors.get(i === null ? b.name : `layers.${i}.${b.role}`);
    if (a) pairs.push({ a, b });
  }
  return inParallel(bench.work, "tensor by tensor", pairs, ({ a, b }) => storyOf(bench, a, b));
}

/** Models of equal depth are compared layer by layer where the test found no counterpart. */
export function sameNumber({ reference, suspect }: Bench, layer: number): number | null {
  return reference.layers === suspect.layers ? layer : null;
}

async function storyOf(bench: Bench, a: CanonicalTensor, b: CanonicalTensor): Promise<TensorStory> {
  const base = { tensor: b.role, referenceLayer: a.layer, suspectLayer: b.layer };
  const total = b.matrix.rows * b.matrix.columns;
  const nothing = { ...base, relation: "not-assessed" as const, compared: 0, total, equal: 0, pearson: null };
  if (a.matrix.columns !== b.matrix.columns) return { ...nothing, note: "shapes differ" };
  const byToken = b.role === "embed" || b.role === "output";
  if (!byToken && a.matrix.rows !== b.matrix.rows) return { ...nothing, note: "shapes differ" };

  let sums = await bench.compute.compare(byToken ? tokenStretches(bench, a, b) : rowStretches(bench, a, b, false));
  if (sums.n === 0) return { ...nothing, note: "no shared tokens" };
  // Equal on the sample: worth reading whole, when the examination was asked to read all rows.
  if (!byToken && sums.equal === sums.n && sums.n < total && bench.settings.rows === "all")
    sums = await bench.compute.compare(rowStretches(bench, a, b, true));
  const pearson = correlation(sums);
  const relation = relationOf(sums, total, pearson, a);
  const vector = a.matrix.rows === 1 && relation === "not-assessed";
  return {
    ...base,
    relation,
    compared: sums.n,
    total,
    equal: sums.equal / sums.n,
    pearson,
    ...(vector ? { note: "a vector dominated by its mean" } : {}),
  };
}

function rowStretches(
  bench: Bench,
  a: CanonicalTensor,
  b: CanonicalTensor,
  whole: boolean,
): { a: Stretch; b: Stretch } {
  const { rows, columns } = b.matrix;
  const few = !whole && rows * columns > WHOLE_VALUES_MAX;
  const runs = labelRuns(rows, few ? STORY_ROWS : rows, bench.settings.seed);
  return { a: { matrix: a.matrix, runs }, b: { matrix: b.matrix, runs } };
}

function tokenStretches(bench: Bench, a: CanonicalTensor, b: CanonicalTensor): { a: Stretch; b: Stretch } {
  const tokens = sharedTokens(bench.vocabularies, a.matrix.rows, b.matrix.rows, TOKENS_MAX, bench.settings.seed);
  return {
    a: { matrix: a.matrix, runs: tokenRuns(tokens, "reference") },
    b: { matrix: b.matrix, runs: tokenRuns(tokens, "suspect") },
  };
}

function relationOf(sums: ComparisonSums, total: number, pearson: number | null, tensor: CanonicalTensor): Relation {
  if (sums.equal === sums.n && sums.n === total) return "identical";
  if (tensor.matrix.rows === 1 || pearson === null) return "not-assessed";
  if (pearson >= NEAR_MIN) return "near";
  return pearson >= RELATED_MIN ? "related" : "unrelated";
}

/** Pearson's r, rounded to six decimals; null when a side is constant. */
function correlation({ n, a, b, aa, bb, ab }: ComparisonSums): number | null {
  const va = aa - (a * a) / n;
  const vb = bb - (b * b) / n;
  if (!(va > 0 && vb > 0)) return null;
  return Math.round(((ab - (a * b) / n) / Math.sqrt(va * vb)) * 1e6) / 1e6 + 0;
}
