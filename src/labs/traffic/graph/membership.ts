/**
 * Which accounts belong to a group, judged on the half of the log that did not find it: rows in the group's own templates,
 * ranked against all accounts outside any group (split conformal p, Vovk, Gammerman and Shafer 2005). A bystander who
 * sent one such prompt while the group was found has sent none since.
 */
import { MEMBER_P_MAX, MEMBER_ROWS_MIN, OWN_SHARE_MIN } from "../method.js";
import type { Activity } from "./activity.js";

export interface Group {
  /** Templates that are the group's own in the finding half. */
  templates: number[];
  /** Accounts with their conformal p and their rows in these templates in the judging half; ascending by account. */
  members: { account: number; log10P: number; rows: number }[];
  /** Share of the judging half's rows in these templates that members sent. */
  concentration: number;
  /** Accounts outside any group that the p-values were ranked among. */
  calibration: number;
}

export function judge(found: readonly number[], outsiders: Uint8Array, activity: Activity): Group {
  const { accounts, templates: names, account, template, finding, judging } = activity;
  const inside = new Uint8Array(accounts.length);
  for (const a of found) inside[a] = 1;
  const own = new Float64Array(names.length);
  const all = new Float64Array(names.length);
  const users = new Uint32Array(names.length);
  for (let i = 0; i < account.length; i++) {
    const t = template[i]!;
    all[t]! += finding[i]!;
    if (inside[account[i]!] && finding[i]! > 0) {
      own[t]! += finding[i]!;
      users[t]!++;
    }
  }
  const isOwn = (t: number) => users[t]! >= 2 && own[t]! >= OWN_SHARE_MIN * all[t]!;
  const scores = new Float64Array(accounts.length);
  for (let i = 0; i < account.length; i++) if (isOwn(template[i]!)) scores[account[i]!]! += judging[i]!;
  // Calibration: accounts that no group was found among.
  const calibration = Float64Array.from(scores.filter((_, a) => outsiders[a] === 1)).sort();
  const members: Group["members"] = [];
  let sent = 0;
  let total = 0;
  for (let a = 0; a < accounts.length; a++) {
    total += scores[a]!;
    if (scores[a]! < MEMBER_ROWS_MIN || (outsiders[a] === 1 && !inside[a])) continue;
    const log10P = Math.log10((1 + atLeast(calibration, scores[a]!)) / (calibration.length + 1));
    if (!inside[a] || 10 ** log10P > MEMBER_P_MAX) continue;
    members.push({ account: a, log10P, rows: scores[a]! });
    sent += scores[a]!;
  }
  const templates = names.flatMap((_, t) => (isOwn(t) ? [t] : []));
  return { templates, members, concentration: total > 0 ? sent / total : 0, calibration: calibration.length };
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
