/**
 * The finding of the init anchor (behind examine.ts): does the suspect lean towards the initial weights that the
 * reference's holder shows? First as stored; if that is silent and the models are small enough, with the residual
 * stream, units, signs and layers free. The reference has to lean to them itself, else the examination is refused. Where
 * the suspect leans to them, it has to hold what the reference changed since, or the reference what the suspect did: a
 * public seed explains the rest.
 */
import type { Artefact } from "../../../evidence/artefact.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../../finding/frame.js";
import { type Decision, decideExact, refuse } from "../../../finding/outcome.js";
import type { Validation } from "../../../finding/validation.js";
import type { Compute } from "../../../kernels/compute.js";
import type { Model, Reading } from "../../../model/model.js";
import { roundLog10P } from "../../../stats/combine.js";
import { canonicalModel } from "../alignment/canonical.js";
import { tooLarge } from "../alignment/method.js";
import { SHARED_ANCESTRY, WEIGHTS_PROPOSITIONS } from "../propositions.js";
import { SKETCH_LIMITS } from "../sketch/disclosure.js";
import type { Work } from "../work.js";
import { type InitAnchor, initAnchor } from "./aligned.js";
import { type AsStored, asStored, productsAsStored } from "./as-stored.js";
import { log10PCombined } from "./bound.js";
import { type HeldChange, heldChange, isHeldWhole, PARAMETERS_MAX } from "./held-change.js";
import { initRowsOf, type Normality, normalityOf, notNormal } from "./init-rows.js";
import type { InitAnchorObservations } from "./observations.js";
import { onFolds, productsOnFolds } from "./on-folds.js";
import {
  ALTERNATIVES,
  assumption,
  beyondSize,
  COMMON_DRAW,
  FOLD_LIMIT,
  LIMITS,
  METHOD_ID,
  METHOD_VERSION,
  onHeldChange,
} from "./words.js";

const METHOD = { id: METHOD_ID, version: METHOD_VERSION };

/** The sides as examine.ts has them; kept structural so that the door and this room do not import each other. */
interface AnchorSide {
  identity: Promise<{ artefact: Artefact; evidence: Finding["evidence"] }>;
  reading: Reading;
}

interface AnchorRequest {
  reference: AnchorSide;
  suspect: AnchorSide;
  init: AnchorSide;
  settings: { seed: string };
  /** Bits of seed that are paid for. */
  seedBits: number;
  validations: readonly Validation[];
  software: Finding["software"];
  compute: Compute;
  work: Work;
}

/** The reference must lean to its own initial weights at least as plainly as a finding must speak. */
const LOG10_OWN = -6;
/** Both tests are planned where the second can be run at all, and each stakes half. */
const LOG10_ALPHA = -6;
/** Rows of a large initial tensor that are looked at for normality. */
const NORMAL_VALUES_MAX = 1024 * 1024;

interface Seen {
  decision: Decision;
  tests: Test[];
  observations: InitAnchorObservations | null;
}

/**
 * Refused where a side cannot be read, is a mixture of experts, or where the reference itself does not lean to what is
 * shown.
 */
export async function examineInit(request: AnchorRequest): Promise<Finding> {
  const sides = [
    ["reference", request.reference.reading],
    ["suspect", request.suspect.reading],
    ["initial weights", request.init.reading],
  ] as const;
  const models: Model[] = [];
  for (const [side, reading] of sides) {
    if (reading.kind === "refused")
      return assemble(request, refused(`The ${side} was not examined: ${reading.reason}`));
    if (reading.model.experts > 0)
      return assemble(
        request,
        refused(`The ${side} was not examined: it is a mixture of experts, which this method does not read.`),
      );
    models.push(reading.model);
  }
  const [reference, suspect, init] = models as [Model, Model, Model];
  const unlike = otherShape(reference, init);
  if (unlike) return assemble(request, refused(`The initial weights are not the reference's: ${unlike}.`));
  return assemble(request, await anchor(request, reference, suspect, init));
}

