/**
 * Links between accounts that share more rare templates than chance allows (the content edge of Ikram et al., arXiv
 * 1506.00506). Chance: every account keeps how many templates it uses and every template how many accounts it has
 * (Chung and Lu 2002), so that two accounts share λ = d₁d₂ Σ n(n−1)/M² templates on average; a Poisson tail.
 * It cannot link accounts that share fewer than two rare templates.
 */
import { logFactorial } from "../../../stats/log-factorial.js";
import {
  ALL_PAIRS_MAX,
  LINK_LOG10_P,
  NEIGHBOURS,
  POPULAR_SHARE,
  SHARED_MIN,
  TEMPLATES_AN_ACCOUNT_MAX,
} from "../method.js";
import type { Activity } from "./activity.js";

export interface Link {
  a: number;
  b: number;
  shared: number;
  log10P: number;
}

export function links(activity: Activity): Link[] {
  const byTemplate = usersOf(activity);
  const degrees = new Float64Array(activity.accounts.length);
  let edges = 0;
  let pairs = 0;
  for (const users of byTemplate) {
    edges += users.length;
    pairs += users.length * (users.length - 1);
    for (const user of users) degrees[user]!++;
  }
  const shared = countShared(byTemplate);
  const out: Link[] = [];
  for (const [a, b, count] of shared) {
    if (count < SHARED_MIN) continue;
    const expected = (degrees[a]! * degrees[b]! * pairs) / edges ** 2;
    const log10P = poissonTail(count, expected);
    if (log10P <= LINK_LOG10_P) out.push({ a, b, shared: count, log10P });
  }
  return out;
}

/** Accounts of each rare template in the finding half, ascending. */
function usersOf({ accounts, templates, account, template, finding }: Activity): number[][] {
  const all: number[][] = templates.map(() => []);
  for (let i = 0; i < account.length; i++) if (finding[i]! > 0) all[template[i]!]!.push(account[i]!);
  const popular = Math.max(ALL_PAIRS_MAX, POPULAR_SHARE * accounts.length);
  const rare = all.filter((users) => users.length >= 2 && users.length <= popular).sort((x, y) => x.length - y.length);
  // The rarest templates of each account first; what exceeds its share is left out.
  const used = new Uint32Array(accounts.length);
  return rare.map((users) => users.filter((user) => used[user]!++ < TEMPLATES_AN_ACCOUNT_MAX));
}

/** [a, b, templates shared] for pairs met at least once, by sorting packed pairs. */
function* countShared(byTemplate: readonly (readonly number[])[]): Generator<[number, number, number]> {
  const reach = (users: readonly number[]) => (users.length <= ALL_PAIRS_MAX ? users.length : NEIGHBOURS);
  const total = byTemplate.reduce((n, users) => n + users.length * Math.min(users.length, reach(users)), 0);
  const packed = new Float64Array(total);
  let at = 0;
  for (const users of byTemplate) {
    const window = reach(users);
    for (let i = 0; i < users.length; i++)
      for (let j = i + 1; j < users.length && j <= i + window; j++) packed[at++] = users[i]! * 2 ** 26 + users[j]!;
  }
  const sorted = packed.subarray(0, at).sort();
  for (let from = 0; from < at; ) {
    let to = from + 1;
    while (to < at && sorted[to] === sorted[from]) to++;
    if (to - from >= SHARED_MIN) yield [Math.floor(sorted[from]! / 2 ** 26), sorted[from]! % 2 ** 26, to - from];
    from = to;
  }
}

/** log10 P(X ≥ k) for Poisson λ: the first term, times a geometric bound on the rest; an upper bound. */
export function poissonTail(k: number, lambda: number): number {
  if (k <= lambda) return 0;
  const log = -lambda + k * Math.log(lambda) - logFactorial(k) - Math.log(1 - lambda / (k + 1));
  return Math.min(0, log / Math.LN10);
}
