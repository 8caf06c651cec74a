/** Runs the tests of each axis: which stored rows become sketches, which sketches meet. */
import type { Compute, Matching, SketchJob } from "../../kernels/compute.js";
import type { Stretch } from "../../kernels/row-source.js";
import type { CanonicalTensor, Model, Role, Vocabulary } from "../../model/model.js";
import { logEValue } from "../../stats/combine.js";
import { log10SelfMatchBound } from "../../stats/self-matches.js";
import type { Axis } from "./axes.js";
import {
  axisLogE,
  bestPairs,
  type LayerAxis,
  type LayerPair,
  pairKey,
  type Shape,
  toBlock,
  unionOfPairs,
} from "./layer-axis.js";
import {
  HEADS_SAMPLED,
  LABELS_MAX,
  LABELS_SAMPLED,
  LABELS_SCAN,
  type Settings,
  sketchWidth,
  TOKENS_SAMPLED,
} from "./method.js";
import type { Block, EvidenceMap } from "./observations.js";
import { headSample, labelRuns } from "./sampling.js";
import { sharedTokens, tokenRuns } from "./shared-tokens.js";
import { commonWidth } from "./sketch/meet.js";
import { inParallel, type Work } from "./work.js";

export interface AxisResult {
  /** ln of the axis's e-value, all multiplicity paid. */
  logE: number;
  map: EvidenceMap | null;
  blocks: Block[];
  note: string;
}

/** A pair of models under examination, and what carries out the work. */
export interface Bench {
  reference: Model;
  suspect: Model;
  vocabularies: { reference: Vocabulary | null; suspect: Vocabulary | null };
  settings: Settings;
  compute: Compute;
  work: Work;
}

/** All axes at once: while one waits for the disk another computes. */
export async function testAxes(bench: Bench): Promise<Record<Axis, AxisResult | null>> {
  const [mlp, values, residual] = await Promise.all([scanMlp(bench), scanValues(bench), testResidual(bench)]);
  return { "mlp-hidden": mlp, "value-dim": values, residual };
}

/** MLP hidden units: all layer pairs on few labels, then the best counterparts on many. */
async function scanMlp(bench: Bench): Promise<AxisResult> {
  const { settings } = bench;
  const labels = Math.min(commonRows(bench, "mlp.up"), LABELS_MAX);
  const scanLabels = Math.min(labels, LABELS_SCAN);
  const testLabels = settings.rows === "all" ? labels : Math.min(labels, LABELS_SAMPLED);
  const width = foldWidth(bench);
  // A gate answers to nothing in a model without one: the two are then set side by side by what both have.
  const roles: Role[] = isGated(bench.reference) && isGated(bench.suspect) ? ["mlp.gate", "mlp.up"] : ["mlp.up"];
  const job = (model: Model, layer: number, count: number): SketchJob => {
    const runs = labelRuns(labels, count, settings.seed);
    const parts: Stretch[] = roles.map((role) => ({ matrix: tensor(model, layer, role).matrix, runs }));
    return { unit: "rows", parts, width, groups: 1, seed: settings.seed };
  };
  const scanned = await scanLayers(bench, "mlp-hidden", { labels: scanLabels, groups: 1 }, (m, l) =>
    job(m, l, scanLabels),
  );
  if (testLabels === scanLabels) return { ...scanned, note: `all ${labels} labels of each layer` };

  const tested = await testBest(bench, "mlp-hidden", scanned.map, { labels: testLabels, groups: 1 }, (m, l) =>
    job(m, l, testLabels),
  );
  return { ...tested, note: `${testLabels} of ${labels} labels of each layer, counterparts chosen on ${scanLabels}` };
}

/** Value dimensions within each key-value head, likewise; null where the heads of a model are not known. */
async function scanValues(bench: Bench): Promise<AxisResult | null> {
  const { reference, suspect, settings } = bench;
  const heads = Math.min(reference.keyValueHeads, suspect.keyValueHeads);
  const labels = Math.min(reference.headDim, suspect.headDim);
  if (heads === 0 || labels === 0) return null;
  const width = foldWidth(bench);
  const job =
    (used: number[]) =>
    (model: Model, layer: number): SketchJob => {
      const runs = used.map((h) => ({ start: h * model.headDim, count: labels }));
      const parts = [{ matrix: tensor(model, layer, "attention.v").matrix, runs }];
      return { unit: "rows", parts, width, groups: used.length, seed: settings.seed };
    };
  const few = headSample(heads, HEADS_SAMPLED, settings.seed);
  const scanned = await scanLayers(bench, "value-dim", { labels, groups: few.length }, job(few));
  if (settings.rows === "sampled" || few.length === heads)
    return { ...scanned, note: `${labels} labels in each of ${few.length} of ${heads} key-value heads` };
  const all = Array.from({ length: heads }, (_, h) => h);
  const tested = await testBest(bench, "value-dim", scanned.map, { labels, groups: heads }, job(all));
  return { ...tested, note: `${labels} labels in each of ${heads} heads, counterparts chosen on ${few.length}` };
}

