/**
 * Does the one who uses an account rest? A person on the card and the line of a campaign, with the tool whose words it
 * imitates, differs from its accounts in that: he sleeps. Two counts over all days, in the group's own templates, each at
 * the six hours of the day at which it speaks best for him: how many of his rows lie there, and on how many of his days
 * he was at work there. Whoever sends no more than a twentieth of his rows there passes the first with a chance of
 * REST_P_MAX at the most, whoever is at work there on no more than one day in ten the second: binomial tails, exact, and
 * since each is taken at its least over the day nobody need know which hours are his night. Rows that come together do not
 * mislead the second, nor many rows the first. An account with too little to tell is not named. It cannot tell a machine
 * of somebody else's that never rests from a campaign's.
 */
import { log10BinomialTail } from "../../../stats/exact-tails.js";
import { REST_DAYS_MAX, REST_P_MAX, REST_ROWS_MAX } from "../method.js";
import { NIGHT_HOURS } from "./around-clock.js";

const HOURS = 24;

/** An account's rows in its group's templates, on all days of the log. */
export interface EveryDay {
  /** By hour of the day, UTC. */
  hours: readonly number[];
  /** By the hour at which a day is taken to begin: days with a row, and those with one in their first six hours. */
  days: readonly number[];
  nights: readonly number[];
}

/**
 * @param at distinct hours since a midnight, UTC, with a row in each, ascending
 * @returns for each hour of the day at which a day may begin: days with a row, and those with one in their first six hours
 */
export function daysByStart(at: ArrayLike<number>): Pick<EveryDay, "days" | "nights"> {
  const [days, nights] = [new Array<number>(HOURS).fill(0), new Array<number>(HOURS).fill(0)];
  for (let start = 0; start < HOURS; start++) {
    let [day, night] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < at.length; i++) {
      const since = at[i]! - start;
      const of = Math.floor(since / HOURS);
      if (of !== day) days[start]!++;
      day = of;
      if (since - of * HOURS >= NIGHT_HOURS) continue;
      if (of !== night) nights[start]!++;
      night = of;
    }
  }
  return { days, nights };
}

interface Rest {
  /** Rows in all, and those in the six hours with fewest of them. */
  rows: number;
  quiet: number;
  /** Of the six hours at which days at work speak best for a person who rests: days in all, and those with a row there. */
  days: number;
  nights: number;
  /** The larger of the two tails: the chance that one who rests shows as much. */
  log10P: number;
}

/** @param of null where the tables do not tell: nothing is known then, and nobody is taken to be awake */
export function restOf(of: EveryDay | null | undefined): Rest {
  if (!of) return { rows: 0, quiet: 0, days: 0, nights: 0, log10P: 0 };
  const rows = of.hours.reduce((sum, n) => sum + n, 0);
  const runs = of.hours.map((_, h) =>
    Array.from({ length: NIGHT_HOURS }, (_, k) => of.hours[(h + k) % HOURS]!).reduce((sum, n) => sum + n, 0),
  );
  const quiet = Math.min(...runs);
  const tails = of.days.map((days, h) => log10BinomialTail(of.nights[h]!, days, REST_DAYS_MAX));
  const best = tails.indexOf(Math.max(...tails));
  return {
    rows,
    quiet,
    days: of.days[best]!,
    nights: of.nights[best]!,
    log10P: Math.max(log10BinomialTail(quiet, rows, REST_ROWS_MAX), tails[best]!),
  };
}

/** Whether a person who rests is ruled out at REST_P_MAX. */
export function neverRests(of: EveryDay | null | undefined): boolean {
  return restOf(of).log10P <= Math.log10(REST_P_MAX);
}
