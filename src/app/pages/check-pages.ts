/**
 * Whether each page of a bundle says what its finding says: it is written again, with its figures, from the finding, the
 * request and the study beside it, and compared byte for byte. No inputs are needed. Pages of the first form are written
 * by the renderer kept for them; those of the second by this version or, where a package that is not this one made them,
 * by any renderer kept since. Where none of them writes a page so, it is "not checked", as yet another version may have.
 */
import { fromUtf8, utf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import type { Files } from "../../evidence/bag.js";
import { packageDigest } from "../../host/package-digest.js";
import { findingCount, findingFolder } from "../bundle/bundle-layout.js";
import type { Check } from "../bundle/check.js";
import { type Maker, makerOf } from "../bundle/maker.js";
import { type FirstRenderer, type KeptRenderer, keptRenderers, loadRenderer, type Renderer } from "./kept-renderers.js";
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
  return checkPagesAmong(writersOf(files, keyId), files, keyId);
}

/** One renderer wrote a bundle, so one must write all of it: the first that does, else the one that comes nearest. */
export async function checkPagesAmong(
  writers: AsyncIterable<Writer>,
  files: Files,
  keyId: string | null,
): Promise<Check[]> {
  let best: Check[] = [];
  for await (const writer of writers) {
    const checks = checkPagesBy(writer, files, keyId);
    if (best.length === 0 || held(checks) > held(best)) best = checks;
    if (held(best) === best.length) break;
  }
  return best;
}

const held = (checks: readonly Check[]) => checks.filter(({ holds }) => holds).length;

function checkPagesBy(writer: Writer, files: Files, keyId: string | null): Check[] {
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

/** Whoever may have written the pages of a bundle whose digests hold; one alone where it is known who did. */
export async function* writersOf(files: Files, keyId: string | null): AsyncGenerator<Writer> {
  const maker = makerOf(files);
  const finding = parseStrictJson(fromUtf8(files.get("data/finding.json")!, "finding.json"), "finding.json");
  const kept = await keptRenderers();
  if (maker === null && (finding as { type?: unknown }).type === "assay/finding/v1") {
    const first = kept.find(({ form }) => form === "assay/finding/v1")!;
    const { render, howToVerify } = await loadRenderer<FirstRenderer>(first);
    return yield { name: nameOf(first), same: true, made: "", page: render, howToVerify };
  }
  const request = files.get("data/request.json")!;
  const made =
    maker === null ? "it names no package" : `it was made by ${maker.name} ${maker.version} (${maker.digest})`;
  const writer = async (name: string, same: boolean, { pageWriter, howToVerify }: Renderer): Promise<Writer> => ({
    ...{ name, same, made, page: await writerBy(pageWriter, request, keyId) },
    howToVerify: (signedBy, findings) => howToVerify(signedBy, findings, maker ?? UNNAMED),
  });
  const since = kept.filter(({ form }) => form === "assay/finding/v2").reverse();
  const known = since.find(({ packages }) => maker !== null && packages.some((each) => each === maker.digest));
  if (known) return yield await writer(nameOf(known), true, await loadRenderer<Renderer>(known));
  const same = maker !== null && maker.digest === packageDigest();
  yield await writer("this version", same, await import("./renderer.js"));
  if (!same) for (const each of since) yield await writer(nameOf(each), false, await loadRenderer<Renderer>(each));
}

const nameOf = ({ of }: KeptRenderer) => `the renderer of ${of}`;

/** Writes nothing where that version does not ask what was asked. */
async function writerBy(
  pageWriter: Renderer["pageWriter"],
  request: Uint8Array,
  keyId: string | null,
): Promise<Writer["page"]> {
  try {
    return await pageWriter(request, keyId);
  } catch (error) {
    if (isUnsupported(error) || isLeftOut(error)) return () => null;
    throw error;
  }
}

/** Renderers to 9.mjs were built without what types an endpoint's request: they name a file that was never kept. */
function isLeftOut(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";
}

/** By its code: a kept renderer brings a class of its own. */
function isUnsupported(error: unknown): error is Error {
  return error instanceof Error && (error as { code?: unknown }).code === "UNSUPPORTED";
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
    if (isUnsupported(error))
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
