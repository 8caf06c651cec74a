/**
 * Whether the shapes of a model agree with one another, and what they settle: width, hidden units, heads.
 * (Grouped-query attention: Ainslie et al. 2023; gated MLP: Shazeer 2020.) Shapes alone do not tell how many heads
 * share a projection; without a config.json or per-head norms that stays unknown and is not guessed.
 */
import { type Mlp, mlpsOf } from "./mlps.js";
import type { CanonicalTensor, ModelConfig, Role } from "./model.js";

export interface Dimensions {
  layers: number;
  hidden: number;
  /** Of the first layer's first MLP. */
  mlpHidden: number;
  /** Routed experts in the layer that has most. */
  experts: number;
  /** Both 0: unknown. */
  keyValueHeads: number;
  headDim: number;
  vocabulary: number;
}

const ATTENTION: readonly Role[] = ["attention.q", "attention.k", "attention.v", "attention.o"];
/** Multi-head latent attention; queries may or may not take the low-rank way. */
const LATENT: readonly Role[] = ["attention.kv.a", "attention.kv.b", "attention.o"];

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
  const experts = expertCount(tensors);
  if (typeof experts === "string") return experts;
  const layers = layerCount(tensors, experts, uncut);
  if (typeof layers === "string") return layers;
  const { rows: vocabulary, columns: hidden } = embed.matrix;
  const mlps = Array.from({ length: layers }, (_, layer) => mlpsOf({ tensors, experts }, layer));
  const wrong =
    checkGlobals(tensors, vocabulary, hidden) ??
    checkLayers(tensors, layers, hidden) ??
    first(mlps.flat(), (mlp) => checkMlp(tensors, mlp, hidden));
  if (wrong !== null) return wrong;
  const heads = (uncut ? null : headsOf(tensors, layers, hidden, config)) ?? { keyValueHeads: 0, headDim: 0 };
  return { layers, hidden, mlpHidden: mlps[0]![0]!.up.matrix.rows, experts, ...heads, vocabulary };
}

/** Experts are numbered from 0 without a gap, in every layer that has some, and each is whole. */
function expertCount(tensors: ReadonlyMap<string, CanonicalTensor>): number | string {
  const ofLayer = new Map<number, Set<number>>();
  for (const { role, layer } of tensors.values()) {
    const match = /^mlp\.experts\.(\d+)\./.exec(role);
    if (!match || layer === null) continue;
    const held = ofLayer.get(layer) ?? new Set();
    ofLayer.set(layer, held.add(Number(match[1])));
  }
  let most = 0;
  for (const [layer, found] of ofLayer) {
    for (let k = 0; k < found.size; k++) {
      if (!found.has(k)) return `layer ${layer}: expected experts 0 to ${found.size - 1}, got none numbered ${k}`;
      for (const part of ["up", "down"])
        if (!tensors.has(`layers.${layer}.mlp.experts.${k}.${part}`))
          return `no whole MLP under names that are read: expert ${k} of layer ${layer} has no ${part}`;
    }
    most = Math.max(most, found.size);
  }
  return most;
}

function layerCount(tensors: ReadonlyMap<string, CanonicalTensor>, experts: number, uncut: boolean): number | string {
  const found = new Set<number>();
  for (const { layer } of tensors.values()) if (layer !== null) found.add(layer);
  if (found.size === 0) return "no layers under names that are read";
  for (let layer = 0; layer < found.size; layer++)
    if (!found.has(layer)) return `expected layers 0 to ${found.size - 1}, got none numbered ${layer}`;
  // Gated in every MLP or in none.
  const mlps = [...found].sort((a, b) => a - b).map((layer) => mlpsOf({ tensors, experts }, layer));
  const gated = [...tensors.values()].some(({ role }) => /^mlp\..*gate$/.test(role));
  for (const [layer, ofLayer] of mlps.entries()) {
    const has = (role: string) => tensors.has(`layers.${layer}.${role}`);
    if (gated) {
      const bare = ofLayer.find((mlp) => mlp.gate === null);
      if (bare) return `no gated MLP under names that are read: layer ${layer} has no ${within(bare.stem)}.gate`;
    }
    if (ofLayer.length === 0) {
      const missing = has("mlp.up") ? "mlp.down" : "mlp.up";
      return `no ${gated ? "gated MLP" : "MLP"} under names that are read: layer ${layer} has no ${missing}`;
    }
    const latent = has("attention.kv.b");
    const missing = uncut ? undefined : (latent ? LATENT : ATTENTION).find((role) => !has(role));
    if (missing)
      return `no attention with separate q, k, v and o under names that are read: layer ${layer} has no ${missing}`;
    if (latent && !has("attention.q") && !(has("attention.q.a") && has("attention.q.b")))
      return `no queries under names that are read: layer ${layer} has neither attention.q nor attention.q.a and q.b`;
  }
  return found.size;
}

