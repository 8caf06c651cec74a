/** Files that ship with the package, found from where this module stands (src/host or dist/host). */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** @param path from the package's root, such as `data/…` @returns an absolute path, whether or not a file is there */
export function packagePath(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** null when the file is not there. */
export async function readPackageFile(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(packagePath(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
