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
import { type Activity, finders } from "./activity.js";

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
  const out: Link[] = [];
  for (const [a, b, count] of countShared(byTemplate, activity.accounts.length)) {
    const expected = (degrees[a]! * degrees[b]! * pairs) / edges ** 2;
    const log10P = poissonTail(count, expected);
    if (log10P <= LINK_LOG10_P) out.push({ a, b, shared: count, log10P });
  }
  return out;
}

/** Accounts of each rare template in the finding half, ascending. */
function usersOf(activity: Activity): Uint32Array[] {
  const { accounts, templates } = activity;
  const users = finders(activity);
  const popular = Math.max(ALL_PAIRS_MAX, POPULAR_SHARE * accounts.length);
  const rare: Uint32Array[] = [];
  for (let t = 0; t < templates.length; t++) {
    const own = users(t);
    if (own.length >= 2 && own.length <= popular) rare.push(own);
  }
  // The rarest templates of each account first; what exceeds its share is left out.
  rare.sort((x, y) => x.length - y.length);
  const used = new Uint32Array(accounts.length);
  return rare.map((own) => own.filter((user) => used[user]!++ < TEMPLATES_AN_ACCOUNT_MAX));
}

/** Pairs held in memory at a time: 256 MB. */
const PAIRS_A_PASS = 32_000_000;

/** [a, b, templates shared] for pairs met at least SHARED_MIN times, by sorting packed pairs, a range of a at a time. */
function* countShared(byTemplate: readonly Uint32Array[], accounts: number): Generator<[number, number, number]> {
  const reach = (users: Uint32Array) => (users.length <= ALL_PAIRS_MAX ? users.length : NEIGHBOURS);
  const made = new Float64Array(accounts + 1);
  for (const users of byTemplate)
    for (let i = 0; i < users.length; i++) made[users[i]!]! += Math.min(reach(users), users.length - 1 - i);
  for (let low = 0; low < accounts; ) {
    let high = low;
    let room = 0;
    while (high < accounts && (high === low || room + made[high]! <= PAIRS_A_PASS)) room += made[high++]!;
    const packed = new Float64Array(room);
    let at = 0;
    for (const users of byTemplate) {
      const window = reach(users);
      for (let i = lowerBound(users, low); i < users.length && users[i]! < high; i++)
        for (let j = i + 1; j < users.length && j <= i + window; j++) packed[at++] = users[i]! * 2 ** 26 + users[j]!;
    }
    const sorted = packed.subarray(0, at).sort();
    for (let from = 0; from < at; ) {
      let to = from + 1;
      while (to < at && sorted[to] === sorted[from]) to++;
      if (to - from >= SHARED_MIN) yield [Math.floor(sorted[from]! / 2 ** 26), sorted[from]! % 2 ** 26, to - from];
      from = to;
    }
    low = high;
  }
}

function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** log10 P(X ≥ k) for Poisson λ: the first term, times a geometric bound on the rest; an upper bound. */
export function poissonTail(k: number, lambda: number): number {
  if (k <= lambda) return 0;
  const log = -lambda + k * Math.log(lambda) - logFactorial(k) - Math.log(1 - lambda / (k + 1));
  return Math.min(0, log / Math.LN10);
}
