/**
 * Signatures made through sigstore: certificate from Fulcio, entry in Rekor, checked offline by sigstore's own verifier
 * under a trust root that the caller supplies, for the identity the caller expects. It fetches nothing, and cannot see
 * whether the trust root is still the current one.
 */
import { bundleFromJSON } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";

/** The public root takes 7 kB. */
const TRUST_BYTES_MAX = 4 * 1024 * 1024;
/** A client trust configuration holds the root among other things. */
const CLIENT_CONFIG = "application/vnd.dev.sigstore.clienttrustconfig";

interface SigstoreExpectation {
  /** A trusted_root.json, or a client trust configuration with one inside. */
  trust: Uint8Array;
  trustName: string;
  /** Subject alternative name of the certificate, such as an address or a workflow. */
  identity: string;
  /** Issuer that vouched for the identity. */
  identityProvider: string;
}

/** @throws SIGNATURE when it does not hold, or holds for someone else */
export function verifySigstore(json: unknown, expected: SigstoreExpectation, what: string): void {
  const { trust, trustName, identity, identityProvider } = expected;
  if (trust.length > TRUST_BYTES_MAX) throw new AssayError("LIMIT", `${trustName}: expected a smaller trust root`);
  let material: ReturnType<typeof toTrustMaterial>;
  const value = parseStrictJson(fromUtf8(trust, trustName), trustName) as Record<string, unknown> | null;
  try {
    const inside = String(value?.mediaType).startsWith(CLIENT_CONFIG) ? value?.trustedRoot : value;
    material = toTrustMaterial(TrustedRoot.fromJSON(inside));
    if (material.certificateAuthorities.length === 0) throw new Error("it names no certificate authority");
  } catch (error) {
    throw new AssayError("FORMAT", `${trustName}: expected a sigstore trust root: ${(error as Error).message}`);
  }
  try {
    const entity = toSignedEntity(bundleFromJSON(json));
    new Verifier(material).verify(entity, {
      subjectAlternativeName: exactly(identity),
      extensions: { issuer: identityProvider },
    });
  } catch (error) {
    throw new AssayError("SIGNATURE", `${what}: sigstore's verifier says: ${(error as Error).message}`);
  }
}

/** The verifier takes the expected name as a pattern: it is made to mean itself and nothing else. */
function exactly(name: string): string {
  return `^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`;
}
