/**
 * What the pact's own log holds: signed statements of its depositary and its parties, a closed schema a kind. Joining takes
 * two words, the party's and the depositary's. Nothing of how an obligation stands is entered: that is folded.
 */
import { z } from "zod";
import { equalBytes, fromUtf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { sha256Hex } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { openSignedStatement, type SignedStatement, toBeSigned } from "../../../evidence/signed-statement.js";
import { typeUri } from "../../../evidence/type-name.js";
import { PARTY_KINDS } from "./pact.js";

const PACT_ENTRY = "pact-entry/v1";
export const PACT_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** A log's entry is at most 65,535 bytes (C2SP tlog-tiles), base64 included. */
const PACT_STATEMENT_BYTES_MAX = 45_000;

const moment = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const party = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, "expected a short name such as aldgate-labs");
const name = z.string().min(1).max(200);
const line = z.string().min(1).max(500);
const pem = z.string().max(1024);
const word = z.string().min(1).max(80);
const namedKey = z.strictObject({
  publicKey: pem,
  proof: z.string().max(400).describe("signature by that key over what `keyText` says, base64"),
});
const namedLog = z.strictObject({
  kind: z.enum(["register", "audit", "docket"]),
  origin: z.string().min(1).max(200),
  key: z.string().min(1).max(3000).describe("verifier key of the log: another log of this name is not it"),
  run: digest.optional().describe("of an audit: digest of the run's opening statement"),
});
export type NamedLog = z.infer<typeof namedLog>;

const ENTRY_FACTS = {
  adopted: z.strictObject({ pact: digest, publicKey: pem, rehearsal: z.boolean() }),
  signed: z.strictObject({
    party,
    name,
    as: z.enum(PARTY_KINDS),
    publicKey: pem,
    keys: z.array(namedKey).max(20).describe("further keys it signs with in registers, runs and cases"),
    of: party.nullable().describe("the state whose lab it is"),
    logs: z.array(namedLog).max(200),
  }),
  accepted: z.strictObject({ statement: digest }),
  reservation: z.strictObject({ obligation: word, reasons: line }),
  "reservation.withdrawn": z.strictObject({ obligation: word }),
  named: z.strictObject({ logs: z.array(namedLog).max(200), keys: z.array(namedKey).max(20) }),
  "head.seen": z.strictObject({
    checkpoint: z.string().min(1).max(20_000).describe("the log's signed checkpoint as it was seen, base64"),
    run: digest.optional().describe("of an audit"),
  }),
  left: z.strictObject({ reasons: line }),
  succeeded: z.strictObject({ party }),
  incident: z.strictObject({ incident: word, of: party, says: line }),
  notified: z.strictObject({ incident: word, says: line }),
  granted: z.strictObject({ to: party, what: digest, grant: digest.nullable() }),
  received: z.strictObject({ granted: digest, from: party, what: digest }),
  asked: z.strictObject({
    ask: word,
    kind: z.enum(["routine", "clarification", "challenge"]),
    of: party,
    grounds: z
      .array(z.strictObject({ says: line, statement: digest.nullable() }))
      .min(1)
      .max(20),
    systems: z.array(word).min(1).max(50),
  }),
  voted: z.strictObject({ ask: word, refuse: z.boolean(), ground: line.nullable() }),
  admitted: z.strictObject({
    ask: word,
    access: z.enum(["open", "managed"]),
    shielded: z.array(line).max(50),
    instead: z.array(line).max(50).describe("by what other means each shielded thing is answered"),
  }),
  refused: z.strictObject({ ask: word, reasons: line }),
  held: z.strictObject({ ask: word, access: z.enum(["open", "managed"]), complete: z.boolean(), report: digest }),
} as const;
export type EntryKind = keyof typeof ENTRY_FACTS;
export const ENTRY_KINDS = Object.keys(ENTRY_FACTS) as EntryKind[];
export type FactsOf<K extends EntryKind> = z.infer<(typeof ENTRY_FACTS)[K]>;

const head = { pact: z.string().regex(PACT_NAME), issued: moment };
export type Said = { [K in EntryKind]: { kind: K; pact: string; issued: string; facts: FactsOf<K> } }[EntryKind];
const said = z.strictObject({ ...head, kind: z.enum(ENTRY_KINDS as [EntryKind, ...EntryKind[]]), facts: z.unknown() });

const statementSchema = z.strictObject({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z.tuple([z.strictObject({ name: z.string(), digest: z.strictObject({ sha256: z.string() }) })]),
  predicateType: z.string(),
  predicate: said,
});

/** @throws SCHEMA with the place at fault */
function readSaid(given: unknown, what: string): Said {
  const entry = checked(said, given, what);
  const facts = checked(ENTRY_FACTS[entry.kind] as z.ZodType, entry.facts, `${what}: ${entry.kind}`);
  return { ...entry, facts } as Said;
}

/** The statement to sign. @throws SCHEMA, LIMIT */
export function encodeEntry(entry: Said): Uint8Array {
  const read = readSaid(entry, "pact entry");
  const bytes = canonicalJsonBytes({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: read.pact, digest: { sha256: sha256Hex(canonicalJsonBytes(read)) } }],
    predicateType: typeUri(PACT_ENTRY),
    predicate: read,
  });
  if (bytes.length > PACT_STATEMENT_BYTES_MAX)
    throw new AssayError(
      "LIMIT",
      `pact entry: expected at most ${PACT_STATEMENT_BYTES_MAX} bytes, got ${bytes.length}`,
    );
  return bytes;
}

export interface SignedEntry {
  said: Said;
  signed: SignedStatement;
}

/** @throws SCHEMA, FORMAT for what is no entry; whether the signature holds is asked when it is admitted */
export function readEntry(bytes: Uint8Array, what: string): SignedEntry {
  const signed = openSignedStatement(bytes, what);
  const { predicate } = checked(statementSchema, parseStrictJson(fromUtf8(signed.payload, what), what), what);
  const entry = readSaid(predicate, what);
  if (!equalBytes(encodeEntry(entry), signed.payload))
    throw new AssayError("SCHEMA", `${what}: expected the statement of a pact's entry in its canonical text`);
  return { said: entry, signed };
}

function checked<T>(by: z.ZodType<T>, given: unknown, what: string): T {
  const parsed = by.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}

/** What a further key signs, so that nobody can name another's key as its own. */
export function keyText(pact: string, party: string, publicKey: string): Uint8Array {
  return toBeSigned(canonicalJsonBytes({ type: "assay/pact-key/v1", pact, party, publicKey }));
}
