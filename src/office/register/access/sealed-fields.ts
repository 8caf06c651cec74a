/**
 * The sealed file of an access entry, after it was opened: the disclosures of all its fields, padded so that its length
 * tells little. Encryption is age's (C2SP age v1) and the host's business. An owner could seal something else than was
 * committed to: that is caught here, by whoever can open it.
 */
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { commitmentOf, disclosureOf, openCommitments } from "../../../evidence/commitments.js";
import type { AccessRecord } from "../register-entry.js";
import { type AccessFields, type AccessKind, FIELDS } from "./fields.js";

/** The longest are grants with three texts of 4,000 characters; sixteen post-quantum recipients take 30 kB. */
const SEALED_BYTES_MAX = 256 * 1024;
const PADDED_TO_BYTES = 4096;
const TYPE = "assay/access-fields/v1";
const AGE_INTRO = "age-encryption.org/v1\n";

/** Of the form that age writes; what it holds is not seen. */
export function assertSealed(bytes: Uint8Array, what: string): void {
  if (bytes.length > SEALED_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${SEALED_BYTES_MAX} sealed bytes, got ${bytes.length}`);
  const intro = utf8(AGE_INTRO);
  if (bytes.length < intro.length || intro.some((byte, i) => bytes[i] !== byte))
    throw new AssayError("FORMAT", `${what}: expected fields sealed with age (age-encryption.org/v1)`);
}

interface MadeFields {
  plaintext: Uint8Array;
  /** Ascending, so that their order tells nothing. */
  commitments: string[];
}

/** @param salt random, new at each call */
export function makeFields<K extends AccessKind>(kind: K, fields: AccessFields[K], salt: () => Uint8Array): MadeFields {
  const checked = FIELDS[kind].safeParse(fields);
  if (!checked.success) {
    const issue = checked.error.issues[0]!;
    throw new AssayError("SCHEMA", `${kind}: at ${issue.path.map(String).join(".")}: ${issue.message}`);
  }
  const disclosures = Object.entries(checked.data).map(([name, value]) => disclosureOf(salt(), name, value));
  const text = JSON.stringify({ type: TYPE, kind, disclosures });
  const padded = text.padEnd(Math.ceil(text.length / PADDED_TO_BYTES) * PADDED_TO_BYTES, " ");
  return { plaintext: utf8(padded), commitments: disclosures.map(commitmentOf).sort() };
}

export interface OpenedFields<K extends AccessKind = AccessKind> {
  kind: K;
  fields: AccessFields[K];
  /** By field name, to show one without the others. */
  disclosures: Map<string, string>;
}

/** @throws DIGEST when what was sealed is not what was committed to, SCHEMA when it is not of the kind's fields */
export function openFields(plaintext: Uint8Array, record: AccessRecord, what: string): OpenedFields {
  const parsed = parseStrictJson(fromUtf8(plaintext, what).trimEnd(), what) as {
    type?: unknown;
    kind?: unknown;
    disclosures?: unknown;
  };
  if (parsed?.type !== TYPE || parsed.kind !== record.kind || !Array.isArray(parsed.disclosures))
    throw new AssayError("SCHEMA", `${what}: expected sealed fields of ${record.kind}`);
  const disclosures = parsed.disclosures.map(String);
  if (disclosures.length !== record.commitments.length)
    throw new AssayError("DIGEST", `${what}: ${record.commitments.length} commitments, ${disclosures.length} fields`);
  const opened = openCommitments(disclosures, record.commitments, what);
  return {
    kind: record.kind,
    fields: fieldsOf(record.kind, Object.fromEntries(opened), what),
    disclosures: new Map([...opened.keys()].map((name, i) => [name, disclosures[i]!])),
  };
}

function fieldsOf<K extends AccessKind>(kind: K, value: unknown, what: string): AccessFields[K] {
  const checked = FIELDS[kind].safeParse(value);
  if (checked.success) return checked.data as AccessFields[K];
  const issue = checked.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}
