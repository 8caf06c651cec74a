/**
 * The digest of the program itself: of the list of its built files, each with its SHA-256, as anybody can compute it from
 * the packed package: `find dist -type f | LC_ALL=C sort | xargs sha256sum | sha256sum` in its folder.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Digest } from "../base/digest.js";
import { packagePath } from "./package-files.js";

let known: Digest | null = null;

/** Read once a process: the files of a running program do not change under it. */
export function packageDigest(): Digest {
  known ??= listDigest(packagePath("dist"), "dist");
  return known;
}

/** @param name of the folder, as it stands before each path of the list */
function listDigest(folder: string, name: string): Digest {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath.slice(folder.length)}/${entry.name}`.replaceAll("\\", "/").replace(/^\/*/, ""))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const list = createHash("sha256");
  for (const path of paths) {
    const digest = createHash("sha256")
      .update(readFileSync(`${folder}/${path}`))
      .digest("hex");
    list.update(`${digest}  ${name}/${path}\n`);
  }
  return `sha256:${list.digest("hex")}`;
}
