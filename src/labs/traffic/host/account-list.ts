/**
 * Lists of accounts for the provider's own systems: CSV (RFC 4180) or JSON Lines by the file's name, a gateway's feed, and
 * which of them were told. Each is complete or absent.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AssayError } from "../../../base/error.js";
import type { Feed, Listing } from "../feed.js";

/** CSV where the path ends so, else JSON Lines; text that a spreadsheet would run is made harmless. */
export async function writeAlert(path: string, accounts: readonly Listing[]): Promise<void> {
  const csv = /\.csv$/i.test(path);
  // A leading =, +, - or @, also behind a tab or a line break, would be a formula in a spreadsheet (CWE-1236).
  const cell = (text: string) => `"${text.replace(/^[=+\-@\t\r\n]/, "'$&").replaceAll('"', '""')}"`;
  const lines = accounts.map((a) =>
    csv ? `${cell(a.account)},${a.log10P},${cell(a.proposition)},${a.id},${a.finding}\r\n` : `${JSON.stringify(a)}\n`,
  );
  await replace(path, (csv ? "account,log10P,proposition,id,finding\r\n" : "") + lines.join(""));
}

/** Replaced whole: a gateway never reads half a feed. */
export async function writeFeed(path: string, feed: Feed): Promise<void> {
  await replace(path, `${JSON.stringify(feed, null, 1)}\n`);
}

const TOLD = "told.json";

/** Ids of the accounts that a receiver took; none where the file is not there. */
export async function readTold(folder: string): Promise<Set<string>> {
  const path = join(folder, TOLD);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "[]";
    throw error;
  });
  let ids: unknown;
  try {
    ids = JSON.parse(text);
  } catch {
    ids = null;
  }
  // Taken for empty, everybody would be told twice.
  if (!Array.isArray(ids))
    throw new AssayError("FORMAT", `${path}: expected the list of ids that were told, got something else`);
  return new Set(ids.filter((id) => typeof id === "string"));
}

/** Ids of listings that a receiver took. */
export async function writeTold(folder: string, ids: ReadonlySet<string>): Promise<void> {
  await replace(join(folder, TOLD), `${JSON.stringify([...ids].sort())}\n`);
}

/** Milliseconds since 1970. */
export function now(): number {
  return Date.now();
}

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text, { mode: 0o600 });
  await rename(`${path}.part`, path);
}
