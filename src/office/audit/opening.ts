/**
 * What a challenge asks for once its round is out, and what of it an opening shows. An opening is the plaintext inside an
 * age file that goes to the auditor alone: rows with salts and RFC 6962 proofs. A row whose proof does not hold counts as
 * not opened. Beside what was drawn, neighbours are opened that bind a row to its place:
 *   steps, checkpoints   the row before each, and the last row
 *   tokens  the row behind each, the first and the last row, and as many rows drawn by number: a second chain of rows
 *           that covers the same token positions would be among those
 *   else    the last row
 */
import { z } from "zod";
import { fromHex, fromUtf8 } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { DRAWS_MAX } from "../../stats/hypergeometric-bound.js";
import { verifyInclusion } from "../../tlog/merkle-proof.js";
import { drawDistinct, drawSeed, numbersFrom } from "./draw.js";
import { type DataRow, type Row, rowBytes, rowLeaf, rowSchemas } from "./rows.js";
import type { Challenged } from "./run-state.js";

/** 20,000 draws, three rows each with their proofs, of 1 kB. */
export const OPENING_BYTES_MAX = 192 * 1024 * 1024;
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const index = z.number().int().nonnegative();

const openingSchema = z.strictObject({
  type: z.literal("assay/audit-opening/v1"),
  run: z.string(),
  challenge: z.string(),
  rows: z
    .array(
      z.strictObject({
        index,
        salt: z.string().regex(/^[0-9a-f]{32}$/),
        row: z.unknown(),
        proof: z.array(hash).max(63),
      }),
    )
    .max(4 * DRAWS_MAX + 2),
  /** For token draws: in which row each position lies, in the order drawn. */
  places: z.array(index.nullable()).max(DRAWS_MAX),
});
export type Opening = z.infer<typeof openingSchema>;

/** Reads the form; proofs are checked by `shownBy`, row by row. @throws LIMIT or SCHEMA */
export function readOpening(bytes: Uint8Array, what: string): Opening {
  if (bytes.length > OPENING_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${OPENING_BYTES_MAX} bytes of opening`);
  const parsed = openingSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (!parsed.success)
    throw new AssayError("SCHEMA", `${what}: expected an opening, got ${parsed.error.issues[0]?.message}`);
  return parsed.data;
}

/** Canonical JSON: the plaintext that is sealed. */
export function encodeOpening(opening: Opening): Uint8Array {
  return canonicalJsonBytes(opening);
}

export interface Drawn {
  /** Numbers of rows; for a token draw those of the rows drawn beside it. */
  rows: number[];
  /** Token positions; none for a draw of rows. */
  positions: number[];
}

/** @param signature of the challenge's round, hexadecimal */
export function drawn(
  { said, digest, target }: Pick<Challenged, "said" | "digest" | "target">,
  signature: string,
): Drawn {
  const below = numbersFrom(drawSeed(digest, [target.said.root], signature));
  const positions = said.unit === "tokens" ? drawDistinct(below, target.said.tokens!, said.k) : [];
  const rows = drawDistinct(below, target.said.size, Math.min(said.k, target.said.size));
  return { rows, positions };
}

/** Numbers of the rows to open. @param places the row of each position, as its owner knows it */
export function rowsToOpen(challenge: Challenged, { rows }: Drawn, places: readonly (number | null)[]): number[] {
  const { size } = challenge.target.said;
  const wanted = new Set(rows);
  // A segment lies between two checkpoints, a jump between two steps.
  if (["steps", "checkpoints"].includes(challenge.said.class))
    for (const each of rows) if (each > 0) wanted.add(each - 1);
  for (const place of places)
    if (place !== null) {
      wanted.add(place);
      if (place + 1 < size) wanted.add(place + 1);
    }
  if (challenge.said.unit === "tokens") wanted.add(0);
  wanted.add(size - 1);
  return [...wanted].sort((a, b) => a - b);
}

export interface Shown {
  /** Rows whose proof holds. */
  rows: Map<number, Row>;
  /** Rows that were given and do not belong to the committed tree. */
  strays: number[];
  /** One a unit drawn: its row, or null where it was not shown. */
  units: (Row | null)[];
  /** Rows drawn beside a token draw that were not shown; 0 for a draw of rows. */
  besideMissing: number;
}

/** @param opening null where nothing was opened */
export function shownBy(challenge: Challenged, { rows: asked, positions }: Drawn, opening: Opening | null): Shown {
  const { said, target, digest } = challenge;
  const rows = new Map<number, Row>();
  const strays: number[] = [];
  const given = opening?.challenge === digest ? opening.rows : [];
  for (const { index: at, salt, row, proof } of given) {
    const parsed = rowSchemas[said.class].safeParse(row);
    const holds =
      parsed.success &&
      !rows.has(at) &&
      verifyInclusion({
        index: at,
        size: target.said.size,
        leaf: rowLeaf(fromHex(salt, "salt"), rowBytes(parsed.data, "row")),
        root: fromHex(target.said.root, "root"),
        proof: proof.map((each) => fromHex(each, "proof")),
      });
    if (holds) rows.set(at, parsed.data);
    else strays.push(at);
  }
  if (said.unit === "rows") return { rows, strays, units: asked.map((at) => rows.get(at) ?? null), besideMissing: 0 };
  const units = positions.map((position, i) => placed(rows, opening?.places[i] ?? null, position, target.said));
  return { rows, strays, units, besideMissing: asked.filter((at) => !rows.has(at)).length };
}

/** The row of a token position, when row and neighbour say that it lies there. */
function placed(
  rows: ReadonlyMap<number, Row>,
  place: number | null,
  position: number,
  { size, tokens }: { size: number; tokens: number | null },
): Row | null {
  if (place === null) return null;
  const row = rows.get(place) as DataRow | undefined;
  if (!row || row.start === null || row.tokens === null) return null;
  const end = row.start + row.tokens;
  if (position < row.start || position >= end) return null;
  if (place === size - 1) return end === tokens ? row : null;
  const next = rows.get(place + 1) as DataRow | undefined;
  return next?.start === end ? row : null;
}
