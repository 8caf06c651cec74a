/**
 * A model as the laboratories see it: canonical tensors over byte ranges of files, its configuration, its vocabulary.
 * Nothing here has been read from the tensors yet; `StoredMatrix` says where their bytes lie.
 */
import type { StoredMatrix } from "../kernels/row-source.js";

/**
 * Roles of a decoder's tensors, named after the Llama family. A canonical name is the role, behind `layers.N.` for
 * tensors of a layer: `embed`, `norm`, `output`, `layers.3.mlp.up`. Every layer has mlp.up and mlp.down; mlp.gate is
 * there where the MLP is gated, in every layer or in none. Attention may be left out where its heads are not known.
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
  "mlp.gate",
  "mlp.up",
  "mlp.down",
  "mlp.gate.bias",
  "mlp.up.bias",
  "mlp.down.bias",
  "norm.attention",
  "norm.attention.bias",
  "norm.attention.post",
  "norm.mlp",
  "norm.mlp.bias",
  "norm.mlp.post",
] as const;
export const GLOBAL_ROLES = ["embed", "positions", "norm", "norm.bias", "output"] as const;
export type Role = (typeof LAYER_ROLES)[number] | (typeof GLOBAL_ROLES)[number];

export interface CanonicalTensor {
  /** Canonical name, and the name in the file. */
  name: string;
  sourceName: string;
  role: Role;
  layer: number | null;
  /** Vectors are one row. */
  matrix: StoredMatrix;
}

/** What config.json says, as far as it is used; null where it is silent. Every field is shown as architecture. */
export interface ModelConfig {
  modelType: string | null;
  hiddenSize: number | null;
  intermediateSize: number | null;
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
}

export interface Model {
  config: ModelConfig;
  /** Number of layers found in the tensors. */
  layers: number;
  /** From shapes: residual width d, MLP hidden units a layer (the first layer's), heads (both 0: not known). */
  hidden: number;
  mlpHidden: number;
  keyValueHeads: number;
  headDim: number;
  vocabulary: number;
  /** True where the output embedding is the input embedding (no tensor of its own, or config says so). */
  tied: boolean;
  /** By canonical name. */
  tensors: ReadonlyMap<string, CanonicalTensor>;
  /** Source names that have no canonical role and are left aside (e.g. rotary_emb.inv_freq). */
  others: readonly string[];
  parameters: number;
}

/** A model that can be examined, or the reason why the laboratories refuse it (a result, not an error). */
export type Reading = { kind: "model"; model: Model } | { kind: "refused"; reason: string };

/** Token string → id; null when there is no tokenizer beside the weights. */
export type Vocabulary = ReadonlyMap<string, number>;
