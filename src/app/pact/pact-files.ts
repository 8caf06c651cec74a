/** A pact's bundle from disk, within its limits; light, since `verify` asks of everything whether it is one. */
import { open, stat } from "node:fs/promises";
import type { Files } from "../../evidence/bag.js";
import { unzipStrict, ZIP_LIMITS, type ZipLimits } from "../../evidence/zip.js";
import { readWhole } from "../../host/whole-file.js";

/** Sorts first among the files, so that a zip is told by its beginning. */
export const HEAD_FILE = "accord.json";
const LIMITS: ZipLimits = { ...ZIP_LIMITS, entriesMax: 65_535 };

/** Null where what lies there is no pact's bundle. */
export async function pactFilesAt(path: string): Promise<Files | null> {
  const info = await stat(path).catch(() => null);
  if (!info?.isFile()) return null;
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(64);
    await file.read(head, 0, head.length, 0);
    if (head.subarray(30, 30 + HEAD_FILE.length).toString("latin1") !== HEAD_FILE) return null;
  } finally {
    await file.close();
  }
  return unzipStrict(await readWhole(path), LIMITS);
}