/** Residual dimensions over shared tokens: one block for the whole model; null where no token is shared. */
async function testResidual(bench: Bench): Promise<AxisResult | null> {
  const { reference, suspect, settings, compute } = bench;
  const tokens = sharedTokens(
    bench.vocabularies,
    reference.vocabulary,
    suspect.vocabulary,
    TOKENS_SAMPLED,
    settings.seed,
  );
  if (tokens.rows.length === 0) return null;
  const roles: Role[] = reference.tied || suspect.tied ? ["embed"] : ["embed", "output"];
  const labels = Math.min(reference.hidden, suspect.hidden);
  const width = sketchWidth(tokens.rows.length);
  const sketch = (model: Model, side: "reference" | "suspect") => {
    const runs = tokenRuns(tokens, side);
    const parts = roles.map((role) => ({ matrix: global(model, role).matrix, runs }));
    return compute.sketch({ unit: "columns", parts, width, groups: 1, seed: settings.seed });
  };
  const [a, b] = await Promise.all([sketch(reference, "reference"), sketch(suspect, "suspect")]);
  const [m] = await compute.match({ a, bs: [b], groups: 1, prefix: labels });
  const block: Block = {
    axis: "residual",
    referenceLayer: null,
    suspectLayer: null,
    labels,
    groups: 1,
    pairs: m!.pairs[0]!,
    self: m!.self,
    log10P: log10SelfMatchBound(m!.pairs, labels, m!.self),
    selfCosine: m!.selfCosine,
    otherCosine: m!.otherCosine,
  };
  return {
    logE: logEValue(block.log10P),
    map: null,
    blocks: [block],
    note: `${labels} labels over ${tokens.rows.length} tokens ${tokens.how}, ${roles.length === 2 ? "input and output embeddings" : "input embeddings"}`,
  };
}

/** Sketches every layer of both models, then sets all against all. */
async function scanLayers(
  bench: Bench,
  axis: LayerAxis,
  shape: Shape,
  job: (model: Model, layer: number) => SketchJob,
): Promise<{ logE: number; map: EvidenceMap; blocks: Block[] }> {
  const { reference, suspect, compute, work } = bench;
  const sides = [reference, suspect].flatMap((model) => layers(model).map((layer) => ({ model, layer })));
  const sketches = await inParallel(work, `sketches of ${axis}`, sides, ({ model, layer }) =>
    compute.sketch(job(model, layer)),
  );
  const as = sketches.slice(0, reference.layers);
  const bs = sketches.slice(reference.layers);
  const rows: Matching[][] = await inParallel(work, `layer pairs of ${axis}`, as, (a) =>
    compute.match({ a, bs, groups: shape.groups }),
  );
  const all = rows.map((row, i) => row.map((matching, j) => toBlock(axis, { i, j }, shape, matching)));
  const blockOf = ({ i, j }: LayerPair) => all[i]![j]!;
  const map: EvidenceMap = { axis, labels: shape.labels, log10P: all.map((row) => row.map((b) => b.log10P)) };
  const best = bestPairs(map);
  return {
    map,
    logE: axisLogE(({ i, j }) => map.log10P[i]![j]!, map),
    blocks: unionOfPairs([best.byReference, best.bySuspect]).map(blockOf),
  };
}

/** Tests the pairs that a scan chose, each sketched where it is tested and let go. */
async function testBest(
  bench: Bench,
  axis: LayerAxis,
  map: EvidenceMap,
  shape: Shape,
  job: (model: Model, layer: number) => SketchJob,
): Promise<{ logE: number; map: EvidenceMap; blocks: Block[] }> {
  const best = bestPairs(map);
  const pairs = unionOfPairs([best.byReference, best.bySuspect]);
  const blocks = await inParallel(bench.work, `test of the best pairs, ${axis}`, pairs, async (pair) => {
    const matching = await bench.compute.pair({ a: job(bench.reference, pair.i), b: job(bench.suspect, pair.j) });
    return toBlock(axis, pair, shape, matching);
  });
  const log10P = new Map(blocks.map((block, at) => [pairKey(pairs[at]!), block.log10P]));
  return { logE: axisLogE((pair) => log10P.get(pairKey(pair))!, map), map, blocks };
}

/** Of rows; a sketch on either side may hold less than the method's own width. */
function foldWidth({ reference, suspect }: Bench): number {
  return commonWidth(sketchWidth(Math.max(reference.hidden, suspect.hidden)), [reference, suspect]);
}

/** The least number of rows that this role has in any layer of either model. */
function commonRows(bench: Bench, role: Role): number {
  const counts = [bench.reference, bench.suspect].flatMap((m) => layers(m).map((l) => tensor(m, l, role).matrix.rows));
  return Math.min(...counts);
}

/** A model's layers are all gated or none is. */
function isGated(model: Model): boolean {
  return model.tensors.has("layers.0.mlp.gate");
}

function layers(model: Model): number[] {
  return Array.from({ length: model.layers }, (_, l) => l);
}

function tensor(model: Model, layer: number, role: Role): CanonicalTensor {
  return model.tensors.get(`layers.${layer}.${role}`)!;
}

function global(model: Model, role: Role): CanonicalTensor {
  return model.tensors.get(role)!;
}
