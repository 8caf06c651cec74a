/**
 * Renderers of earlier versions and of this one, each one file that is never edited (renderers/README.md), loaded where
 * its pages are read. `renderers/kept.json` lists them, oldest first; tools/renderers.ts adds to it.
 */
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { fromUtf8 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { packagePath, readPackageFile } from "../../host/package-files.js";
import type { AuditReport } from "../../office/audit/audit-report.js";
import type { OriginReport } from "../../office/audit/origin-report.js";
import type { Maker } from "../bundle/maker.js";
import type { StoredPage, WrittenPage } from "./page.js";

const digest = z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]);

const keptSchema = z.array(
  z.strictObject({
    /** In renderers/. */
    file: z.string().regex(/^[0-9]+\.mjs$/),
    digest,
    /** Findings of which form it writes. */
    form: z.enum(["assay/finding/v1", "assay/finding/v2"]),
    /** The first commit that wrote so. */
    of: z.string(),
    /** Packages that are known to have written with it: a page of theirs that reads otherwise was edited. */
    packages: z.array(digest),
  }),
);

export type KeptRenderer = z.infer<typeof keptSchema>[number];

/** Of `assay/finding/v1`. */
export interface FirstRenderer {
  render: (part: StoredPage) => WrittenPage | null;
  howToVerify: (signedBy: string | null, findings: number) => string;
}

/** Of `assay/finding/v2`, as renderer.ts exports it. */
export interface Renderer {
  pageWriter: (
    request: Uint8Array,
    keyId: string | null,
  ) => Promise<(part: Pick<StoredPage, "finding" | "study">) => WrittenPage>;
  howToVerify: (signedBy: string | null, findings: number, maker: Maker) => string;
  /** Of an audit's report, and of a dossier of own making; the first eleven wrote none. */
  auditPage?: (report: AuditReport) => string;
  originPage?: (report: OriginReport) => string;
}

// Read once a process: the files of a running program do not change under it.
let known: Promise<KeptRenderer[]> | null = null;
const loaded = new Map<string, Promise<Renderer | FirstRenderer>>();

/** Oldest first. */
export function keptRenderers(): Promise<KeptRenderer[]> {
  known ??= readKept();
  return known;
}

async function readKept(): Promise<KeptRenderer[]> {
  const path = "renderers/kept.json";
  const bytes = await readPackageFile(path);
  if (bytes === null) throw new AssayError("NOT_FOUND", `kept-renderers: expected the package's ${path}`);
  return keptSchema.parse(parseStrictJson(fromUtf8(bytes, path), path));
}

/** @throws AssayError where the package's own file is not the one that is listed */
export function loadRenderer<T extends Renderer | FirstRenderer>(kept: KeptRenderer): Promise<T> {
  const renderer = loaded.get(kept.file) ?? readRenderer(kept);
  loaded.set(kept.file, renderer);
  return renderer as Promise<T>;
}

async function readRenderer({ file, digest }: KeptRenderer): Promise<Renderer | FirstRenderer> {
  const path = `renderers/${file}`;
  const bytes = await readPackageFile(path);
  if (bytes === null || sha256Digest(bytes) !== digest)
    throw new AssayError("NOT_FOUND", `kept-renderers: expected the package's ${path} to be ${digest}`);
  return import(pathToFileURL(packagePath(path)).href);
}
