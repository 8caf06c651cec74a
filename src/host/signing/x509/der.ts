/**
 * DER (ITU-T X.690, §10 and §11) read strictly into a tree: definite lengths in their shortest form, canonical BOOLEAN,
 * INTEGER, OBJECT IDENTIFIER and BIT STRING, nothing after the end. Whoever reads BER where a signature was made over
 * DER can be shown another certificate than the one that was judged. It cannot see what is inside implicit tags.
 */
import { AssayError } from "../../../base/error.js";

/** Certificates have at most some thousand elements, some fifteen levels deep; a hostile file more (CWE-674, CWE-770). */
const DEPTH_MAX = 40;
const ELEMENTS_MAX = 50_000;

export interface Der {
  /** The identifier octet: class, constructed bit and number. */
  tag: number;
  /** Identifier, length and contents. */
  whole: Uint8Array;
  contents: Uint8Array;
  /** Empty when primitive. */
  inside: Der[];
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** @throws FORMAT, LIMIT */
export function parseDer(bytes: Uint8Array, what: string): Der {
  let elements = 0;
  const fault = (text: string) => new AssayError("FORMAT", `${what}: expected DER, got ${text}`);
  const read = (at: number, end: number, depth: number): { der: Der; next: number } => {
    if (depth > DEPTH_MAX || ++elements > ELEMENTS_MAX)
      throw new AssayError("LIMIT", `${what}: expected a structure of at most ${ELEMENTS_MAX} elements`);
    const tag = bytes[at];
    if (tag === undefined || at + 2 > end) throw fault("an element cut short");
    if ((tag & 0x1f) === 0x1f) throw fault("a tag of several octets");
    const { length, from } = lengthAt(bytes, at + 1, fault);
    const next = from + length;
    if (next > end) throw fault("a length beyond the end");
    const contents = bytes.subarray(from, next);
    const inside: Der[] = [];
    if ((tag & 0x20) !== 0)
      for (let inner = from; inner < next; ) {
        const child = read(inner, next, depth + 1);
        inside.push(child.der);
        inner = child.next;
      }
    const wrong = canonicalFault(tag, contents);
    if (wrong) throw fault(wrong);
    return { der: { tag, whole: bytes.subarray(at, next), contents, inside }, next };
  };
  const { der, next } = read(0, bytes.length, 0);
  if (next !== bytes.length) throw fault("bytes after the end");
  return der;
}

function lengthAt(
  bytes: Uint8Array,
  at: number,
  fault: (text: string) => AssayError,
): { length: number; from: number } {
  const first = bytes[at]!;
  if (first < 0x80) return { length: first, from: at + 1 };
  const octets = first & 0x7f;
  if (octets === 0) throw fault("an indefinite length");
  if (octets > 4 || at + 1 + octets > bytes.length) throw fault("a length beyond the end");
  let length = 0;
  for (let i = 1; i <= octets; i++) length = length * 256 + bytes[at + i]!;
  if (bytes[at + 1] === 0 || length < 0x80) throw fault("a length that is not in its shortest form");
  return { length, from: at + 1 + octets };
}

/** What is not canonical about the contents of a universal type; null when nothing is. */
function canonicalFault(tag: number, contents: Uint8Array): string | null {
  switch (tag) {
    case 0x00:
      return "an end of contents";
    case TAG.boolean:
      return contents.length === 1 && (contents[0] === 0 || contents[0] === 0xff) ? null : "a BOOLEAN of another form";
    case TAG.integer:
    case 0x0a:
      return isMinimal(contents) ? null : "an INTEGER that is not in its shortest form";
    case TAG.bitString: {
      const unused = contents[0];
      if (unused === undefined || unused > 7 || (unused > 0 && contents.length === 1)) return "a malformed BIT STRING";
      return (contents.at(-1)! & ((1 << unused) - 1)) === 0 || contents.length === 1
        ? null
        : "a BIT STRING with set bits beyond its end";
    }
    case 0x05:
      return contents.length === 0 ? null : "a NULL with contents";
    case TAG.oid:
      return isOid(contents) ? null : "a malformed OBJECT IDENTIFIER";
    case 0x10:
    case 0x11:
      return "a primitive SEQUENCE or SET";
    default:
      // Strings and times are primitive in DER: of the universal types only SEQUENCE, SET, EXTERNAL and PDV are not.
      return (tag & 0xe0) === 0x20 && ![TAG.sequence, TAG.set, 0x28, 0x2b].includes(tag as 0x30)
        ? "a string in pieces"
        : null;
  }
}

function isMinimal(contents: Uint8Array): boolean {
  if (contents.length === 0) return false;
  if (contents.length === 1) return true;
  const [first, second] = [contents[0]!, contents[1]!];
  return !(first === 0 && second < 0x80) && !(first === 0xff && second >= 0x80);
}

function isOid(contents: Uint8Array): boolean {
  if (contents.length === 0 || (contents.at(-1)! & 0x80) !== 0) return false;
  return contents.every((octet, i) => octet !== 0x80 || (i > 0 && (contents[i - 1]! & 0x80) !== 0));
}

/** Dotted numbers. */
export function oidOf(der: Der): string {
  const numbers: bigint[] = [];
  let value = 0n;
  for (const octet of der.contents) {
    value = (value << 7n) | BigInt(octet & 0x7f);
    if ((octet & 0x80) === 0) {
      numbers.push(value);
      value = 0n;
    }
  }
  const first = numbers[0]!;
  const top = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [top, first - 40n * top, ...numbers.slice(1)].join(".");
}

/** A number from zero to 2³¹; null for others. */
export function smallInteger(der: Der): number | null {
  if (der.contents.length > 4 || (der.contents[0]! & 0x80) !== 0) return null;
  return der.contents.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** The bits that are set, numbered from the most significant of the first octet (RFC 5280, §4.2.1.3). */
export function setBits(der: Der): Set<number> {
  const bits = new Set<number>();
  der.contents.subarray(1).forEach((octet, i) => {
    for (let bit = 0; bit < 8; bit++) if (octet & (0x80 >> bit)) bits.add(8 * i + bit);
  });
  return bits;
}

/** UTCTime or GeneralizedTime as RFC 5280, §4.1.2.5, has them: seconds, Zulu, no fractions. Null for others. */
export function timeOf(der: Der): number | null {
  const text = Buffer.from(der.contents).toString("latin1");
  const wide = der.tag === TAG.generalizedTime;
  if (!wide && der.tag !== TAG.utcTime) return null;
  const parts = (wide ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(
    text,
  );
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const full = wide ? year : year >= 50 ? 1900 + year : 2000 + year;
  const date = new Date(0);
  date.setUTCFullYear(full, month - 1, day);
  date.setUTCHours(hour, minute, second, 0);
  const same =
    date.getUTCFullYear() === full &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second;
  return same ? date.getTime() : null;
}
