/**
 * Timestamps by an authority (RFC 3161; CMS, RFC 5652; RFC 5816): that some bytes existed at a moment. As with paths, two
 * judges have to agree: pkijs (the CMS structure, the message's digest, the signature), and our own reading of what it
 * leaves out: one signer, a certificate for timestamps alone and critically so (§2.3), named by the token itself
 * (ESSCertID, §2.4.2), and its path at the moment stated. It cannot see whether the authority's clock is right.
 */
import { createHash } from "node:crypto";
import { ContentInfo, SignedData } from "pkijs";
import { AssayError } from "../../../base/error.js";
import { type Certificate, EXTENSION, readCertificate } from "./certificate.js";
import { type Der, oidOf, parseDer, TAG, timeOf } from "./der.js";
import { nameText } from "./distinguished-name.js";
import { validatePath } from "./path-validation.js";

/** A token with its chain takes 2 to 8 kB. */
const TIMESTAMP_BYTES_MAX = 256 * 1024;
const CERTIFICATES_MAX = 16;

const SIGNED_DATA = "1.2.840.113549.1.7.2";
const TST_INFO = "1.2.840.113549.1.9.16.1.4";
const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const SIGNING_CERTIFICATE = { v1: "1.2.840.113549.1.9.16.2.12", v2: "1.2.840.113549.1.9.16.2.47" } as const;
/** SHA-1 is left out: collisions are made to order. */
const HASHES: Record<string, string> = {
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

interface Timestamp {
  /** Milliseconds since 1970, as the authority says. */
  at: number;
  authority: string;
  anchor: string;
}

/**
 * @param token a TimeStampToken, or the TimeStampResp it came in, DER
 * @param message what was stamped
 * @param trusted DER of the authority's roots
 * @throws FORMAT, LIMIT for what is no timestamp; SIGNATURE when it does not hold, or is of something else
 */
export async function verifyTimestamp(
  token: Uint8Array,
  message: Uint8Array,
  trusted: readonly Uint8Array[],
  what: string,
): Promise<Timestamp> {
  if (token.length > TIMESTAMP_BYTES_MAX)
    throw new AssayError("LIMIT", `${what}: expected a timestamp of at most ${TIMESTAMP_BYTES_MAX} bytes`);
  const { contentInfo, signedData } = tokenOf(parseDer(token, what), what);
  const refused = (reason: string) => new AssayError("SIGNATURE", `${what}: the timestamp ${reason}`);
  const { info, certificates, signer } = partsOf(signedData, what);
  const { at, hash, imprint } = tstInfo(info, what);
  const digest = HASHES[hash];
  if (!digest) throw refused(`is over a digest that is not taken here (${hash})`);
  if (!createHash(digest).update(message).digest().equals(imprint)) throw refused("is of something else");
  if (!certificates.length) throw refused("carries no certificate");
  const attributes = attributesOf(signer, what);
  if (oidIn(attributes.get(CONTENT_TYPE)) !== TST_INFO) throw refused("is signed as something else");
  const read = certificates.map((raw) => readCertificate(raw, what));
  const certificate = read.find((each) => isNamed(attributes, each.raw));
  if (!certificate) throw refused("does not name the certificate it was signed with");
  const purpose = purposeFault(certificate);
  if (purpose) throw refused(`is signed by "${nameText(certificate.subject)}", which ${purpose}`);
  await librarySays(contentInfo, message, certificate, refused);
  const anchors = trusted.map((raw) => readCertificate(raw, "the authorities trusted here"));
  const path = await validatePath({ certificate, others: read, trusted: anchors, at }, what);
  return { at, authority: nameText(certificate.subject), anchor: nameText(path.certificates.at(-1)!.subject) };
}

/** A response holds a status (granted, or granted with changes) and the token. */
function tokenOf(top: Der, what: string): { contentInfo: Uint8Array; signedData: Der } {
  const [first, second] = top.inside;
  const info = first?.tag === TAG.sequence ? second : top;
  if (first?.tag === TAG.sequence && first.inside[0]?.tag === TAG.integer && (first.inside[0].contents[0] ?? 9) > 1)
    throw new AssayError("SIGNATURE", `${what}: the authority did not grant the timestamp`);
  const [type, content] = info?.inside ?? [];
  const signedData = content?.inside[0];
  if (type?.tag !== TAG.oid || oidOf(type) !== SIGNED_DATA || signedData?.tag !== TAG.sequence)
    throw new AssayError("FORMAT", `${what}: expected a timestamp (RFC 3161)`);
  return { contentInfo: info!.whole, signedData };
}

function partsOf(signedData: Der, what: string): { info: Uint8Array; certificates: Uint8Array[]; signer: Der } {
  const fault = (part: string) => new AssayError("FORMAT", `${what}: expected a timestamp (RFC 3161): ${part}`);
  const [, , encapsulated, ...rest] = signedData.inside;
  const [type, content] = encapsulated?.inside ?? [];
  const octets = content?.inside[0];
  if (type?.tag !== TAG.oid || oidOf(type) !== TST_INFO || octets?.tag !== TAG.octetString) throw fault("its content");
  const certificates = rest.find(({ tag }) => tag === 0xa0)?.inside ?? [];
  if (certificates.length > CERTIFICATES_MAX)
    throw new AssayError("LIMIT", `${what}: expected at most ${CERTIFICATES_MAX} certificates`);
  const signers = rest.at(-1);
  if (signers?.tag !== TAG.set || signers.inside.length !== 1) throw fault("one signer");
  return { info: octets.contents, certificates: certificates.map(({ whole }) => whole), signer: signers.inside[0]! };
}

function tstInfo(bytes: Uint8Array, what: string): { at: number; hash: string; imprint: Uint8Array } {
  const [version, policy, imprint, serial, time] = parseDer(bytes, what).inside;
  const [algorithm, digest] = imprint?.inside ?? [];
  const oid = algorithm?.inside[0];
  const wellFormed =
    version?.tag === TAG.integer && version.contents[0] === 1 && policy?.tag === TAG.oid && serial?.tag === TAG.integer;
  const at = time?.tag === TAG.generalizedTime ? momentOf(time) : null;
  if (!wellFormed || oid?.tag !== TAG.oid || digest?.tag !== TAG.octetString || at === null)
    throw new AssayError("FORMAT", `${what}: expected a timestamp (RFC 3161): its content`);
  return { at, hash: oidOf(oid), imprint: digest.contents };
}

/** A fraction of a second may follow, which certificates do not have (§2.4.2). */
function momentOf(time: Der): number | null {
  const text = Buffer.from(time.contents).toString("latin1");
  const [, whole, fraction] = /^([0-9]{14})(\.[0-9]{0,8}[1-9])?Z$/.exec(text) ?? [];
  if (whole === undefined) return null;
  const seconds = timeOf({ ...time, contents: Buffer.from(`${whole}Z`) });
  return seconds === null ? null : seconds + Math.floor(Number(fraction ?? 0) * 1000);
}

/** Signed attributes by type, each with one value. */
function attributesOf(signer: Der, what: string): Map<string, Der> {
  const found = new Map<string, Der>();
  for (const { inside } of signer.inside.find(({ tag }) => tag === 0xa0)?.inside ?? []) {
    const [type, values] = inside;
    if (type?.tag !== TAG.oid || values?.tag !== TAG.set || values.inside.length !== 1 || found.has(oidOf(type)))
      throw new AssayError("FORMAT", `${what}: expected a timestamp (RFC 3161): its signed attributes`);
    found.set(oidOf(type), values.inside[0]!);
  }
  return found;
}

function oidIn(value: Der | undefined): string | null {
  return value?.tag === TAG.oid ? oidOf(value) : null;
}

/** Whether the token names this certificate as its signer's: the first identifier of the list (RFC 5035, §4). */
function isNamed(attributes: Map<string, Der>, raw: Uint8Array): boolean {
  const digestOf = (name: string) => createHash(name).update(raw).digest();
  const first = (value: Der | undefined) => value?.inside[0]?.inside[0]?.inside ?? [];
  const v2 = first(attributes.get(SIGNING_CERTIFICATE.v2));
  if (v2.length > 0) {
    const stated = v2[0]!.tag === TAG.sequence ? v2[0]!.inside[0] : null;
    const name = stated ? HASHES[oidIn(stated) ?? ""] : "sha256";
    const hash = v2[stated ? 1 : 0];
    return name !== undefined && hash?.tag === TAG.octetString && digestOf(name).equals(hash.contents);
  }
  const [v1] = first(attributes.get(SIGNING_CERTIFICATE.v1));
  // SHA-1 here only tells the certificates of one token apart: the path of the one named is judged.
  return v1?.tag === TAG.octetString && digestOf("sha1").equals(v1.contents);
}

function purposeFault({ extendedKeyUsage, extensions, keyUsage }: Certificate): string | null {
  if (extendedKeyUsage?.length !== 1 || extendedKeyUsage[0] !== TIME_STAMPING) return "is not for timestamps alone";
  if (!extensions.find(({ id }) => id === EXTENSION.extendedKeyUsage)?.critical) return "does not say so critically";
  return keyUsage && !keyUsage.has(0) && !keyUsage.has(1) ? "is not for signatures, by its key usage" : null;
}

async function librarySays(
  contentInfo: Uint8Array,
  message: Uint8Array,
  certificate: Certificate,
  refused: (reason: string) => AssayError,
): Promise<void> {
  let signedBy: Uint8Array | null;
  try {
    const info = ContentInfo.fromBER(new Uint8Array(contentInfo).buffer);
    const signedData = new SignedData({ schema: info.content });
    const { signatureVerified, signerCertificate } = await signedData.verify({
      signer: 0,
      data: new Uint8Array(message).buffer,
      checkChain: false,
      extendedMode: true,
    });
    signedBy = signatureVerified && signerCertificate ? new Uint8Array(signerCertificate.toSchema().toBER()) : null;
  } catch (error) {
    throw refused(`does not hold: ${(error as { message?: string }).message ?? "pkijs refuses it"}`);
  }
  if (!signedBy) throw refused("does not hold under its certificate");
  if (!Buffer.from(signedBy).equals(certificate.raw)) throw refused("is signed with another certificate than it names");
}
