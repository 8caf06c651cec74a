/**
 * Groups of prompts divided by what fingerprints do not show: the order of fixed sentences, fixed sentences that only a
 * part of a group has, and fixed words too few for the length of the prompts. It needs the words in clear, so that
 * `assay traffic templates` uses it and the laboratory, which keeps fingerprints only, does not.
 */

/** Words in a run; two prompts share a run when they have these words in a row. */
const RUN = 4;
/** A part that is divided off must hold this share of the group … */
const PART_SHARE_MIN = 0.2;
/** … and this many fillings must stand in both parts. */
const CONTENTS_MIN = 8;
/** Runs that follow each other in this share of their holders are one stretch. */
const FOLLOWS_MIN = 0.8;
/** Words of a sentence that glues a part of a group together where nothing does the whole, and its share of the group. */
const SENTENCE_WORDS_MIN = 8;
const MANY_SHARE_MIN = 0.25;
/** Larger groups are left as they are. */
const MEMBERS_MAX = 20_000;
/** Divisions of divisions. */
const DEPTH_MAX = 6;
/** Runs of one group looked at, those of most prompts first. */
const RUNS_MAX = 2000;
/** Stretches whose order is compared. */
const STRETCHES_MAX = 24;
/** Fixed words a template needs, where they are less than this share of the prompts' words. */
const FIXED_WORDS_MIN = 5;
const FIXED_SHARE_MIN = 0.02;
/** A word at the front or the back is fixed when this share of the prompts has it. */
const FIXED_IN_MIN = 0.8;

export interface Prompts {
  /** Words of each distinct prompt, as numbers: equal words, equal numbers. */
  words: readonly Uint32Array[];
  /** Its group of near duplicates. */
  duplicate: ArrayLike<number>;
}

/**
 * @param template for each prompt the smallest index of its template
 * @returns the same, divided
 */
export function divideByWords(template: Uint32Array, prompts: Prompts): Uint32Array {
  const out = template.slice();
  for (const members of membersOf(template).values())
    for (const part of divided(members, prompts, 0)) {
      const names = new Map<number, number>();
      const weak = part.length >= CONTENTS_MIN && isWeak(part, prompts);
      for (const i of part) {
        const name = weak ? prompts.duplicate[i]! : -1;
        if (!names.has(name)) names.set(name, i);
        out[i] = names.get(name)!;
      }
    }
  return out;
}

/** Prompts by name of their template. */
export function membersOf(template: Uint32Array): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  template.forEach((name, i) => {
    const known = groups.get(name);
    if (known) known.push(i);
    else groups.set(name, [i]);
  });
  return groups;
}

/** A stretch of fixed words: where it begins in each prompt that has it. */
interface Stretch {
  words: number;
  at: Map<number, number>;
}

function divided(members: readonly number[], prompts: Prompts, depth: number): number[][] {
  if (members.length < 2 * CONTENTS_MIN || members.length > MEMBERS_MAX || depth === DEPTH_MAX) return [[...members]];
  const stretches = stretchesOf(members, prompts);
  const enough = (part: readonly number[]) => part.length >= PART_SHARE_MIN * members.length;
  const halves = (inFirst: (i: number) => boolean): [number[], number[]] => [
    members.filter(inFirst),
    members.filter((i) => !inFirst(i)),
  ];
  let best: { parts: [number[], number[]]; weight: number } | null = null;
  const consider = (parts: [number[], number[]]) => {
    if (!parts.every(enough)) return;
    const weight = mixed(parts, prompts);
    if (weight >= CONTENTS_MIN && weight > (best?.weight ?? 0)) best = { parts, weight };
  };
  for (const [k, one] of stretches.entries()) {
    consider(halves((i) => one.at.has(i)));
    for (const other of stretches.slice(k + 1)) {
      const both = members.filter((i) => one.at.has(i) && other.at.has(i));
      if (both.length < PART_SHARE_MIN * members.length) continue;
      const behind = both.filter((i) => one.at.get(i)! > other.at.get(i)!).length;
      if (Math.min(behind, both.length - behind) < PART_SHARE_MIN * both.length) continue;
      consider(halves((i) => (one.at.get(i) ?? -1) > (other.at.get(i) ?? -1)));
    }
  }
  const parts = (best as { parts: [number[], number[]] } | null)?.parts ?? unglued(members, stretches);
  if (parts === null) return [[...members]];
  return parts.flatMap((part) => divided(part, prompts, depth + 1));
}

