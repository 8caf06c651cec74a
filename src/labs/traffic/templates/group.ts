/**
 * The template of each distinct prompt: the fragment that fixes most of it where its fillings differ, else the group of
 * near duplicates it lies in, else itself. What a template says is not looked at; a prompt in two templates' words goes
 * to the one that fixes more.
 */
import { KIND } from "./features.js";
import { type Fragments, fragments } from "./fragments.js";
import { signatures } from "./minhash.js";
import { nearDuplicates } from "./near-duplicates.js";
import { type Sets, setCount } from "./sets.js";

interface Grouping {
  /** For each prompt the smallest index of its template: fixed words shared, fillings differ. */
  template: Uint32Array;
  /** For each prompt the smallest index of its group of near duplicates. */
  duplicate: Uint32Array;
  /** The template of a prompt that was not among these, by its features: the same index, or -1 where it has none. */
  assign: (features: Uint32Array) => number;
}

/** Near duplicates share 60 % of their features. */
const DUPLICATE = { rows: 4, similarityMin: 0.6 };
/** A fragment must fix this many words to be a template. */
const WORDS_MIN = 3;
/** Share of a fragment's features that a prompt must hold. */
const HELD_MIN = 0.6;
/** A fragment must occur in this many groups of near duplicates: otherwise it is one text, sent again. */
const CONTENTS_MIN = 8;
/** Words beyond this many add no weight: a long template and a very long one are equally sure. */
const WORDS_WEIGHED_MAX = 16;
/** Contents beyond this many add no weight: otherwise a few words that many templates share would win over each one's own. */
const CONTENTS_WEIGHED_MAX = 32;

/** @param features one set a prompt @returns the template of each prompt, by number */
export function groupPrompts(features: Sets): Grouping {
  const n = setCount(features);
  const duplicate = nearDuplicates(features, DUPLICATE, signatures(features));
  const parts = fragments(features);
  const held = heldFragments(features, parts);
  const weight = weights(parts, countContents(held, duplicate, parts.sizes.length));
  const best = new Int32Array(n).fill(-1);
  for (let prompt = 0; prompt < n; prompt++)
    best[prompt] = heaviest(held.values.subarray(held.starts[prompt]!, held.starts[prompt + 1]!), weight);
  const { labels, splits } = divideByEdges(features, best);
  const first = new Map<number, number>();
  const template = new Uint32Array(n);
  for (let prompt = 0; prompt < n; prompt++) {
    const name = best[prompt]! >= 0 ? labels[prompt]! : -1 - duplicate[prompt]!;
    if (!first.has(name)) first.set(name, prompt);
    template[prompt] = first.get(name)!;
  }
  const counts = new Uint32Array(parts.sizes.length);
  const assign = (values: Uint32Array) => {
    let label = heaviest(fragmentsIn(values, parts, counts), weight);
    if (label < 0) return -1;
    for (const { kind, alternatives } of splits) label = alternatives.get(label)?.get(edgeOf(values, kind)) ?? label;
    return first.get(label) ?? -1;
  };
  return { template, duplicate, assign };
}

/** How much a fragment says: words it fixes times the variety of what it is filled with; 0 where it is no template. */
function weights(parts: Fragments, contents: Uint32Array): Float64Array {
  return Float64Array.from(contents, (n, fragment) =>
    parts.words[fragment]! < WORDS_MIN || n < CONTENTS_MIN
      ? 0
      : Math.min(WORDS_WEIGHED_MAX, parts.words[fragment]!) * Math.log2(Math.min(CONTENTS_WEIGHED_MAX, n) + 1),
  );
}

function heaviest(held: ArrayLike<number>, weight: Float64Array): number {
  let top = 0;
  let best = -1;
  for (let i = 0; i < held.length; i++)
    if (weight[held[i]!]! > top) {
      top = weight[held[i]!]!;
      best = held[i]!;
    }
  return best;
}

