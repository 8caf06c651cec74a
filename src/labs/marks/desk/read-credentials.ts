/**
 * A C2PA manifest in plain text, verified: that it is bound to this text (credentials/text-manifest.ts), that the claim is
 * signed (COSE_Sign1, C2PA 2.4 §13.2) by the certificate it carries, and, where roots are handed in, that the
 * certificate leads to one of them at a stated moment and is for signing such claims (§14.5). Time stamps in the
 * signature are not judged: without one a certificate that has run out since no longer leads to a root.
 */
import { constants, type KeyObject, verify } from "node:crypto";
import { encode } from "cborg";
import { AssayError } from "../../../base/error.js";
import { type Certificate, KEY_USAGE, readCertificate } from "../../../host/signing/x509/certificate.js";
import { nameText } from "../../../host/signing/x509/distinguished-name.js";
import { validatePath } from "../../../host/signing/x509/path-validation.js";
import { decodeClaimCbor, textManifest } from "../credentials/text-manifest.js";

const WHAT = "C2PA manifest";
const HEADER = { algorithm: 1, chain: 33 } as const;
/** Public hierarchies have at most four (CWE-407). */
const CERTIFICATES_MAX = 16;
interface Algorithm {
  keys: readonly string[];
  digest: string | null;
  pss?: true;
}
/** COSE algorithms that C2PA allows (§13.2.1), by number. */
const ALGORITHMS = new Map<unknown, Algorithm>([
  [-7, { keys: ["ec"], digest: "sha256" }],
  [-35, { keys: ["ec"], digest: "sha384" }],
  [-36, { keys: ["ec"], digest: "sha512" }],
  [-37, { keys: ["rsa", "rsa-pss"], digest: "sha256", pss: true }],
  [-38, { keys: ["rsa", "rsa-pss"], digest: "sha384", pss: true }],
  [-39, { keys: ["rsa", "rsa-pss"], digest: "sha512", pss: true }],
  [-8, { keys: ["ed25519"], digest: null }],
]);
/** Claim signing (C2PA 2.4, §14.4.1); document signing and e-mail, as earlier versions had it. */
const PURPOSES = ["1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4"];

interface Credentials {
  /** Does the text carry a manifest, and does it hold: bound to the text and signed by the certificate it carries? */
  state: "absent" | "holds" | "broken";
  /** One line for people. */
  line: string;
  /** Of the certificate; null unless it holds. */
  signer: string | null;
  /** By the claim's own word. */
  generator: string | null;
  sourceType: string | null;
}

export interface TrustAsked {
  /** DER of roots. */
  roots: readonly Uint8Array[];
  /** Milliseconds since 1970. */
  at: number;
}

const ABSENT = "C2PA: no manifest stands in the text; that says nothing about who wrote it.";

/** Never throws for what a text carries: what does not hold is said. */
export async function readCredentials(text: string, trust: TrustAsked | null): Promise<Credentials> {
  const none = { signer: null, generator: null, sourceType: null };
  try {
    const manifest = textManifest(text);
    if (manifest === null) return { state: "absent", line: ABSENT, ...none };
    const chain = signedBy(manifest.claim, manifest.signature);
    const signer = nameText(chain[0]!.subject);
    const { generator, sourceType } = manifest;
    const trusted =
      trust === null ? "whether to trust it was not asked (no roots were given)" : await leading(chain, trust);
    const made = sourceType === null ? "" : `; it says ${sourceType.slice(sourceType.lastIndexOf("/") + 1)}`;
    const line = `C2PA: a manifest holds: the text is as signed by "${signer}", ${trusted}${made}.`;
    return { state: "holds", line, signer, generator, sourceType };
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const why = error.message.replace(/^C2PA manifest: /, "");
    return { state: "broken", line: `C2PA: a manifest stands in the text and does not hold: ${why}.`, ...none };
  }
}

/** Certificates, the signer's first. @throws AssayError when the claim is not signed by it */
function signedBy(claim: Uint8Array, signature: Uint8Array): Certificate[] {
  const parts = decodeClaimCbor(signature);
  if (!Array.isArray(parts) || parts.length !== 4) throw new AssayError("FORMAT", `${WHAT}: expected a COSE signature`);
  const [header, open, payload, signed] = parts;
  if (!(header instanceof Uint8Array && open instanceof Map && payload === null && signed instanceof Uint8Array))
    throw new AssayError("FORMAT", `${WHAT}: expected a COSE signature over a claim beside it`);
  const stated = decodeClaimCbor(header);
  if (!(stated instanceof Map)) throw new AssayError("FORMAT", `${WHAT}: expected a COSE header`);
  if (stated.has(2))
    throw new AssayError("FORMAT", `${WHAT}: its signature has critical headers that are not known here`);
  const given = [HEADER.chain, "x5chain"].flatMap((name) => [stated.get(name), open.get(name)]).find(Boolean);
  const list = Array.isArray(given) ? given : [given];
  if (list.length > CERTIFICATES_MAX || !list.every((each) => each instanceof Uint8Array))
    throw new AssayError("FORMAT", `${WHAT}: expected 1 to ${CERTIFICATES_MAX} certificates in its signature`);
  const chain = list.map((raw: Uint8Array) => readCertificate(raw, WHAT));
  const algorithm = ALGORITHMS.get(stated.get(HEADER.algorithm));
  const key = keyOf(chain[0]!);
  if (!key || !algorithm?.keys.includes(key.asymmetricKeyType!))
    throw new AssayError("SIGNATURE", `${WHAT}: its signature algorithm is not one that C2PA allows for this key`);
  const message = encode(["Signature1", header, new Uint8Array(0), claim]);
  if (!holds(key, algorithm, message, signed))
    throw new AssayError("SIGNATURE", `${WHAT}: the signature is not by the certificate it carries`);
  return chain;
}

/** null for a key that the platform cannot read. */
function keyOf({ platform }: Certificate): KeyObject | null {
  try {
    return platform.publicKey;
  } catch {
    return null;
  }
}

function holds(key: KeyObject, { digest, pss }: Algorithm, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const how = pss
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { dsaEncoding: "ieee-p1363" as const };
    return verify(digest, message, { key, ...how }, signature);
  } catch {
    return false;
  }
}

/** Words for where the chain leads. */
async function leading(chain: readonly Certificate[], { roots, at }: TrustAsked): Promise<string> {
  const [certificate, ...others] = chain as [Certificate, ...Certificate[]];
  const { keyUsage, extendedKeyUsage, basicConstraints } = certificate;
  if (!keyUsage?.has(KEY_USAGE.digitalSignature) || basicConstraints?.ca === true)
    return "whose certificate is not for signing claims";
  if (!extendedKeyUsage?.some((purpose) => PURPOSES.includes(purpose)))
    return "whose certificate is not for signing claims";
  try {
    const trusted = roots.map((raw) => readCertificate(raw, "the roots given"));
    const path = await validatePath({ certificate, others, trusted, at }, "its certificate");
    return `whose certificate leads to "${nameText(path.certificates.at(-1)!.subject)}"`;
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return `whom nobody vouches for that is trusted here (${error.message.replace(/^its certificate: /, "")})`;
  }
}
