/**
 * Whether each page of a bundle says what its finding says: it is written again, with its figures, from the finding, the
 * request and the study beside it, and compared byte for byte. No inputs are needed. Pages of the first form are written
 * by the renderer kept for them. A page by a package that is not this one counts only where it comes out the same:
 * otherwise it is "not checked", as another version may have written it so.
 */
import { fromUtf8, utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import type { Files } from "../../evidence/bag.js";
import { packageDigest } from "../../host/package-digest.js";
import { findingCount, findingFolder } from "../bundle/bundle-layout.js";
import type { Check } from "../bundle/check.js";
import { howToVerify } from "../bundle/how-to-verify.js";
import { type Maker, makerOf } from "../bundle/maker.js";
import { loadRenderer, RENDERER_1 } from "./kept-renderers.js";
import type { StoredPage, WrittenPage } from "./page.js";

/** How the pages of one bundle are written again. */
export interface Writer {
  /** In a sentence: "the renderer of …". */
  name: string;
  /** Whether it is for certain the one that wrote them: then a difference is a fault. */
  same: boolean;
  /** Said where it is not. */
  made: string;
  page: (part: StoredPage) => WrittenPage | null;
  howToVerify: (signedBy: string | null, findings: number) => string;
}

/**
 * @param files of a bundle whose digests hold
 * @param keyId of its signature, where that holds
 */
export async function checkPages(files: Files, keyId: string | null): Promise<Check[]> {
  return checkPagesBy(await writerOf(files, keyId), files, keyId);
}

export function checkPagesBy(writer: Writer, files: Files, keyId: string | null): Check[] {
  const count = findingCount(files.keys()) ?? 1;
  const checks = Array.from({ length: count }, (_, n) => checkPage(files, keyId, writer, n));
  const stored = files.get("data/HOW-TO-VERIFY.txt");
  const text = writer.howToVerify(keyId, count);
  const name = "instructions";
  const alike = stored !== undefined && fromUtf8(stored, "HOW-TO-VERIFY.txt") === text;
  checks.push(
    alike ? { name, holds: true, detail: `as ${writer.name} writes them` } : differs(name, "HOW-TO-VERIFY.txt", writer),
  );
  return checks;
}

/** Of a bundle whose digests hold. */
export async function writerOf(files: Files, keyId: string | null): Promise<Writer> {
  const maker = makerOf(files);
  const finding = parseStrictJson(fromUtf8(files.get("data/finding.json")!, "finding.json"), "finding.json");
  if (maker === null && (finding as { type?: unknown }).type === "assay/finding/v1") {
    const kept = await loadRenderer(RENDERER_1);
    return { name: RENDERER_1.of, same: true, made: "", page: kept.render, howToVerify: kept.howToVerify };
  }
  const page = await writerHere(files.get("data/request.json")!, keyId);
  return {
    name: "this version",
    same: maker !== null && maker.digest === packageDigest(),
    made: maker === null ? "it names no package" : `it was made by ${maker.name} ${maker.version} (${maker.digest})`,
    page,
    howToVerify: (signedBy, findings) => howToVerify(signedBy, findings, maker ?? UNNAMED),
  };
}

/** Writes nothing where this version does not ask what was asked. */
async function writerHere(request: Uint8Array, keyId: string | null): Promise<Writer["page"]> {
  const { pageWriter } = await import("./write-page.js");
  try {
    return await pageWriter(request, keyId);
  } catch (error) {
    if (error instanceof AssayError && error.code === "UNSUPPORTED") return () => null;
    throw error;
  }
}

/** Stands where a bundle names no package, which no bundle of the second form may. */
const UNNAMED: Maker = { name: "", version: "", digest: "sha256:" };

function checkPage(files: Files, keyId: string | null, writer: Writer, n: number): Check {
  const at = `data/${findingFolder(n)}`;
  const name = n === 0 ? "page" : `page ${n + 1}`;
  let written: WrittenPage | null;
  try {
    const part = { finding: files.get(`${at}finding.json`)!, request: files.get("data/request.json")! };
    written = writer.page({ ...part, study: files.get(`${at}validation.json`) ?? null, keyId });
  } catch (error) {
    if (error instanceof AssayError && error.code === "UNSUPPORTED")
      return { name, holds: false, checked: false, detail: `page not checked: ${error.message}` };
    // Observations that a renderer cannot read: no page can have been written of them.
    const message = new AssayError("FORMAT", (error as Error).message).message;
    return { name, holds: false, detail: `no page can be written of this finding: ${message}` };
  }
  if (written === null)
    return {
      name,
      holds: false,
      checked: false,
      detail: `page not checked: ${writer.name} writes none of this finding`,
    };
  const expected = new Map([[`${at}page.html`, written.page]]);
  for (const { name: figure, svg, csv } of written.figures)
    expected.set(`${at}figures/${figure}.svg`, svg).set(`${at}figures/${figure}.csv`, csv);
  const held = [...files.keys()].filter((path) => path === `${at}page.html` || path.startsWith(`${at}figures/`));
  const other =
    held.find((path) => !expected.has(path)) ??
    [...expected].find(([path, text]) => !sameText(files.get(path), text))?.[0];
  if (other !== undefined) return differs(name, other, writer);
  const figures = written.figures.length === 1 ? "1 figure" : `${written.figures.length} figures`;
  return {
    name,
    holds: true,
    detail: `every word and ${figures} as ${writer.name} writes them from finding, request and study`,
  };
}

function differs(name: string, path: string, { name: by, same, made }: Writer): Check {
  if (same)
    return {
      name,
      holds: false,
      detail: `${path} is not what ${by} writes from the finding, the request and the study`,
    };
  const detail = `${name === "page" || name.startsWith("page ") ? "page" : name} not checked: ${path} is not as ${by} writes it, and ${made}; that package can check it`;
  return { name, holds: false, checked: false, detail };
}

/** Bytes against bytes: text that only decodes alike, by a mark at its head or a malformed sequence, is not the same. */
function sameText(stored: Uint8Array | undefined, text: string): boolean {
  if (stored === undefined) return false;
  const bytes = utf8(text);
  return bytes.length === stored.length && bytes.every((byte, i) => byte === stored[i]);
}
