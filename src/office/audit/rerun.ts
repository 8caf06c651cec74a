/**
 * Drawn segments of a run, trained again by the command that its maker logged beforehand: from one committed checkpoint to
 * the next. A distance is judged against the spread of runs of that very command, and all are relative to the length of the
 * segment's own step. It only refutes: a path that was made to run again passes (Adversarial examples for proof of learning,
 * arXiv 2108.09454), and so does a false segment that was not drawn.
 *
 * What is refuted is exact. Of n + 1 runs of one command from one beginning, the committed one among them, at most one can
 * lie further from every other than the others lie apart; that it is the committed one has probability 1/(n + 1) at most,
 * however the runs scatter, rare forks of a command that mostly repeats its bits included. Over s drawn segments, whose
 * noise is new each time, so many misses are the tail of a binomial law. One miss in few runs stands out and refutes nothing.
 * It holds for runs on machines of one kind: other hardware differs on every segment alike, which no law of chance covers.
 */
import { log10BinomialTail } from "../../stats/exact-tails.js";
import type { AuditReport } from "./audit-report.js";
import { CONTRADICTED_ONE_IN } from "./summary.js";

/** A segment misses where it lies further from every new run than so many times the largest spread, */
const SPREAD_TIMES = 4;
/** and by more than this share of its own step: other hardware adds in another order, even where one machine repeats its bits. */
const SHARE_LEAST = 0.01;
/** Honest runs of which one is refuted by chance: as a contradiction of opened rows. */
const REFUTED_ONE_IN = CONTRADICTED_ONE_IN;

export interface SegmentRun {
  /** Numbers of the committed checkpoints. */
  from: number;
  to: number;
  steps: [number | null, number | null];
  /** Why it was not run; null where it was. */
  notRun: string | null;
  /** Length of the committed step, in the units of the weights. */
  length: number;
  /** Of each new run to the committed end, over the length. */
  distances: number[];
  /** Between each two new runs, over the length. */
  between: number[];
}

type SegmentStatus = "misses" | "runs again" | "not run";

export interface Comparison {
  tensors: number;
  same: number;
  /** Tensors that differ in values; `most` null where values are not compared (codes, whole numbers). */
  differ: { name: string; most: number | null }[];
  /** Names, shapes or types that one side has and the other has not. */
  missing: string[];
  more: string[];
}

export interface RerunReport {
  type: "assay/rerun-report/v2";
  run: { name: string; digest: string };
  challenge: string;
  command: { entry: string; spread: number | null; repeats: number } | null;
  /** Segments that the draw names, of all there are. */
  drawn: number;
  all: number;
  segments: (SegmentRun & { status: SegmentStatus; detail: string })[];
  /** Of the released model against the export that was run again; null where none was asked for. */
  exported: (Comparison & { status: "same, tensor by tensor" | "differs" | "not run"; detail: string }) | null;
  /** How likely a draw as large shows at least one of so many false segments, each beyond the spread. */
  detection: { share: number; false: number; seen: number }[];
  /** How likely so many segments of an honest run miss, at most; null where none was run. */
  chance: number | null;
  status: "refuted" | "stands out" | "not refuted" | "not run";
  says: string[];
  cannotSee: string[];
  software: AuditReport["software"];
}

interface RerunInput {
  run: RerunReport["run"];
  challenge: string;
  command: RerunReport["command"];
  all: number;
  segments: readonly SegmentRun[];
  exported: { comparison: Comparison | null; detail: string } | null;
  software: AuditReport["software"];
}

