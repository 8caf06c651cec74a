/** Renderers of earlier versions, each one file that is never edited (renderers/README.md), loaded where its pages are read. */
import { pathToFileURL } from "node:url";
import { type Digest, sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { packagePath, readPackageFile } from "../../host/package-files.js";
import type { StoredPage, WrittenPage } from "./page.js";

interface KeptRenderer {
  path: string;
  digest: Digest;
  /** What it wrote, in a few words. */
  of: string;
}

/** Wrote the page of every `assay/finding/v1`. */
export const RENDERER_1: KeptRenderer = {
  path: "renderers/1.mjs",
  digest: "sha256:ded11a7ca4c9feb1ea9e975ca8d39a44bf3c2c11c507d28ae255b2a9d51e9227",
  of: "the renderer of version 0.1.0",
};

interface Renderer {
  render: (part: StoredPage) => WrittenPage | null;
  howToVerify: (signedBy: string | null, findings: number) => string;
}

/** @throws AssayError where the package's own file is not the one that is named here */
export async function loadRenderer({ path, digest }: KeptRenderer): Promise<Renderer> {
  const bytes = await readPackageFile(path);
  if (bytes === null || sha256Digest(bytes) !== digest)
    throw new AssayError("NOT_FOUND", `kept-renderers: expected the package's ${path} to be ${digest}`);
  return (await import(pathToFileURL(packagePath(path)).href)) as Renderer;
}
