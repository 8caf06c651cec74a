/**
 * Does work go on at all hours? The share of rows in the six quietest hours of the day, over what an even day has there.
 * People of one place sleep at once; it cannot see the nights of people in several places, who leave no hour quiet.
 */

/** A person's night has at least so many hours. */
export const NIGHT_HOURS = 6;

/** @param byHour rows by hour of the day @returns rows in its quietest run of hours, and rows in all */
function quietest(byHour: readonly number[]): { quiet: number; rows: number } {
  const sum = (values: readonly number[]) => values.reduce((total, v) => total + v, 0);
  const runs = byHour.map((_, h) => sum(Array.from({ length: NIGHT_HOURS }, (_, k) => byHour[(h + k) % 24]!)));
  return { quiet: Math.min(...runs), rows: sum(byHour) };
}

/** Lower 99 % bound of the share of the quietest run of hours, over what an even day has there: 0 to 1. */
export function aroundClock(byHour: readonly number[]): number {
  const { quiet, rows } = quietest(byHour);
  if (rows === 0) return 0;
  const share = quiet / rows;
  return Math.min(1, Math.max(0, share - Z * Math.sqrt((share * (1 - share)) / rows)) / (NIGHT_HOURS / 24));
}

/** One tail of the normal distribution at 99 %. */
const Z = 2.326348;

/**
 * Whether the people behind one card and network rest at the same hours: the share itself and not its bound, since a few
 * accounts send little. A fifth of an even day's is where `aroundClock` begins to count (statistic.ts).
 */
export function keepsNight(byHour: readonly number[]): boolean {
  const { quiet, rows } = quietest(byHour);
  return quiet < (NIGHT_MIN * rows * NIGHT_HOURS) / 24;
}

const NIGHT_MIN = 0.2;
