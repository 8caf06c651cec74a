/**
 * A third way of looking for groups, from the other side: accounts that share cards and networks though they are separate
 * customers, gathered by the templates that are mostly theirs. It meets no limit on how popular a template is, and does
 * not count chance from the log, so that a campaign that makes up most of what anybody shares is looked at too.
 */
import { GROUP_MIN, OWN_SHARE_MIN } from "../method.js";
import type { Activity } from "./activity.js";

/** Joined accounts behind a template, and rows of each in the finding half, for it to gather them. */
const USERS_MIN = 5;
const ROWS_MIN = 2;
/** Templates looked at, those with most rows of joined accounts first. */
const TEMPLATES_MAX = 3000;
/** Share of the smaller set of accounts that a template must have in common with a group to be its own. */
const OVERLAP_MIN = 0.6;

/**
 * @param joined accounts that share a card and a network across customers @param accounts in the log @returns candidate
 * groups as account numbers, not judged
 */
export function joinedGroups(
  { templates, account, finding, byTemplate, order }: Activity,
  joined: Uint32Array,
  accounts: number,
): number[][] {
  const is = new Uint8Array(accounts);
  for (const a of joined) is[a] = 1;
  const own: { t: number; rows: number; users: number[] }[] = [];
  for (let t = 0; t < templates.length; t++) {
    let rows = 0;
    let all = 0;
    const users: number[] = [];
    for (let k = byTemplate[t]!; k < byTemplate[t + 1]!; k++) {
      const i = order[k]!;
      all += finding[i]!;
      if (is[account[i]!] === 0) continue;
      rows += finding[i]!;
      if (finding[i]! >= ROWS_MIN) users.push(account[i]!);
    }
    if (users.length >= USERS_MIN && rows >= OWN_SHARE_MIN * all) own.push({ t, rows, users });
  }
  own.sort((a, b) => b.rows - a.rows || a.t - b.t);
  const groups: Set<number>[] = [];
  for (const { users } of own.slice(0, TEMPLATES_MAX)) {
    let best: Set<number> | null = null;
    let most = OVERLAP_MIN;
    for (const group of groups) {
      let both = 0;
      for (const user of users) if (group.has(user)) both++;
      const share = both / Math.min(users.length, group.size);
      if (share >= most) [best, most] = [group, share + Number.EPSILON];
    }
    if (best) for (const user of users) best.add(user);
    else groups.push(new Set(users));
  }
  return groups.filter((group) => group.size >= GROUP_MIN).map((group) => [...group].sort((a, b) => a - b));
}
