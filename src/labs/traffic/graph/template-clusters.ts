/**
 * Templates used by the same accounts: two templates are joined when their accounts overlap more than chance allows
 * (degrees kept, Poisson tail) and by a good share of the smaller set. The accounts that use several templates of a
 * cluster are a candidate group. This finds campaigns whose every account draws from one pool of templates; links.ts
 * finds those whose pool is so wide that any two templates hardly meet.
 */
import { GROUP_MIN, LINK_LOG10_P, POPULAR_SHARE, TEMPLATES_PAIRED_MAX } from "../method.js";
import { UnionFind } from "../templates/union-find.js";
import { type Activity, finders } from "./activity.js";
import { poissonTail } from "./links.js";

/** Least number of accounts behind a template that is paired. */
const USERS_MIN = 5;
/** Share of the smaller set of accounts that two templates must have in common: loose and strict clusters are both tried. */
const OVERLAPS = [0.3, 0.6] as const;
/** An account belongs to the candidate group when it uses this share of the cluster's templates, and two at least. */
const USED_SHARE_MIN = 0.3;
/** Pairs counted at most (512 MB): in a longer log every second, third … account in order of hash is looked at. */
const PAIRS_MAX = 64_000_000;

/** Candidate groups as account numbers, not judged; popular templates join nobody. */
export function templateGroups(activity: Activity): number[][] {
  const { accounts, templates } = activity;
  const usersOf = finders(activity);
  const users = new Uint32Array(templates.length);
  for (let t = 0; t < templates.length; t++) users[t] = usersOf(t).length;
  const popular = Math.max(4 * GROUP_MIN, POPULAR_SHARE * accounts.length);
  const used = usedTemplates(activity, users, popular);
  let made = 0;
  for (let a = 0; a < accounts.length; a++) made += pairsOf(used(a).length);
  const step = Math.max(1, Math.ceil(made / PAIRS_MAX));
  const seen = new Uint32Array(templates.length);
  let edges = 0;
  let squares = 0;
  for (let a = 0; a < accounts.length; a += step) {
    const list = used(a);
    edges += list.length;
    squares += list.length ** 2;
    for (const t of list) seen[t]!++;
  }
  // In a small log what an account uses beyond its share still counts as use; in a sample only the sample does.
  const size = step === 1 ? users : seen;
  const pairs = countPairs(used, accounts.length, step);
  const clusters = OVERLAPS.flatMap((overlap) => {
    const sets = new UnionFind(templates.length);
    for (const [t, u, both] of pairs) {
      if (both < overlap * Math.min(size[t]!, size[u]!)) continue;
      if (poissonTail(both, (size[t]! * size[u]! * squares) / edges ** 2) <= LINK_LOG10_P) sets.union(t, u);
    }
    return groupsOf(sets, used, accounts.length);
  });
  return [...clusters, ...singleTemplates(activity, popular)];
}

function pairsOf(n: number): number {
  return (n * (n - 1)) / 2;
}

/** For each account its rarest templates among those that five accounts use and not too many, ascending. */
function usedTemplates(
  { accounts, starts, template, finding }: Activity,
  users: Uint32Array,
  popular: number,
): (a: number) => Uint32Array {
  const kept = (i: number) => finding[i]! > 0 && users[template[i]!]! >= USERS_MIN && users[template[i]!]! <= popular;
  const from = new Uint32Array(accounts.length + 1);
  for (let a = 0; a < accounts.length; a++) {
    let n = 0;
    for (let i = starts[a]!; i < starts[a + 1]!; i++) if (kept(i)) n++;
    from[a + 1] = from[a]! + Math.min(n, TEMPLATES_PAIRED_MAX);
  }
  const lists = new Uint32Array(from[accounts.length]!);
  for (let a = 0; a < accounts.length; a++) {
    const list: number[] = [];
    for (let i = starts[a]!; i < starts[a + 1]!; i++) if (kept(i)) list.push(template[i]!);
    if (list.length > TEMPLATES_PAIRED_MAX) {
      list.sort((x, y) => users[x]! - users[y]! || x - y).splice(TEMPLATES_PAIRED_MAX);
      list.sort((x, y) => x - y);
    }
    lists.set(list, from[a]!);
  }
  return (a) => lists.subarray(from[a]!, from[a + 1]!);
}

/** A single template that a group uses again and again, each account several times: a campaign may have but one. */
function singleTemplates(activity: Activity, popular: number): number[][] {
  const { templates, finding, byTemplate, order } = activity;
  const often = finders(activity, OFTEN_MIN);
  const found: { t: number; rows: number }[] = [];
  for (let t = 0; t < templates.length; t++) {
    const n = often(t).length;
    if (n < GROUP_MIN || n > popular) continue;
    let rows = 0;
    for (let k = byTemplate[t]!; k < byTemplate[t + 1]!; k++) {
      const f = finding[order[k]!]!;
      if (f >= OFTEN_MIN) rows += f;
    }
    if (rows >= ROWS_MIN) found.push({ t, rows });
  }
  return found
    .sort((a, b) => b.rows - a.rows || a.t - b.t)
    .slice(0, SINGLES_MAX)
    .map(({ t }) => [...often(t)]);
}

/** Rows in one template that an account must have sent on the days that find. */
const OFTEN_MIN = 3;
/** Rows in one template by all of them. */
const ROWS_MIN = 300;
/** Templates tried alone, those with most rows first. */
const SINGLES_MAX = 300;

function groupsOf(sets: UnionFind, used: (a: number) => Uint32Array, accounts: number): number[][] {
  const members = new Map<number, Set<number>>();
  for (let a = 0; a < accounts; a++)
    for (const t of used(a)) {
      const cluster = sets.find(t);
      const known = members.get(cluster);
      if (known) known.add(t);
      else members.set(cluster, new Set([t]));
    }
  const groups = new Map<number, number[]>();
  for (let a = 0; a < accounts; a++) {
    const counts = new Map<number, number>();
    for (const t of used(a)) counts.set(sets.find(t), (counts.get(sets.find(t)) ?? 0) + 1);
    for (const [cluster, n] of counts) {
      const size = members.get(cluster)!.size;
      if (n < Math.max(2, USED_SHARE_MIN * Math.min(size, TEMPLATES_PAIRED_MAX))) continue;
      const group = groups.get(cluster);
      if (group) group.push(a);
      else groups.set(cluster, [a]);
    }
  }
  return [...groups.values()].filter((group) => group.length >= GROUP_MIN);
}

/** [template, template, accounts that use both], by sorting packed pairs. */
function countPairs(used: (a: number) => Uint32Array, accounts: number, step: number): [number, number, number][] {
  let room = 0;
  for (let a = 0; a < accounts; a += step) room += pairsOf(used(a).length);
  const packed = new Float64Array(room);
  let at = 0;
  for (let a = 0; a < accounts; a += step) {
    const list = used(a);
    for (let i = 0; i < list.length; i++)
      for (let j = i + 1; j < list.length; j++) packed[at++] = list[i]! * 2 ** 26 + list[j]!;
  }
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
