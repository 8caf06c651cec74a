/**
 * Which members of a judged group are alike in how they work, and which of those may be named: each joined to others of
 * the group by more than content, and each at work by itself at hours at which a person rests. A member that lags far behind the others or talks where they do not may be a bystander
 * on the same templates. The group's measures are taken before this, of all its members.
 */
import { JOINED_MIN, PACE_SHARE_MIN, SINGLE_APART_MAX } from "../method.js";
import { median, type WorkLine } from "./measures.js";
import { neverRests } from "./rest.js";
import type { Sharing } from "./sharing.js";

/** @param work of each account on judging days; one without any is left out */
export function alike<M extends { account: number }>(members: readonly M[], work: ReadonlyMap<number, WorkLine>): M[] {
  const paceOf = ({ n, days }: WorkLine) => n / days;
  const singleOf = ({ n, single }: WorkLine) => single / n;
  const all = [...work.values()];
  const pace = PACE_SHARE_MIN * median(all.map(paceOf));
  const single = median(all.map(singleOf)) - SINGLE_APART_MAX;
  return members.filter(({ account }) => {
    const own = work.get(account);
    return own !== undefined && paceOf(own) >= pace && singleOf(own) >= single;
  });
}

/**
 * Those joined to others of the group by card and network at least as much as JOINED_MIN asks, who do not rest.
 *
 * @param work null for tables of versions before 8, which did not ask whether an account rests
 */
export function named<M extends { account: number }>(
  like: readonly M[],
  { joined }: Sharing,
  work: ReadonlyMap<number, WorkLine> | null,
): M[] {
  return like.filter(
    ({ account }) =>
      (joined.get(account) ?? 0) >= JOINED_MIN && (work === null || neverRests(work.get(account)?.everyDay)),
  );
}