async function anchor(request: AnchorRequest, reference: Model, suspect: Model, init: Model): Promise<Seen> {
  const { seedBits, settings, compute, work } = request;
  const normal = init.sketch ? [] : await normalityOfAll(init, compute);
  const odd = notNormal(normal);
  if (odd) return refused(`The initial weights do not pass for normal draws: ${odd}.`);
  const folds = Boolean(reference.sketch || suspect.sketch || init.sketch);
  const compare = folds ? onFolds : asStored;
  const common = { init, seed: settings.seed, compute, work };
  const own = await compare({ ...common, suspect: reference, seedBits: 0 });
  const ownLog10P = own ? own.lnP / Math.LN10 : 0;
  if (!own || ownLog10P > LOG10_OWN)
    return refused(
      `The reference does not lean to the initial weights shown (log10 p ${roundLog10P(ownLog10P)}): they are not its own, or its training has left no trace of them.`,
    );
  const stored = await compare({ ...common, suspect, seedBits });
  const left = folds ? FOLD_LIMIT : unalignable(reference, suspect, init);
  const planned = left === null ? 2 : 1;
  const storedLnP = stored?.lnP ?? 0;
  const silent = log10PCombined(Array(planned).fill(storedLnP)) > LOG10_ALPHA;
  const aligned = left === null && silent ? await alignedAnchor(request, reference, suspect, init) : null;
  const alignedLnP = aligned ? aligned.log10P * Math.LN10 : 0;
  const log10P = roundLog10P(log10PCombined(planned === 2 ? [storedLnP, alignedLnP] : [storedLnP]));
  const spoke = log10P <= LOG10_ALPHA;
  const products = folds ? productsOnFolds : productsAsStored;
  const change = !spoke
    ? null
    : heldChange(aligned?.products ?? (await products({ ...common, suspect, seedBits }, reference, stored!.answers)));
  const whole = change !== null && isHeldWhole(change);
  const observations: InitAnchorObservations = {
    compared: folds ? "folds" : "values",
    seedBits,
    normality: normal.length > 0 ? normalityFacts(normal) : null,
    reference: storedFacts(own),
    suspect: stored ? storedFacts(stored) : null,
    aligned: aligned ? alignedFacts(aligned) : null,
    heldChange: change ? { ...change, whole } : null,
    note: left ?? (aligned ? "" : "The first test spoke; the second was not needed."),
  };
  const parameters = Math.max(init.parameters, reference.parameters);
  const inside = parameters <= PARAMETERS_MAX;
  const decision = decideExact({
    proposition: SHARED_ANCESTRY,
    log10P: whole ? log10P : 0,
    // That it holds the other's change speaks against one public seed as far as two runs were seen not to.
    outside: whole && !inside ? beyondSize(parameters) : null,
    validation: studyOfMethod(request.validations, METHOD)?.summary ?? null,
  });
  const beside = spoke ? [onHeldChange(log10P, change, whole, inside)] : [];
  return {
    decision: { ...decision, reason: [decision.reason, ...beside].join(" ") },
    tests: tests(request, { stored, aligned, planned, log10P, change: spoke && !whole ? { change } : null }),
    observations,
  };
}

async function alignedAnchor({ settings, seedBits, compute, work }: AnchorRequest, ...models: [Model, Model, Model]) {
  const load = (tensor: { matrix: Parameters<Compute["load"]>[0] }) => compute.load(tensor.matrix);
  const [reference, suspect] = [await canonicalModel(models[0], load), await canonicalModel(models[1], load)];
  const init = await initRowsOf(models[2], load);
  const onProgress = (done: number, total: number) =>
    work.onProgress({ stage: "alignment to the initial weights", done, total });
  return initAnchor({ reference, suspect, init, seed: settings.seed, seedBits, onProgress });
}

/** Why the second test cannot be run; null when it can. Decided by names and sizes alone. */
function unalignable(...models: [Model, Model, Model]): string | null {
  const mlp = ["mlp.gate", "mlp.up", "mlp.down"];
  const attention = ["attention.q", "attention.k", "attention.v", "attention.o", "norm.attention", "norm.mlp"];
  for (const [at, model] of models.entries())
    for (let layer = 0; layer < model.layers; layer++)
      for (const name of [
        ...(at === 2 ? mlp : [...attention, ...mlp]).map((role) => `layers.${layer}.${role}`),
        ...(at === 2 ? [] : ["norm", "embed"]),
      ])
        if (!model.tensors.has(name)) return `The aligned test was not run: a model has no ${name} that is read.`;
  const large = tooLarge(...models);
  return large
    ? `The aligned test was not run, so weights whose order or basis was changed are not seen: ${large}.`
    : null;
}

function otherShape(reference: Model, init: Model): string | null {
  if (reference.layers !== init.layers) return `${init.layers} layers against ${reference.layers}`;
  if (reference.hidden !== init.hidden) return `residual width ${init.hidden} against ${reference.hidden}`;
  for (let l = 0; l < init.layers; l++)
    for (const role of ["mlp.gate", "mlp.up"]) {
      const [a, b] = [reference, init].map((m) => m.tensors.get(`layers.${l}.${role}`)?.matrix.rows ?? 0);
      if (a !== b) return `layer ${l} has ${b} rows of ${role} against ${a}`;
    }
  return null;
}

