/**
 * Salted commitments to private fields, as RFC 9901 (SD-JWT, section 4.2) writes them: a disclosure is the base64url of
 * the JSON array [salt, name, value], its commitment the base64url of the SHA-256 of that text. Whoever holds the
 * disclosure can show the field; whoever holds the commitment alone cannot guess it, since the salt is random.
 * It cannot see whether a salt was drawn at random, only that it is long enough.
 */
import { base64, fromBase64, fromUtf8, utf8 } from "../base/bytes.js";
import { canonicalJson } from "../base/canonical-json.js";
import { sha256Digest } from "../base/digest.js";
import { AssayError, quoted } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";

export const COMMITMENT_ALGORITHM = "sha-256";
/** 32 bytes of SHA-256 in base64url. */
export const COMMITMENT = /^[A-Za-z0-9_-]{43}$/;
/** RFC 9901, section 9.3: at least 128 bits; a field such as "query" has no entropy of its own. */
const SALT_BYTES_MIN = 16;
/** The longest field is a partner's signed acknowledgement, some 3 kB. */
export const DISCLOSURE_CHARACTERS_MAX = 65_536;

interface Disclosed {
  name: string;
  value: unknown;
}

/** RFC 4648 §5, without padding. */
export function base64Url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string, what: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new AssayError("FORMAT", `${what}: expected base64url without padding`);
  return fromBase64(
    text
      .replaceAll("-", "+")
      .replaceAll("_", "/")
      .padEnd(Math.ceil(text.length / 4) * 4, "="),
    what,
  );
}

/** @param salt random, at least 16 bytes, of this field of this entry alone */
export function disclosureOf(salt: Uint8Array, name: string, value: unknown): string {
  if (salt.length < SALT_BYTES_MIN)
    throw new AssayError("LIMIT", `disclosure: expected a salt of at least ${SALT_BYTES_MIN} bytes`);
  return base64Url(utf8(canonicalJson([base64Url(salt), name, value])));
}

/** Base64url of the SHA-256 of a disclosure's text, as RFC 9901 (§4.2.3) takes it. */
export function commitmentOf(disclosure: string): string {
  const digest = sha256Digest(utf8(disclosure)).slice(7);
  return base64Url(Uint8Array.from(digest.match(/../g)!, (byte) => Number.parseInt(byte, 16)));
}

/** @throws FORMAT, LIMIT when it is no disclosure with a salt of its own */
export function readDisclosure(disclosure: string, what: string): Disclosed & { salt: string } {
  if (disclosure.length > DISCLOSURE_CHARACTERS_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${DISCLOSURE_CHARACTERS_MAX} characters a field`);
  const parsed = parseStrictJson(fromUtf8(fromBase64Url(disclosure, what), what), what);
  if (!Array.isArray(parsed) || parsed.length !== 3 || typeof parsed[0] !== "string" || typeof parsed[1] !== "string")
    throw new AssayError("FORMAT", `${what}: expected [salt, name, value]`);
  const [salt, name, value] = parsed as [string, string, unknown];
  if (fromBase64Url(salt, what).length < SALT_BYTES_MIN)
    throw new AssayError("FORMAT", `${what}: expected a salt of at least ${SALT_BYTES_MIN} bytes for ${quoted(name)}`);
  return { salt, name, value };
}

/**
 * Fields of an entry by name, each shown to be committed to.
 * @throws DIGEST for a field that is not among the commitments, FORMAT for one given twice
 */
export function openCommitments(
  disclosures: readonly string[],
  commitments: readonly string[],
  what: string,
): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  const salts = new Set<string>();
  for (const disclosure of disclosures) {
    const { name, value, salt } = readDisclosure(disclosure, what);
    if (!commitments.includes(commitmentOf(disclosure)))
      throw new AssayError("DIGEST", `${what}: the field ${quoted(name)} is not what was committed to`);
    if (fields.has(name) || salts.has(salt))
      throw new AssayError("FORMAT", `${what}: expected each field once, with a salt of its own; got ${quoted(name)}`);
    fields.set(name, value);
    salts.add(salt);
  }
  return fields;
}
