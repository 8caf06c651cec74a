/**
 * Published likenesses of two models, computed as their authors say and shown with their known false positives. None
 * has a null, so none is evidence: they stand apart from the tests and reach no outcome. The door of this folder.
 */

import { sharedTokens, tokenRuns } from "../../../alignment/shared-tokens.js";
import type { Dense } from "../../../kernels/rotation/dense.js";
import type { Stretch } from "../../../kernels/row-source.js";
import type { CanonicalTensor, Model, Role } from "../../../model/model.js";
import type { Bench } from "../tests/bench.js";
import { inParallel } from "../work.js";
import { awmScore, awmZ } from "./awm.js";
import { configOverlap } from "./config-overlap.js";
import { ghostSpecDistance, spectraOf } from "./ghostspec.js";
import { type HuRefLayer, invariantSimilarity, invariantTerms, repeatedHeads } from "./huref.js";
import { knownFalsePositives } from "./known.js";
import type { Exhibits, Likeness } from "./observed.js";
import { deviation, stdFingerprint } from "./std-fingerprint.js";

/** Multiply-adds: about a second without being asked, a quarter of an hour when asked. */
const WORK_MAX = 2e9;
const WORK_ASKED_MAX = 2e12;
const TOKENS_MAX = 2048;
/** HuRef's own number of tokens is of this order; it looks at the last two layers. */
const TOKENS_HUREF = 256;
const LAYERS_HUREF = 2;
const ROLES = ["attention.q", "attention.k", "attention.v", "attention.o", "mlp.up", "mlp.down"] as const;

/** @param asked compute them for larger models too */
export async function exhibitsOf(bench: Bench, asked: boolean): Promise<Exhibits> {
  const { reference, suspect } = bench;
  const config = configOverlap(reference, suspect);
  const skipped = whyNot(bench, asked);
  if (skipped !== null) return { likenesses: [], config, skipped };
  const tokens = sharedTokens(
    bench.vocabularies,
    reference.vocabulary,
    suspect.vocabulary,
    TOKENS_MAX,
    bench.settings.seed,
  );
  if (tokens.rows.length < 8) return { likenesses: [], config, skipped: "the two share hardly a token" };
  const [a, b] = await Promise.all([
    loaded(bench, reference, tokenRuns(tokens, "reference")),
    loaded(bench, suspect, tokenRuns(tokens, "suspect")),
  ]);
  return { likenesses: [awm(a, b), ghostSpec(a, b), huRef(a, b), fingerprint(a, b)], config };
}

interface Loaded {
  embed: Dense;
  layers: HuRefLayer[];
  headDim: number;
}

function whyNot({ reference, suspect }: Bench, asked: boolean): string | null {
  for (const model of [reference, suspect]) {
    if (model.headDim === 0) return "a model's attention heads are not known";
    if (!model.tensors.has("embed")) return "a model has no embedding that is read";
    for (let layer = 0; layer < model.layers; layer++)
      if (ROLES.some((role) => !model.tensors.has(`layers.${layer}.${role}`)))
        return `layer ${layer} of a model has no plain attention and MLP`;
    const odd = oddLayer(model);
    if (odd !== null) return `layer ${odd} of a model has other heads than most`;
  }
  const work = workOf(reference) + workOf(suspect);
  if (work <= (asked ? WORK_ASKED_MAX : WORK_MAX)) return null;
  return asked
    ? `they would take some ${work.toExponential(0)} multiply-adds, more than this command spends on exhibits`
    : "the models are large; ask for them with --exhibits";
}

/** The published methods take one number of heads throughout. */
function oddLayer({ layers, tensors, keyValueHeads, headDim }: Model): number | null {
  for (let l = 0; l < layers; l++)
    if (tensors.get(`layers.${l}.attention.v`)!.matrix.rows !== keyValueHeads * headDim) return l;
  return null;
}

