/**
 * Templates used by the same accounts: two templates are joined when their accounts overlap more than chance allows
 * (degrees kept, Poisson tail) and by a good share of the smaller set. The accounts that use several templates of a
 * cluster are a candidate group. This finds campaigns whose every account draws from one pool of templates; links.ts
 * finds those whose pool is so wide that any two templates hardly meet.
 */
import { GROUP_MIN, LINK_LOG10_P, POPULAR_SHARE, TEMPLATES_PAIRED_MAX } from "../method.js";
import { UnionFind } from "../templates/union-find.js";
import type { Activity } from "./activity.js";
import { poissonTail } from "./links.js";

/** Least number of accounts behind a template that is paired. */
const USERS_MIN = 5;
/** Share of the smaller set of accounts that two templates must have in common: loose and strict clusters are both tried. */
const OVERLAPS = [0.3, 0.6] as const;
/** An account belongs to the candidate group when it uses this share of the cluster's templates, and two at least. */
const USED_SHARE_MIN = 0.3;

export function templateGroups(activity: Activity): number[][] {
  const { accounts, templates, account, template, finding } = activity;
  const users = new Uint32Array(templates.length);
  for (let i = 0; i < account.length; i++) if (finding[i]! > 0) users[template[i]!]!++;
  const popular = Math.max(4 * GROUP_MIN, POPULAR_SHARE * accounts.length);
  const kept = (t: number) => users[t]! >= USERS_MIN && users[t]! <= popular;
  const used: number[][] = accounts.map(() => []);
  for (let i = 0; i < account.length; i++)
    if (finding[i]! > 0 && kept(template[i]!)) used[account[i]!]!.push(template[i]!);
  let edges = 0;
  let squares = 0;
  for (const list of used) {
    list.sort((x, y) => users[x]! - users[y]! || x - y).splice(TEMPLATES_PAIRED_MAX);
    list.sort((x, y) => x - y);
    edges += list.length;
    squares += list.length ** 2;
  }
  const pairs = countPairs(used);
  const clusters = OVERLAPS.flatMap((overlap) => {
    const sets = new UnionFind(templates.length);
    for (const [t, u, both] of pairs) {
      if (both < overlap * Math.min(users[t]!, users[u]!)) continue;
      if (poissonTail(both, (users[t]! * users[u]! * squares) / edges ** 2) <= LINK_LOG10_P) sets.union(t, u);
    }
    return groupsOf(sets, used);
  });
  return [...clusters, ...singleTemplates(activity, popular)];
}

/** A single template that a group uses again and again, each account several times: a campaign may have but one. */
function singleTemplates({ templates, account, template, finding }: Activity, popular: number): number[][] {
  const users: number[][] = templates.map(() => []);
  const rows = new Float64Array(templates.length);
  for (let i = 0; i < account.length; i++) {
    if (finding[i]! < OFTEN_MIN) continue;
    users[template[i]!]!.push(account[i]!);
    rows[template[i]!]! += finding[i]!;
  }
  return users
    .map((list, t) => ({ list, t }))
    .filter(({ list, t }) => list.length >= GROUP_MIN && list.length <= popular && rows[t]! >= ROWS_MIN)
    .sort((a, b) => rows[b.t]! - rows[a.t]! || a.t - b.t)
    .slice(0, SINGLES_MAX)
    .map(({ list }) => list);
}

/** Rows in one template that an account must have sent on the days that find. */
const OFTEN_MIN = 3;
/** Rows in one template by all of them. */
const ROWS_MIN = 300;
/** Templates tried alone, those with most rows first. */
const SINGLES_MAX = 300;

function groupsOf(sets: UnionFind, used: readonly (readonly number[])[]): number[][] {
  const sizes = new Map<number, Set<number>>();
  for (const list of used) for (const t of list) sizes.set(sets.find(t), (sizes.get(sets.find(t)) ?? new Set()).add(t));
  const groups = new Map<number, number[]>();
  used.forEach((list, a) => {
    const counts = new Map<number, number>();
    for (const t of list) counts.set(sets.find(t), (counts.get(sets.find(t)) ?? 0) + 1);
    for (const [cluster, n] of counts) {
      const size = sizes.get(cluster)!.size;
      if (n < Math.max(2, USED_SHARE_MIN * Math.min(size, TEMPLATES_PAIRED_MAX))) continue;
      const group = groups.get(cluster);
      if (group) group.push(a);
      else groups.set(cluster, [a]);
    }
  });
  return [...groups.values()].filter((group) => group.length >= GROUP_MIN);
}

/** [template, template, accounts that use both], by sorting packed pairs. */
function countPairs(used: readonly (readonly number[])[]): [number, number, number][] {
  const packed = new Float64Array(used.reduce((n, list) => n + (list.length * (list.length - 1)) / 2, 0));
  let at = 0;
  for (const list of used)
    for (let i = 0; i < list.length; i++)
      for (let j = i + 1; j < list.length; j++) packed[at++] = list[i]! * 2 ** 26 + list[j]!;
  packed.sort();
  const out: [number, number, number][] = [];
  for (let from = 0; from < at; ) {
    let to = from + 1;
    while (to < at && packed[to] === packed[from]) to++;
    if (to - from >= 3) out.push([Math.floor(packed[from]! / 2 ** 26), packed[from]! % 2 ** 26, to - from]);
    from = to;
  }
  return out;
}
