/**
 * From a record to its requests: exporters nest them in lists, and beside them write what is none (the spans of a trace,
 * retrievals of an answer already given, failures). One request is one row; what is skipped is counted by kind.
 */
import { at, first, type Mapping, unfolded } from "./mapping.js";

/** Items of one record; a longer list is cut by the line limit before. */
type Item = Record<string, unknown>;

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
  for (const { paths, in: allowed, notIn, says } of only) {
    const value = first(record, paths);
    if (value === undefined) continue;
    const text = String(value).toLowerCase();
    if (allowed && !allowed.includes(text)) return says;
    if (notIn?.includes(text)) return says;
  }
  return null;
}
