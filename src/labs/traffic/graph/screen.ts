/**
 * A permutation screen: could shuffling which account uses which template give this group as many uses of its templates?
 * Shuffles keep every account's and template's number of uses and stay within a stratum, the client application and
 * system prompt that an account mostly uses, so that a product's own templates are expected in its users. Each stratum's
 * count is hypergeometric and the tail of their sum is bounded by Hoeffding (1963, theorem 2 with section 6: sampling
 * without replacement), so nothing is drawn. It says "not chance" and no more: every classroom and relay passes it too.
 */
import type { SqlEngine } from "../engine.js";
import { Hashes } from "../log/hashes.js";
import type { Activity } from "./activity.js";
import type { Group } from "./membership.js";

export interface Screen {
  /** Uses (an account and a template in the judging half) of the group's templates by its members. */
  observed: number;
  /** What shuffles within strata give on average. */
  expected: number;
  /** Upper bound of the permutation p. */
  log10P: number;
  strata: number;
}

const STRATA_SQL = `SELECT toFixedString(argMax(s, (n, s)), 16) FROM
 (SELECT account, concat(client, system) AS s, count() AS n FROM rows GROUP BY account, s) GROUP BY account ORDER BY account`;

/** The stratum of each account, by number. */
export async function readStrata(engine: SqlEngine): Promise<Uint32Array> {
  const names = new Hashes(await engine.bytes(STRATA_SQL));
  const known = new Map<string, number>();
  return Uint32Array.from({ length: names.length }, (_, a) => {
    const name = names.hex(a);
    const number = known.get(name) ?? known.size;
    known.set(name, number);
    return number;
  });
}

/** Uses of all templates in the judging half, by stratum. */
export function usesByStratum({ account, judging }: Activity, strata: Uint32Array): Map<number, number> {
  const all = new Map<number, number>();
  for (let i = 0; i < account.length; i++)
    if (judging[i]! > 0) all.set(strata[account[i]!]!, (all.get(strata[account[i]!]!) ?? 0) + 1);
  return all;
}

/**
 * @param strata stratum of each account @param all uses of each template by everybody @returns observed and expected
 * uses, with log10 p under the shuffles
 */
export function screen(
  group: Group,
  activity: Activity,
  strata: Uint32Array,
  all: ReadonlyMap<number, number>,
): Screen {
  const { starts, judging, account, byTemplate, order } = activity;
  const members = new Set(group.members.map((m) => m.account));
  const own = new Map<number, number>();
  let observed = 0;
  for (const t of group.templates)
    for (let k = byTemplate[t]!; k < byTemplate[t + 1]!; k++) {
      const i = order[k]!;
      if (judging[i] === 0) continue;
      const s = strata[account[i]!]!;
      own.set(s, (own.get(s) ?? 0) + 1);
      if (members.has(account[i]!)) observed++;
    }
  const sent = new Map<number, number>();
  let draws = 0;
  for (const a of members) {
    let n = 0;
    for (let i = starts[a]!; i < starts[a + 1]!; i++) if (judging[i]! > 0) n++;
    sent.set(strata[a]!, (sent.get(strata[a]!) ?? 0) + n);
    draws += n;
  }
  let expected = 0;
  for (const [s, n] of sent) expected += (n * (own.get(s) ?? 0)) / all.get(s)!;
  const excess = Math.max(0, observed - expected);
  const log10P = draws === 0 ? 0 : (-2 * excess ** 2) / draws / Math.LN10;
  return { observed, expected, log10P: Math.min(0, log10P), strata: sent.size };
}
