/**
 * A filing as it goes from hand to hand: one zip with the entry (to be signed, or signed) and what it names by digest. It is
 * made by whoever writes the entry and read by whoever signs it or enters it, neither of whom believes it.
 */

import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import type { Files } from "../../../evidence/bag.js";
import { unzipStrict, zip } from "../../../evidence/zip.js";
import { type EntryStatement, openEntryBundle, readEntry } from "./entry-statement.js";

const STATEMENT_FILE = "entry.statement.json";
const BUNDLE_FILE = "entry.bundle.json";
/** One sealed part of 64 MB; more goes by the command line, which reads from disk. */
export const FILING_BYTES_MAX = 66 * 1024 * 1024;

interface Filing {
  said: EntryStatement;
  /** The bytes that are signed. */
  statement: Uint8Array | null;
  /** What was signed, with the signature. */
  bundle: Uint8Array | null;
  attachments: Uint8Array[];
}

/** @param entry exactly one of the two */
export function packFiling(
  entry: { statement: Uint8Array } | { bundle: Uint8Array },
  attachments: readonly Uint8Array[],
): Uint8Array {
  const files: Files = new Map([
    ["statement" in entry ? STATEMENT_FILE : BUNDLE_FILE, "statement" in entry ? entry.statement : entry.bundle],
    ...attachments.map((bytes): [string, Uint8Array] => [`objects/${sha256Digest(bytes).slice(7)}`, bytes]),
  ]);
  return zip(files);
}

/** @throws LIMIT, FORMAT, SCHEMA or DIGEST where it is no filing, or brings other files than the entry names */
export function readFiling(bytes: Uint8Array): Filing {
  const files = unzipStrict(bytes, {
    entriesMax: 65,
    fileBytesMax: FILING_BYTES_MAX,
    zipBytesMax: FILING_BYTES_MAX,
  });
  const statement = files.get(STATEMENT_FILE) ?? null;
  const bundle = files.get(BUNDLE_FILE) ?? null;
  if ((statement === null) === (bundle === null))
    throw new AssayError("FORMAT", `filing: expected either ${STATEMENT_FILE} or ${BUNDLE_FILE}`);
  const said = statement ? readEntry(statement, "filing") : openEntryBundle(bundle!, "filing").said;
  const named = new Set((said.attachments ?? []).map(({ digest }) => digest));
  const attachments: Uint8Array[] = [];
  for (const [path, file] of files) {
    if (path === STATEMENT_FILE || path === BUNDLE_FILE) continue;
    const digest = sha256Digest(file);
    if (path !== `objects/${digest.slice(7)}` || !named.delete(digest))
      throw new AssayError("DIGEST", `filing: expected files that its entry names, got ${path}`);
    attachments.push(file);
  }
  const [lacks] = named;
  if (lacks !== undefined) throw new AssayError("NOT_FOUND", `filing: expected ${lacks} among its files`);
  return { said, statement, bundle, attachments };
}
