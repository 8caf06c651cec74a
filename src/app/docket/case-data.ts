/** `case.json` and what a case carries by digest, read as hostile input; and the case before its first entry. */
import { z } from "zod";
import { fromUtf8 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import type { EcdsaPublicKey } from "../../evidence/ecdsa-key.js";
import { type OpenCase, openCase } from "../../office/docket/entry/admission.js";
import type { DocketRecord } from "../../office/docket/entry/docket-record.js";
import { CASE_ID } from "../../office/docket/entry/entry-statement.js";
import { rulesOf } from "../../office/docket/fold/fold.js";
import type { FactsOf } from "../../office/docket/pack/facts.js";
import type { RulePack } from "../../office/docket/pack/rule-pack.js";
import { type Calendar, readCalendar } from "../../office/docket/time/calendar.js";

export const CASE_TYPE = "assay/case/v1";
/** A pack or a calendar. */
const DATA_BYTES_MAX = 4 * 1024 * 1024;

const caseSchema = z.strictObject({
  type: z.literal(CASE_TYPE),
  id: z.string().regex(CASE_ID),
  origin: z.string().min(1).max(200),
  pack: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  calendar: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  rehearsal: z.boolean().describe("times are given, not those of a clock"),
});
export type CaseFile = z.infer<typeof caseSchema>;

/** @throws SCHEMA with the place in the file */
export function readCaseFile(bytes: Uint8Array, what: string): CaseFile {
  const parsed = caseSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}

/** Data that a case carries under its digest: a pack, a calendar. */
export function readData(bytes: Uint8Array | null, digest: string, what: string): unknown {
  if (!bytes) throw new AssayError("NOT_FOUND", `${what}: expected ${digest} beside the case`);
  if (bytes.length > DATA_BYTES_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${DATA_BYTES_MAX} bytes`);
  if (sha256Digest(bytes) !== digest)
    throw new AssayError("DIGEST", `${what}: what is stored as ${digest} is something else`);
  return parseStrictJson(fromUtf8(bytes, what), what);
}

/** A case before its first entry, with every calendar that its entries name. */
export async function beginWith(
  id: string,
  pack: RulePack,
  calendar: Calendar,
  records: readonly DocketRecord[],
  object: (digest: string) => Promise<Uint8Array | null>,
  quick?: (key: EcdsaPublicKey) => EcdsaPublicKey,
): Promise<OpenCase> {
  const later: Calendar[] = [];
  for (const { kind, facts } of records)
    if (kind === "calendar") {
      const { calendar: digest } = facts as FactsOf<"calendar">;
      later.push(readCalendar(readData(await object(digest), digest, "calendar")));
    }
  return openCase(id, rulesOf(pack, calendar, later), quick);
}
