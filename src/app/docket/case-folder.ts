/**
 * A case as a folder: a log of its own (tiles, checkpoint, keys), the signed bundles and attachments beside it by digest,
 * and `case.json`. Opening admits every record anew but for signatures; `assay verify` checks those too. An entry is
 * admitted, what it names made durable, then appended, while the log's only lock is held.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, assert, quoted } from "../../base/error.js";
import { readObjects, writeObject } from "../../host/log/object-store.js";
import { unixSeconds } from "../../host/moment.js";
import { platformKey } from "../../host/signing/signature-keys.js";
import { type Admission, admit, type OpenCase, readmit } from "../../office/docket/entry/admission.js";
import { type DocketRecord, decodeRecord } from "../../office/docket/entry/docket-record.js";
import { CASE_ID, type EntryStatement, openEntryBundle } from "../../office/docket/entry/entry-statement.js";
import type { Rules } from "../../office/docket/fold/clocks.js";
import type { FactsOf } from "../../office/docket/pack/facts.js";
import { TIERS, type Tier } from "../../office/docket/pack/names.js";
import { readPack } from "../../office/docket/pack/rule-pack.js";
import { SEAL_FILE, SEALED_PART } from "../../office/docket/seal/circle.js";
import { readCalendar } from "../../office/docket/time/calendar.js";
import type { Policy } from "../../tlog/policy.js";
import { TILE_WIDTH } from "../../tlog/tile.js";
import { type ReadTile, readBundle } from "../../tlog/tree-reader.js";
import { initLog, openLog, readHead, withWriter } from "../log/log.js";
import { CASE_FILE } from "./case-bundle-layout.js";
import { beginWith, CASE_TYPE, type CaseFile, readCaseFile, readData } from "./case-data.js";

export interface CaseFolder extends OpenCase {
  folder: string;
  file: CaseFile;
  records: DocketRecord[];
  object: (digest: string) => Promise<Uint8Array | null>;
}

/** Makes the folder with its log; the first entry, which adopts the pack, is the registrar's to sign. */
export async function createCase(
  folder: string,
  given: { id: string; origin: string; pack: unknown; calendar: unknown; rehearsal: boolean },
): Promise<CaseFile> {
  if (!CASE_ID.test(given.id))
    throw new AssayError("USAGE", `case: expected an id such as 2026-001, got ${quoted(given.id)}`);
  readPack(given.pack);
  readCalendar(given.calendar);
  await mkdir(folder, { recursive: true });
  await initLog(folder, given.origin);
  const pack = await writeObject(folder, canonicalJsonBytes(given.pack));
  const calendar = await writeObject(folder, canonicalJsonBytes(given.calendar));
  const { id, origin, rehearsal } = given;
  const file: CaseFile = { type: CASE_TYPE, id, origin, pack, calendar, rehearsal };
  await writeFile(join(folder, CASE_FILE), canonicalJsonBytes(file), { flag: "wx", flush: true });
  return file;
}

/** @throws NOT_FOUND where no case lies, DIGEST where it does not hold together */
export async function openCaseFolder(folder: string): Promise<CaseFolder> {
  const bytes = await readFile(join(folder, CASE_FILE)).catch(() => null);
  if (!bytes) throw new AssayError("NOT_FOUND", `case: expected a case at ${quoted(folder)}: there is no ${CASE_FILE}`);
  const file = readCaseFile(bytes, CASE_FILE);
  const object = readObjects(folder);
  const pack = readPack(readData(await object(file.pack), file.pack, "pack"));
  const calendar = readCalendar(readData(await object(file.calendar), file.calendar, "calendar"));
  const records = await recordsOf(openLog(folder), folder);
  const open = await beginWith(file.id, pack, calendar, records, object, platformKey);
  for (const record of records) {
    const fault = readmit(open, record);
    if (fault !== null) throw new AssayError("DIGEST", `case ${file.id}, entry ${record.seq}: ${fault}`);
  }
  const adopted = records[0]?.facts as FactsOf<"pack.adopted"> | undefined;
  if (adopted && adopted.rehearsal !== file.rehearsal)
    throw new AssayError("DIGEST", `${CASE_FILE}: entry 0 says otherwise whether this is a rehearsal`);
  return { ...open, folder, file, records, object };
}

