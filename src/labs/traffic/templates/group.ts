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

export interface Grouping {
  /** For each prompt the smallest index of its template: fixed words shared, fillings differ. */
  template: Uint32Array;
  /** For each prompt the smallest index of its group of near duplicates. */
  duplicate: Uint32Array;
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

export function groupPrompts(features: Sets): Grouping {
  const n = setCount(features);
  const duplicate = nearDuplicates(features, DUPLICATE, signatures(features));
  const parts = fragments(features);
  const held = heldFragments(features, parts);
  const contents = countContents(held, duplicate, parts.sizes.length);
  const best = new Int32Array(n).fill(-1);
  for (let prompt = 0; prompt < n; prompt++) {
    let top = 0;
    for (let i = held.starts[prompt]!; i < held.starts[prompt + 1]!; i++) {
      const fragment = held.values[i]!;
      if (parts.words[fragment]! < WORDS_MIN || contents[fragment]! < CONTENTS_MIN) continue;
      const score =
        Math.min(WORDS_WEIGHED_MAX, parts.words[fragment]!) *
        Math.log2(Math.min(CONTENTS_WEIGHED_MAX, contents[fragment]!) + 1);
      if (score > top) {
        top = score;
        best[prompt] = fragment;
      }
    }
  }
  const labels = divideByEdges(features, best);
  const first = new Map<number, number>();
  const template = new Uint32Array(n);
  for (let prompt = 0; prompt < n; prompt++) {
    const name = best[prompt]! >= 0 ? labels[prompt]! : -1 - duplicate[prompt]!;
    if (!first.has(name)) first.set(name, prompt);
    template[prompt] = first.get(name)!;
  }
  return { template, duplicate };
}

/** First two words, last three, and the first two of the last line. */
const EDGES = [KIND.head + 1, KIND.tail + 2, KIND.lastLine + 1] as const;
/** Alternatives at an edge, the least share of one, and the share of all of them together. */
const ALTERNATIVES_MAX = 4;
const ALTERNATIVE_SHARE_MIN = 0.25;
const ALTERNATIVES_SHARE_MIN = 0.97;

/**
 * Templates that share their longest fixed part differ at an edge: where a group's prompts begin (end) in two to four
 * ways only, each of them often, those are templates; where people's own words stand there are many ways.
 */
function divideByEdges({ starts, values }: Sets, best: Int32Array): Float64Array {
  const labels = Float64Array.from(best);
  for (const kind of EDGES) {
    const edge = (prompt: number) => {
      for (let i = starts[prompt]!; i < starts[prompt + 1]!; i++) if ((values[i]! & 31) === kind) return values[i]!;
      return 0;
    };
    const groups = new Map<number, number[]>();
    labels.forEach((label, prompt) => {
      if (label < 0) return;
      const members = groups.get(label);
      if (members) members.push(prompt);
      else groups.set(label, [prompt]);
    });
    let next = labels.reduce((max, label) => Math.max(max, label), 0) + 1;
    for (const members of groups.values()) {
      const counts = new Map<number, number>();
      for (const prompt of members) counts.set(edge(prompt), (counts.get(edge(prompt)) ?? 0) + 1);
      const common = [...counts].filter(
        ([value, count]) => value !== 0 && count >= ALTERNATIVE_SHARE_MIN * members.length,
      );
      const covered = common.reduce((sum, [, count]) => sum + count, 0);
      if (common.length < 2 || common.length > ALTERNATIVES_MAX || covered < ALTERNATIVES_SHARE_MIN * members.length)
        continue;
      const names = new Map(common.map(([value]) => [value, next++]));
      for (const prompt of members) labels[prompt] = names.get(edge(prompt)) ?? labels[prompt]!;
    }
  }
  return labels;
}

function heldFragments({ starts, values }: Sets, parts: Fragments): Sets {
  const n = starts.length - 1;
  const out: number[] = [];
  const ends = new Uint32Array(n + 1);
  const counts = new Map<number, number>();
  for (let prompt = 0; prompt < n; prompt++) {
    counts.clear();
    for (let i = starts[prompt]!; i < starts[prompt + 1]!; i++) {
      const fragment = parts.of.get(values[i]!);
      if (fragment !== undefined) counts.set(fragment, (counts.get(fragment) ?? 0) + 1);
    }
    for (const [fragment, count] of counts) if (count >= HELD_MIN * parts.sizes[fragment]!) out.push(fragment);
    ends[prompt + 1] = out.length;
  }
  return { starts: ends, values: Uint32Array.from(out) };
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
