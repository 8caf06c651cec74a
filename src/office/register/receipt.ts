/**
 * A receipt: one signed declaration, its key, its log record and the proof of that record, in one file that verifies
 * offline under a trust policy (C2SP tlog-policy). It shows that the key's holder said this and that it was logged; not
 * that it is true, nor that it was not corrected since.
 */
import { z } from "zod";
import { utf8 } from "../../base/bytes.js";
import type { Policy } from "../../tlog/policy.js";
import {
  LOGGED_BYTES_MAX,
  type LoggedParts,
  type LogSeen,
  loggedFields,
  loggedTexts,
  readLogged,
  verifyLogged,
} from "../entries/logged-statement.js";
import { openDeclarationBundle, type SignedDeclaration } from "./declarations/declaration-bundle.js";
import { type DeclaredRecord, decodeRecord, encodeRecord, isDeclared, recordOf } from "./register-entry.js";

const TYPE = "assay/register-receipt/v1";
const schema = z.strictObject({ type: z.literal(TYPE), ...loggedFields });

/** JSON with a newline; nothing in it is private. */
export function encodeReceipt(parts: LoggedParts): Uint8Array {
  return utf8(`${JSON.stringify({ type: TYPE, ...loggedTexts(parts) })}\n`);
}

export interface VerifiedReceipt {
  signed: SignedDeclaration;
  record: DeclaredRecord;
  log: LogSeen;
}

/** @throws SIGNATURE or DIGEST when something does not hold; other codes when it is no receipt */
export function verifyReceipt(bytes: Uint8Array, trust: Policy): VerifiedReceipt {
  const what = "receipt";
  const given = readLogged(bytes, schema, LOGGED_BYTES_MAX, what);
  const record = decodeRecord(utf8(given.record), what);
  const { signed, log } = verifyLogged(
    given,
    (bundle) => openDeclarationBundle(bundle, what),
    (said) => (isDeclared(record) ? encodeRecord(recordOf(said, record.received)) : null),
    trust,
    what,
  );
  return { signed, record: record as DeclaredRecord, log };
}
