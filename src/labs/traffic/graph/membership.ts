/**
 * Which accounts belong to a group, judged on the half of the log that did not find it. An account's score is how far
 * its rows in the group's own templates exceed what an outsider who sent as many rows would have there (a Poisson tail);
 * its p is the rank of that score among all accounts outside any group (split conformal, Vovk, Gammerman and Shafer
 * 2005). A bystander who sent one such prompt while the group was found has sent none since; a heavy user meets the
 * group's templates by chance, and is expected to.
 */
import { MEMBER_LOG10_EXCESS, MEMBER_P_MAX, OWN_SHARE_MIN } from "../method.js";
import { shareAtLeast } from "../score/lower-bounds.js";
import type { Activity } from "./activity.js";
import { log10P, scoreOf } from "./membership-p.js";

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
  /** Share of the judging half's rows in these templates that members sent: its lower bound over senders. */
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

/** @param parts candidate groups @returns accounts in none of them, and how many rows they have on judging days */
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

/** Room to count in, cleared after each group: a map of a campaign's millions of uses would take ten times as long. */
interface Desk {
  /** By template: rows of the group in the finding half, and its accounts that sent them. */
  rows: Float64Array;
  users: Uint32Array;
  /** By account: rows in the group's templates in the judging half. */
  sent: Float64Array;
  /** By account: those of them in groups of near duplicates, while templates are counted. */
  near: Float64Array;
}

/** Arrays that `judge` uses over and over, noughts between two groups. */
export function newDesk({ accounts, templates }: Activity): Desk {
  return {
    rows: new Float64Array(templates.length),
    users: new Uint32Array(templates.length),
    sent: new Float64Array(accounts.length),
    near: new Float64Array(accounts.length),
  };
}

/**
 * @param found accounts of a candidate group @returns its own templates and the accounts that its judging days confirm,
 * each with log10 p
 */
export function judge(
  found: readonly number[],
  outsiders: Outsiders,
  activity: Activity,
  desk = newDesk(activity),
): Group {
  const templates = ownTemplates(found, activity, desk);
  const senders = sendersOf(templates, activity, desk);
  const { sent } = desk;
  let outside = 0;
  for (const account of senders) {
    if (outsiders.is[account] === 1) outside += sent[account]!;
  }
  const rate = (outside + 1) / (outsiders.rows + 1);
  const excess = (account: number) => scoreOf(sent[account]!, activity.judgedRows[account]!, rate);
  const ranked = Float64Array.from(
    senders
      .filter((account) => outsiders.is[account] === 1)
      .map(excess)
      .filter((score) => score > 0),
  ).sort();
  const members: Member[] = [];
  const inside = new Set<number>();
  for (const account of [...new Set(found)].sort((a, b) => a - b)) {
    const score = excess(account);
    if (score < MEMBER_LOG10_EXCESS) continue;
    const p = log10P(ranked, score, outsiders.count);
    if (p > Math.log10(MEMBER_P_MAX)) continue;
    members.push({ account, log10P: p, rows: sent[account]! });
    inside.add(account);
  }
  const concentration = shareAtLeast(
    senders.map((account) => ({ own: inside.has(account) ? sent[account]! : 0, all: sent[account]! })),
  );
  for (const account of senders) sent[account] = 0;
  return { templates, members, concentration, calibration: outsiders.count };
}

/** Who sent rows in these templates on the days that judge, and how many: for a group's tables. */
export function sendersIn(
  templates: readonly number[],
  activity: Activity,
  desk = newDesk(activity),
): { account: number; rows: number }[] {
  const senders = sendersOf(templates, activity, desk);
  const out = senders.map((account) => ({ account, rows: desk.sent[account]! }));
  for (const account of senders) desk.sent[account] = 0;
  return out;
}

/** Templates of which two of the accounts sent at least OWN_SHARE_MIN of all rows in the finding half. */
function ownTemplates(
  found: readonly number[],
  { starts, template, finding, byTemplate, order }: Activity,
  { rows, users }: Desk,
): number[] {
  const touched: number[] = [];
  for (const a of found)
    for (let i = starts[a]!; i < starts[a + 1]!; i++) {
      if (finding[i] === 0) continue;
      const t = template[i]!;
      if (users[t] === 0) touched.push(t);
      rows[t]! += finding[i]!;
      users[t]!++;
    }
  const out = touched.filter((t) => {
    if (users[t]! < 2) return false;
    let all = 0;
    for (let k = byTemplate[t]!; k < byTemplate[t + 1]! && OWN_SHARE_MIN * all <= rows[t]!; k++)
      all += finding[order[k]!]!;
    return rows[t]! >= OWN_SHARE_MIN * all;
  });
  for (const t of touched) {
    rows[t] = 0;
    users[t] = 0;
  }
  return out.sort((a, b) => a - b);
}

/**
 * Accounts with rows in these templates in the judging half; their rows are left in `sent`. A row stands in one template
 * and in one group of near duplicates at most: the larger of the two sums counts no row twice.
 */
function sendersOf(
  templates: readonly number[],
  { account, judging, byTemplate, order, templates: names }: Activity,
  { sent, near }: Desk,
): number[] {
  const out: number[] = [];
  for (const t of templates) {
    const sums = (names.at(t)[0]! & NEAR_DUPLICATES) === 0 ? sent : near;
    for (let k = byTemplate[t]!; k < byTemplate[t + 1]!; k++) {
      const i = order[k]!;
      if (judging[i] === 0) continue;
      if (sent[account[i]!] === 0 && near[account[i]!] === 0) out.push(account[i]!);
      sums[account[i]!]! += judging[i]!;
    }
  }
  for (const a of out) {
    sent[a] = Math.max(sent[a]!, near[a]!);
    near[a] = 0;
  }
  return out;
}

/** The lowest bit of a name's first byte (templates/read-prompts.ts). */
const NEAR_DUPLICATES = 1;
