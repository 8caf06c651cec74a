/**
 * Who of a panel's folder may stand as presumed unrelated: not the sides themselves under another name, not models
 * documented to share a base with a side, not models that answered too few of the prompts.
 */
import type { Digest } from "../base/digest.js";
import type { Cast } from "../labs/behaviour/nulls.js";

/** A transcript as the comparison needs it: one text a prompt. */
export interface Answers {
  name: string;
  root: Digest;
  texts: Map<string, string>;
}

/** Two transcripts that agree word for word on this share of their longer answers are of one recording. */
const SAME_RECORDING_MIN = 0.9;
/** Shorter answers are many models' answers. */
const ANSWER_CHARS_MIN = 80;

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
}

export interface Seated {
  /** Kept members, in the order of the cast after sides, siblings and releases. */
  panel: Member[];
  cast: Cast;
  leftOut: { why: string; models: number }[];
}

/** What tells whether a member is the same recording as one of `others`. */
export function recordings(others: readonly Answers[]): (member: Answers) => boolean {
  const own = others.map((of) => ({ of, longer: longerAnswers(of) }));
  return (member) => own.some(({ of, longer }) => sameRecording(of, longer, member));
}

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
  for (const member of panel) {
    const name = bases?.get(member.name) ?? `only ${member.root} ${member.name}`;
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

function longerAnswers({ texts }: Answers): ReadonlySet<string> {
  return new Set([...texts.values()].filter((text) => text.length >= ANSWER_CHARS_MIN));
}

function sameRecording(of: Answers, longer: ReadonlySet<string>, member: Answers): boolean {
  if (of.root === member.root) return true;
  let met = 0;
  let total = 0;
  for (const text of member.texts.values()) {
    if (text.length < ANSWER_CHARS_MIN) continue;
    total++;
    if (longer.has(text)) met++;
  }
  return total > 0 && met >= SAME_RECORDING_MIN * Math.min(total, longer.size || total);
}
