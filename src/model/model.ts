/**
 * A model as the laboratories see it: canonical tensors over byte ranges of files, its configuration, its vocabulary.
 * Nothing here has been read from the tensors yet; `StoredMatrix` says where their bytes lie.
 */
import type { StoredMatrix } from "../kernels/row-source.js";

/**
 * Roles of a decoder's tensors, named after the Llama family. A canonical name is the role, behind `layers.N.` for
 * tensors of a layer: `embed`, `norm`, `output`, `layers.3.mlp.up`. A layer may have a dense MLP (`mlp.up`,
 * `mlp.down`), experts behind a router (`mlp.experts.K.up` …), a shared expert (`mlp.shared.up` …), several of these or
 * none; `mlps.ts` lists them. Whatever is odd was left out (fitting.ts), so any tensor may be missing, and an MLP that
 * is there has its up matrix; multi-head latent attention has `attention.kv.*` in place of k and v.
 */
export const LAYER_ROLES = [
  "attention.q",
  "attention.k",
  "attention.v",
  "attention.o",
  "attention.q.bias",
  "attention.k.bias",
  "attention.v.bias",
  "attention.o.bias",
  "attention.q.norm",
  "attention.k.norm",
  "attention.q.a",
  "attention.q.a.norm",
  "attention.q.b",
  "attention.kv.a",
  "attention.kv.a.norm",
  "attention.kv.b",
  "mlp.gate",
  "mlp.up",
  "mlp.down",
  "mlp.gate.bias",
  "mlp.up.bias",
  "mlp.down.bias",
  "mlp.router",
  "mlp.router.bias",
  "mlp.shared.router",
  "mlp.shared.gate",
  "mlp.shared.up",
  "mlp.shared.down",
  "norm.attention",
  "norm.attention.bias",
  "norm.attention.post",
  "norm.mlp",
  "norm.mlp.bias",
  "norm.mlp.post",
] as const;
const GLOBAL_ROLES = ["embed", "positions", "norm", "norm.bias", "output"] as const;
/** One matrix of an MLP, or its bias. */
export type MlpPart = "gate" | "up" | "down" | "gate.bias" | "up.bias" | "down.bias";
export type Role = (typeof LAYER_ROLES)[number] | (typeof GLOBAL_ROLES)[number] | `mlp.experts.${number}.${MlpPart}`;

export interface CanonicalTensor {
  /** Canonical name, and the name in the file. */
  name: string;
  sourceName: string;
  role: Role;
  layer: number | null;
  /** Vectors are one row. */
  matrix: StoredMatrix;
}

/** Of a higher rank than two: the last dimension is the columns. */
export interface SpareTensor {
  /** Name in the file. */
  name: string;
  matrix: StoredMatrix;
}

/** How weights were quantised, in the words of whoever did it. */
export interface QuantizationConfig {
  method: string | null;
  /** AutoGPTQ's checkpoint_format, compressed-tensors' format. */
  format: string | null;
  /** Null where parts differ. */
  bits: number | null;
  /** Rows and columns that share a scale. */
  blockSize: [number, number] | null;
}

/** What config.json says, as far as it is used; null where it is silent. */
export interface ModelConfig {
  modelType: string | null;
  hiddenSize: number | null;
  intermediateSize: number | null;
  /** Routed experts a layer, how many of them a token visits, and the hidden units of one. */
  experts: number | null;
  expertsPerToken: number | null;
  expertIntermediateSize: number | null;
  layers: number | null;
  heads: number | null;
  keyValueHeads: number | null;
  headDim: number | null;
  vocabularySize: number | null;
  hiddenAct: string | null;
  ropeTheta: number | null;
  normEpsilon: number | null;
  maxPositions: number | null;
  tiedEmbeddings: boolean | null;
  quantization: QuantizationConfig | null;
  /** Fields that say something else than they should, and so are not used. */
  odd: readonly OddField[];
}

export interface OddField {
  field: string;
  got: string;
  expected: string;
}

/** A part of a model that is not looked at, while the rest is. */
export interface LeftOut {
  /** Which: a tensor's name, a role with its layers, a field of config.json. */
  part: string;
  why: string;
  /** Values that are left out; 0 where the part holds none (or is not there). */
  values: number;
}

export interface Model {
  config: ModelConfig;
  /** One more than the largest number of a layer. */
  layers: number;
  /** From shapes: residual width d, hidden units of most MLPs, heads of most layers (both 0: not known). */
  hidden: number;
  mlpHidden: number;
  /** One more than the largest number of a routed expert; 0: a dense model. */
  experts: number;
  keyValueHeads: number;
  headDim: number;
  vocabulary: number;
  /** True where the output embedding is the input embedding (no tensor of its own, or config says so). */
  tied: boolean;
  /** By canonical name. */
  tensors: ReadonlyMap<string, CanonicalTensor>;
  /** Source names that have no canonical role and are left aside (e.g. rotary_emb.inv_freq). */
  others: readonly string[];
  /** What was left out for being odd, so that the rest could be read. */
  leftOut: readonly LeftOut[];
  /** Tensors that can be read but stand in no place: only likeness to another model's tensors is asked of them. */
  spare: readonly SpareTensor[];
  parameters: number;
  /** Present where only folds of the rows are at hand: a sketch (labs/weights/sketch). */
  sketch?: {
    /** The one seed and the widest fold that this side can be examined with, and how its rows were chosen. */
    seed: string;
    width: number;
    rows: "sampled" | "all";
    /** Folds held in all, and what the sketch says it was made from: OMS root, root over chunk trees. */
    folds: number;
    modelRoot: string;
    chunkRoot: string;
  };
}

/** A model that can be examined, or the reason why the laboratories refuse it (a result, not an error). */
export type Reading = { kind: "model"; model: Model } | { kind: "refused"; reason: string };

/** Token string → id; null when there is no tokenizer beside the weights. */
export type Vocabulary = ReadonlyMap<string, number>;
