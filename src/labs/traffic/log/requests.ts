/**
 * From a record to its requests: exporters nest them in lists, and beside them write what is none (the spans of a trace,
 * retrievals of an answer already given, failures). One request is one row; what is skipped is counted by kind.
 */
import { at, first, type Mapping, unfolded } from "./mapping.js";

/** Items of one record; a longer list is cut by the line limit before. */
type Item = Record<string, unknown>;

/** Names under which APIs hand out a page of records. */
const PAGES = ["data", "result", "results", "records", "Records", "logs", "items"] as const;
/** A page has little beside its records: their number, where the next page is. */
const PAGE_KEYS_MAX = 8;

/** A record that has a time of its own is no page. */
const TIMED = /^(ts|time|timestamp|date|datetime|created(_at)?|createdAt|start_?time)$/i;

/** The records of a page as an API answered with it, or the record itself. */
export function recordsOf(record: unknown): readonly unknown[] {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return [record];
  const events = eventsOf(record);
  if (events) return events;
  const names = Object.keys(record);
  if (names.length > PAGE_KEYS_MAX || names.some((name) => TIMED.test(name))) return [record];
  for (const name of PAGES) {
    const list = (record as Record<string, unknown>)[name];
    if (Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === "object" && item !== null))
      return list.flatMap((item) => eventsOf(item) ?? [item]);
  }
  return [record];
}

/** What CloudWatch's log events say; null where the record is no envelope of such. */
function eventsOf({ logEvents, events }: { logEvents?: unknown; events?: unknown }): unknown[] | null {
  for (const list of [logEvents, events]) if (isEnveloped(list)) return list.map(({ message }) => unfolded(message));
  return null;
}

/** Log events as CloudWatch hands them on, to a subscription or page by page: each a text, here JSON, with its number and time. */
function isEnveloped(list: unknown): list is { message: string }[] {
  return (
    Array.isArray(list) &&
    list.length > 0 &&
    list.every((event) => {
      const { id, eventId, timestamp, message } = (event ?? {}) as Record<string, unknown>;
      return (id ?? eventId) !== undefined && typeof timestamp === "number" && typeof message === "string";
    })
  );
}

/** A record, or the items of the lists that the mapping names, each with what holds it behind its own fields. */
export function itemsOf(record: unknown, { each }: Mapping): unknown[] {
  if (!each || typeof record !== "object" || record === null || Array.isArray(record)) return [record];
  let items: Item[] = [record as Item];
  for (const name of each) {
    const next: Item[] = [];
    for (const item of items) {
      const value = at(item, [name]);
      const list = typeof value === "string" ? unfolded(value) : value;
      if (Array.isArray(list)) {
        const holder = without(item, name);
        for (const inner of list)
          if (typeof inner === "object" && inner !== null) next.push({ ...holder, ...(inner as Item) });
      } else if (typeof list === "object" && list !== null) next.push({ ...without(item, name), ...(list as Item) });
      else next.push(item);
    }
    items = next;
  }
  return items;
}

function without(item: Item, name: string): Item {
  const { [name]: _, ...rest } = item;
  return rest;
}

/** @returns what the record is instead of a request, or null */
export function notARequest(record: unknown, { only }: Mapping): string | null {
  for (const { paths, in: allowed, notIn, present, says } of only) {
    const value = first(record, paths);
    if (value === undefined) {
      if (present) return says;
      continue;
    }
    const text = String(value).toLowerCase();
    if (allowed && !allowed.includes(text)) return says;
    if (notIn?.includes(text)) return says;
  }
  return null;
}
