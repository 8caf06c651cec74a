/**
 * When a signature was there, by someone else's word than the signer's: an authority's timestamp of the signature's bytes
 * (RFC 3161), or a log's proof of the line `sha256:…` of the signature's file, under a head that witnesses cosigned. Both
 * say "not later than"; neither says when it was made. Certificates are then judged at that moment.
 */
import { utf8 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { readCertificates } from "../../host/signing/signature-keys.js";
import { verifyTimestamp } from "../../host/signing/x509/timestamp.js";
import { readWhole } from "../../host/whole-file.js";
import { parseProofFile, verifyProofFile } from "../../tlog/proof-file.js";
import { readPolicyFile } from "../log/log.js";

export interface TimeEvidence {
  /** RFC 3161 timestamps of the signature, beside those in its bundle, and the authorities' roots. */
  timestamps: readonly string[];
  timestampRoots: readonly string[];
  /** A proof that a log holds the line, and the policy it is believed under. */
  logged: { proof: string; policy: string } | null;
}

export interface SigningTime {
  /** Milliseconds since 1970. */
  at: number;
  proof: "timestamp" | "log";
  by: string;
}

/** What is logged of a signature's file. */
export function loggedLine(signatureFile: Uint8Array): Uint8Array {
  return utf8(`${sha256Digest(signatureFile)}\n`);
}

/**
 * The earliest moment that holds; null where no evidence is given.
 * @throws SIGNATURE, DIGEST when evidence that was given does not hold
 */
export async function signingTime(
  bundle: { file: Uint8Array; signature: Uint8Array; timestamps: readonly Uint8Array[]; name: string },
  evidence: TimeEvidence,
): Promise<SigningTime | null> {
  const found: SigningTime[] = [];
  const { timestampRoots, logged } = evidence;
  if (timestampRoots.length > 0) {
    const roots = (
      await Promise.all(timestampRoots.map(async (path) => readCertificates(await readWhole(path), path)))
    ).flat();
    const given = await Promise.all(
      evidence.timestamps.map(async (path) => ({ token: await readWhole(path), name: path })),
    );
    const inside = bundle.timestamps.map((token) => ({ token, name: `${bundle.name}: its timestamp` }));
    if (given.length + inside.length === 0)
      throw new AssayError("USAGE", `${bundle.name}: carries no timestamp; give --timestamp FILE`);
    for (const { token, name } of [...given, ...inside]) {
      const { at, authority } = await verifyTimestamp(token, bundle.signature, roots, name);
      found.push({ at, proof: "timestamp", by: authority });
    }
  } else if (evidence.timestamps.length > 0)
    throw new AssayError("USAGE", "register verify: --timestamp goes with --timestamp-roots");
  if (logged) {
    const policy = await readPolicyFile(logged.policy);
    const proof = parseProofFile(await readWhole(logged.proof), logged.proof);
    const { cosigned, origin } = verifyProofFile(proof, loggedLine(bundle.file), policy, logged.proof);
    const first = cosigned[0];
    if (!first)
      throw new AssayError("SIGNATURE", `${logged.proof}: no witness of the policy says when it cosigned the log`);
    found.push({ at: first.time * 1000, proof: "log", by: `${origin}, cosigned by ${first.witness}` });
  }
  return found.sort((a, b) => a.at - b.at)[0] ?? null;
}
