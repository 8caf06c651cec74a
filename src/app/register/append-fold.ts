/**
 * The part of a register that bears on declarations which are about to be judged: keys, authorities, the models they are
 * about, and names like theirs. Kept rows lead to its entries, so that an append costs the same on a long log as on a
 * short one, but for a walk over 32 bytes an entry. Orders ask for ancestors, and are judged by the whole.
 */
import { AssayError } from "../../base/error.js";
import { readAppendRows, writeAppendRows } from "../../host/log/append-rows.js";
import { type Asked, bearingOn, ROW_WORDS, ROWS_FORM, rowOf } from "../../office/register/append-rows.js";
import { openDeclarationBundle } from "../../office/register/declarations/declaration-bundle.js";
import { isAuthorityBundle } from "../../office/register/orders/authority-policy.js";
import { decodeRecord, recordOf } from "../../office/register/register-entry.js";
import { TILE_WIDTH } from "../../tlog/tile.js";
import { consistencyProof, type ReadTile, readBundle, type TreeHead } from "../../tlog/tree-reader.js";

const ROW_BYTES = 4 * ROW_WORDS;

/** Null where the whole register must be asked. What is no declaration bears on nothing: it is refused by itself. */
export function askedBy(bundles: readonly Uint8Array[]): Asked | null {
  const asked = { statements: [] as string[], models: [] as string[], names: [] as string[] };
  for (const bundle of bundles) {
    if (isAuthorityBundle(bundle)) return null;
    const record = recordIn(bundle);
    if (!record) continue;
    if (record.kind.startsWith("order")) return null;
    asked.statements.push(record.statement, ...(record.about === undefined ? [] : [record.about]));
    asked.models.push(record.model);
    asked.names.push(record.name);
  }
  return asked;
}

function recordIn(bundle: Uint8Array) {
  try {
    return recordOf(openDeclarationBundle(bundle, "declaration"), 0);
  } catch (error) {
    if (error instanceof AssayError) return null;
    throw error;
  }
}

/** Indices of the entries that bear on what is asked, rising. Held by the log's only writer. @throws as `readBundle` */
export async function entriesBearingOn(
  folder: string,
  read: ReadTile,
  head: TreeHead,
  asked: Asked,
): Promise<number[]> {
  const kept = await keptFor(folder, read, head);
  const rows = new Uint8Array(head.size * ROW_BYTES);
  if (kept) rows.set(kept.rows);
  const words = new Uint32Array(rows.buffer);
  const from = kept?.size ?? 0;
  for (let bundle = Math.floor(from / TILE_WIDTH); bundle * TILE_WIDTH < head.size; bundle++)
    for (const [i, entry] of (await readBundle(read, head.size, bundle)).entries()) {
      const index = bundle * TILE_WIDTH + i;
      if (index >= from) words.set(rowOf(decodeRecord(entry, `register entry ${index}`)), index * ROW_WORDS);
    }
  if (from < head.size) await writeAppendRows(folder, ROWS_FORM, { ...head, rows }, from * ROW_BYTES);
  return bearingOn(words, asked);
}

/** What is kept is used where its head is a beginning of the log's. */
async function keptFor(folder: string, read: ReadTile, head: TreeHead) {
  const kept = await readAppendRows(folder, ROWS_FORM, ROW_BYTES);
  if (!kept || kept.size > head.size) return null;
  try {
    await consistencyProof(read, kept, head);
    return kept;
  } catch {
    return null;
  }
}
