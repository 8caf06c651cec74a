/**
 * A verdict for other tools, as two in-toto statements about the model's digest: what does not change with time (signed,
 * declared, which tests were counted) as a Simple Verification Result (in-toto.io/attestation/svr/v0.1), and what does (no
 * order, log fresh, allowed) as a SLSA Verification Summary (slsa.dev/verification_summary/v1) that is good until the
 * verdict's end. A refusal gives a summary that says FAILED and no result of properties.
 */
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import type { GateFacts } from "./facts.js";
import type { GateVerdict } from "./verdict.js";

const STATEMENT = "https://in-toto.io/Statement/v1";
const SVR = "https://in-toto.io/attestation/svr/v0.1";
const VSA = "https://slsa.dev/verification_summary/v1";

/** Statements to be signed; empty where the model has no digest, of which nothing can be attested. */
export function attestationsOf(
  facts: GateFacts,
  verdict: GateVerdict,
  verifier: string,
): { name: string; statement: Uint8Array }[] {
  const [algorithm, hex] = (facts.model ?? "").split(":");
  if (algorithm !== "sha256" || !hex) return [];
  const subject = [{ name: facts.name ?? "model", digest: { sha256: hex } }];
  const digest = { sha256: verdict.policy.slice("sha256:".length) };
  const vsa = {
    _type: STATEMENT,
    subject,
    predicateType: VSA,
    predicate: {
      verifier: { id: verifier },
      timeVerified: verdict.at,
      // Consumers of a summary ignore fields they do not know (in-toto's parsing rules).
      validUntil: verdict.validUntil,
      resourceUri: `pkg:generic/model?checksum=${facts.model}`,
      policy: { uri: "assay/gate-policy/v1", digest },
      inputAttestations: [{ uri: "assay/gate-facts/v1", digest: { sha256: verdict.facts.slice("sha256:".length) } }],
      verificationResult: verdict.allow ? "PASSED" : "FAILED",
      verifiedLevels: verdict.allow ? ["ASSAY_GATE_ALLOWED", "ASSAY_NO_ORDER_IN_FORCE"] : [],
    },
  };
  const made = [{ name: "verification-summary.sigstore.json", statement: canonicalJsonBytes(vsa) }];
  const properties = verdict.allow ? propertiesOf(facts) : [];
  if (properties.length > 0) {
    const predicate = { verifier: { id: verifier, policy: { digest } }, timeCreated: verdict.at, properties };
    made.push({
      name: "verification-result.sigstore.json",
      statement: canonicalJsonBytes({ _type: STATEMENT, subject, predicateType: SVR, predicate }),
    });
  }
  return made;
}

function propertiesOf(facts: GateFacts): string[] {
  const word = (text: string) =>
    text
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, "_")
      .replace(/^_|_$/g, "");
  return [
    ...(facts.signature === "holds" ? ["ASSAY_FILES_SIGNED"] : []),
    ...(facts.declared ? ["ASSAY_DECLARED"] : []),
    ...Object.entries(facts.origin)
      .filter(([, step]) => step !== "not declared")
      .map(([fact, step]) => `ASSAY_ORIGIN_${word(fact)}_${word(step)}`),
    ...facts.evaluations
      .filter(({ faults }) => faults.length === 0)
      .map(({ suite, metric, lower95Ppm }) => `ASSAY_TEST_${word(suite)}_${word(metric)}_LOWER95_PPM_${lower95Ppm}`),
  ];
}
