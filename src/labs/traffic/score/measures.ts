/**
 * How a group's members work, in the judging half and in the group's own templates only, and what joins them besides
 * content: measures from 0 to 1, each made so that one kind of benign coordinated group has little of it, most of them
 * lower bounds (lower-bounds.ts), so that few accounts or rows make them small. Computed from counts alone
 * (read-counts.ts), which stand in a bundle as the group's tables.
 */
import { aroundClock } from "./around-clock.js";
import { medianAtLeast, shareAtLeast, shareAtMost, varianceAtMost } from "./lower-bounds.js";
import { type StreamCounts, streamsOf } from "./one-stream.js";
import type { EveryDay } from "./rest.js";
import { type Cell, type Sharing, sharingOf } from "./sharing.js";

export interface Measures {
  /** Share of all rows in the group's templates that its members sent: a popular product's templates are others' too. */
  concentration: number;
  /** Evenness of work over accounts: 1 for an even deal, small for people's own, uneven habits. */
  balance: number;
  /**
   * 1 − share of one account's prompts that another account sent too, and no more than the share that nobody had sent
   * before: near 0 for a benchmark, one class's exercises, a list that several draw on.
   */
  division: number;
  /** Share of the days between its first and last on which an account worked (median): small for lessons and single runs. */
  persistence: number;
  /** 1 − what a clock explains (median): near 0 for jobs started by one, at the hour or every so many minutes. */
  offClock: number;
  /** Share of rows that open a conversation and are not followed up, from half upwards: small for people and agents. */
  singleTurn: number;
  /** 1 − share of rows under the commonest system prompt that marks a product: 0 where all are one product's users. */
  beyondProduct: number;
  /** 1 where one list could feed all accounts, small where many users with habits of their own stand behind them. */
  oneStream: number;
  /** 1 where all accounts keep the same hours, small where each keeps its own. */
  oneRhythm: number;
  /** 1 where an account's day is as even as the group's, small where it is a sitting or a shift: people work some hours on end. */
  oneShift: number;
  /** 1 where rows lie in an hour as chance puts them, small where they come in runs of minutes: scripts and sittings of many users. */
  noRuns: number;
  /** 1 where users, hours of their own and shifts would have shown in the last three, 0 where there is too little to see any. */
  crowdSeen: number;
  /** Its share of rows in the six quietest hours of the day, over a quarter: near 0 for people, who sleep. */
  aroundClock: number;
  /** Share of the accounts joined by cards and networks though they are separate customers (sharing.ts). */
  joined: number;
  /** 1 − largest share of them behind one card, from a half upwards: 0 for a school, a product or a reseller. */
  manyCards: number;
  /** Share of rows that ask for what a student is trained on, beyond the share elsewhere in the log. */
  harvest: number;
  /**
   * Of such rows the share that asks for something else than most of them do: 0 where one tool's fixed wording asks one
   * thing of every row, as a lawful grader's does; more where reasoning, grades, rewriting are asked of one list of work.
   */
  manyAsks: number;
}

export interface GroupMeasures extends Measures {
  accounts: number;
  rows: number;
  distinctPrompts: number;
  days: number;
}

/** One account's work in its group's templates, in the judging half. */
export interface WorkLine {
  n: number;
  prompts: number;
  days: number;
  span: number;
  single: number;
  /** Rows in its six busiest minutes of the hour. */
  busiest: number;
  /** Rows with a wording or setting that published cases name. */
  marked: number;
  /** Pauses within a day, and those within a tenth of their median. */
  gaps: number;
  regular: number;
  /** Rows by hour of the day, UTC; tables of versions before 6 lack them. */
  hours?: readonly number[] | undefined;
  /** On all days, those that find too; absent before version 8, and of groups that stand at nothing. */
  everyDay?: EveryDay | undefined;
}

/** Rows that carry the same wordings and settings, each a sum of bits (log/signals.ts). */
export interface Asked {
  wordings: number;
  settings: number;
  rows: number;
}

/** What the measures of one group are computed from. */
export interface Counts {
  /** A line for each member that has rows to judge. */
  lines: readonly WorkLine[];
  /** Lower bound of the share of the rows in the group's templates that members sent (membership.ts). */
  concentration: number;
  /** Σ u (u − 1) over prompts sent by u accounts each, and how many prompts there are. */
  sharedPrompts: { shared: number; prompts: number };
  productRows: number;
  streams: StreamCounts;
  /** Rows by hour of the day. */
  byHour: readonly number[];
  cells: readonly Cell[];
  /** Numbers of the members, as the cells have them. */
  members: readonly number[];
  /** Rows by hour of the day, by number of the member. */
  hours: ReadonlyMap<number, readonly number[]>;
  /** Rows of accounts in no group, and those of them with a wording or setting that published cases name. */
  elsewhere: { marked: number; rows: number };
  asked: readonly Asked[];
}

/** @param counts of one group, as its exhibits show them */
export function measuresOf(counts: Counts): { measures: GroupMeasures; sharing: Sharing } {
  const sharing = sharingOf(counts.members, counts.cells, counts.hours);
  return { measures: work(counts, sharing), sharing };
}

