/**
 * Rows that lead to a register's entries (`office/register/append-rows.ts`), kept in the log's private folder between two
 * appends. A note beside them says up to which head they go and what their digest is. Rows are written before the note, and
 * only behind those it counts: whenever this is ended, what stands is whole or is made again from the log.
 */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fromHex, fromUtf8, hex, utf8 } from "../../base/bytes.js";
import { fill } from "../files.js";
import { readSmallFile } from "../small-file.js";
import { writeWhole } from "../whole-file.js";

const ROWS = "state/append-rows";
const NOTE = "state/append-rows.json";
const NOTE_BYTES_MAX = 1000;
/** Another form of row is another version. */
const TYPE = "assay/append-rows/v1";

interface KeptRows {
  size: number;
  root: Uint8Array;
  rows: Uint8Array;
}

/** @param form what makes rows now @param rowBytes of one entry @returns null for none, or where they are not what the note says: they are made anew then */
export async function readAppendRows(folder: string, form: string, rowBytes: number): Promise<KeptRows | null> {
  try {
    const {
      type,
      form: madeBy,
      size,
      root,
      digest,
    } = JSON.parse(fromUtf8(await readSmallFile(join(folder, NOTE), NOTE_BYTES_MAX), NOTE));
    if (type !== TYPE || madeBy !== form || !Number.isSafeInteger(size) || size < 0) return null;
    const file = await open(join(folder, ROWS), "r");
    try {
      if ((await file.stat()).size < size * rowBytes) return null;
      const rows = new Uint8Array(size * rowBytes);
      await fill(file, rows, 0);
      return digestOf(rows) === digest ? { size, root: fromHex(root, NOTE), rows } : null;
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
}

/** @param from bytes of `rows` that stand there already */
export async function writeAppendRows(
  folder: string,
  form: string,
  { size, root, rows }: KeptRows,
  from: number,
): Promise<void> {
  const file = await open(join(folder, ROWS), from === 0 ? "w" : "r+");
  try {
    await file.write(rows, from, rows.length - from, from);
    await file.sync();
  } finally {
    await file.close();
  }
  await writeWhole(
    join(folder, NOTE),
    utf8(`${JSON.stringify({ type: TYPE, form, size, root: hex(root), digest: digestOf(rows) })}\n`),
  );
}

function digestOf(rows: Uint8Array): string {
  return createHash("sha256").update(rows).digest("hex");
}
