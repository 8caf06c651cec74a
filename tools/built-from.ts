/**
 * What dist/ was built from: a digest of every source, written by tools/build.mjs and asked for by tests, which start the
 * built command line and built threads and must not judge an older one.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Beside the code in dist/. */
export const BUILT_FROM = "dist/built-from.txt";

/** Of all files of src but those that the build makes */
export function digestOfSources(root = "."): string {
  const hash = createHash("sha256");
  const walk = (path: string): void => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const name = `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== "generated") walk(name);
      } else hash.update(`${name}\n`).update(readFileSync(join(root, name)));
    }
  };
  walk("src");
  return hash.digest("hex");
}
