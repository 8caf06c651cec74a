/**
 * What the shapes of a model's tensors settle, once those that do not fit have been left out (fitting.ts): vocabulary,
 * hidden units, heads. (Grouped-query attention: Ainslie et al. 2023.) Shapes alone do not tell how many heads share a
 * projection; without a config.json or per-head norms that stays unknown and is not guessed.
 */
import { mlpsOf } from "./mlps.js";
import type { CanonicalTensor, ModelConfig } from "./model.js";

/** Tensors that fit together, and their numbers. */
interface Sized {
  tensors: ReadonlyMap<string, CanonicalTensor>;
  layers: number;
  hidden: number;
  experts: number;
}

interface Dimensions {
  /** Hidden units of most MLPs; 0 where none is read. */
  mlpHidden: number;
  /** Both 0: unknown. Of most layers: others may have more or fewer. */
  keyValueHeads: number;
  headDim: number;
  /** 0 where no embedding is read. */
  vocabulary: number;
}

/** @param uncut some fused attention weights could not be cut apart: heads are then not known */
export function dimensionsOf(sized: Sized, config: ModelConfig, uncut = false): Dimensions {
  const heads = (uncut ? null : headsOf(sized, config)) ?? { keyValueHeads: 0, headDim: 0 };
  return { mlpHidden: usualUnits(sized), ...heads, vocabulary: sized.tensors.get("embed")?.matrix.rows ?? 0 };
}

function usualUnits(sized: Sized): number {
  const units = Array.from({ length: sized.layers }, (_, layer) => mlpsOf(sized, layer)).flat();
  return usual(units.map(({ up }) => up.matrix.rows)) ?? 0;
}

/** The most frequent; of two the one that comes first. */
function usual(values: readonly number[]): number | null {
  const counts = new Map<number, number>();
  for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
  let best: number | null = null;
  for (const [v, n] of counts) if (best === null || n > counts.get(best)!) best = v;
  return best;
}

/** Heads as the config says where most layers fit it; else as norms of one head's width settle it; else unknown. */
function headsOf(sized: Sized, config: ModelConfig): { keyValueHeads: number; headDim: number } | null {
  const { tensors, layers, hidden } = sized;
  const rows = (role: string, layer: number) => tensors.get(`layers.${layer}.attention.${role}`)?.matrix.rows;
  // Values that come out of a low-rank middle have no rows of their own.
  const valued = Array.from({ length: layers }, (_, l) => l).filter((l) => rows("v", l) !== undefined);
  if (valued.length === 0) return null;
  const headDim = config.headDim ?? (config.heads === null ? null : hidden / config.heads);
  const keyValueHeads = config.keyValueHeads ?? config.heads;
  if (headDim !== null && keyValueHeads !== null && Number.isInteger(headDim)) {
    const fits = valued.filter((layer) => {
      if (rows("v", layer) !== keyValueHeads * headDim) return false;
      const queries = rows("q", layer);
      if (queries === undefined) return true;
      return config.heads === null ? queries % headDim === 0 : queries === config.heads * headDim;
    });
    return 2 * fits.length > valued.length ? { keyValueHeads, headDim } : null;
  }
  return headsOfNorms(sized, valued);
}

/** Qwen 3 norms queries and keys a head at a time; a norm as wide as all keys together (OLMo 2) settles nothing. */
function headsOfNorms(
  { tensors }: Sized,
  layers: readonly number[],
): { keyValueHeads: number; headDim: number } | null {
  const of = (role: string, layer: number) => tensors.get(`layers.${layer}.attention.${role}`)?.matrix;
  const width = usual(layers.flatMap((l) => of("k.norm", l)?.columns ?? []));
  const values = usual(layers.map((l) => of("v", l)!.rows))!;
  if (width === null || width >= values || values % width !== 0) return null;
  const fits = layers.filter(
    (l) => of("v", l)!.rows === values && of("q.norm", l)?.columns === width && of("k.norm", l)?.columns === width,
  );
  return 2 * fits.length > layers.length ? { keyValueHeads: values / width, headDim: width } : null;
}
