/**
 * What became of each tensor: identical, near, related or unrelated, by aligned values (Pearson). A description of
 * where the likeness lies, after the exact test has spoken; it adds no evidence of its own. Norm gains and biases are
 * dominated by their mean, so short of identity nothing is said of them.
 */

import { LABEL_RUN, labelRuns } from "../../../alignment/sampling.js";
import { sharedTokens, tokenRuns } from "../../../alignment/shared-tokens.js";
import type { ComparisonSums } from "../../../kernels/kernel.js";
import type { Stretch } from "../../../kernels/row-source.js";
import type { CanonicalTensor } from "../../../model/model.js";
import type { Relation, TensorStory } from "../observations.js";
import { type Amounts, amountsOf } from "../tests/amounts.js";
import type { Bench } from "../tests/bench.js";
import { examinedTensors } from "../tests/choose-blocks.js";
import { inParallel } from "../work.js";
import type { Counterparts } from "./counterparts.js";

/** Above this correlation a tensor is called near, related; matrices of independent pairs in the study stay below 0.4. */
const NEAR_MIN = 0.95;
const RELATED_MIN = 0.5;
/** One run of labels. */
const STORY_ROWS_MIN = LABEL_RUN;
/** Values of large tensors read a side, as rows allow: 128 MiB of BF16. A 7B model stays below with 64 rows each. */
const STORY_VALUES_MAX = 64 * 1024 * 1024;

/** The story of every tensor of the suspect that has a counterpart. */
export async function tensorStory(bench: Bench, layers: Counterparts): Promise<TensorStory[]> {
  const pairs: { a: CanonicalTensor; b: CanonicalTensor }[] = [];
  for (const b of examinedTensors(bench.suspect, bench.settings)) {
    const i = b.layer === null ? null : (layers.ofSuspect[b.layer] ?? sameNumber(bench, b.layer));
    if (b.layer !== null && i === null) continue;
    const a = bench.reference.tensors.get(i === null ? b.name : `layers.${i}.${b.role}`);
    if (a) pairs.push({ a, b });
  }
  const few = rowsWithinBudget(
    pairs.map(({ b }) => b),
    amountsOf(bench.settings),
  );
  return inParallel(bench.work, "tensor by tensor", pairs, ({ a, b }) => storyOf(bench, a, b, few));
}

/** Rows of each large tensor. */
function rowsWithinBudget(tensors: readonly CanonicalTensor[], { storyWhole, storyRows }: Amounts): number {
  const large = tensors.filter(({ matrix }) => matrix.rows * matrix.columns > storyWhole);
  const columns = large.reduce((sum, { matrix }) => sum + matrix.columns, 0);
  const fits = LABEL_RUN * Math.floor(STORY_VALUES_MAX / Math.max(1, columns) / LABEL_RUN);
  return Math.min(storyRows, Math.max(STORY_ROWS_MIN, fits));
}

/** Models of equal depth are compared layer by layer where the test found no counterpart. */
export function sameNumber({ reference, suspect }: Bench, layer: number): number | null {
  return reference.layers === suspect.layers ? layer : null;
}

async function storyOf(bench: Bench, a: CanonicalTensor, b: CanonicalTensor, few: number): Promise<TensorStory> {
  const base = { tensor: b.role, referenceLayer: a.layer, suspectLayer: b.layer };
  const total = b.matrix.rows * b.matrix.columns;
  const nothing = { ...base, relation: "not-assessed" as const, compared: 0, total, equal: 0, pearson: null };
  if (a.matrix.columns !== b.matrix.columns) return { ...nothing, note: "shapes differ" };
  const byToken = b.role === "embed" || b.role === "output";
  if (!byToken && a.matrix.rows !== b.matrix.rows) return { ...nothing, note: "shapes differ" };

  let sums = await bench.compute.compare(byToken ? tokenStretches(bench, a, b) : rowStretches(bench, a, b, few));
  if (sums.n === 0) return { ...nothing, note: "no shared tokens" };
  // Equal on the sample: worth reading whole, when the examination was asked to read all rows.
  if (!byToken && sums.equal === sums.n && sums.n < total && bench.settings.rows === "all")
    sums = await bench.compute.compare(rowStretches(bench, a, b, null));
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
  few: number | null,
): { a: Stretch; b: Stretch } {
  const { rows, columns } = b.matrix;
  const cut = few !== null && rows * columns > amountsOf(bench.settings).storyWhole;
  const runs = labelRuns(rows, cut ? few : rows, bench.settings.seed);
  return { a: { matrix: a.matrix, runs }, b: { matrix: b.matrix, runs } };
}

function tokenStretches(bench: Bench, a: CanonicalTensor, b: CanonicalTensor): { a: Stretch; b: Stretch } {
  const tokens = sharedTokens(
    bench.vocabularies,
    a.matrix.rows,
    b.matrix.rows,
    amountsOf(bench.settings).storyTokens,
    bench.settings.seed,
  );
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
