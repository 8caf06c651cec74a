/**
 * Fixed parts of templates: features that (nearly) always come together. Every frequent feature has the set of prompts
 * it occurs in; features whose sets agree form a fragment. A template's own words come together in all its fillings and
 * with nothing else, a filling's words come together in few prompts, and common phrases come alone.
 */
import { FeatureTable } from "./feature-table.js";
import { KIND, LENGTHS } from "./features.js";
import { signatures } from "./minhash.js";
import { nearDuplicates } from "./near-duplicates.js";
import type { Sets } from "./sets.js";

export interface Fragments {
  /** Fragment of each frequent feature. */
  of: FeatureTable;
  /** Features of each fragment, prompts that hold the rarest of them, words that it fixes at least. */
  sizes: Uint32Array;
  prompts: Uint32Array;
  words: Uint32Array;
}

/** Least number of prompts behind a template. */
const PROMPTS_MIN = 5;
/** Two features belong together when their sets of prompts are at least this similar. */
const TOGETHER_MIN = 0.72;

/** @param features of each prompt @returns which fragment each frequent feature belongs to, with sizes and holders */
export function fragments(features: Sets): Fragments {
  const frequent = frequentFeatures(features);
  const holders = transpose(features, frequent.index, frequent.counts);
  const group = nearDuplicates(holders, { rows: 2, similarityMin: TOGETHER_MIN }, signatures(holders));
  const names = new Map<number, number>();
  const of = new Uint32Array(frequent.index.size);
  const sizes: number[] = [];
  const prompts: number[] = [];
  const kinds: Set<number>[] = [];
  for (const [feature, i] of frequent.index) {
    const root = group[i]!;
    let name = names.get(root);
    if (name === undefined) {
      name = names.size;
      names.set(root, name);
      sizes.push(0);
      prompts.push(Number.POSITIVE_INFINITY);
      kinds.push(new Set());
    }
    of[i] = name;
    sizes[name]!++;
    prompts[name] = Math.min(prompts[name]!, frequent.counts[i]!);
    kinds[name]!.add(feature & 31);
  }
  return {
    of: new FeatureTable([...frequent.index.keys()], of),
    sizes: Uint32Array.from(sizes),
    prompts: Uint32Array.from(prompts),
    words: Uint32Array.from(kinds, (k, name) => fixedWords(k, sizes[name]!)),
  };
}

/** Words that heads and tails add over the next shorter one, and a word for each further run. */
function fixedWords(kinds: ReadonlySet<number>, size: number): number {
  let edges = 0;
  let ends = 0;
  LENGTHS.forEach((length, i) => {
    const added = length - (LENGTHS[i - 1] ?? 0);
    for (const edge of [KIND.head, KIND.tail])
      if (kinds.has(edge + i)) {
        edges += added;
        ends++;
      }
  });
  const runs = Math.max(0, size - ends);
  return Math.max(edges, runs > 0 ? runs + 2 : 0);
}

/** Features of at least PROMPTS_MIN prompts, counted exactly after a pass that rules most of the others out. */
function frequentFeatures({ values }: Sets): { index: Map<number, number>; counts: number[] } {
  const bits = Math.max(16, Math.min(27, Math.ceil(Math.log2(Math.max(1, values.length))) + 1));
  const rough = new Uint8Array(2 ** bits);
  const slot = (v: number) => Math.imul(v, 0x9e3779b1) >>> (32 - bits);
  for (let i = 0; i < values.length; i++) {
    const s = slot(values[i]!);
    if (rough[s]! < 255) rough[s]!++;
  }
  const exact = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (rough[slot(value)]! >= PROMPTS_MIN) exact.set(value, (exact.get(value) ?? 0) + 1);
  }
  const index = new Map<number, number>();
  const counts: number[] = [];
  for (const value of [...exact.keys()].sort((a, b) => a - b)) {
    const count = exact.get(value)!;
    if (count < PROMPTS_MIN) continue;
    index.set(value, counts.length);
    counts.push(count);
  }
  return { index, counts };
}

/** Prompts of each frequent feature. */
function transpose({ starts, values }: Sets, index: ReadonlyMap<number, number>, counts: readonly number[]): Sets {
  const out: Sets = { starts: new Uint32Array(counts.length + 1), values: new Uint32Array(0) };
  for (let i = 0; i < counts.length; i++) out.starts[i + 1] = out.starts[i]! + counts[i]!;
  out.values = new Uint32Array(out.starts[counts.length]!);
  const fill = out.starts.slice(0, counts.length);
  for (let prompt = 0; prompt < starts.length - 1; prompt++)
    for (let i = starts[prompt]!; i < starts[prompt + 1]!; i++) {
      const at = index.get(values[i]!);
      if (at !== undefined) out.values[fill[at]!++] = prompt;
    }
  return out;
}
