/** Entries as a feed (Atom, RFC 4287) and times as a calendar (iCalendar, RFC 5545), from a view alone. */
import type { CaseView } from "../../office/docket/view/case-view.js";
import { ROLE_WORDS } from "../../office/docket/view/kind-words.js";
import { visibleText } from "../../report/visible-text.js";

const ENTRIES_MAX = 100;

/** @param base absolute prefix of the site @param cases views of one circle */
export function atomOf(base: string, path: string, title: string, cases: readonly CaseView[]): string {
  const entries = cases
    .flatMap((shown) => shown.entries.slice(-ENTRIES_MAX).map((entry) => ({ shown, entry })))
    .sort((a, b) =>
      a.entry.received < b.entry.received ? 1 : a.entry.received > b.entry.received ? -1 : b.entry.seq - a.entry.seq,
    )
    .slice(0, ENTRIES_MAX);
  const items = entries.map(({ shown, entry }) => {
    const href = `${base}/cases/${shown.case}/entries/${entry.seq}`;
    const by = entry.party ?? ROLE_WORDS[entry.role];
    return [
      "<entry>",
      `<id>tag:${escaped(shown.origin)},2026:entry/${entry.seq}</id>`,
      `<title>${escaped(`${shown.case}, entry ${entry.seq}: ${entry.title}`)}</title>`,
      `<updated>${entry.received}</updated>`,
      `<author><name>${escaped(by)}</name></author>`,
      `<link rel="alternate" href="${escaped(href)}"/>`,
      `<category term="${entry.kind}"/>`,
      `<summary>${escaped(`${shown.title}: ${entry.title.toLowerCase()} by ${by}`)}</summary>`,
      "</entry>",
    ].join("");
  });
  const updated = entries[0]?.entry.received ?? "1970-01-01T00:00:00Z";
  const name = cases.length === 1 ? cases[0]!.origin : "docket";
  return (
    `<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">` +
    `<id>tag:${escaped(name)},2026:${escaped(path)}</id><title>${escaped(title)}</title><updated>${updated}</updated>` +
    `<link rel="self" href="${escaped(base + path)}"/>${items.join("")}</feed>\n`
  );
}

interface CalendarTime {
  origin: string;
  case: string;
  title: string;
  timer: string;
  began: string;
  due: string;
  computation: readonly string[];
}

/** Running times alone: a paused one has no end yet. */
export function timesOf(shown: CaseView): CalendarTime[] {
  const { origin, case: id, title, deadlines } = shown;
  return deadlines
    .filter(({ status }) => status === "running")
    .map(({ timer, began, due, computation }) => ({ origin, case: id, title, timer, began, due, computation }));
}

/** @param asOf when the case was folded; it stamps each event, so that the same state gives the same calendar */
export function calendarOf(times: readonly CalendarTime[], asOf: string): string {
  const stamp = (moment: string) => moment.replace(/[-:]/g, "");
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Assay//Docket//EN", "CALSCALE:GREGORIAN"];
  for (const { origin, case: id, title, timer, began, due, computation } of times)
    lines.push(
      "BEGIN:VEVENT",
      `UID:${timer}-${stamp(began)}@${origin.replace(/[^A-Za-z0-9.-]/g, "-")}`,
      `DTSTAMP:${stamp(asOf)}`,
      `DTSTART:${stamp(due)}`,
      `SUMMARY:${text(`${id}: ${timer} ends (${title})`)}`,
      `DESCRIPTION:${text(computation.join("\n"))}`,
      "TRANSP:TRANSPARENT",
      "END:VEVENT",
    );
  lines.push("END:VCALENDAR");
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function text(value: string): string {
  return value
    .split("\n")
    .map(visibleText)
    .join("\n")
    .replace(/[\\;,]/g, (c) => `\\${c}`)
    .replace(/\n/g, "\\n");
}

/** Lines of at most 75 octets, cut between characters. */
function folded(line: string): string {
  let out = "";
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 74) {
      out += "\r\n ";
      octets = 1;
    }
    out += character;
    octets += size;
  }
  return out;
}

function escaped(value: string): string {
  return visibleText(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
