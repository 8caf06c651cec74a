/** An audit's bundle from disk, within its limits: a zip, or that zip unpacked. */
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Files } from "../../evidence/bag.js";
import { unzipStrict, ZIP_LIMITS, type ZipLimits } from "../../evidence/zip.js";
import { readWhole } from "../../host/whole-file.js";
import { AUDIT_FILE } from "./audit-bundle-layout.js";

/** A run commits some thousands of times, each with a head that witnesses signed. */
const AUDIT_ZIP_LIMITS: ZipLimits = { ...ZIP_LIMITS, entriesMax: 65_535 };

/** Null where what lies there is no audit's bundle. @throws LIMIT, FORMAT where it is one that cannot be read */
export async function auditFilesAt(path: string): Promise<Files | null> {
  const info = await stat(path).catch(() => null);
  if (info?.isDirectory()) {
    if (!(await stat(join(path, AUDIT_FILE)).catch(() => null))) return null;
    const files = new Map<string, Uint8Array>();
    for (const folder of ["", "entries", "heads"])
      for (const entry of await readdir(join(path, folder), { withFileTypes: true }).catch(() => []))
        if (entry.isFile()) {
          const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
          files.set(name, new Uint8Array(await readFile(join(path, name))));
        }
    return files;
  }
  if (!info?.isFile()) return null;
  const file = await open(path, "r");
  try {
    // `audit.json` sorts first.
    const head = Buffer.alloc(64);
    await file.read(head, 0, head.length, 0);
    if (head.subarray(30, 30 + AUDIT_FILE.length).toString("latin1") !== AUDIT_FILE) return null;
  } finally {
    await file.close();
  }
  return unzipStrict(await readWhole(path), AUDIT_ZIP_LIMITS);
}
