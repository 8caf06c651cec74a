/**
 * A log laid out anew: cut, packed and written as another export, a rotation or a data lake would, its requests as they
 * were. Batches (spans of an exporter, events of a subscription) come one request a record, so that any cut can fall between.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { LogFixture } from "./log-formats.js";

type Json = Record<string, unknown>;
type Layout = (records: readonly Json[], table: boolean) => { name: string; bytes: string | Buffer };

const lines = (records: readonly Json[], end = "\n") => records.map((r) => `${JSON.stringify(r)}${end}`).join("");
/** A table stays one where its layout can hold it. */
const text = (records: readonly Json[], table: boolean) => (table ? csv(records) : lines(records));
const ending = (table: boolean) => (table ? "csv" : "jsonl");

export const LAYOUTS = {
  "as lines": (r, table) => ({ name: `log.${ending(table)}`, bytes: text(r, table) }),
  "as JSON Lines": (r) => ({ name: "log.ndjson", bytes: lines(r) }),
  "with CRLF and a byte order mark": (r) => ({ name: "log.jsonl", bytes: `\uFEFF${lines(r, "\r\n")}` }),
  "one JSON array": (r) => ({ name: "log.json", bytes: JSON.stringify(r) }),
  "an array, a record a line": (r) => ({
    name: "log.json",
    bytes: `[\n${r.map((x) => JSON.stringify(x)).join(",\n")}\n]\n`,
  }),
  "records over several lines": (r) => ({
    name: "log.json",
    bytes: r.map((x) => JSON.stringify(x, null, 2)).join("\n"),
  }),
  "a page of an API": (r) => ({ name: "log.json", bytes: JSON.stringify({ data: r, has_more: false }) }),
  "keys in another order": (r, table) => ({
    name: `log.${ending(table)}`,
    bytes: text(r.map(turned) as Json[], table),
  }),
  gzip: (r, table) => ({ name: `log.${ending(table)}.gz`, bytes: gzipSync(text(r, table)) }),
  Zstandard: (r, table) => ({ name: `log.${ending(table)}.zst`, bytes: zstdCompressSync(Buffer.from(text(r, table))) }),
  rotated: (r) => ({ name: "gateway.jsonl.1", bytes: lines(r) }),
  "a day's folder": (r) => ({ name: "date=2026-03-02/part-0.jsonl", bytes: lines(r) }),
} satisfies Record<string, Layout>;
export type LayoutName = keyof typeof LAYOUTS;
export const LAYOUT_NAMES = Object.keys(LAYOUTS) as LayoutName[];

/** @param place tells the files of one folder apart */
export function writeLaidOut(
  folder: string,
  place: string,
  records: readonly Json[],
  layout: LayoutName,
  table: boolean,
): void {
  const { name, bytes } = LAYOUTS[layout](records, table);
  const path = join(folder, place, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** @returns the fixture's records, and whether they stood in a table */
export function recordsIn({ file, text: log }: LogFixture): { records: Json[]; table: boolean } {
  if (file.endsWith(".csv")) return { records: fromCsv(log), table: true };
  let whole: unknown;
  try {
    whole = JSON.parse(log);
  } catch {
    whole = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }
  const list = Array.isArray(whole) ? whole : (whole as { data: unknown[] }).data;
  return { records: list.flatMap(unbatched), table: false };
}

/** The levels at which exporters batch: OTLP's of traces and logs, log events of a subscription. */
const BATCHES = [
  ["resourceSpans", "scopeSpans", "spans"],
  ["resourceLogs", "scopeLogs", "logRecords"],
  ["logEvents"],
  ["events"],
];

function unbatched(record: Json): Json[] {
  const names = BATCHES.find(([name]) => Array.isArray(record[name!]));
  return names ? split(record, names) : [record];
}

function split(record: Json, [name, ...deeper]: readonly string[]): Json[] {
  if (name === undefined) return [record];
  return (record[name] as Json[]).flatMap((item) => split(item, deeper).map((one) => ({ ...record, [name]: [one] })));
}

function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, turned(inner)]),
  );
}

function csv(records: readonly Json[]): string {
  const cell = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
  const names = Object.keys(records[0]!);
  return `${names.join(",")}\n${records.map((r) => names.map((name) => cell(r[name])).join(",")).join("\n")}\n`;
}

/** Of a table whose cells are all quoted. */
function fromCsv(table: string): Json[] {
  const [header, ...rows] = table.trim().split("\n");
  const names = header!.split(",");
  return rows.map((row) => {
    const cells = [...row.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => cell!.replaceAll('""', '"'));
    return Object.fromEntries(names.map((name, i) => [name, cells[i]]));
  });
}
