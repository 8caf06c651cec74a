/**
 * A summary of training content from committed rows: how many rows and tokens carry which value of a field. Its lines are
 * leaves of a salted tree whose root stands in the run's log, so that single lines can be shown and the others not; the
 * number of lines is all that the root tells. A challenge drawn afterwards checks what is shown: of drawn units those with
 * the value are a hypergeometric draw, and a claim is contradicted where so many, or so few, would be drawn with less than
 * the level. It cannot see whether a row says the truth about itself.
 */
import { z } from "zod";
import { fromHex, fromUtf8, hex } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { AssayError, quoted } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { exceeds, type Level } from "../../stats/hypergeometric-bound.js";
import { verifyInclusion } from "../../tlog/merkle-proof.js";
import type { AuditCheck } from "./checks.js";
import type { EntryOf } from "./entry.js";
import { type ReadHashes, rowProof, TreeBuilder, treeRoot } from "./row-tree.js";
import { type DataRow, type Row, rowLeaf } from "./rows.js";

/** Values of all fields together: domains of a crawl run to some hundred thousand. */
const SUMMARY_LINES_MAX = 200_000;
const SUMMARY_FIELDS_MAX = 20;
const VALUE_CHARACTERS_MAX = 300;
/** Lines shown at once: each is tested against the drawn units. */
const DISCLOSED_MAX = 500;
const DISCLOSED_BYTES_MAX = 8 * 1024 * 1024;

/** True reports of which one is contradicted by its draw: a contradiction is an accusation, and a run is challenged more than once. */
export const CONTRADICTED_ONE_IN = 1000;

const count = z.number().int().nonnegative();
const lineSchema = z.strictObject({
  /** Null for the line of the total. */
  field: z.string().max(100).nullable(),
  /** Null where rows do not state the field. */
  value: z.string().max(VALUE_CHARACTERS_MAX).nullable(),
  rows: count,
  /** Null where not every row has a count. */
  tokens: count.nullable(),
});
export type SummaryLine = z.infer<typeof lineSchema>;

/** Counts rows as they are read; memory grows with the values, not with the rows. */
export class SummaryCount {
  readonly #fields: readonly string[];
  readonly #lines = new Map<string, SummaryLine>();
  readonly #total: SummaryLine = { field: null, value: null, rows: 0, tokens: 0 };

  /** @throws USAGE for none, too many or equal fields */
  constructor(fields: readonly string[]) {
    if (fields.length === 0 || fields.length > SUMMARY_FIELDS_MAX || new Set(fields).size !== fields.length)
      throw new AssayError("USAGE", `audit summary: expected 1 to ${SUMMARY_FIELDS_MAX} different fields`);
    this.#fields = fields;
  }

