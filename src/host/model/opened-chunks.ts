/**
 * Files of which only some chunks are at hand, laid out in a folder of their own: the stated size, the chunks in their
 * places, holes elsewhere. The caller has checked names and chunks, and sees to it that no hole is taken for content.
 */
import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface OpenedFile {
  name: string;
  sizeBytes: number;
  chunks: readonly { offsetBytes: number; bytes: Uint8Array }[];
}

/** The folder is gone afterwards. */
export async function withOpenedChunks<T>(
  files: readonly OpenedFile[],
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "assay-opening-"));
  try {
    for (const { name, sizeBytes, chunks } of files) {
      const path = join(folder, name);
      await writeFile(path, "");
      await truncate(path, sizeBytes);
      const handle = await open(path, "r+");
      try {
        for (const { offsetBytes, bytes } of chunks) await handle.write(bytes, 0, bytes.length, offsetBytes);
      } finally {
        await handle.close();
      }
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
