/**
 * Feeds (Atom, RFC 4287): the whole register, a publisher, or a model with everything upstream of it, so that who built
 * on a model hears of its withdrawal or of a challenge.
 */
import { KINDS } from "../../office/register/declarations/kinds.js";
import { lineage } from "../../office/register/lineage.js";
import type { Entry, ModelState, RegisterIndex } from "../../office/register/register-index.js";
import { visibleText } from "../../report/visible-text.js";

const ENTRIES_MAX = 100;

interface FeedPlace {
  /** Absolute prefix of the site. */
  base: string;
  path: string;
  title: string;
  origin: string;
}

/** The latest ENTRIES_MAX; ids go by the log's origin and do not change with its address. */
export function atom({ base, path, title, origin }: FeedPlace, entries: readonly Entry[]): string {
  const latest = [...entries].sort((a, b) => b.index - a.index).slice(0, ENTRIES_MAX);
  const updated = latest[0] ? moment(latest[0]) : "1970-01-01T00:00:00Z";
  const items = latest.map((entry) => {
    const { record, index } = entry;
    const href = escaped(`${base}/entries/${index}`);
    return [
      "<entry>",
      `<id>tag:${escaped(origin)},2026:entry/${index}</id>`,
      `<title>${escaped(`${KINDS[record.kind].title}: ${record.name}`)}</title>`,
      `<updated>${moment(entry)}</updated>`,
      `<author><name>${escaped(entry.keyName)}</name></author>`,
      `<link rel="alternate" href="${href}"/>`,
      `<category term="${record.kind}"/>`,
      `<summary>${escaped(`${record.kind} by ${entry.keyName}, entry ${index} of ${origin}`)}</summary>`,
      "</entry>",
    ].join("");
  });
  return (
    `<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">` +
    `<id>tag:${escaped(origin)},2026:${escaped(path)}</id><title>${escaped(title)}</title><updated>${updated}</updated>` +
    `<link rel="self" href="${escaped(base + path)}"/>${items.join("")}</feed>\n`
  );
}

/** Entries about a model, and about whatever it is declared to be made from. */
export function entriesAround(index: RegisterIndex, model: ModelState): Entry[] {
  return lineage(index, model.id, "made-of").models.flatMap(({ id }) => index.models.get(id)?.entries ?? []);
}

function moment({ record }: Entry): string {
  return new Date(record.received * 1000).toISOString();
}

function escaped(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
