/**
 * Which accounts belong to a group, judged on the half of the log that did not find it. An account's score is how far
 * its rows in the group's own templates exceed what an outsider who sent as many rows would have there (a Poisson tail);
 * its p is the rank of that score among all accounts outside any group (split conformal, Vovk, Gammerman and Shafer
 * 2005). A bystander who sent one such prompt while the group was found has sent none since; a heavy user meets the
 * group's templates by chance, and is expected to.
 */
import { MEMBER_LOG10_EXCESS, MEMBER_P_MAX, MEMBER_ROWS_MIN, OWN_SHARE_MIN } from "../method.js";
import type { Activity } from "./activity.js";
import { poissonTail } from "./links.js";

export interface Member {
  account: number;
  log10P: number;
  /** Rows in the group's own templates in the judging half. */
  rows: number;
}

export interface Group {
  /** Templates that are the group's own in the finding half, ascending. */
  templates: number[];
  /** Ascending by account. */
  members: Member[];
  /** Share of the judging half's rows in these templates that members sent. */
  concentration: number;
  /** Accounts outside any group that the p-values were ranked among. */
  calibration: number;
}

/** What outsiders do, counted once for all groups of a search. */
export interface Outsiders {
  /** 1 for an account that no group was found among. */
  is: Uint8Array;
  count: number;
  rows: number;
}

export function outsidersOf(parts: readonly (readonly number[])[], { accounts, judgedRows }: Activity): Outsiders {
  const is = new Uint8Array(accounts.length).fill(1);
  for (const part of parts) for (const a of part) is[a] = 0;
  let count = 0;
  let rows = 0;
  for (let a = 0; a < is.length; a++)
    if (is[a] === 1) {
      count++;
      rows += judgedRows[a]!;
    }
  return { is, count, rows };
}

export function judge(found: readonly number[], outsiders: Outsiders, activity: Activity): Group {
  const inside = new Set(found);
  const templates = ownTemplates(found, activity);
  const sent = rowsIn(templates, activity);
  let total = 0;
  let outside = 0;
  for (const [account, rows] of sent) {
    total += rows;
    if (outsiders.is[account] === 1) outside += rows;
  }
  const rate = (outside + 1) / (outsiders.rows + 1);
  const excess = (account: number, rows: number) =>
    rows < MEMBER_ROWS_MIN ? 0 : -poissonTail(Math.min(rows, COUNT_MAX), activity.judgedRows[account]! * rate);
  const calibration: number[] = [];
  for (const [account, rows] of sent) {
    const score = outsiders.is[account] === 1 ? excess(account, rows) : 0;
    if (score > 0) calibration.push(score);
  }
  const ranked = Float64Array.from(calibration).sort();
  const members: Member[] = [];
  let own = 0;
  for (const account of [...inside].sort((a, b) => a - b)) {
    const rows = sent.get(account) ?? 0;
    const score = excess(account, rows);
    if (score < MEMBER_LOG10_EXCESS) continue;
    const log10P = Math.log10((1 + atLeast(ranked, score)) / (outsiders.count + 1));
    if (log10P > Math.log10(MEMBER_P_MAX)) continue;
    members.push({ account, log10P, rows });
    own += rows;
  }
  return { templates, members, concentration: total > 0 ? own / total : 0, calibration: outsiders.count };
}

/** Larger counts are counted as this many: the tail stays an upper bound. */
const COUNT_MAX = 1_000_000;

/** Templates of which two of the accounts sent at least OWN_SHARE_MIN of all rows in the finding half. */
function ownTemplates(found: readonly number[], { starts, template, finding, byTemplate, order }: Activity): number[] {
  const own = new Map<number, { rows: number; users: number }>();
  for (const a of found)
    for (let i = starts[a]!; i < starts[a + 1]!; i++) {
      if (finding[i] === 0) continue;
      const known = own.get(template[i]!);
      if (known) {
        known.rows += finding[i]!;
        known.users++;
      } else own.set(template[i]!, { rows: finding[i]!, users: 1 });
    }
  const out: number[] = [];
  for (const [t, { rows, users }] of own) {
    if (users < 2) continue;
    let all = 0;
    for (let k = byTemplate[t]!; k < byTemplate[t + 1]! && OWN_SHARE_MIN * all <= rows; k++) all += finding[order[k]!]!;
    if (rows >= OWN_SHARE_MIN * all) out.push(t);
  }
  return out.sort((a, b) => a - b);
}

/** Rows of each account in these templates in the judging half. */
function rowsIn(templates: readonly number[], { account, judging, byTemplate, order }: Activity): Map<number, number> {
  const sent = new Map<number, number>();
  for (const t of templates)
    for (let k = byTemplate[t]!; k < byTemplate[t + 1]!; k++) {
      const i = order[k]!;
      if (judging[i]! > 0) sent.set(account[i]!, (sent.get(account[i]!) ?? 0) + judging[i]!);
    }
  return sent;
}

function atLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return sorted.length - low;
}
