/**
 * Metrics of an MLflow file store: `metrics/<key>`, one line `timestamp value step` (timestamp in ms) a value. Keys of one
 * step and of the same ordinal there are one row, in the order of steps. A key's folders are part of its name.
 */

import { utf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { Fields } from "./normal-form.js";

/** Values of all keys of a run. */
export const METRIC_VALUES_MAX = 20_000_000;

/** @param metrics key → text of its file @throws FORMAT naming key and line */
export function mlflowRows(metrics: ReadonlyMap<string, string>, what: string): { fields: Fields; line: string }[] {
  const rows = new Map<string, { fields: Fields; lines: string[]; step: number; nth: number }>();
  let values = 0;
  for (const [key, text] of [...metrics].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const seen = new Map<number, number>();
    for (const [i, line] of text.split("\n").entries()) {
      if (line === "") continue;
      if (++values > METRIC_VALUES_MAX)
        throw new AssayError("LIMIT", `${what}: expected at most ${METRIC_VALUES_MAX} values`);
      const [, time, value, step] = /^(-?\d+) (\S+) (-?\d+)\r?$/.exec(line) ?? [];
      if (time === undefined || step === undefined)
        throw new AssayError("FORMAT", `${what}: metrics/${key}, line ${i + 1}: expected "timestamp value step"`);
      const at = Number(step);
      const nth = seen.get(at) ?? 0;
      seen.set(at, nth + 1);
      const id = `${at} ${nth}`;
      const row = rows.get(id) ?? { fields: { step: at, timestamp: Number(time) }, lines: [], step: at, nth };
      rows.set(id, row);
      const number = Number(value);
      row.fields[key] = Number.isFinite(number) ? number : value!;
      row.lines.push(`${key} ${line}`);
    }
  }
  return [...rows.values()]
    .sort((a, b) => a.step - b.step || a.nth - b.nth)
    .map(({ fields, lines }) => ({ fields, line: sha256Digest(utf8(lines.join("\n"))) }));
}
