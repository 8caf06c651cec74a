/**
 * One X.509 certificate (RFC 5280, §4) with everything that path validation looks at, read from strict DER and, beside
 * it, by the two libraries that judge it with us: the platform (signatures) and pkijs (paths). What is malformed is an
 * error here; what a certificate should be and is not is for `certificate-profile.ts`.
 */
import { createHash, X509Certificate } from "node:crypto";
import { Certificate as LibraryCertificate } from "pkijs";
import { AssayError } from "../../../base/error.js";
import { type Der, oidOf, parseDer, setBits, smallInteger, TAG, timeOf } from "./der.js";
import { type DistinguishedName, nameOf } from "./distinguished-name.js";
import { type GeneralName, generalNamesOf, type NameConstraints, nameConstraintsOf } from "./name-forms.js";

/** Real certificates take some kilobytes; x509-limbo's largest honest ones some tens. */
const CERTIFICATE_BYTES_MAX = 256 * 1024;

export const EXTENSION = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  issuerAltName: "2.5.29.18",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  certificatePolicies: "2.5.29.32",
  policyMappings: "2.5.29.33",
  authorityKeyIdentifier: "2.5.29.35",
  policyConstraints: "2.5.29.36",
  extendedKeyUsage: "2.5.29.37",
  inhibitAnyPolicy: "2.5.29.54",
  authorityInformationAccess: "1.3.6.1.5.5.7.1.1",
} as const;

export const KEY_USAGE = { digitalSignature: 0, keyCertSign: 5 } as const;

export interface Certificate {
  raw: Uint8Array;
  /** SHA-256 of `raw`. */
  id: string;
  version: number;
  serial: Uint8Array;
  subject: DistinguishedName;
  issuer: DistinguishedName;
  /** Milliseconds since 1970, first and last moment of validity (§4.1.2.5, both inclusive). */
  notBefore: number;
  notAfter: number;
  /** GeneralizedTime before 2050 (§4.1.2.5 asks for UTCTime). */
  oddTimes: boolean;
  /** DER of SubjectPublicKeyInfo. */
  publicKeyInfo: Uint8Array;
  /** Whether the inner and the outer signature algorithm are the same (§4.1.1.2). */
  algorithmsAgree: boolean;
  signatureAlgorithm: string;
  /** By object identifier, as they stand. */
  extensions: { id: string; critical: boolean; value: Uint8Array }[];
  keyUsage: Set<number> | null;
  basicConstraints: { ca: boolean; pathLength: number | null } | null;
  extendedKeyUsage: string[] | null;
  subjectAltNames: GeneralName[] | null;
  nameConstraints: NameConstraints | null;
  subjectKeyIdentifier: string | null;
  authorityKeyIdentifier: { key: string | null; issuer: GeneralName[] | null; serial: string | null } | null;
  platform: X509Certificate;
  library: LibraryCertificate;
}

