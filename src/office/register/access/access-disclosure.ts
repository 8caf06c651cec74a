/**
 * Some fields of one access entry, for someone else to check offline: the signed entry, its key, its log record and
 * proof, and the disclosures of the fields shown. It proves what the owner committed to and when; not that it was true.
 */
import { z } from "zod";
import { utf8 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import { DISCLOSURE_CHARACTERS_MAX, openCommitments } from "../../../evidence/commitments.js";
import type { Policy } from "../../../tlog/policy.js";
import {
  LOGGED_BYTES_MAX,
  type LoggedParts,
  type LogSeen,
  loggedFields,
  loggedTexts,
  readLogged,
  verifyLogged,
} from "../../entries/logged-statement.js";
import { type AccessRecord, accessRecordOf, decodeRecord, encodeRecord, isAccess } from "../register-entry.js";
import { COMMITMENTS_MAX, openAccessBundle } from "./access-statement.js";
import { FIELDS } from "./fields.js";

const BYTES_MAX = LOGGED_BYTES_MAX + COMMITMENTS_MAX * DISCLOSURE_CHARACTERS_MAX;

const TYPE = "assay/access-disclosure/v1";
const schema = z.strictObject({
  type: z.literal(TYPE),
  ...loggedFields,
  disclosures: z.array(z.string()).max(COMMITMENTS_MAX).describe("RFC 9901, section 4.2"),
});

/**
 * @param disclosures of the fields to be shown, as commitments.ts writes them; whoever reads the file reads these
 * fields
 */
export function encodeDisclosure({
  disclosures,
  ...parts
}: LoggedParts & { disclosures: readonly string[] }): Uint8Array {
  return utf8(`${JSON.stringify({ type: TYPE, ...loggedTexts(parts), disclosures })}\n`);
}

interface VerifiedDisclosure {
  record: AccessRecord;
  /** Fields that were shown, by name. */
  fields: Record<string, unknown>;
  /** Commitments that stay closed. */
  closed: number;
  log: LogSeen;
}

/** @throws SIGNATURE or DIGEST when something does not hold; other codes when it is no disclosure */
export function verifyDisclosure(bytes: Uint8Array, trust: Policy): VerifiedDisclosure {
  const what = "disclosure";
  const { disclosures, ...given } = readLogged(bytes, schema, BYTES_MAX, what);
  const decoded = decodeRecord(utf8(given.record), what);
  const { log } = verifyLogged(
    given,
    (bundle) => openAccessBundle(bundle, what),
    (signed) => (isAccess(decoded) ? encodeRecord(accessRecordOf(signed, decoded.received)) : null),
    trust,
    what,
  );
  const record = decoded as AccessRecord;
  const fields = openCommitments(disclosures, record.commitments, what);
  for (const [name, value] of fields) checkField(record, name, value, what);
  return { record, fields: Object.fromEntries(fields), closed: record.commitments.length - fields.size, log };
}

function checkField({ kind }: AccessRecord, name: string, value: unknown, what: string): void {
  const shape = FIELDS[kind].shape as Record<string, z.ZodType>;
  const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
  const fault = field ? field.safeParse(value).error?.issues[0] : undefined;
  if (!field || fault)
    throw new AssayError("SCHEMA", `${what}: ${quoted(name)}: ${fault?.message ?? `expected a field of ${kind}`}`);
}