/** First two words, last three, and the first two of the last line. */
const EDGES = [KIND.head + 1, KIND.tail + 2, KIND.lastLine + 1] as const;
/** Alternatives at an edge, the least share of one, and the share of all of them together. */
const ALTERNATIVES_MAX = 4;
const ALTERNATIVE_SHARE_MIN = 0.25;
const ALTERNATIVES_SHARE_MIN = 0.97;

interface Split {
  kind: number;
  /** By label: the new label of each alternative at the edge. */
  alternatives: Map<number, Map<number, number>>;
}

function edgeOf(values: Uint32Array, kind: number): number {
  for (let i = 0; i < values.length; i++) if ((values[i]! & 31) === kind) return values[i]!;
  return 0;
}

/**
 * Templates that share their longest fixed part differ at an edge: where a group's prompts begin (end) in two to four
 * ways only, each of them often, those are templates; where people's own words stand there are many ways.
 */
function divideByEdges({ starts, values }: Sets, best: Int32Array): { labels: Float64Array; splits: Split[] } {
  const labels = Float64Array.from(best);
  const splits: Split[] = [];
  for (const kind of EDGES) {
    const edge = (prompt: number) => edgeOf(values.subarray(starts[prompt]!, starts[prompt + 1]!), kind);
    const groups = new Map<number, number[]>();
    labels.forEach((label, prompt) => {
      if (label < 0) return;
      const members = groups.get(label);
      if (members) members.push(prompt);
      else groups.set(label, [prompt]);
    });
    let next = labels.reduce((max, label) => Math.max(max, label), 0) + 1;
    const alternatives = new Map<number, Map<number, number>>();
    for (const [label, members] of groups) {
      const counts = new Map<number, number>();
      for (const prompt of members) counts.set(edge(prompt), (counts.get(edge(prompt)) ?? 0) + 1);
      const common = [...counts].filter(
        ([value, count]) => value !== 0 && count >= ALTERNATIVE_SHARE_MIN * members.length,
      );
      const covered = common.reduce((sum, [, count]) => sum + count, 0);
      if (common.length < 2 || common.length > ALTERNATIVES_MAX || covered < ALTERNATIVES_SHARE_MIN * members.length)
        continue;
      const names = new Map(common.map(([value]) => [value, next++]));
      alternatives.set(label, names);
      for (const prompt of members) labels[prompt] = names.get(edge(prompt)) ?? labels[prompt]!;
    }
    splits.push({ kind, alternatives });
  }
  return { labels, splits };
}

function heldFragments({ starts, values }: Sets, parts: Fragments): Sets {
  const n = starts.length - 1;
  const out: number[] = [];
  const ends = new Uint32Array(n + 1);
  const counts = new Uint32Array(parts.sizes.length);
  for (let prompt = 0; prompt < n; prompt++) {
    out.push(...fragmentsIn(values.subarray(starts[prompt]!, starts[prompt + 1]!), parts, counts));
    ends[prompt + 1] = out.length;
  }
  return { starts: ends, values: Uint32Array.from(out) };
}

/** Fragments of which these features hold enough, in order of their first feature. @param counts all 0, and left so */
function fragmentsIn(values: Uint32Array, parts: Fragments, counts: Uint32Array): number[] {
  const met: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const fragment = parts.of.get(values[i]!);
    if (fragment >= 0 && counts[fragment]!++ === 0) met.push(fragment);
  }
  let kept = 0;
  for (const fragment of met) {
    if (counts[fragment]! >= HELD_MIN * parts.sizes[fragment]!) met[kept++] = fragment;
    counts[fragment] = 0;
  }
  met.length = kept;
  return met;
}

/** Groups of near duplicates that each fragment occurs in. */
function countContents(held: Sets, duplicate: Uint32Array, fragmentCount: number): Uint32Array {
  const pairs: number[] = [];
  for (let prompt = 0; prompt < duplicate.length; prompt++)
    for (let i = held.starts[prompt]!; i < held.starts[prompt + 1]!; i++)
      pairs.push(held.values[i]! * 2 ** 26 + duplicate[prompt]!);
  const sorted = Float64Array.from(pairs).sort();
  const out = new Uint32Array(fragmentCount);
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) out[Math.floor(sorted[i]! / 2 ** 26)]!++;
  return out;
}
