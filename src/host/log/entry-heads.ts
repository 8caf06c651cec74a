/**
 * The checkpoint under which an entry was first published, kept beside the log by the entry's index, so that a reader can
 * tell when witnesses first saw it. Whoever reads one checks it as any checkpoint; it is a help, and nothing rests on it
 * being there.
 */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeWhole } from "../whole-file.js";
import { openBucket } from "./log-bucket.js";

/** Entries a folder: file systems grow slow with more names. */
const WIDTH = 1000;

/** From the log's root; 1,000 or so heads lie in a folder, so that none grows with the log. */
export function entryHeadPath(index: number): string {
  return `cosigned/${Math.floor(index / WIDTH)}/${index}`;
}

/** @param folder folder or s3://bucket/prefix */
export async function writeEntryHead(folder: string, index: number, checkpoint: Uint8Array): Promise<void> {
  const path = entryHeadPath(index);
  if (folder.startsWith("s3://")) {
    await openBucket(folder).put(path, checkpoint, { "if-none-match": "*" });
    return;
  }
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeWhole(join(folder, path), checkpoint);
}
