/** One row of scores of the house's own form, checked. */
import { AssayError, quoted } from "../../../base/error.js";
import { formatOf } from "../../../transcript/answer-looks.js";
import { PROBES, REFUSALS } from "../method.js";
import type { Row } from "./score-table.js";

export type Json = Record<string, unknown>;

const ID_CHARACTERS_MAX = 500;
/** Of a refusal's text: what follows is about the question (CWE-770). */
const REFUSAL_CHARACTERS_MAX = 2000;
/** Decisions in the order in which they refuse more. */
const LABELS: readonly string[] = ["COMPLETE", "EVASIVE", "DENIAL"];

/** @throws AssayError FORMAT */
export function rowOf(value: unknown, where: string): Row {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AssayError("FORMAT", `${where}: expected {"prompt_id", "item", "score"}`);
  const row = value as Json;
  const labelled = row.label !== undefined && row.score === undefined;
  const probe = row.probe === undefined ? (labelled ? REFUSALS : PROBES[0]) : checkedText(row.probe, "probe", where);
  const prompt = idOf(row.prompt_id ?? row.prompt, "prompt_id", where);
  const score = labelled ? labelOf(row.label, where) : scoreOf(row.score, where);
  return {
    probe,
    prompt,
    item: labelled && row.item === undefined ? "answer" : idOf(row.item ?? row.id, "item", where),
    score,
    ...looksOf(row, where),
    ...(labelled && score > 0 && typeof row.text === "string"
      ? { refusal: row.text.slice(0, REFUSAL_CHARACTERS_MAX) }
      : {}),
  };
}

/** Whether a line says why an item has no score: it is left out, as an annotation that could not be read is. */
export function isUnscored(value: unknown): boolean {
  const { score, refused } = (value ?? {}) as Json;
  return score === null && typeof refused === "string";
}

/** Length and format as stated, or of the answer's text. */
function looksOf({ text, length, format }: Json, where: string): Pick<Row, "length" | "format"> {
  if (typeof text === "string") return { length: text.length, format: formatOf(text) };
  const stated = (given: unknown, name: string) => {
    if (given === undefined || given === null) return null;
    if (typeof given === "number" && Number.isFinite(given)) return given;
    throw new AssayError("FORMAT", `${where}: expected "${name}" as a number, got ${quoted(given)}`);
  };
  return { length: stated(length, "length"), format: stated(format, "format") };
}

/** A finite number, of the field where one is named. @throws AssayError FORMAT */
export function scoreOf(given: unknown, where: string, field: string | null = null): number {
  const value = Array.isArray(given) && given.length === 1 ? given[0] : given;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new AssayError(
    "FORMAT",
    `${where}: expected ${field === null ? "a score" : `"${field}"`} as a number, got ${quoted(value)}`,
  );
}

function labelOf(given: unknown, where: string): number {
  const at = LABELS.indexOf(String(given).toUpperCase());
  if (at !== -1) return at;
  throw new AssayError("FORMAT", `${where}: expected "label" as one of ${LABELS.join(", ")}, got ${quoted(given)}`);
}

/** A name of bounded length, or a number taken as one. @throws AssayError FORMAT */
export function idOf(given: unknown, name: string, where: string): string {
  return checkedText(typeof given === "number" && Number.isFinite(given) ? String(given) : given, name, where);
}

/** Text of bounded length without the separator of keys. @throws AssayError FORMAT */
export function checkedText(given: unknown, name: string, where: string): string {
  if (typeof given === "string" && given.length > 0 && given.length <= ID_CHARACTERS_MAX && !given.includes("\0"))
    return given;
  throw new AssayError(
    "FORMAT",
    `${where}: expected "${name}" as text of 1 to ${ID_CHARACTERS_MAX} characters, got ${quoted(given)}`,
  );
}
