/**
 * Days of a docket. A day is a number (0 is 1 January 1970) so that no time zone, locale or machine can move it. The day
 * of an act is its date in UTC, which is the date a notice prints; a deadline on a named day ends at 24:00 in UTC−12, the
 * last place on earth where that day is over, so that it never ends before a party's own midnight of the named day.
 */

export const DAY_SECONDS = 86_400;
const HALF_DAY_SECONDS = 43_200;
/** 0001-01-01 and 9999-12-31: what four digits of a year can say. */
const DAY_MIN = -719_162;
const DAY_MAX = 2_932_896;

/** Date in UTC of a moment. @param seconds Unix */
export function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS);
}

/** The last moment that still belongs to a day anywhere: 24:00 in UTC−12. @returns Unix seconds */
export function endOfDay(day: number): number {
  return (day + 1) * DAY_SECONDS + HALF_DAY_SECONDS;
}

/** Days are written again and again in clocks and lists; a century of them. */
const WRITTEN = new Map<number, string>();
const WRITTEN_MAX = 36_525;

/** `2026-03-31`. */
export function dayText(day: number): string {
  let text = WRITTEN.get(day);
  if (text === undefined) {
    text = new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10);
    if (WRITTEN.size >= WRITTEN_MAX) WRITTEN.clear();
    WRITTEN.set(day, text);
  }
  return text;
}

/** `2026-03-31T12:00:00Z`. */
export function momentText(seconds: number): string {
  const day = dayOf(seconds);
  // What no four digits of a year can say is left to the platform.
  if (day < DAY_MIN || day > DAY_MAX || !Number.isInteger(seconds))
    return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
  const within = seconds - day * DAY_SECONDS;
  const [hours, minutes] = [Math.floor(within / 3600), Math.floor(within / 60) % 60];
  return `${dayText(day)}T${two(hours)}:${two(minutes)}:${two(within % 60)}Z`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** @returns null for what is no day of the calendar, such as 2026-02-30 */
export function parseDay(text: string): number | null {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return null;
  const at = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(at)) return null;
  const day = at / 1000 / DAY_SECONDS;
  return day >= DAY_MIN && day <= DAY_MAX && dayText(day) === text ? day : null;
}

/** Saturday or Sunday; 1 January 1970 was a Thursday. */
export function isWeekend(day: number): boolean {
  return [2, 3].includes(((day % 7) + 7) % 7);
}
