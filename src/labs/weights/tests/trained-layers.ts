/**
 * Is what is held something that somebody trained? Layers that look like a draw may be anybody's, so those that look trained
 * speak alone. Of a real model's up rows only some layers' stand out of a draw, which ones differs by model, and they do so
 * among 512 rows where they do not among 256: layers are asked over the whole depth until enough have shown it.
 * It cannot tell training from a start that has directions of its own.
 */
import type { Compute } from "../../../kernels/compute.js";
import { heldWhole, type Rows } from "./held-whole.js";

/** Stored rows of each part that have to stand out of a draw, and values of them: fewer rows where they are wider than 2,048. */
export const ROWS_TRAINED = 512;
export const VALUES_TRAINED = 2 ** 20;
/** Layers that speak, and layers asked at the most until so many have shown that they were trained. */
const LAYERS_SPEAK = 4;
const LAYERS_ASKED = 12;
/** Both parts of a layer look trained by chance once in some thousand draws; two such layers are no chance, one will do where there is one. */
const TRAINED_MIN = 2;
/** Share of them that has to be held at a slope of one. */
const WHOLE_SHARE = 0.75;

/** A layer that may speak. */
export interface Speaking {
  /** Is its own slope about one? */
  whole: boolean;
  /** Parts that were trained each for itself: two where there is a gate. */
  parts: 1 | 2;
  isUntrained(): Promise<boolean>;
  /** Of the one held and of the other. */
  rows(): Rows | Promise<Rows>;
}

/** Is the one held in the other, and no accident? @param enough as in `heldWhole` @param partsMin that have to look trained */
export async function heldByTrained(
  layers: readonly Speaking[],
  compute: Pick<Compute, "eigen">,
  { enough, partsMin = 1 }: { enough?: number; partsMin?: number } = {},
): Promise<boolean> {
  const trained: Speaking[] = [];
  let asked = 0;
  for (const layer of overDepth(layers, LAYERS_SPEAK).slice(0, LAYERS_ASKED)) {
    if (trained.length === LAYERS_SPEAK) break;
    asked++;
    if (!(await layer.isUntrained())) trained.push(layer);
  }
  if (trained.length < Math.min(TRAINED_MIN, layers.length)) return false;
  // One part alone looks trained by chance once in forty draws: most layers have to, then.
  if (trained.some(({ parts }) => parts === 1) && 2 * trained.length <= asked) return false;
  if (trained.reduce((sum, { parts }) => sum + parts, 0) < partsMin) return false;
  // What a public draw left as it was may be held whole by anybody: what was trained has to be.
  if (trained.filter(({ whole }) => whole).length < WHOLE_SHARE * trained.length) return false;
  const rows = await Promise.all(trained.map((layer) => layer.rows()));
  return heldWhole(rows, compute, () => false, enough);
}

/** All of them, `count` at equal distances first. */
function overDepth<T>(all: readonly T[], count: number): T[] {
  const first = new Set(Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * all.length) / count)));
  return [...all.filter((_, i) => first.has(i)), ...all.filter((_, i) => !first.has(i))];
}
