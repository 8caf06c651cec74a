/**
 * What RFC 5280 asks of one certificate, in two kinds. Faults: whoever relies on the certificate must refuse it (§4.2:
 * unknown critical extensions; §6.1: dates, authority). Departures: what §4 asks of the authority that issued it and
 * §6 does not look at; they are said, and refuse only where the caller wants the whole profile.
 */
import { type Certificate, EXTENSION, KEY_USAGE } from "./certificate.js";
import { isHost, isMailbox } from "./name-constraints.js";

/** What is understood and acted upon here; anything else that is critical refuses (§4.2). */
const UNDERSTOOD = new Set<string>([
  EXTENSION.keyUsage,
  EXTENSION.subjectAltName,
  EXTENSION.basicConstraints,
  EXTENSION.nameConstraints,
  EXTENSION.certificatePolicies,
  EXTENSION.policyMappings,
  EXTENSION.policyConstraints,
  EXTENSION.inhibitAnyPolicy,
  EXTENSION.extendedKeyUsage,
]);

/** MD2, MD4, MD5 and SHA-1 with RSA, SHA-1 with DSA and ECDSA: collisions are made to order (Leurent and Peyrin, 2020). */
const BROKEN_SIGNATURES = new Set([
  "1.2.840.113549.1.1.2",
  "1.2.840.113549.1.1.3",
  "1.2.840.113549.1.1.4",
  "1.2.840.113549.1.1.5",
  "1.3.14.3.2.29",
  "1.2.840.10040.4.3",
  "1.2.840.10045.4.1",
]);
/** Anything shorter is within reach (NIST SP 800-131A). */
const RSA_BITS_MIN = 2048;
/** §4.1.2.2. */
const SERIAL_OCTETS_MAX = 20;

interface Place {
  /** It issued another certificate of the path. */
  issues: boolean;
  /** It is trusted here, and so nobody's signature over it counts. */
  anchor: boolean;
  /** Milliseconds since 1970. */
  at: number;
}

/** Why whoever relies on this certificate must refuse it; null when there is no reason in it. */
export function faultOf(certificate: Certificate, { issues, anchor, at }: Place): string | null {
  const { version, extensions, keyUsage, basicConstraints, nameConstraints } = certificate;
  // Dates have whole seconds: a moment within the last one is still inside (X.509, §7.2).
  const second = Math.floor(at / 1000) * 1000;
  if (second < certificate.notBefore) return `is valid from ${iso(certificate.notBefore)} only, asked was ${iso(at)}`;
  if (second > certificate.notAfter) return `was valid until ${iso(certificate.notAfter)}, asked was ${iso(at)}`;
  const unknown = extensions.find(({ id, critical }) => critical && !UNDERSTOOD.has(id));
  if (unknown) return `has the critical extension ${unknown.id}, which is not understood here`;
  if (certificate.issuer.length === 0) return "names no issuer";
  if (!certificate.algorithmsAgree) return "names two signature algorithms";
  if (!anchor && BROKEN_SIGNATURES.has(certificate.signatureAlgorithm))
    return `is signed with a broken digest (${certificate.signatureAlgorithm})`;
  const weak = weakKey(certificate);
  if (weak) return weak;
  if (keyUsage?.size === 0) return "has a key usage that allows nothing";
  if (keyUsage?.has(KEY_USAGE.keyCertSign) && !basicConstraints?.ca) return "may sign certificates and is no authority";
  if (basicConstraints && basicConstraints.pathLength !== null && !basicConstraints.ca)
    return "limits paths and is no authority";
  if (nameConstraints && !basicConstraints?.ca) return "constrains names and is no authority";
  if (!issues) return null;
  if (version !== 3 || !basicConstraints?.ca) return "is no authority and issued another";
  if (keyUsage && !keyUsage.has(KEY_USAGE.keyCertSign)) return "is not for signing certificates and signed one";
  if (certificate.subject.length === 0) return "issued another and has no name";
  return null;
}

function weakKey({ platform }: Certificate): string | null {
  let key: ReturnType<() => typeof platform.publicKey>;
  try {
    key = platform.publicKey;
  } catch {
    return "has a key that cannot be read";
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === "rsa" || type === "rsa-pss")
    return (details?.modulusLength ?? 0) >= RSA_BITS_MIN ? null : `has an RSA key of ${details?.modulusLength} bits`;
  if (type === "ec") return details?.namedCurve ? null : "has a key on a curve without a name";
  return type === "ed25519" || type === "ed448" ? null : `has a key of a kind that is not taken here (${type})`;
}

/** What §4 asks of the issuing authority and was not done; one short sentence each. */
export function departuresOf(certificate: Certificate, { issues, anchor }: Omit<Place, "at">): string[] {
  const { extensions, serial, subject, subjectAltNames, keyUsage, basicConstraints } = certificate;
  const found: string[] = [];
  const critical = (id: string) => extensions.find((extension) => extension.id === id)?.critical;
  if ((serial[0]! & 0x80) !== 0 || serial.every((octet) => octet === 0))
    found.push("its serial number is not positive (4.1.2.2)");
  if (serial.length > SERIAL_OCTETS_MAX) found.push("its serial number is longer than 20 octets (4.1.2.2)");
  if (certificate.oddTimes) found.push("a date before 2050 is no UTCTime (4.1.2.5)");
  const selfSigned = anchor && certificate.platform.subject === certificate.platform.issuer;
  if (!selfSigned && !certificate.authorityKeyIdentifier?.key)
    found.push("it has no authority key identifier (4.2.1.1)");
  if (issues && certificate.subjectKeyIdentifier === null) found.push("it has no subject key identifier (4.2.1.2)");
  if (issues && keyUsage === null) found.push("it issued another and states no key usage (4.2.1.3)");
  if (basicConstraints?.ca && critical(EXTENSION.basicConstraints) === false)
    found.push("its basic constraints are not critical (4.2.1.9)");
  for (const [id, name, section] of [
    [EXTENSION.nameConstraints, "name constraints", "4.2.1.10"],
    [EXTENSION.policyConstraints, "policy constraints", "4.2.1.11"],
    [EXTENSION.inhibitAnyPolicy, "inhibit any-policy", "4.2.1.14"],
  ] as const)
    if (critical(id) === false) found.push(`its ${name} are not critical (${section})`);
  if (subject.length === 0 && critical(EXTENSION.subjectAltName) !== true)
    found.push("it has no subject, and no critical alternative name (4.2.1.6)");
  for (const name of subjectAltNames ?? []) {
    const odd =
      (name.form === "dNSName" && !isHost(name.text.replace(/^\*\./, ""))) ||
      (name.form === "rfc822Name" && !isMailbox(name.text)) ||
      (name.form === "iPAddress" && ![4, 16].includes(name.octets.length)) ||
      (name.form === "uniformResourceIdentifier" && !/^[a-z][a-z0-9+.-]*:./i.test(name.text));
    if (odd) found.push(`an alternative name is malformed: ${name.form} (4.2.1.6)`);
  }
  return found;
}

function iso(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
