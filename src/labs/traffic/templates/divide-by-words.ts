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
/** A part too small for its share is looked for in groups from this size; it holds so many prompts and at most this share. */
const PEELED_FROM = 40;
const PEELED_MIN = 8;
const PEELED_SHARE_MAX = 0.8;
/** Words in a row that it must have of its own, and stretches looked at. */
const PEELED_WORDS_MIN = 4;
const PEELED_STRETCHES_MAX = 400;
/** Words in a row that two prompts share because the same filled them, and prompts that one filling stands in at most. */
const FILLING_RUN = 7;
const FILLING_PROMPTS_MAX = 16;
/** Share of its runs that are no template's which a prompt has in common with another of the same filling. */
const FILLING_SHARE_MIN = 0.4;
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
    for (const part of peeled(members, prompts, 0).flatMap((own) => divided(own, prompts, 0))) {
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

/**
 * A few words that many templates end with (a list of answers to choose from) hold them together, each too small a part to
 * be divided off by its share. Such a part is told by its own side alone: its fillings also stand outside it, without its
 * words. One after another, the part first whose fillings stand outside most often.
 */
function peeled(members: readonly number[], prompts: Prompts, depth: number): number[][] {
  if (members.length < PEELED_FROM || members.length > MEMBERS_MAX || depth === DEPTH_MAX) return [[...members]];
  const stretches = stretchesOf(members, prompts, PEELED_MIN, PEELED_STRETCHES_MAX);
  const nearest = nearestOf(members, prompts);
  const out: number[][] = [];
  let rest = [...members];
  for (;;) {
    let best: { part: number[]; weight: number } | null = null;
    for (const { at, words } of stretches) {
      if (words < PEELED_WORDS_MIN) continue;
      const part = rest.filter((i) => at.has(i));
      if (part.length < PEELED_MIN || part.length > PEELED_SHARE_MAX * rest.length) continue;
      const weight = standsOutside(part, nearest);
      if (weight >= CONTENTS_MIN && weight > (best?.weight ?? 0)) best = { part, weight };
    }
    if (best === null) break;
    const taken = new Set(best.part);
    out.push(...peeled(best.part, prompts, depth + 1));
    rest = rest.filter((i) => !taken.has(i));
  }
  return [...out, rest];
}

/** Prompts of a part whose nearest stand outside it; 0 where more of them have their nearest inside. */
function standsOutside(part: readonly number[], nearest: ReadonlyMap<number, readonly number[]>): number {
  const inside = new Set(part);
  let both = 0;
  let one = 0;
  for (const i of part) {
    const others = nearest.get(i)!;
    if (others.some((other) => !inside.has(other))) both++;
    else if (others.length > 0) one++;
  }
  return both > one ? both : 0;
}

/**
 * The nearest of each prompt: those of the same filling, which share with it most of the runs of words that few prompts have. A
 * phrase of the filling's own stands in all its copies, so that a part told by such a phrase has its nearest inside.
 */
function nearestOf(members: readonly number[], { words }: Prompts): Map<number, number[]> {
  const byRun = new Map<number, number[]>();
  const runs = members.map((i) => [...new Set(hashesOf(words[i]!, FILLING_RUN))]);
  for (const [k, own] of runs.entries())
    for (const hash of own) {
      const known = byRun.get(hash);
      if (known === undefined) byRun.set(hash, [members[k]!]);
      else if (known.length <= FILLING_PROMPTS_MAX) known.push(members[k]!);
    }
  return new Map(
    members.map((i, k) => {
      const shared = new Map<number, number>();
      const own = runs[k]!.map((hash) => byRun.get(hash)!).filter((holders) => holders.length <= FILLING_PROMPTS_MAX);
      for (const holders of own)
        for (const other of holders) if (other !== i) shared.set(other, (shared.get(other) ?? 0) + 1);
      // What shares less is another filling with a phrase in common.
      let most = Math.max(1, FILLING_SHARE_MIN * own.length);
      for (const n of shared.values()) most = Math.max(most, n);
      return [i, [...shared].filter(([, n]) => n === most).map(([other]) => other)];
    }),
  );
}

function divided(members: readonly number[], prompts: Prompts, depth: number): number[][] {
  if (members.length < 2 * CONTENTS_MIN || members.length > MEMBERS_MAX || depth === DEPTH_MAX) return [[...members]];
  const stretches = stretchesOf(members, prompts, PART_SHARE_MIN * members.length, STRETCHES_MAX);
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
function mixed(parts: readonly number[][], prompts: Prompts): number {
  const [here, there] = parts.map((part) => countsOf(part, prompts)) as [Map<number, number>, Map<number, number>];
  let both = 0;
  let one = 0;
  for (const [name, n] of here) {
    if (there.has(name)) both++;
    else if (n > 1) one++;
  }
  for (const [name, n] of there) if (n > 1 && !here.has(name)) one++;
  return both > one ? both : 0;
}

function countsOf(members: readonly number[], { duplicate }: Prompts): Map<number, number> {
  const counts = new Map<number, number>();
  for (const i of members) counts.set(duplicate[i]!, (counts.get(duplicate[i]!) ?? 0) + 1);
  return counts;
}

/** Runs that `least` of the group have, joined where one follows the other; the `most` longest. */
function stretchesOf(members: readonly number[], { words }: Prompts, least: number, most: number): Stretch[] {
  // Counted by hash first: of a large group's runs nearly all stand in one prompt.
  const counts = new Map<number, number>();
  for (const i of members)
    for (const hash of new Set(hashesOf(words[i]!, RUN))) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  const runs = new Map<string, Map<number, number>>();
  for (const i of members)
    for (const [w, hash] of hashesOf(words[i]!, RUN).entries()) {
      if (counts.get(hash)! < least) continue;
      const run = words[i]!.slice(w, w + RUN).join(" ");
      const at = runs.get(run) ?? new Map<number, number>();
      runs.set(run, at);
      if (!at.has(i)) at.set(i, w);
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
  return out.sort((a, b) => b.words - a.words).slice(0, most);
}

/** 52 bits a run. */
function hashesOf(list: Uint32Array, run: number): number[] {
  const out: number[] = [];
  for (let w = 0; w + run <= list.length; w++) {
    let a = 0;
    let b = 0;
    for (let k = w; k < w + run; k++) {
      a = Math.imul(a ^ list[k]!, 0x9e3779b1) ^ (a >>> 15);
      b = Math.imul(b + list[k]!, 0x85ebca6b) ^ (b >>> 13);
    }
    out.push((a >>> 6) * 2 ** 26 + (b >>> 6));
  }
  return out;
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
  return !stretchesOf(members, { words, duplicate: [] }, PART_SHARE_MIN * members.length, STRETCHES_MAX).some(
    (s) => s.words >= FIXED_WORDS_MIN && s.at.size >= FIXED_IN_MIN * members.length,
  );
}
