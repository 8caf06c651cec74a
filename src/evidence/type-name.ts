/**
 * Names of statement types that need no domain and no registry, so that nobody can lose them or take them over: a UUID of
 * version 5 (RFC 9562, section 5.5) of the type's plain name, as a URN. in-toto asks of a TypeURI that it is a URI and
 * collision-resistant (spec/v1/field_types.md); a `tag:` URI would need a domain or address held on a date. Anyone can
 * compute one: uuid5(NAMESPACE, "training-content/v1"). SHA-1 is no weakness here: we alone choose the names.
 */
import { sha1 } from "@noble/hashes/legacy.js";
import { concatBytes, fromHex, hex, utf8 } from "../base/bytes.js";

/** Drawn once at random (version 4), for this house's types alone. */
export const TYPE_NAMESPACE = "f369a956-f733-4c1c-b060-7a2cedceb0a5";

/** Statements before the change stand under a name that RFC 2606 gives to everybody; they are read for ever. */
const FIRST_DOMAIN = "https://assay.example/";

/** @param name with its version: "training-content/v1" */
export function typeUri(name: string): string {
  const space = fromHex(TYPE_NAMESPACE.replaceAll("-", ""), "type-name");
  const bytes = sha1(concatBytes([space, utf8(name)])).slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const text = hex(bytes);
  const parts = [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)];
  return `urn:uuid:${parts.join("-")}`;
}

/** Every name under which a type is read: today's first, then the earlier one. */
export function typeUris(name: string): readonly [string, string] {
  return [typeUri(name), `${FIRST_DOMAIN}${name}`];
}
