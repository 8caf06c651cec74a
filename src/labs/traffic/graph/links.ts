/**
 * Links between accounts that share more rare templates than chance allows (the content edge of Ikram et al., arXiv
 * 1506.00506). Chance: every account keeps how many templates it uses and every template how many accounts it has
 * (Chung and Lu 2002), so that of the templates that at most c accounts use two accounts share
 * λ = d₁d₂ Σ n(n−1)/M² on average, the sum over these; a Poisson tail. Rarity weighs in through c: all doubling classes
 * are tried, the rarest alone, with the next, up to all, and the best tail is multiplied by their number (Bonferroni).
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

/** Doubling classes of rarity: class c holds templates of 2^(c+1) to 2^(c+2) − 1 accounts, the last all above. */
export const CLASSES = 16;

export interface Shared {
  /** 0 for templates of two or three accounts. */
  rarity: number;
  /** Ascending. */
  users: Uint32Array;
}

/** One link a pair of accounts, from finding days alone. */
export function links(activity: Activity): Link[] {
  const byTemplate = usersOf(activity);
  const degrees = new Float64Array(activity.accounts.length);
  let edges = 0;
  // Σ n(n−1) over the templates of a class and of all rarer ones.
  const pairs = new Float64Array(CLASSES);
  const held = new Set<number>();
  for (const { users, rarity } of byTemplate) {
    edges += users.length;
    held.add(rarity);
    for (let c = rarity; c < CLASSES; c++) pairs[c]! += users.length * (users.length - 1);
    for (const user of users) degrees[user]!++;
  }
  const tried = [...held].sort((x, y) => x - y);
  const paid = Math.log10(Math.max(1, tried.length));
  const out: Link[] = [];
  for (const { a, b, counts } of countShared(byTemplate, activity.accounts.length)) {
    const both = (degrees[a]! * degrees[b]!) / edges ** 2;
    let shared = 0;
    let log10P = 0;
    let before = 0;
    for (const c of tried) {
      for (; before <= c; before++) shared += counts[before]!;
      if (counts[c]! > 0 && shared >= SHARED_MIN)
        log10P = Math.min(log10P, poissonTail(shared, both * pairs[c]!) + paid);
    }
    if (log10P <= LINK_LOG10_P) out.push({ a, b, shared, log10P });
  }
  return out;
}

/** @param users accounts behind a template, two or more @returns its class of rarity */
export function rarityOf(users: number): number {
  return Math.min(CLASSES - 1, Math.floor(Math.log2(users)) - 1);
}

/** Accounts of each rare template in the finding half. */
function usersOf(activity: Activity): Shared[] {
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
  return rare.map((own) => ({
    rarity: rarityOf(own.length),
    users: own.filter((user) => used[user]!++ < TEMPLATES_AN_ACCOUNT_MAX),
  }));
}

/** Pairs held in memory at a time: 256 MB. */
const PAIRS_A_PASS = 32_000_000;

/**
 * Pairs met at least SHARED_MIN times, with how often in each class of rarity, by sorting packed (a, b, class), a range
 * of a at a time. `counts` is used again for the next pair. @param byTemplate users of each, ascending @param accounts
 * how many numbers users have
 */
export function* countShared(
  byTemplate: readonly Shared[],
  accounts: number,
): Generator<{ a: number; b: number; counts: Uint32Array }> {
  const reach = (users: Uint32Array) => (users.length <= ALL_PAIRS_MAX ? users.length : NEIGHBOURS);
  const made = new Float64Array(accounts + 1);
  for (const { users } of byTemplate)
    for (let i = 0; i < users.length; i++) made[users[i]!]! += Math.min(reach(users), users.length - 1 - i);
  // A packed number is exact below 2^53.
  const widest = Math.max(1, Math.floor(Number.MAX_SAFE_INTEGER / CLASSES / Math.max(1, accounts)) - 1);
  const counts = new Uint32Array(CLASSES);
  for (let low = 0; low < accounts; ) {
    let high = low;
    let room = 0;
    while (high < accounts && high - low < widest && (high === low || room + made[high]! <= PAIRS_A_PASS))
      room += made[high++]!;
    const packed = new Float64Array(room);
    let at = 0;
    for (const { users, rarity } of byTemplate) {
      const window = reach(users);
      for (let i = lowerBound(users, low); i < users.length && users[i]! < high; i++)
        for (let j = i + 1; j < users.length && j <= i + window; j++)
          packed[at++] = ((users[i]! - low) * accounts + users[j]!) * CLASSES + rarity;
    }
    const sorted = packed.subarray(0, at).sort();
    for (let from = 0; from < at; ) {
      const pair = Math.floor(sorted[from]! / CLASSES);
      counts.fill(0);
      let to = from;
      for (; to < at && Math.floor(sorted[to]! / CLASSES) === pair; to++) counts[sorted[to]! % CLASSES]!++;
      if (to - from >= SHARED_MIN) yield { a: low + Math.floor(pair / accounts), b: pair % accounts, counts };
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