/** A group whose prompts have no words in a row in common is divided by the longest that many of them have. */
function unglued(members: readonly number[], stretches: readonly Stretch[]): [number[], number[]] | null {
  if (stretches.some((s) => s.at.size >= FIXED_IN_MIN * members.length)) return null;
  const [longest] = stretches.filter((s) => s.at.size >= MANY_SHARE_MIN * members.length);
  if (longest === undefined || longest.words < SENTENCE_WORDS_MIN) return null;
  return [members.filter((i) => longest.at.has(i)), members.filter((i) => !longest.at.has(i))];
}

/**
 * Groups of near duplicates that lie in both parts: the same filling with and without the words in question, which are
 * then the template's and not the filling's. 0 where most groups lie in one part.
 */
function mixed(parts: readonly number[][], { duplicate }: Prompts): number {
  const [here, there] = parts.map((part) => {
    const counts = new Map<number, number>();
    for (const i of part) counts.set(duplicate[i]!, (counts.get(duplicate[i]!) ?? 0) + 1);
    return counts;
  }) as [Map<number, number>, Map<number, number>];
  let both = 0;
  let one = 0;
  for (const [name, n] of here) {
    if (there.has(name)) both++;
    else if (n > 1) one++;
  }
  for (const [name, n] of there) if (n > 1 && !here.has(name)) one++;
  return both > one ? both : 0;
}

/** Runs that a good share of the group has, joined where one follows the other. */
function stretchesOf(members: readonly number[], { words }: Prompts): Stretch[] {
  const runs = new Map<string, Map<number, number>>();
  const least = PART_SHARE_MIN * members.length;
  for (const [k, i] of members.entries())
    for (let w = 0; w + RUN <= words[i]!.length; w++) {
      const run = words[i]!.slice(w, w + RUN).join(" ");
      let at = runs.get(run);
      // What has not been met by now cannot reach its share.
      if (at === undefined && k <= members.length - least) {
        at = new Map();
        runs.set(run, at);
      }
      if (at !== undefined && !at.has(i)) at.set(i, w);
    }
  const frequent = [...runs]
    .filter(([, at]) => at.size >= least)
    .sort((a, b) => b[1].size - a[1].size || (a[0] < b[0] ? -1 : 1))
    .slice(0, RUNS_MAX);
  const place = (at: Map<number, number>) => [...at.values()].reduce((sum, w) => sum + w, 0) / at.size;
  const byFront = new Map<string, [string, Map<number, number>][]>();
  for (const entry of frequent) {
    const front = entry[0]
      .split(" ")
      .slice(0, RUN - 1)
      .join(" ");
    byFront.set(front, [...(byFront.get(front) ?? []), entry]);
  }
  const taken = new Set<string>();
  const out: Stretch[] = [];
  for (const [first, at] of [...frequent].sort((a, b) => place(a[1]) - place(b[1]) || (a[0] < b[0] ? -1 : 1))) {
    if (taken.has(first)) continue;
    taken.add(first);
    let length = RUN;
    let last = first;
    let lastAt = at;
    for (;;) {
      const front = last.split(" ").slice(1).join(" ");
      const next = (byFront.get(front) ?? []).find(([run, places]) => !taken.has(run) && follows(lastAt, places));
      if (next === undefined) break;
      taken.add(next[0]);
      [last, lastAt] = next;
      length++;
    }
    out.push({ words: length, at });
  }
  return out.sort((a, b) => b.words - a.words).slice(0, STRETCHES_MAX);
}

function follows(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): boolean {
  let n = 0;
  for (const [i, w] of before) if (after.get(i) === w + 1) n++;
  return n >= FOLLOWS_MIN * Math.max(before.size, after.size);
}

/** Whether what is fixed is too little to say that the prompts come of one template. */
function isWeak(members: readonly number[], { words }: Prompts): boolean {
  const lengths = members.map((i) => words[i]!.length).sort((a, b) => a - b);
  const typical = lengths[lengths.length >> 1]!;
  if (FIXED_WORDS_MIN >= FIXED_SHARE_MIN * typical) return false;
  const fixed = (from: (list: Uint32Array, k: number) => number | undefined) => {
    for (let k = 0; k < FIXED_WORDS_MIN; k++) {
      const counts = new Map<number | undefined, number>();
      for (const i of members) {
        const word = from(words[i]!, k);
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
      if (Math.max(...counts.values()) < FIXED_IN_MIN * members.length) return k;
    }
    return FIXED_WORDS_MIN;
  };
  const edges = fixed((list, k) => list[k]) + fixed((list, k) => list.at(-1 - k));
  if (edges >= FIXED_WORDS_MIN) return false;
  return !stretchesOf(members, { words, duplicate: [] }).some(
    (s) => s.words >= FIXED_WORDS_MIN && s.at.size >= FIXED_IN_MIN * members.length,
  );
}
