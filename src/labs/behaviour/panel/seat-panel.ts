/**
 * Who of a panel's folder may stand as presumed unrelated: not the sides themselves under another name, not models
 * documented to share a base with a side, not models that answered too few of the prompts.
 */
import type { Digest } from "../../../base/digest.js";
import { hashText } from "../../../transcript/words.js";
import type { Cast } from "../score/nulls.js";

/** A transcript as the comparison needs it: one text a prompt. */
export interface Answers {
  name: string;
  root: Digest;
  texts: Map<string, string>;
}

/** Two transcripts that agree on the start of this share of their longer answers are of one recording. */
const SAME_RECORDING_MIN = 0.9;
/**
 * Panel members that agree on the start of this share of their longer answers are no independent families, whatever
 * their names: copies, edited or cut. Of 133 models of 23 bases no two of different bases share more than 2 %.
 */
const SAME_FAMILY_MIN = 0.25;
/** Shorter answers are many models' answers. */
const ANSWER_CHARS_MIN = 80;
/** Of longer ones the start tells, wherever a recorder cut them or an editor added to them. */
const START_CHARS = 200;
/** Starts kept of each member: the smallest hashes, so that two members' can be compared. */
const STARTS_KEPT = 128;

/** A transcript of the panel's folder as far as seating it needs. */
export interface Member {
  name: string;
  root: Digest;
  /** Place in the store of answers. */
  place: number;
  /** Of the prompts compared. */
  answered: number;
  /** The same recording as a side or a control. */
  own: boolean;
  /** As `startsKept` gives them. */
  starts: readonly number[];
}

interface Seated {
  /** Kept members, in the order of the cast after sides, siblings and releases. */
  panel: Member[];
  cast: Cast;
  leftOut: { why: string; models: number }[];
}

/** What tells whether a member, with its starts, is the same recording as one of `others`. */
export function recordings(others: readonly Answers[]): (member: Answers, starts: ReadonlySet<number>) => boolean {
  const own = others.map((of) => ({ of, starts: startsOf(of) }));
  return (member, ofMember) => own.some(({ of, starts }) => sameRecording(of, starts, member, ofMember));
}

/**
 * @param given `coverage` is the least share of the prompts that a member must have answered @returns seats and groups,
 * and how many were left out for which reason
 */
export function seatPanel(given: {
  siblings: number;
  releases: number;
  members: readonly Member[];
  promptIds: readonly string[];
  bases: ReadonlyMap<string, string> | null;
  coverage: number;
}): Seated {
  const { siblings, releases, members, promptIds, bases, coverage } = given;
  const related = new Set<string>();
  const left = { same: 0, base: 0, coverage: 0 };
  const candidates: Member[] = [];
  for (const member of members) {
    if (!member.own) {
      candidates.push(member);
      continue;
    }
    left.same++;
    const base = bases?.get(member.name);
    if (base !== undefined) related.add(base);
  }
  const panel = candidates.filter((member) => {
    const base = bases?.get(member.name);
    if (base !== undefined && related.has(base)) {
      left.base++;
      return false;
    }
    if (member.answered >= coverage * promptIds.length) return true;
    left.coverage++;
    return false;
  });
  const first = 2 + siblings + releases;
  const groupOf = new Map<string, number>();
  const groups = [0, 1, ...new Array<number>(siblings).fill(0), ...new Array<number>(releases).fill(1)];
  for (const name of familyNames(panel, bases)) {
    if (!groupOf.has(name)) groupOf.set(name, 2 + groupOf.size);
    groups.push(groupOf.get(name)!);
  }
  const leftOut = [
    { why: "the same recording as a side or a control", models: left.same },
    { why: "documented in the panel's lineage.json to share a base with a side", models: left.base },
    { why: `answered less than ${100 * coverage} % of the prompts`, models: left.coverage },
  ];
  return {
    panel,
    cast: {
      groups: Int32Array.from(groups),
      panel: panel.map((_, i) => first + i),
      siblings: Array.from({ length: siblings }, (_, i) => 2 + i),
      panelLabelled: bases !== null,
    },
    leftOut: leftOut.filter(({ models }) => models > 0),
  };
}

/** A name a member: its documented base, or its own; members that coincide take the first one's. */
function familyNames(panel: readonly Member[], bases: ReadonlyMap<string, string> | null): string[] {
  const names = panel.map((member) => bases?.get(member.name) ?? `only ${member.root} ${member.name}`);
  for (let i = 1; i < panel.length; i++)
    for (let j = 0; j < i; j++) {
      if (names[i] === names[j] || !coincide(panel[i]!.starts, panel[j]!.starts)) continue;
      const [kept, gone] = [names[j]!, names[i]!];
      for (let k = 0; k < names.length; k++) if (names[k] === gone) names[k] = kept;
    }
  return names;
}

/** The smallest of a member's starts, ascending. */
export function startsKept(starts: ReadonlySet<number>): number[] {
  return [...Uint32Array.from(starts).sort().subarray(0, STARTS_KEPT)];
}

/** Broder's estimate (1997): of the smallest hashes of both together, how many both hold. */
function coincide(a: readonly number[], b: readonly number[]): boolean {
  const size = Math.min(a.length, b.length);
  let [i, j, met, seen] = [0, 0, 0, 0];
  while (i < a.length && j < b.length && seen < size) {
    if (a[i] === b[j]) {
      met++;
      i++;
      j++;
    } else if (a[i]! < b[j]!) i++;
    else j++;
    seen++;
  }
  // Jaccard's index of two sets that share a quarter of each is a seventh.
  return size > 0 && met >= Math.max(2, (SAME_FAMILY_MIN / (2 - SAME_FAMILY_MIN)) * size);
}

/** Hashes of the starts of the longer answers. */
export function startsOf({ texts }: Answers): Set<number> {
  const starts = new Set<number>();
  for (const text of texts.values())
    if (text.length >= ANSWER_CHARS_MIN) starts.add(hashText(text.trimStart().slice(0, START_CHARS)));
  return starts;
}

function sameRecording(of: Answers, starts: ReadonlySet<number>, member: Answers, own: ReadonlySet<number>): boolean {
  if (of.root === member.root) return true;
  let met = 0;
  for (const start of own) if (starts.has(start)) met++;
  return own.size > 0 && met >= SAME_RECORDING_MIN * Math.min(own.size, starts.size || own.size);
}