/** @param input what was measured, segment by segment; nothing here runs anything */
export function rerunReport(input: RerunInput): RerunReport {
  const { run, challenge, command, all, software } = input;
  const segments = input.segments.map((segment) => ({ ...segment, ...judge(segment, command?.spread ?? null) }));
  const exported = input.exported && compared(input.exported);
  const misses = segments.filter(({ status }) => status === "misses");
  const done = segments.filter(({ status }) => status !== "not run");
  const runs = Math.min(...done.map(({ distances }) => distances.length));
  const chance = done.length === 0 ? null : chanceOf(misses.length, done.length, runs);
  const refuted = chance !== null && chance * REFUTED_ONE_IN <= 1;
  const missing = segments.length - done.length;
  return {
    type: "assay/rerun-report/v2",
    run,
    challenge,
    command,
    drawn: segments.length,
    all,
    segments,
    exported,
    detection: [0.01, 0.05, 0.1, 0.25, 0.5].map((share) => {
      const m = Math.max(1, Math.round(share * all));
      return { share, false: m, seen: Number((1 - missed(all, m, done.length)).toPrecision(4)) };
    }),
    chance: chance && digits(chance),
    status: chance === null ? "not run" : refuted ? "refuted" : misses.length > 0 ? "stands out" : "not refuted",
    says: [
      ...misses.map(({ to, detail }) => `Misses: the step to checkpoint ${to}: ${detail}.`),
      ...(misses.length > 0 ? [inWords(misses.length, done.length, runs, chance!)] : []),
      ...(missing > 0 ? [`${missing} of ${segments.length} drawn segments were not run; they show nothing.`] : []),
      ...(done.length > 0 && misses.length === 0
        ? [`None of ${done.length} segments that were run again misses. That they were trained so is not shown.`]
        : []),
      ...(exported ? [`Released model: ${exported.status}: ${exported.detail}.`] : []),
    ],
    cannotSee: [
      "segments that were not drawn",
      "a path whose segments were made to run again: that takes computing, not training on the data",
      "whether the command that was logged is the one that was used",
      "a difference smaller than the spread of the command's own runs",
      "other hardware or libraries than the maker's, which round otherwise: a command that repeats its bits here may end elsewhere there on every segment, and what is said of chance holds for runs on machines of one kind alone",
    ],
    software,
  };
}

function judge(segment: SegmentRun, declared: number | null): { status: SegmentStatus; detail: string } {
  const { notRun, length, distances, between } = segment;
  if (notRun !== null) return { status: "not run", detail: notRun };
  if (!(length > 0))
    return { status: "not run", detail: "the two checkpoints are the same: there is no step to compare with" };
  const spread = Math.max(0, declared ?? 0, ...between);
  const nearest = Math.min(...distances);
  const most = Math.max(SPREAD_TIMES * spread, SHARE_LEAST);
  const numbers = `${digits(nearest)} of the step from the nearest of ${distances.length} new runs, which lie ${digits(Math.max(0, ...between))} apart${declared === null ? "" : `; the maker states ${digits(declared)}`}`;
  return { status: nearest > most ? "misses" : "runs again", detail: numbers };
}

/** That so many of s segments miss, where each committed end is one more run of the command. @param runs new runs of each */
function chanceOf(misses: number, s: number, runs: number): number {
  return misses === 0 ? 1 : 10 ** log10BinomialTail(misses, s, 1 / (runs + 1));
}

/** New runs of a segment beyond which nobody goes. */
const RUNS_MAX = 10_000;

function inWords(misses: number, s: number, runs: number, chance: number): string {
  const of = `${misses} of ${s} segments miss, each run ${runs} times: of honest runs at most ${digits(chance)} show so many`;
  if (chance * REFUTED_ONE_IN <= 1) return `Refuted: ${of}.`;
  return `Stands out: ${of}. This refutes nothing; were they to miss ${runsToRefute(misses, s, runs + 1)} new runs each, it would.`;
}

/** The least number of new runs from which so many misses refute, by halving: more runs make them ever less likely. */
function runsToRefute(misses: number, s: number, least: number): number {
  let [low, high] = [least, Math.max(least, RUNS_MAX)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (chanceOf(misses, s, middle) * REFUTED_ONE_IN > 1) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compared({ comparison, detail }: NonNullable<RerunInput["exported"]>): NonNullable<RerunReport["exported"]> {
  if (!comparison) return { tensors: 0, same: 0, differ: [], missing: [], more: [], status: "not run", detail };
  const { tensors, same, differ, missing, more } = comparison;
  const whole = differ.length === 0 && missing.length === 0 && more.length === 0;
  const largest = differ.reduce((max, { most }) => Math.max(max, most ?? 0), 0);
  return {
    ...comparison,
    status: whole ? "same, tensor by tensor" : "differs",
    detail: whole
      ? `${same} of ${tensors} tensors have the same bytes`
      : `${same} of ${tensors} tensors have the same bytes; ${differ.length} differ, by at most ${digits(largest)} where values were compared; ${missing.length} are missing, ${more.length} more`,
  };
}

/** C(n − m, s) / C(n, s): that none of m false ones is among s drawn of n. */
function missed(n: number, m: number, s: number): number {
  let product = 1;
  for (let i = 0; i < s; i++) product *= Math.max(0, n - m - i) / (n - i);
  return product;
}

const digits = (value: number) => Number(value.toPrecision(3));