  /** @throws LIMIT where a field has too many values: it is no kind of content, but a name of each row */
  add(row: DataRow): void {
    tally(this.#total, row);
    for (const field of this.#fields) {
      const value = statedValue(row, field);
      const key = JSON.stringify([field, value]);
      let line = this.#lines.get(key);
      if (!line) {
        if (this.#lines.size >= SUMMARY_LINES_MAX)
          throw new AssayError(
            "LIMIT",
            `audit summary: expected at most ${SUMMARY_LINES_MAX} values of all fields together; ${quoted(field)} may be a name of each row`,
          );
        line = { field, value, rows: 0, tokens: 0 };
        this.#lines.set(key, line);
      }
      tally(line, row);
    }
  }

  /** The total first, then by field and falling rows; equal ones by value. */
  lines(): SummaryLine[] {
    const order = new Map(this.#fields.map((field, i) => [field, i]));
    const sorted = [...this.#lines.values()].sort(
      (a, b) =>
        order.get(a.field!)! - order.get(b.field!)! || b.rows - a.rows || ((a.value ?? "") < (b.value ?? "") ? -1 : 1),
    );
    return [this.#total, ...sorted];
  }
}

function tally(line: SummaryLine, { tokens }: DataRow): void {
  line.rows++;
  line.tokens = line.tokens === null || tokens === null ? null : line.tokens + tokens;
}

/** As a rule reads it: text as it is, other values as JSON; null where it is not stated. */
export function statedValue(row: Row, field: string): string | null {
  const fields = (row as DataRow).extra ?? {};
  const value = Object.hasOwn(fields, field)
    ? fields[field]
    : Object.hasOwn(row, field)
      ? (row as Record<string, unknown>)[field]
      : null;
  if (value === null || value === undefined) return null;
  return (typeof value === "string" ? value : JSON.stringify(value)).slice(0, VALUE_CHARACTERS_MAX);
}

interface SummaryTree {
  root: string;
  proof(index: number): Promise<string[]>;
}

/** @param salts 16 bytes a line, drawn for this summary alone */
export async function summaryTree(lines: readonly SummaryLine[], salts: readonly Uint8Array[]): Promise<SummaryTree> {
  const builder = new TreeBuilder(0, [[], [], []]);
  const levels = builder.append(lines.map((line, i) => rowLeaf(salts[i]!, canonicalJsonBytes(line))));
  const read: ReadHashes = async (level, from, number) => {
    const hashes = levels[level]!.slice(from, from + number);
    const bytes = new Uint8Array(32 * number);
    for (const [i, hash] of hashes.entries()) bytes.set(hash, 32 * i);
    return bytes;
  };
  return {
    root: hex(await treeRoot(read, lines.length)),
    proof: async (index) => (await rowProof(read, index, lines.length)).map(hex),
  };
}

const disclosedSchema = z.strictObject({
  type: z.literal("assay/training-summary-disclosed/v1"),
  /** Statement of the entry that committed to the summary. */
  summary: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  lines: z
    .array(
      z.strictObject({
        index: count,
        salt: z.string().regex(/^[0-9a-f]{32}$/),
        line: lineSchema,
        proof: z.array(z.string().regex(/^[0-9a-f]{64}$/)).max(40),
      }),
    )
    .min(1)
    .max(DISCLOSED_MAX),
});
export type Disclosed = z.infer<typeof disclosedSchema>;

/** @throws LIMIT, SCHEMA; whether its lines are the committed ones `shownLines` says */
export function readDisclosed(bytes: Uint8Array, what: string): Disclosed {
  if (bytes.length > DISCLOSED_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${DISCLOSED_BYTES_MAX} bytes, got ${bytes.length}`);
  const parsed = disclosedSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AssayError("SCHEMA", `${what}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  return parsed.data;
}

/** Canonical JSON. @throws LIMIT for too many lines */
export function encodeDisclosed(disclosed: Disclosed): Uint8Array {
  if (disclosed.lines.length > DISCLOSED_MAX)
    throw new AssayError(
      "LIMIT",
      `audit disclose: expected at most ${DISCLOSED_MAX} lines, got ${disclosed.lines.length}`,
    );
  return canonicalJsonBytes(disclosed);
}

/** @throws DIGEST for a line that is not in the committed summary, or given twice */
export function shownLines({ lines }: Disclosed, { size, root }: EntryOf<"summarised">): SummaryLine[] {
  const seen = new Set<number>();
  return lines.map(({ index, salt, line, proof }) => {
    const holds =
      !seen.has(index) &&
      verifyInclusion({
        index,
        size,
        leaf: rowLeaf(fromHex(salt, "salt"), canonicalJsonBytes(line)),
        root: fromHex(root, "root"),
        proof: proof.map((each) => fromHex(each, "proof")),
      });
    if (!holds)
      throw new AssayError("DIGEST", `training summary: line ${index} is not in the summary that was committed to`);
    seen.add(index);
    return line;
  });
}

/** Units of a draw: by number of rows or of tokens. */
interface DrawnUnits {
  unit: "rows" | "tokens";
  population: number;
  /** A row a unit; null where it was not opened. */
  units: readonly (Row | null)[];
}

/**
 * Each shown line against what was drawn. What was not opened is taken as the claim wants it, so that it contradicts
 * nothing; the level is shared among the lines and both sides.
 */
export function checkSummary(lines: readonly SummaryLine[], { unit, population, units }: DrawnUnits): AuditCheck[] {
  const asked = lines.filter(({ field }) => field !== null);
  const level: Level = { alphaPer: 1n, alphaOf: BigInt(2 * CONTRADICTED_ONE_IN * Math.max(1, asked.length)) };
  const cannotSee =
    "whether a row says the truth about itself, and material that was never committed; a count that is off by less than the draw shows";
  const k = units.length;
  const opened = units.filter((each) => each !== null).length;
  return lines.map((line): AuditCheck => {
    const { field, value, rows, tokens } = line;
    const id = field === null ? "summary/total" : `summary/${field}=${value ?? "(not stated)"}`.slice(0, 200);
    const claimed = unit === "rows" ? rows : tokens;
    if (claimed === null)
      return { id, status: "not checkable", detail: "the line counts no tokens, and tokens were drawn", cannotSee };
    if (field === null)
      return claimed === population
        ? { id, status: "holds", detail: `${claimed} ${unit}, as committed`, cannotSee }
        : { id, status: "contradicted", detail: `${claimed} ${unit} are stated, ${population} committed`, cannotSee };
    if (opened === 0) return { id, status: "not checkable", detail: "nothing was opened", cannotSee };
    const x = units.filter((each) => each !== null && statedValue(each, field) === value).length;
    const unopened = k - opened;
    const [m, N] = [BigInt(claimed), BigInt(population)];
    const off = claimed > population || exceeds(x, k, m, N, level) || exceeds(k - x - unopened, k, N - m, N, level);
    const seen = `${x} of ${opened} opened ${unit}${unopened > 0 ? ` (${unopened} not opened)` : ""} have it, ${claimed} of ${population} are stated`;
    return { id, status: off ? "contradicted" : "holds", detail: seen, cannotSee };
  });
}
