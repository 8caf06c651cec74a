/**
 * A calendar of holidays as dated data: named, versioned, hashed, with its source and the days it speaks for. A business
 * day is none of Saturday, Sunday and its holidays; past its last day only weekends are known, and a deadline says so.
 */
import { z } from "zod";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { dayText, isWeekend, parseDay } from "./day.js";

const CALENDAR_TYPE = "assay/calendar/v1";
/** Twenty holidays a year for a century. */
const HOLIDAYS_MAX = 2000;

const day = z.string().refine((text) => parseDay(text) !== null, "expected a day such as 2026-12-25");
const schema = z.strictObject({
  type: z.literal(CALENDAR_TYPE),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}\/v[1-9][0-9]{0,3}$/, "expected a name such as office/v1"),
  from: day,
  to: day,
  holidays: z.array(z.strictObject({ day, name: z.string().min(1).max(100) })).max(HOLIDAYS_MAX),
  source: z.string().min(1).max(500),
});
type CalendarData = z.infer<typeof schema>;

export interface Calendar {
  id: string;
  digest: Digest;
  data: CalendarData;
  holidays: ReadonlyMap<number, string>;
  from: number;
  to: number;
}

/** @throws SCHEMA */
export function readCalendar(value: unknown, what = "calendar"): Calendar {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
  }
  const { data } = parsed;
  const holidays = new Map(data.holidays.map((holiday) => [parseDay(holiday.day)!, holiday.name]));
  const [from, to] = [parseDay(data.from)!, parseDay(data.to)!];
  if (holidays.size !== data.holidays.length || to < from)
    throw new AssayError("SCHEMA", `${what}: expected each holiday once, and a last day after the first`);
  return { id: data.id, digest: sha256Digest(canonicalJsonBytes(data)), data, holidays, from, to };
}

interface Counted {
  day: number;
  /** What was stepped over, and what the calendar does not know, in words. */
  notes: string[];
}

/** The n-th business day after a day. */
export function businessDays(start: number, n: number, calendar: Calendar): Counted {
  const notes: string[] = [];
  let weekends = 0;
  let day = start;
  for (let left = n; left > 0; ) {
    day++;
    const holiday = calendar.holidays.get(day);
    if (isWeekend(day)) weekends++;
    else if (holiday !== undefined) notes.push(`without ${dayText(day)}, ${holiday}`);
    else left--;
  }
  if (weekends > 0) notes.unshift(`without ${weekends} days of weekends`);
  if (day > calendar.to || start < calendar.from)
    notes.push(
      `${calendar.id} speaks of ${calendar.data.from} to ${calendar.data.to}: elsewhere weekends alone are left out`,
    );
  return { day, notes };
}
