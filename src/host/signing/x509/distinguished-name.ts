/**
 * X.500 names of certificates (RFC 5280, §4.1.2.4) and how they compare (§7.1): case and inner space of text do not
 * count. Two ways of folding: a narrow one (ASCII case), where equality opens a way, and a wide one (RFC 4518: NFKC and
 * full case folding), where equality closes one.
 */
import { AssayError } from "../../../base/error.js";
import { type Der, oidOf, TAG } from "./der.js";

interface Attribute {
  type: string;
  narrow: string;
  wide: string;
  /** As text; null when it is none. */
  text: string | null;
}

/** Relative distinguished names, each a set of attributes. */
export type DistinguishedName = readonly (readonly Attribute[])[];

export const COMMON_NAME = "2.5.4.3";
export const EMAIL_ADDRESS = "1.2.840.113549.1.9.1";

/** UTF8String, PrintableString, T61String, IA5String, VisibleString; BMPString and UniversalString below. */
const ONE_BYTE_TEXT = new Set([0x13, 0x14, 0x16, 0x1a]);

/** @throws FORMAT */
export function nameOf(der: Der, what: string): DistinguishedName {
  const fault = () => new AssayError("FORMAT", `${what}: expected a distinguished name`);
  if (der.tag !== TAG.sequence) throw fault();
  return der.inside.map((set) => {
    if (set.tag !== TAG.set || set.inside.length === 0) throw fault();
    return set.inside.map((attribute) => {
      const [type, value] = attribute.inside;
      if (attribute.tag !== TAG.sequence || attribute.inside.length !== 2 || type?.tag !== TAG.oid || !value)
        throw fault();
      const text = textOf(value);
      const raw = `#${Buffer.from(value.whole).toString("hex")}`;
      return {
        type: oidOf(type),
        text,
        narrow: text === null ? raw : squeezed(text).replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
        wide: text === null ? raw : squeezed(text.normalize("NFKC").toLowerCase()).normalize("NFKC"),
      };
    });
  });
}

function textOf({ tag, contents }: Der): string | null {
  const bytes = Buffer.from(contents);
  if (tag === 0x0c) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return null;
    }
  }
  if (ONE_BYTE_TEXT.has(tag)) return bytes.toString("latin1");
  if (tag === 0x1e && bytes.length % 2 === 0) return Buffer.from(bytes).swap16().toString("utf16le");
  if (tag === 0x1c && bytes.length % 4 === 0)
    return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32BE(4 * i))
      .map((point) => (point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd"))
      .join("");
  return null;
}

function squeezed(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}

type Folding = "narrow" | "wide";

function keyOf(set: readonly Attribute[], folding: Folding): string {
  return set
    .map((attribute) => JSON.stringify([attribute.type, attribute[folding]]))
    .sort()
    .join();
}

/** Equal under the narrow folding: where it says true, the chain may go on. */
export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return a.length === b.length && isWithin(a, b, "narrow");
}

/** Whether the name lies in the subtree below `base`. */
export function isWithin(name: DistinguishedName, base: DistinguishedName, folding: Folding): boolean {
  return base.length <= name.length && base.every((set, i) => keyOf(set, folding) === keyOf(name[i]!, folding));
}

/** Values of one attribute type (an OID), in the order of the name; null where the value is no text that is read. */
export function attributesOf(name: DistinguishedName, type: string): (string | null)[] {
  return name.flat().flatMap((attribute) => (attribute.type === type ? [attribute.text] : []));
}

/** For messages. */
export function nameText(name: DistinguishedName): string {
  const short: Record<string, string> = { [COMMON_NAME]: "CN", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.6": "C" };
  const text = name.flat().map(({ type, text: value, narrow }) => `${short[type] ?? type}=${value ?? narrow}`);
  return text.join(", ").slice(0, 100) || "(no name)";
}
