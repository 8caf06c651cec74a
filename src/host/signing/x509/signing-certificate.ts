/**
 * The key of a certificate that may sign models: its path holds at the stated moment (`path-validation.ts`), and its
 * purposes allow it. RFC 5280, §4.2.1.3 and §4.2.1.12: key usage and extended key usage each narrow, and both have to
 * agree; one of them has to be there, since the reference implementation takes a silence on both for no permission.
 */
import type { KeyObject } from "node:crypto";
import { AssayError } from "../../../base/error.js";
import { type Certificate, KEY_USAGE, readCertificate } from "./certificate.js";
import { nameText } from "./distinguished-name.js";
import { validatePath } from "./path-validation.js";

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
const ANY_PURPOSE = "2.5.29.37.0";

export interface SigningCertificate {
  key: KeyObject;
  /** Of the signer, for people. */
  subject: string;
  /** Of the anchor that the path ended in. */
  anchor: string;
  /** What the issuing authorities left undone of RFC 5280, §4. */
  departures: string[];
}

interface ChainQuestion {
  /** DER; the first is the signer's. */
  chain: readonly Uint8Array[];
  trusted: readonly Uint8Array[];
  /** Milliseconds since 1970. */
  at: number;
  strict: boolean;
}

/** @throws SIGNATURE when no path holds or the certificate is for something else; FORMAT for what is no certificate */
export async function signingCertificate(question: ChainQuestion, what: string): Promise<SigningCertificate> {
  const { at, strict } = question;
  const [certificate, ...others] = question.chain.map((raw) => readCertificate(raw, what));
  const trusted = question.trusted.map((raw) => readCertificate(raw, "the certificates trusted here"));
  if (!certificate) throw new AssayError("SIGNATURE", `${what}: expected a certificate`);
  const path = await validatePath({ certificate, others, trusted, at, strict }, what);
  const reason = purposeFault(certificate, CODE_SIGNING);
  if (reason)
    throw new AssayError("SIGNATURE", `${what}: the certificate "${nameText(certificate.subject)}" ${reason}`);
  return {
    key: certificate.platform.publicKey,
    subject: nameText(certificate.subject),
    anchor: nameText(path.certificates.at(-1)!.subject),
    departures: path.departures,
  };
}

/** Why the certificate may not make signatures for the purpose; null when it may. */
export function purposeFault({ keyUsage, extendedKeyUsage }: Certificate, purpose: string): string | null {
  if (keyUsage === null && extendedKeyUsage === null) return "does not say that it is for signing";
  if (keyUsage && !keyUsage.has(KEY_USAGE.digitalSignature)) return "is not for signatures, by its key usage";
  if (extendedKeyUsage && !extendedKeyUsage.includes(purpose) && !extendedKeyUsage.includes(ANY_PURPOSE))
    return "is for other purposes, by its extended key usage";
  return null;
}
