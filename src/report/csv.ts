/** A data table as CSV, RFC 4180: CRLF, a header line, quotes doubled. Figure tables hold no text from the evidence. */
import type { FigureTable } from "./figures/drawing.js";

/** Rows as they stand in the figure, numbers unrounded. */
export function csv({ columns, rows }: FigureTable): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
