/**
 * Entries of a log as signed statements: the statement around what is said, its subject the log's own name and the digest of
 * what is said, and the way back from a signed bundle. One text a statement, so that no byte of it is unbound.
 */
import type { z } from "zod";
import { equalBytes, fromUtf8 } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Hex } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { openSignedStatement, type SignedStatement } from "../../evidence/signed-statement.js";
import { typeUri } from "../../evidence/type-name.js";

/** A log's entry is at most 65,535 bytes (C2SP tlog-tiles), base64 included. */
const STATEMENT_BYTES_MAX = 45_000;

export interface Signed<T> {
  said: T;
  /** Digest of the statement: how other entries name it. */
  digest: string;
  signed: SignedStatement;
}

interface EntryCodec<T> {
  encode(entry: T): Uint8Array;
  read(bytes: Uint8Array, what: string): Signed<T>;
}

/**
 * @param type plain name of the statement's type @param nameOf by which the subject is named @param thing for messages
 */
export function entryCodec<T>(
  type: string,
  schema: z.ZodType<T>,
  nameOf: (said: T) => string,
  thing: string,
): EntryCodec<T> {
  const check = (value: unknown, what: string): T => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new AssayError("SCHEMA", `${what}: ${issue?.path.map(String).join(".") || "it"}: ${issue?.message}`);
  };
  const encode = (entry: T): Uint8Array => {
    const said = check(entry, thing);
    const bytes = canonicalJsonBytes({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: nameOf(said), digest: { sha256: sha256Hex(canonicalJsonBytes(said)) } }],
      predicateType: typeUri(type),
      predicate: said,
    });
    if (bytes.length > STATEMENT_BYTES_MAX)
      throw new AssayError("LIMIT", `${thing}: expected at most ${STATEMENT_BYTES_MAX} bytes, got ${bytes.length}`);
    return bytes;
  };
  return {
    encode,
    read(bytes, what) {
      const signed = openSignedStatement(bytes, what);
      const statement = parseStrictJson(fromUtf8(signed.payload, what), what);
      const predicate =
        typeof statement === "object" && statement !== null ? Reflect.get(statement, "predicate") : null;
      const said = check(predicate, what);
      if (!equalBytes(encode(said), signed.payload))
        throw new AssayError("SCHEMA", `${what}: expected the statement of an ${thing} in its canonical text`);
      return { said, digest: signed.statement, signed };
    },
  };
}
