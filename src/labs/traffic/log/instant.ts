/**
 * The time of a log row: ISO 8601 in its basic and extended forms, what databases and web servers print, mail dates, and
 * numbers whose size tells seconds, milli-, micro- or nanoseconds. Nothing is read in the machine's own zone: a time
 * without a zone is taken as UTC and counted, and what can be read in two ways (03/02/2026, PST) is set aside in words.
 */
interface Instant {
  ms: number;
  /** What is left below a millisecond. */
  nanos: number;
  /** The log gave no zone: taken as UTC. */
  zoneless: boolean;
}

const DATE = String.raw`(\d{4})([-/]?)(\d\d)\2(\d\d)`;
const CLOCK = String.raw`(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,12}))?)?`;
const ZONE = String.raw`(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?(?::?\d\d)?)?`;
const ISO = new RegExp(`^${DATE}(?:(?:T| +)${CLOCK} *${ZONE})?$`, "i");
/** Common Log Format: 02/Mar/2026:09:20:00 +0000. */
const WEB = new RegExp(String.raw`^\[?(\d\d)/([a-z]{3})/(\d{4})[: ]${CLOCK} *${ZONE}\]?$`, "i");
/** RFC 5322: Mon, 02 Mar 2026 09:20:00 GMT. */
const MAIL = new RegExp(String.raw`^(?:[a-z]{3}, *)?(\d{1,2})[ -]([a-z]{3})[ -](\d{4}),? +${CLOCK} *${ZONE}$`, "i");
const DAY_OR_MONTH_FIRST = /^\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d\d)\b/;
const NUMBER = /^\d+(\.\d+)?(e\+?\d{1,2})?$/i;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** Longer texts are no time (CWE-1333: the patterns are linear, the limit keeps them short). */
const CHARS_MAX = 60;

const NO_TIME = "no time that can be read";
const TWO_READINGS = "a time whose day and month cannot be told apart";
const ZONE_NAME = "a time in a zone that only has a name";

/** @returns the instant, or the reason why there is none */
export function instant(value: unknown): Instant | string {
  if (typeof value === "number") return fromNumber(value);
  if (typeof value !== "string") return NO_TIME;
  const text = value.trim();
  if (text.length > CHARS_MAX) return NO_TIME;
  if (NUMBER.test(text)) return fromDigits(text);
  const iso = ISO.exec(text);
  if (iso) return fromFields(iso[1]!, Number(iso[3]), iso[4]!, iso.slice(5));
  const named = WEB.exec(text) ?? MAIL.exec(text);
  if (named) return fromFields(named[3]!, MONTHS.indexOf(named[2]!.toLowerCase()) + 1, named[1]!, named.slice(4));
  if (DAY_OR_MONTH_FIRST.test(text)) return TWO_READINGS;
  return ZONE_NAMED.test(text) ? ZONE_NAME : NO_TIME;
}

const ZONE_NAMED = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)? *(\[?[A-Z][A-Za-z/_]{1,30}\]?)$/;

function fromFields(year: string, month: number, day: string, rest: (string | undefined)[]): Instant | string {
  const [hour = "0", minute = "0", second = "0", fraction = "", zone] = rest;
  const digits = fraction.padEnd(9, "0");
  const days = Date.UTC(Number(year), month - 1, Number(day));
  const back = new Date(days);
  // Date.UTC carries over: 31 February is no day, and 24:00 is the next one.
  if (month < 1 || back.getUTCMonth() !== month - 1 || back.getUTCDate() !== Number(day)) return NO_TIME;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return NO_TIME;
  const clock = 3600 * Number(hour) + 60 * Number(minute) + Number(second) - offsetSeconds(zone);
  return {
    ms: days + 1000 * clock + Number(digits.slice(0, 3)),
    nanos: Number(digits.slice(3, 9)),
    zoneless: zone === undefined,
  };
}

function offsetSeconds(zone: string | undefined): number {
  if (zone === undefined || /^[A-Z]/i.test(zone)) return 0;
  const digits = zone.slice(1).replaceAll(":", "").padEnd(6, "0");
  const seconds = 3600 * Number(digits.slice(0, 2)) + 60 * Number(digits.slice(2, 4)) + Number(digits.slice(4, 6));
  return zone.startsWith("-") ? -seconds : seconds;
}

/** Digits as they stand: nanoseconds since 1970 do not fit a number. */
function fromDigits(text: string): Instant | string {
  if (!/^\d{17,19}$/.test(text)) return fromNumber(Number(text));
  const [cut, unit] = text.length >= 18 ? [text.length - 6, 1] : [text.length - 3, 1000];
  return { ms: Number(text.slice(0, cut)), nanos: Number(text.slice(cut)) * unit, zoneless: false };
}

function fromNumber(n: number): Instant | string {
  if (!(n > 0) || n === Number.POSITIVE_INFINITY) return NO_TIME;
  const [ms, below] =
    n < 1e11
      ? split(n * 1000, 1e6)
      : n < 1e14
        ? split(n, 1e6)
        : n < 1e17
          ? [Math.floor(n / 1000), Math.floor(n % 1000) * 1000]
          : [Math.floor(n / 1e6), Math.floor(n % 1e6)];
  return { ms, nanos: below, zoneless: false };
}

/** A float of seconds holds microseconds and no more: rounded there, so that text and number of one time agree. */
function split(ms: number, nanosAMs: number): [number, number] {
  const micros = Math.round(ms * 1000);
  return [Math.floor(micros / 1000), ((micros % 1000) * nanosAMs) / 1000];
}
