/**
 * Observations of any type as nested lists and tables, for findings that no laboratory's own view reads. Bounded: a
 * page is for reading, the finding holds everything.
 */
import type { Child } from "hono/jsx";
import { decimal, whole } from "./figure-words.js";
import { SummaryList } from "./parts/summary-list.js";
import { Table } from "./parts/table.js";
import type { View } from "./view.js";

/** Rows of one table, entries of one list, columns of one table. */
const ROWS_MAX = 200;
const COLUMNS_MAX = 12;
/** Deeper values are shown as JSON text, cut at this length. */
const TEXT_MAX = 400;

export const plainView: View = {
  reads: ({ observations }) => observations !== null && typeof observations === "object",
  figures: () => [],
  Observations: ({ finding }) => {
    const entries = Object.entries(finding.observations as Record<string, unknown>);
    const simple = entries.filter(([, value]) => !isRows(value));
    const rows = entries.filter(([, value]) => isRows(value)) as [string, Record<string, unknown>[]][];
    return (
      <>
        {simple.length > 0 ? (
          <SummaryList rows={simple.slice(0, ROWS_MAX).map(([k, v]) => [words(k), shown(v)])} />
        ) : null}
        {rows.map(([name, items]) => (
          <Rows name={words(name)} items={items} />
        ))}
      </>
    );
  },
};

function Rows({ name, items }: { name: string; items: Record<string, unknown>[] }) {
  const keys = [...new Set(items.flatMap((item) => Object.keys(item)))].slice(0, COLUMNS_MAX);
  const left = items.length - ROWS_MAX;
  return (
    <>
      <Table
        caption={`Observed: ${name}`}
        columns={keys.map((key) => ({
          title: words(key),
          numeric: items.every((item) => typeof item[key] === "number"),
        }))}
        rows={items.slice(0, ROWS_MAX).map((item) => keys.map((key) => shown(item[key])))}
        wide
        dense
      />
      {left > 0 ? <p class="govuk-body">{whole(left)} more stand in the finding itself.</p> : null}
    </>
  );
}

function isRows(value: unknown): value is Record<string, unknown>[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => item !== null && typeof item === "object" && !Array.isArray(item))
  );
}

function shown(value: unknown): Child {
  if (value === null || value === undefined) return "none";
  if (typeof value === "number") return Number.isInteger(value) ? whole(value) : decimal(value, 4);
  if (typeof value === "boolean") return value ? "yes" : "no";
  const listed = Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
  const text = typeof value === "string" ? value : listed ? value.join(", ") : JSON.stringify(value);
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}

/** `spanMax` as "span max". */
function words(key: string): string {
  return key.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}
