/**
 * Whether a DCAP quote holds: the attestation key signed header and report; Intel's quoting enclave vouches for that key
 * in its own report (its hash, then zeros); the platform's certificate signed that report; and its path ends at a root
 * that the reader trusts. The path is judged like any other (`x509/path-validation.ts`).
 */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { concatBytes, equalBytes, hex } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { readCertificates } from "../signature-keys.js";
import { readCertificate } from "../x509/certificate.js";
import { type Der, oidOf, parseDer, TAG } from "../x509/der.js";
import { attributesOf, COMMON_NAME, nameText } from "../x509/distinguished-name.js";
import { validatePath } from "../x509/path-validation.js";
import { type DcapQuote, readDcapQuote } from "./dcap-quote.js";
import type { TeeExhibit, TeeQuestion } from "./exhibit.js";

/** Of a platform's certificate (Intel, "SGX PCK Certificate and CRL Profile"): what makes it one. */
const SGX_EXTENSION = "1.2.840.113741.1.13.1";
const FMSPC = `${SGX_EXTENSION}.4`;
const PCK_NAME = "Intel SGX PCK Certificate";
/** Who signed Intel's quoting enclaves, and which product they are (Intel's QE and TD QE identity). */
const QUOTING_ENCLAVES: readonly { mrsigner: string; productId: number; form: string }[] = [
  {
    form: "sgx-quote",
    mrsigner: "8c4f5775d796503e96137f77c68a829a0056ac8ded70140b081b094490c57bff",
    productId: 1,
  },
  {
    form: "tdx-quote",
    mrsigner: "dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5",
    productId: 2,
  },
];

/** @throws FORMAT, LIMIT, UNSUPPORTED for what is no quote that is read here; what does not hold is a fault */
export async function verifyDcapQuote(
  { bytes, certificates, roots, at }: TeeQuestion,
  what: string,
): Promise<TeeExhibit> {
  const quote = readDcapQuote(bytes, what);
  const chain = readCertificates(
    new Uint8Array(Buffer.from(quote.chain.replace(/\0+$/, ""), "latin1")),
    `${what}: its chain`,
  );
  const [platform, ...others] = chain.map((raw) => readCertificate(raw, `${what}: its chain`));
  if (!platform) throw new AssayError("FORMAT", `${what}: expected a certificate chain inside, got none`);
  const faults: string[] = [];
  if (quote.debug) faults.push("was made with debugging allowed, and attests nothing");
  if (!signedBy(quote.attestationKey, quote.signature, quote.signed, what))
    faults.push("its signature does not hold under its key");
  faults.push(...quotingFaults(quote));
  if (!verifies(platform.platform.publicKey, quote.quotingEnclaveSignature, quote.quotingEnclave.raw))
    faults.push("the platform's certificate did not sign the quoting enclave's report");
  const pck = platform.extensions.find(({ id }) => id === SGX_EXTENSION);
  if (!pck || attributesOf(platform.subject, COMMON_NAME).join() !== PCK_NAME)
    faults.push(`"${nameText(platform.subject)}" is no certificate of a platform`);
  let anchor: string | null = null;
  try {
    const path = await validatePath(
      {
        certificate: platform,
        others: [...others, ...certificates.map((raw) => readCertificate(raw, `${what}: certificates beside it`))],
        trusted: roots.map((raw) => readCertificate(raw, "the roots trusted here")),
        at,
      },
      what,
    );
    anchor = nameText(path.certificates.at(-1)!.subject);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "SIGNATURE") throw error;
    faults.push(error.message.replace(`${what}: `, ""));
  }
  const fmspc = pck ? fmspcOf(pck.value, what) : null;
  return {
    form: quote.form,
    version: quote.version,
    measurements: quote.measurements,
    reportData: quote.reportData,
    debug: quote.debug,
    platform: [
      ...(fmspc === null ? [] : [{ name: "FMSPC", value: fmspc }]),
      ...quote.platform,
      { name: "quoting enclave's version", value: String(quote.quotingEnclave.securityVersion) },
    ],
    faults,
    signedBy: nameText(platform.subject),
    anchor,
  };
}

function quotingFaults({ quotingEnclave, attestationKey, authenticationData, form }: DcapQuote): string[] {
  const faults: string[] = [];
  const hash = createHash("sha256").update(attestationKey).update(authenticationData).digest();
  if (!equalBytes(quotingEnclave.reportData, concatBytes([hash, new Uint8Array(32)])))
    faults.push("the quoting enclave vouches for another key");
  if (quotingEnclave.debug) faults.push("the quoting enclave was run with debugging allowed");
  const known = QUOTING_ENCLAVES.some(
    (each) =>
      each.form === form && each.mrsigner === quotingEnclave.mrsigner && each.productId === quotingEnclave.productId,
  );
  if (!known) faults.push(`the quoting enclave is none of Intel's for this form (signer ${quotingEnclave.mrsigner})`);
  return faults;
}

function signedBy(point: Uint8Array, signature: Uint8Array, message: Uint8Array, what: string): boolean {
  const part = (from: number) => Buffer.from(point.subarray(from, from + 32)).toString("base64url");
  let key: KeyObject;
  try {
    key = createPublicKey({ key: { kty: "EC", crv: "P-256", x: part(0), y: part(32) }, format: "jwk" });
  } catch {
    throw new AssayError("FORMAT", `${what}: expected a DCAP quote: a key on P-256`);
  }
  return verifies(key, signature, message);
}

function verifies(key: KeyObject, signature: Uint8Array, message: Uint8Array): boolean {
  if (key.asymmetricKeyType !== "ec" || key.asymmetricKeyDetails?.namedCurve !== "prime256v1") return false;
  return verify("sha256", message, { key, dsaEncoding: "ieee-p1363" }, signature);
}

/** Family, model, stepping and platform: by it Intel says which firmware is up to date. */
function fmspcOf(value: Uint8Array, what: string): string | null {
  const found = parseDer(value, `${what}: SGX extension`).inside.find(
    ({ inside: [id] }: Der) => id?.tag === TAG.oid && oidOf(id) === FMSPC,
  );
  const octets = found?.inside[1];
  return octets?.tag === TAG.octetString ? hex(octets.contents) : null;
}
