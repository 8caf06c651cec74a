/** How the end of a day is said: the day, and the moment at which it is over everywhere. */
import { dayText, endOfDay, momentText } from "./day.js";

/** @param day counted from 1970-01-01; a day is over when it is over at UTC−12, its last place */
export function ends(day: number): string {
  return `ends 24:00 of ${dayText(day)} in UTC-12, which is ${momentText(endOfDay(day))}`;
}
