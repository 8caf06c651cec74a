/**
 * What was found since of the versions that made a register's findings. An entry states no version; the finding lies beside
 * the log under its digest, and states both. Read each time, since what is known grows with the package and not with the log.
 */
import { decodeFinding } from "../../finding/codec.js";
import type { FoundSince } from "../../finding/past-version.js";
import type { FindingRecord } from "../../office/register/declarations/procedure.js";
import type { LoadDeclaration } from "../../office/register/load-declaration.js";
import type { Entry } from "../../office/register/register-index.js";
import type { Remark } from "../../office/register/remarks.js";
import { foundSinceOf, foundSinceText } from "../past-versions.js";
import type { Register } from "./register.js";

/** Null where nothing is known against the version, where the finding accuses nobody, and where it is not at hand. */
async function foundSinceOfEntry(
  { object }: Register,
  entry: Entry,
  load: LoadDeclaration,
): Promise<FoundSince | null> {
  const { finding: digest } = (await load(entry)).predicate as FindingRecord;
  const bytes = await object(digest);
  if (!bytes) return null;
  const { method, outcome } = decodeFinding(bytes, `finding of entry ${entry.index}`);
  return foundSinceOf([{ method: method.id, version: method.version, outcome }])[0] ?? null;
}

/** A paragraph for each of these entries of whose version something was found since, by the entry's index. */
export async function foundSinceOfEach(
  register: Register,
  entries: readonly Entry[],
  load: LoadDeclaration,
): Promise<{ entry: number; says: string }[]> {
  const found = await Promise.all(entries.map((entry) => foundSinceOfEntry(register, entry, load)));
  return found.flatMap((since, at) => (since ? [{ entry: entries[at]!.index, says: foundSinceText(since) }] : []));
}

/** As remarks beside the findings themselves. */
export async function remarksOnVersions(
  register: Register,
  entries: readonly Entry[],
  load: LoadDeclaration,
): Promise<Remark[]> {
  const models = new Map(entries.map((entry) => [entry.index, entry.model]));
  return (await foundSinceOfEach(register, entries, load)).map(({ entry, says }) => ({
    code: "finding-version-mended",
    weight: "finding",
    says,
    models: [models.get(entry)!],
    entries: [entry],
  }));
}