function work(counts: Counts, sharing: Sharing): GroupMeasures {
  const { lines: own, sharedPrompts, productRows } = counts;
  const n = own.length;
  const rows = sum(own.map((line) => line.n));
  if (n < 2 || sharedPrompts.prompts === 0) return { ...NOTHING, accounts: n, rows };
  const meanPrompts = sum(own.map((line) => line.prompts)) / n;
  const { oneStream, oneRhythm, oneShift, noRuns, crowdSeen } = streamsOf(counts.streams);
  const elsewhere = shareAtMost(counts.elsewhere.marked, counts.elsewhere.rows);
  const marked = shareAtLeast(own.map((line) => ({ own: line.marked, all: line.n })));
  return {
    concentration: round(counts.concentration),
    balance: round(balance(own.map((line) => line.n))),
    division: round(
      Math.min(
        1 - Math.min(1, sharedPrompts.shared / (n * (n - 1)) / meanPrompts),
        Math.min(1, sharedPrompts.prompts / (n * meanPrompts)),
      ),
    ),
    // Half of the days are looked at: a span of s days holds about s / 2 of them.
    persistence: round(
      medianAtLeast(own.map(({ days, span }) => (span < SPAN_MIN ? 0 : Math.min(1, days / Math.ceil(span / 2))))),
    ),
    offClock: round(medianAtLeast(own.map(offClock))),
    singleTurn: round(Math.max(0, 2 * shareAtLeast(own.map((line) => ({ own: line.single, all: line.n }))) - 1)),
    beyondProduct: round(1 - productRows / rows),
    oneStream: round(oneStream),
    oneRhythm: round(oneRhythm),
    oneShift: round(oneShift),
    noRuns: round(noRuns),
    crowdSeen: round(crowdSeen),
    aroundClock: round(aroundClock(counts.byHour)),
    joined: round(sharing.share),
    manyCards: round(1 - Math.max(0, 2 * sharing.oneCard - 1)),
    harvest: round(Math.max(0, (marked - elsewhere) / (1 - Math.min(0.999, elsewhere)))),
    manyAsks: round(manyAsks(counts.asked, elsewhere)),
    accounts: n,
    rows,
    distinctPrompts: sharedPrompts.prompts,
    days: own.reduce((most, line) => Math.max(most, line.days), 0),
  };
}

/**
 * What no clock explains of an account's times: neither that its rows fall into few minutes of the hour, nor that its
 * pauses are alike. Chance is allowed for: of n rows at random the six busiest of 60 minutes hold some (1 + 2.5 √(60/n))
 * tenths, and a fourteenth of random pauses lies within a tenth of their median.
 */
function offClock({ n, busiest, gaps, regular }: WorkLine): number {
  const byChance = Math.min(0.9, 0.1 * (1 + 2.5 * Math.sqrt(60 / n)));
  const minutes = Math.max(0, busiest / n - byChance) / (1 - byChance);
  if (gaps < GAPS_MIN) return 0;
  const alike = Math.max(0, regular / gaps - 0.1 - 0.6 / Math.sqrt(gaps)) / 0.9;
  return 1 - Math.max(minutes, alike);
}

/**
 * Lower bound of the share of marked rows whose wordings and settings are not the commonest, beyond the share of rows
 * elsewhere that have any: a tool's one wording stands in front of words of its users' own, which may be such words too.
 */
function manyAsks(asked: readonly Asked[], elsewhere: number): number {
  if (asked.length === 0) return 0;
  const rows = asked.map((line) => line.rows);
  const others = 1 - shareAtMost(Math.max(...rows), sum(rows));
  return Math.max(0, (others - elsewhere) / (1 - Math.min(0.999, elsewhere)));
}

/** Fewer pauses tell nothing: that no clock shows in them is no sign that none is there. */
const GAPS_MIN = 8;

/** Evenness of work over accounts; what exceeds Poisson scatter counts, which an even deal shows too. */
export function balance(counts: readonly number[]): number {
  const mean = sum(counts) / counts.length;
  const variance = sum(counts.map((n) => (n - mean) ** 2)) / (counts.length - 1);
  return 1 / (1 + BALANCE_SCALE * Math.max(0, varianceAtMost(variance, counts.length) / mean ** 2 - 1 / mean));
}

/** Squared coefficient of variation at which balance falls to a half: 0.5, between an even deal (0) and people (above 1). */
const BALANCE_SCALE = 2;
/** An account that worked within fewer days than this shows no persistence: a weekend's hackathon. */
const SPAN_MIN = 5;
const NOTHING = {
  concentration: 0,
  balance: 0,
  division: 0,
  persistence: 0,
  offClock: 0,
  singleTurn: 0,
  beyondProduct: 0,
  oneStream: 0,
  oneRhythm: 0,
  oneShift: 0,
  noRuns: 0,
  crowdSeen: 0,
  aroundClock: 0,
  joined: 0,
  manyCards: 0,
  harvest: 0,
  manyAsks: 0,
  distinctPrompts: 0,
  days: 0,
};

function sum(values: readonly number[]): number {
  return values.reduce((total, v) => total + v, 0);
}

/** 0 for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