async function recordsOf(read: ReadTile, where: string): Promise<DocketRecord[]> {
  const { head } = await readHead(read, where, null);
  const records: DocketRecord[] = [];
  for (let bundle = 0; bundle * TILE_WIDTH < head.size; bundle++)
    for (const entry of await readBundle(read, head.size, bundle)) {
      const record = decodeRecord(entry, `case entry ${records.length}`);
      if ("foreign" in record)
        throw new AssayError(
          "UNSUPPORTED",
          `case entry ${records.length}: a newer version may read kind ${quoted(record.kind)}`,
        );
      records.push(record);
    }
  return records;
}

/**
 * What is not public enters sealed or not at all: the signed bundle goes to everyone who verifies the case.
 * @throws USAGE where an entry of a narrower circle carries text, or files beside its seal
 */
export function assertSealed({ tier: given, kind, facts, text, attachments = [] }: EntryStatement): void {
  const tier = kind === "exhibit" ? narrower(given, (facts as FactsOf<"exhibit">).tier) : given;
  if (tier === "PUBLIC" || (text === undefined && attachments.length === 0)) return;
  if (text !== undefined || !attachments.every(({ name }) => name === SEAL_FILE || SEALED_PART.test(name)))
    throw new AssayError("USAGE", `case: expected an entry for ${tier} to carry sealed parts alone`);
}

/** Facts are not judged yet: what is no circle changes nothing. */
function narrower(tier: Tier, other: Tier): Tier {
  return TIERS.indexOf(other) > TIERS.indexOf(tier) ? other : tier;
}

/** An entry that brings a calendar carries it: its times are counted by it from then on. */
function withCalendar(rules: Rules, bundle: Uint8Array, attachments: readonly Uint8Array[]): Rules {
  const { kind, facts } = openEntryBundle(bundle, "case entry").said;
  if (kind !== "calendar") return rules;
  const { calendar: digest } = facts as FactsOf<"calendar">;
  const bytes = attachments.find((each) => sha256Digest(each) === digest) ?? null;
  const calendar = readCalendar(readData(bytes, digest, "calendar"));
  return { ...rules, calendars: new Map([...rules.calendars, [calendar.digest, calendar]]) };
}

export type Entered = Extract<Admission, { admitted: false }> | { admitted: true; record: DocketRecord };

/**
 * Judges one signed entry and, when it is admitted, enters it.
 * @param make the signed bundle, from the case as it stands under the lock
 * @param attachments what the entry names by digest, made durable first
 * @param at Unix seconds; only in a rehearsal, else the clock
 */
export async function enterInCase(
  folder: string,
  make: (open: CaseFolder, received: number) => Promise<Uint8Array>,
  attachments: readonly Uint8Array[] = [],
  at: number | null = null,
  witnesses: Policy | null = null,
): Promise<Entered> {
  return withWriter(folder, witnesses, async (writer) => {
    const open = await openCaseFolder(folder);
    if (at !== null && !open.file.rehearsal)
      throw new AssayError("USAGE", "case: --at is for a case that was opened as a rehearsal");
    const received = at ?? Math.max(unixSeconds(), open.file.rehearsal ? open.state.at : 0);
    const bundle = await make(open, received);
    assertSealed(openEntryBundle(bundle, "case entry").said);
    open.rules = withCalendar(open.rules, bundle, attachments);
    const judged = admit(open, bundle, received, platformKey);
    if (!judged.admitted) return judged;
    for (const bytes of [...attachments, bundle]) await writeObject(folder, bytes);
    const { index } = await writer.append(judged.bytes);
    assert(index === judged.record.seq, "case: the writer is alone");
    return { admitted: true, record: judged.record };
  });
}