/** `layers.3.mlp.experts.0` without its layer. */
function within(stem: string): string {
  return stem.replace(/^layers\.\d+\./, "");
}

function checkGlobals(
  tensors: ReadonlyMap<string, CanonicalTensor>,
  vocabulary: number,
  hidden: number,
): string | null {
  return expectShape(tensors.get("output"), vocabulary, hidden) ?? expectShape(tensors.get("norm"), 1, hidden);
}

function checkMlp(tensors: ReadonlyMap<string, CanonicalTensor>, mlp: Mlp, hidden: number): string | null {
  const units = mlp.up.matrix.rows;
  const bias = (part: string) => tensors.get(`${mlp.stem}.${part}.bias`);
  return (
    expectShape(mlp.up, units, hidden) ??
    expectShape(mlp.gate ?? undefined, units, hidden) ??
    expectShape(mlp.down ?? undefined, hidden, units) ??
    expectShape(bias("up"), 1, units) ??
    expectShape(bias("gate"), 1, units) ??
    expectShape(bias("down"), 1, hidden)
  );
}

function checkLayers(tensors: ReadonlyMap<string, CanonicalTensor>, layers: number, hidden: number): string | null {
  for (let layer = 0; layer < layers; layer++) {
    const of = (role: Role) => tensors.get(`layers.${layer}.${role}`);
    const wrong =
      (of("attention.kv.b") ? checkLatent(of, hidden) : checkAttention(of, hidden, layer)) ??
      expectShape(of("mlp.shared.router"), 1, hidden) ??
      expectShape(of("mlp.router"), of("mlp.router")?.matrix.rows ?? 0, hidden) ??
      expectShape(of("norm.attention"), 1, hidden) ??
      expectShape(of("norm.mlp"), 1, hidden) ??
      expectShape(of("norm.attention.post"), 1, hidden) ??
      expectShape(of("norm.mlp.post"), 1, hidden);
    if (wrong !== null) return wrong;
  }
  return null;
}

type Of = (role: Role) => CanonicalTensor | undefined;

function checkAttention(of: Of, hidden: number, layer: number): string | null {
  const queries = of("attention.q")?.matrix.rows ?? of("attention.o")?.matrix.columns ?? 0;
  const values = of("attention.v")?.matrix.rows ?? 1;
  return (
    expectShape(of("attention.q"), queries, hidden) ??
    expectShape(of("attention.v"), values, hidden) ??
    expectShape(of("attention.k"), values, hidden) ??
    expectShape(of("attention.o"), hidden, queries) ??
    expectShape(of("attention.q.bias"), 1, queries) ??
    expectShape(of("attention.k.bias"), 1, values) ??
    expectShape(of("attention.v.bias"), 1, values) ??
    expectShape(of("attention.o.bias"), 1, hidden) ??
    (queries % values === 0 ? null : `layer ${layer}: ${queries} query rows are no multiple of ${values} value rows`)
  );
}

/** How wide heads are nothing here says; the low-rank middles must fit. */
function checkLatent(of: Of, hidden: number): string | null {
  const rows = (role: Role) => of(role)?.matrix.rows ?? 0;
  const middle = of("attention.kv.a.norm")?.matrix.columns ?? of("attention.kv.b")!.matrix.columns;
  return (
    expectShape(of("attention.q"), rows("attention.q"), hidden) ??
    expectShape(of("attention.q.a"), rows("attention.q.a"), hidden) ??
    expectShape(of("attention.q.b"), rows("attention.q.b"), rows("attention.q.a")) ??
    expectShape(of("attention.q.a.norm"), 1, rows("attention.q.a")) ??
    expectShape(of("attention.kv.a"), rows("attention.kv.a"), hidden) ??
    expectShape(of("attention.kv.b"), rows("attention.kv.b"), middle) ??
    expectShape(of("attention.o"), hidden, of("attention.o")?.matrix.columns ?? 0)
  );
}

function first<T>(items: readonly T[], check: (item: T) => string | null): string | null {
  for (const item of items) {
    const wrong = check(item);
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
  // Values that come out of a low-rank middle have no rows of their own.
  for (let layer = 0; layer < layers; layer++) if (!tensors.has(`layers.${layer}.attention.v`)) return null;
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