/** Gram matrices and eigenvalues of each layer, similarities of the embedding. */
function workOf({ hidden: d, layers, tensors }: Model): number {
  const rows = tensors.get("layers.0.attention.q")!.matrix.rows;
  return layers * (4 * rows * d * d + 24 * d ** 3) + TOKENS_MAX * d * d;
}

async function loaded(bench: Bench, model: Model, runs: Stretch["runs"]): Promise<Loaded> {
  const dense = async (tensor: CanonicalTensor, of?: Stretch["runs"]): Promise<Dense> => {
    const { rows, columns } = tensor.matrix;
    const values = await bench.compute.rows({ matrix: tensor.matrix, runs: of ?? [{ start: 0, count: rows }] });
    return { rows: values.length / columns, columns, data: Float64Array.from(values) };
  };
  const of = (layer: number, role: Role) => model.tensors.get(`layers.${layer}.${role}`)!;
  const numbers = Array.from({ length: model.layers }, (_, l) => l);
  const layers = await inParallel(bench.work, "exhibits", numbers, async (l) => {
    const [q, k, v, o, up, down] = await Promise.all(ROLES.map((role) => dense(of(l, role))));
    return { q: q!, k: k!, v: v!, o: o!, up: up!, down: down! };
  });
  return { embed: await dense(model.tensors.get("embed")!, runs), layers, headDim: model.headDim };
}

function awm(a: Loaded, b: Loaded): Likeness {
  const side = ({ embed, layers }: Loaded) => ({
    embed,
    queries: layers.map((l) => l.q),
    keys: layers.map((l) => l.k),
  });
  const [base, target] = a.embed.columns >= b.embed.columns ? [a, b] : [b, a];
  const score = awmScore(side(base), side(target));
  return likeness(
    "awm",
    "AWM",
    "mean unbiased CKA of aligned queries and keys",
    score,
    `published Z ${awmZ(score).toFixed(1)}`,
  );
}

function ghostSpec(a: Loaded, b: Loaded): Likeness {
  const of = ({ layers, headDim }: Loaded) => layers.map((l) => spectraOf(withAllHeads(l, headDim)));
  const value = ghostSpecDistance(of(a), of(b));
  return likeness("ghostspec", "GhostSpec", "mean squared distance of scaled spectra (small is alike)", value, "");
}

function huRef(a: Loaded, b: Loaded): Likeness {
  // The last tokens in the order of the sample stand in for rare ones.
  const terms = ({ embed, layers, headDim }: Loaded) =>
    invariantTerms(
      lastRows(embed, TOKENS_HUREF),
      layers.slice(-LAYERS_HUREF).map((l) => ({ ...l, ...withAllHeads(l, headDim) })),
    );
  const value = invariantSimilarity(terms(a), terms(b));
  return likeness("huref", "HuRef ICS", "mean cosine of invariant terms of the last two layers", value, "");
}

function fingerprint(a: Loaded, b: Loaded): Likeness {
  const of = ({ layers }: Loaded) =>
    (["q", "k", "v", "o"] as const).map((kind) => layers.map((l) => deviation(l[kind].data)));
  const value = stdFingerprint(of(a), of(b));
  const note = value === null ? "needs two models of one depth of at least three layers" : "";
  return likeness("std-fingerprint", "Standard deviations by layer", "mean Pearson r over Q, K, V and O", value, note);
}

function likeness(id: Likeness["id"], title: string, statistic: string, value: number | null, note: string): Likeness {
  // A layer of noughts has no direction and no spectrum to compare.
  const rounded = value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(6));
  return { id, title, statistic, value: rounded, note, knownFalsePositives: knownFalsePositives(id) };
}

function withAllHeads({ q, k, v, o }: HuRefLayer, headDim: number) {
  const times = q.rows / k.rows;
  return { q, k: repeatedHeads(k, headDim, times), v: repeatedHeads(v, headDim, times), o };
}

function lastRows(a: Dense, n: number): Dense {
  const rows = Math.min(n, a.rows);
  return { rows, columns: a.columns, data: a.data.slice((a.rows - rows) * a.columns) };
}