/** @throws FORMAT, LIMIT */
export function readCertificate(raw: Uint8Array, what: string): Certificate {
  if (raw.length > CERTIFICATE_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected a certificate of at most ${CERTIFICATE_BYTES_MAX} bytes`);
  const fault = (part: string) => new AssayError("FORMAT", `${what}: expected an X.509 certificate: ${part}`);
  const top = parseDer(raw, what);
  const [tbs, outerAlgorithm, signature] = top.inside;
  if (top.tag !== TAG.sequence || top.inside.length !== 3 || tbs?.tag !== TAG.sequence) throw fault("its three parts");
  if (outerAlgorithm?.tag !== TAG.sequence || signature?.tag !== TAG.bitString) throw fault("its signature");
  const fields = [...tbs.inside];
  let version = 1;
  if (fields[0]?.tag === 0xa0) {
    const stated = fields.shift()!.inside;
    const number = stated.length === 1 && stated[0]!.tag === TAG.integer ? smallInteger(stated[0]!) : null;
    // The default is left out in DER.
    if (number !== 1 && number !== 2) throw fault("its version");
    version = number + 1;
  }
  const [serial, algorithm, issuer, validity, subject, publicKeyInfo, ...optional] = fields;
  if (serial?.tag !== TAG.integer || algorithm?.tag !== TAG.sequence || algorithm.inside[0]?.tag !== TAG.oid)
    throw fault("serial number and algorithm");
  if (!issuer || !subject || publicKeyInfo?.tag !== TAG.sequence) throw fault("names and key");
  const [from, to] = validity?.tag === TAG.sequence && validity.inside.length === 2 ? validity.inside : [];
  const [notBefore, notAfter] = [from && timeOf(from), to && timeOf(to)];
  if (!from || !to || notBefore === null || notAfter === null) throw fault("its dates");
  const extensions = extensionsOf(optional, version, fault);
  const find = (id: string): Der | null => {
    const found = extensions.find((extension) => extension.id === id);
    return found ? parseDer(found.value, `${what}: extension ${id}`) : null;
  };
  let platform: X509Certificate;
  let library: LibraryCertificate;
  try {
    platform = new X509Certificate(raw);
    library = LibraryCertificate.fromBER(new Uint8Array(raw).buffer);
  } catch {
    throw fault("as the libraries read it");
  }
  const id = createHash("sha256").update(raw).digest("hex");
  return {
    raw,
    id,
    version,
    serial: serial.contents,
    subject: nameOf(subject, what),
    issuer: nameOf(issuer, what),
    notBefore: notBefore!,
    notAfter: notAfter!,
    oddTimes: [from, to].some((time) => time.tag === TAG.generalizedTime && timeOf(time)! < Date.UTC(2050)),
    publicKeyInfo: publicKeyInfo.whole,
    algorithmsAgree: Buffer.from(algorithm.whole).equals(outerAlgorithm.whole),
    signatureAlgorithm: oidOf(algorithm.inside[0]),
    extensions,
    keyUsage: keyUsageOf(find(EXTENSION.keyUsage), fault),
    basicConstraints: basicConstraintsOf(find(EXTENSION.basicConstraints), fault),
    extendedKeyUsage: extendedKeyUsageOf(find(EXTENSION.extendedKeyUsage), fault),
    subjectAltNames: generalNamesOf(find(EXTENSION.subjectAltName), what),
    nameConstraints: nameConstraintsOf(find(EXTENSION.nameConstraints), what),
    subjectKeyIdentifier: subjectKeyIdentifierOf(find(EXTENSION.subjectKeyIdentifier), fault),
    authorityKeyIdentifier: authorityKeyIdentifierOf(find(EXTENSION.authorityKeyIdentifier), what, fault),
    platform,
    library,
  };
}

type Fault = (part: string) => AssayError;

function extensionsOf(optional: readonly Der[], version: number, fault: Fault): Certificate["extensions"] {
  // [1] and [2], identifiers of issuer and subject, come before [3].
  const tags = optional.map(({ tag }) => tag);
  const order = [0x81, 0x82, 0xa3];
  if (
    tags.some(
      (tag, i) =>
        !order.includes(tag) || tags.indexOf(tag) !== i || order.indexOf(tag) < order.indexOf(tags[i - 1] ?? 0),
    )
  )
    throw fault("its optional parts");
  if (tags.length > 0 && version === 1) throw fault("parts that version 1 has not");
  const last = optional.find(({ tag }) => tag === 0xa3);
  if (!last) return [];
  if (version !== 3 || last.inside.length !== 1 || last.inside[0]!.tag !== TAG.sequence) throw fault("its extensions");
  const list = last.inside[0]!.inside;
  if (list.length === 0) throw fault("at least one extension");
  const extensions = list.map((extension) => {
    const [id, ...rest] = extension.inside;
    const value = rest.at(-1);
    const critical = rest.length === 2 ? rest[0]! : null;
    if (extension.tag !== TAG.sequence || id?.tag !== TAG.oid || value?.tag !== TAG.octetString || rest.length > 2)
      throw fault("an extension");
    // FALSE is the default, and left out in DER.
    if (critical && (critical.tag !== TAG.boolean || critical.contents[0] !== 0xff)) throw fault("a critical flag");
    return { id: oidOf(id), critical: critical !== null, value: value.contents };
  });
  const ids = extensions.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw fault(`extension ${twice} once (RFC 5280, 4.2)`);
  return extensions;
}

function keyUsageOf(der: Der | null, fault: Fault): Set<number> | null {
  if (!der) return null;
  if (der.tag !== TAG.bitString) throw fault("its key usage");
  return setBits(der);
}

function basicConstraintsOf(der: Der | null, fault: Fault): Certificate["basicConstraints"] {
  if (!der) return null;
  const parts = [...der.inside];
  const ca = parts[0]?.tag === TAG.boolean ? parts.shift()! : null;
  const length = parts[0]?.tag === TAG.integer ? parts.shift()! : null;
  if (der.tag !== TAG.sequence || parts.length > 0) throw fault("its basic constraints");
  const pathLength = length ? smallInteger(length) : null;
  if (length && pathLength === null) throw fault("its path length");
  // An explicit FALSE is not DER, but common, and reads no other way.
  return { ca: ca?.contents[0] === 0xff, pathLength };
}

function extendedKeyUsageOf(der: Der | null, fault: Fault): string[] | null {
  if (!der) return null;
  if (der.tag !== TAG.sequence || der.inside.length === 0 || der.inside.some(({ tag }) => tag !== TAG.oid))
    throw fault("its extended key usage");
  return der.inside.map(oidOf);
}

function subjectKeyIdentifierOf(der: Der | null, fault: Fault): string | null {
  if (!der) return null;
  if (der.tag !== TAG.octetString) throw fault("its subject key identifier");
  return Buffer.from(der.contents).toString("hex");
}

function authorityKeyIdentifierOf(der: Der | null, what: string, fault: Fault): Certificate["authorityKeyIdentifier"] {
  if (!der) return null;
  if (der.tag !== TAG.sequence || der.inside.some(({ tag }) => ![0x80, 0xa1, 0x82].includes(tag)))
    throw fault("its authority key identifier");
  const part = (tag: number) => der.inside.find((each) => each.tag === tag);
  const [key, issuer, serial] = [part(0x80), part(0xa1), part(0x82)];
  return {
    key: key ? Buffer.from(key.contents).toString("hex") : null,
    issuer: issuer ? generalNamesOf({ ...issuer, tag: TAG.sequence }, what) : null,
    serial: serial ? Buffer.from(serial.contents).toString("hex") : null,
  };
}
