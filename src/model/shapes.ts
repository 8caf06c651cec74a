/**
 * Whether the shapes of a model agree with one another, and what they settle: width, hidden units, heads.
 * (Grouped-query attention: Ainslie et al. 2023; gated MLP: Shazeer 2020.) Shapes alone do not tell how many heads
 * share a projection; without a config.json or per-head norms that stays unknown and is not guessed.
 */
import type { CanonicalTensor, ModelConfig, Role } from "./model.js";

export interface Dimensions {
  layers: number;
  hidden: number;
  /** Of the first layer. */
  mlpHidden: number;
  /** Both 0: unknown. */
  keyValueHeads: number;
  headDim: number;
  vocabulary: number;
}

const MLP: readonly Role[] = ["mlp.up", "mlp.down"];
const ATTENTION: readonly Role[] = ["attention.q", "attention.k", "attention.v", "attention.o"];

/**
 * @param uncut some fused attention weights could not be cut apart: layers may be without q, k and v
 * @returns the dimensions, or the sentence why the tensors are no model that is read
 */
export function dimensionsOf(
  tensors: ReadonlyMap<string, CanonicalTensor>,
  config: ModelConfig,
  uncut = false,
): Dimensions | string {
  const embed = tensors.get("embed");
  if (!embed) return "no token embedding under names that are read";
  const layers = layerCount(tensors, uncut);
  if (typeof layers === "string") return layers;
  const { rows: vocabulary, columns: hidden } = embed.matrix;
  const wrong = checkGlobals(tensors, vocabulary, hidden) ?? checkLayers(tensors, layers, hidden);
  if (wrong !== null) return wrong;
  const heads = (uncut ? null : headsOf(tensors, layers, hidden, config)) ?? { keyValueHeads: 0, headDim: 0 };
  return { layers, hidden, mlpHidden: tensors.get("layers.0.mlp.up")!.matrix.rows, ...heads, vocabulary };
}

function layerCount(tensors: ReadonlyMap<string, CanonicalTensor>, uncut: boolean): number | string {
  const found = new Set<number>();
  for (const { layer } of tensors.values()) if (layer !== null) found.add(layer);
  if (found.size === 0) return "no layers under names that are read";
  for (let layer = 0; layer < found.size; layer++)
    if (!found.has(layer)) return `expected layers 0 to ${found.size - 1}, got none numbered ${layer}`;
  // Gated in every layer or in none.
  const gated = [...found].some((layer) => tensors.has(`layers.${layer}.mlp.gate`));
  const required = [...(gated ? (["mlp.gate"] as const) : []), ...MLP, ...(uncut ? [] : ATTENTION)];
  for (let layer = 0; layer < found.size; layer++)
    for (const role of required)
      if (!tensors.has(`layers.${layer}.${role}`)) {
        const mlp = gated ? "gated MLP" : "MLP";
        const what = role.startsWith("mlp") ? mlp : "attention with separate q, k, v and o";
        return `no ${what} under names that are read: layer ${layer} has no ${role}`;
      }
  return found.size;
}

function checkGlobals(
  tensors: ReadonlyMap<string, CanonicalTensor>,
  vocabulary: number,
  hidden: number,
): string | null {
  return expectShape(tensors.get("output"), vocabulary, hidden) ?? expectShape(tensors.get("norm"), 1, hidden);
}

function checkLayers(tensors: ReadonlyMap<string, CanonicalTensor>, layers: number, hidden: number): string | null {
  for (let layer = 0; layer < layers; layer++) {
    const of = (role: Role) => tensors.get(`layers.${layer}.${role}`);
    const units = of("mlp.up")!.matrix.rows;
    const queries = of("attention.q")?.matrix.rows ?? of("attention.o")?.matrix.columns ?? 0;
    const values = of("attention.v")?.matrix.rows ?? 1;
    const wrong =
      expectShape(of("mlp.up"), units, hidden) ??
      expectShape(of("mlp.gate"), units, hidden) ??
      expectShape(of("mlp.down"), hidden, units) ??
      expectShape(of("attention.q"), queries, hidden) ??
      expectShape(of("attention.v"), values, hidden) ??
      expectShape(of("attention.k"), values, hidden) ??
      expectShape(of("attention.o"), hidden, queries) ??
      expectShape(of("attention.q.bias"), 1, queries) ??
      expectShape(of("attention.k.bias"), 1, values) ??
      expectShape(of("attention.v.bias"), 1, values) ??
      expectShape(of("attention.o.bias"), 1, hidden) ??
      expectShape(of("norm.attention"), 1, hidden) ??
      expectShape(of("norm.mlp"), 1, hidden) ??
      expectShape(of("norm.attention.post"), 1, hidden) ??
      expectShape(of("norm.mlp.post"), 1, hidden) ??
      (queries % values === 0 ? null : `layer ${layer}: ${queries} query rows are no multiple of ${values} value rows`);
    if (wrong !== null) return wrong;
  }
  return null;
}

function expectShape(tensor: CanonicalTensor | undefined, rows: number, columns: number): string | null {
  if (!tensor || (tensor.matrix.rows === rows && tensor.matrix.columns === columns)) return null;
  const { matrix: m, name } = tensor;
  return `shapes do not agree: expected ${name} to be ${rows} × ${columns}, got ${m.rows} × ${m.columns}`;
}

/** Heads as the config says where every layer fits it; else as norms of one head's width settle it; else unknown. */
function headsOf(
  tensors: ReadonlyMap<string, CanonicalTensor>,
  layers: number,
  hidden: number,
  config: ModelConfig,
): { keyValueHeads: number; headDim: number } | null {
  const rows = (role: Role, layer: number) => tensors.get(`layers.${layer}.${role}`)!.matrix.rows;
  const headDim = config.headDim ?? (config.heads === null ? null : hidden / config.heads);
  const keyValueHeads = config.keyValueHeads ?? config.heads;
  if (headDim !== null && keyValueHeads !== null && Number.isInteger(headDim)) {
    for (let layer = 0; layer < layers; layer++) {
      if (rows("attention.v", layer) !== keyValueHeads * headDim) return null;
      const queries = rows("attention.q", layer);
      if (config.heads === null ? queries % headDim !== 0 : queries !== config.heads * headDim) return null;
    }
    return { keyValueHeads, headDim };
  }
  return headsOfNorms(tensors, layers);
}

/** Qwen 3 norms queries and keys a head at a time; a norm as wide as all keys together (OLMo 2) settles nothing. */
function headsOfNorms(
  tensors: ReadonlyMap<string, CanonicalTensor>,
  layers: number,
): { keyValueHeads: number; headDim: number } | null {
  const width = tensors.get("layers.0.attention.k.norm")?.matrix.columns;
  const values = tensors.get("layers.0.attention.v")!.matrix.rows;
  if (width === undefined || width >= values || values % width !== 0) return null;
  for (let layer = 0; layer < layers; layer++) {
    if (tensors.get(`layers.${layer}.attention.v`)!.matrix.rows !== values) return null;
    for (const side of ["q", "k"])
      if (tensors.get(`layers.${layer}.attention.${side}.norm`)?.matrix.columns !== width) return null;
  }
  return { keyValueHeads: values / width, headDim: width };
}
