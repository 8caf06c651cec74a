/** A case's bundle from disk, within its limits: a zip, or that zip unpacked. */
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Files } from "../../evidence/bag.js";
import { unzipStrict, ZIP_LIMITS, type ZipLimits } from "../../evidence/zip.js";
import { readWhole } from "../../host/whole-file.js";
import { CASE_FILE } from "./case-bundle-layout.js";

/** 30,000 entries, two files each, and what they attach; a zip without extensions holds 65,535. */
const CASE_ZIP_LIMITS: ZipLimits = { ...ZIP_LIMITS, entriesMax: 65_535 };
const FOLDERS = ["", "entries", "objects"];

/** Null where what lies there is no case's bundle. @throws LIMIT, FORMAT where it is one that cannot be read */
export async function caseFilesAt(path: string): Promise<Files | null> {
  const info = await stat(path).catch(() => null);
  if (info?.isDirectory()) return folderFiles(path);
  if (!info?.isFile() || !(await beginsAsCase(path))) return null;
  return unzipStrict(await readWhole(path), CASE_ZIP_LIMITS);
}

/** `case.json` sorts first among the files of a case. */
async function beginsAsCase(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(64);
    await file.read(head, 0, head.length, 0);
    return head.subarray(30, 30 + CASE_FILE.length).toString("latin1") === CASE_FILE;
  } finally {
    await file.close();
  }
}

async function folderFiles(path: string): Promise<Files | null> {
  // A working folder has tiles and secrets beside; it is packed first.
  if (!(await stat(join(path, CASE_FILE)).catch(() => null)) || (await stat(join(path, "state")).catch(() => null)))
    return null;
  const files = new Map<string, Uint8Array>();
  for (const folder of FOLDERS)
    for (const entry of await readdir(join(path, folder), { withFileTypes: true }).catch(() => []))
      if (entry.isFile()) {
        const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
        files.set(name, new Uint8Array(await readFile(join(path, name))));
      }
  return files;
}