/** The first rows of every matrix, up to NORMAL_VALUES_MAX values of it. */
async function normalityOfAll(init: Model, compute: Compute): Promise<Normality[]> {
  const out: Normality[] = [];
  for (const { name, matrix } of init.tensors.values()) {
    if (matrix.rows === 1) continue;
    const rows = Math.max(1, Math.min(matrix.rows, Math.floor(NORMAL_VALUES_MAX / matrix.columns)));
    out.push(normalityOf(name, await compute.load({ ...matrix, rows })));
  }
  return out;
}

function storedFacts({ z, values, lnP, answers }: AsStored): NonNullable<InitAnchorObservations["suspect"]> {
  return {
    z: rounded(z),
    values,
    cosine: rounded(z / Math.sqrt(values)),
    log10P: roundLog10P(lnP / Math.LN10),
    answers: answers.map((a) => ({ ...a, cosine: rounded(a.cosine) })),
  };
}

function alignedFacts({ z, rows, width, meanCosine, log10P, layerOf }: InitAnchor) {
  const layers = layerOf.map(({ referenceLayer, suspectLayer }) => ({ initLayer: referenceLayer, suspectLayer }));
  return { z: rounded(z), rows, width, cosine: rounded(meanCosine), log10P: roundLog10P(log10P), layers };
}

function normalityFacts(list: readonly Normality[]): NonNullable<InitAnchorObservations["normality"]> {
  const sds = list.map((x) => x.standardDeviation);
  return {
    tensors: list.length,
    values: list.reduce((sum, x) => sum + x.values, 0),
    standardDeviations: { smallest: Math.min(...sds), largest: Math.max(...sds) },
    meanScore: Math.max(...list.map((x) => Math.abs(x.meanScore))),
    kurtosisScore: Math.max(...list.map((x) => Math.abs(x.kurtosisScore))),
  };
}

function tests(
  { settings, seedBits }: AnchorRequest,
  {
    stored,
    aligned,
    planned,
    log10P,
    change,
  }: {
    stored: AsStored | null;
    aligned: InitAnchor | null;
    planned: number;
    log10P: number;
    /** Of a common draw that explains all: the rest is asked of it. */
    change: { change: HeldChange | null } | null;
  },
): Test[] {
  const common = { exact: true, assumption: assumption(seedBits), seed: settings.seed };
  const out: Test[] = [];
  if (stored)
    out.push({
      ...common,
      id: "weights/init-anchor/as-stored",
      statistic: { name: "z of the values' products with the initial ones", value: rounded(stored.z) },
      log10P: roundLog10P(stored.lnP / Math.LN10),
      n: stored.values,
      share: 1 / planned,
    });
  if (aligned)
    out.push({
      ...common,
      id: "weights/init-anchor/aligned",
      statistic: { name: "z of unit MLP rows with the initial ones, basis and units free", value: rounded(aligned.z) },
      log10P: roundLog10P(aligned.log10P),
      n: aligned.rows,
      share: 1 / planned,
    });
  const ofDraw: Test = {
    ...common,
    id: "combined",
    statistic: { name: "smallest p times the number of tests planned, as log10", value: log10P },
    log10P,
    n: planned,
    share: 1,
  };
  if (!change) return [...out, ofDraw];
  const { reference, suspect } = change.change ?? { reference: null, suspect: null };
  const most = Math.max(reference?.heldByOther ?? 0, suspect?.heldByOther ?? 0);
  return [
    ...out,
    { ...ofDraw, id: METHOD_ID },
    {
      ...ofDraw,
      statistic: { name: "share of what the one changed that the other holds", value: most },
      log10P: 0,
      assumption: COMMON_DRAW,
    },
  ];
}

function refused(reason: string): Seen {
  return { decision: refuse(reason), tests: [], observations: null };
}

async function assemble(request: AnchorRequest, { decision, tests: list, observations }: Seen): Promise<Finding> {
  const { init: shown, validations } = request;
  const [reference, suspect, init] = await Promise.all([
    request.reference.identity,
    request.suspect.identity,
    shown.identity,
  ]);
  const sketched = [reference, suspect, init].some(({ artefact }) => artefact.kind === "sketch");
  return frameFinding({
    list: WEIGHTS_PROPOSITIONS,
    proposition: SHARED_ANCESTRY,
    method: METHOD,
    validation: studyOfMethod(validations, METHOD),
    subject: { kind: "pair", reference: reference.artefact, suspect: suspect.artefact },
    decision: { ...decision, reason: `${decision.reason} Initial weights shown: ${init.artefact.root}.` },
    tests: list,
    observations,
    alternatives: ALTERNATIVES,
    limits: [...LIMITS, ...(sketched ? [FOLD_LIMIT, ...SKETCH_LIMITS.slice(0, 2)] : [])],
    evidence: [...reference.evidence, ...suspect.evidence, ...init.evidence],
    software: request.software,
  });
}

/** Six decimals: what a reader can use. */
function rounded(x: number): number {
  return Math.round(x * 1e6) / 1e6 + 0;
}
