/**
 * What a finding's bundle says for the docket: computed from the bundle, when it is entered and whenever it is verified.
 * Evidence beyond the models in dispute is all that was read but the subjects' own files and the validation study; a file
 * that belongs to two inputs counts as evidence.
 */

import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import type { Files } from "../../evidence/bag.js";
import { decodeRequest, planOf } from "../../evidence/request.js";
import { unzipStrict } from "../../evidence/zip.js";
import { decodeFinding } from "../../finding/codec.js";
import type { FoundSince } from "../../finding/past-version.js";
import type { FactsOf } from "../../office/docket/pack/facts.js";
import { findingCount, findingFolder } from "../bundle/bundle-layout.js";
import { verifyBundleZip } from "../bundle/verify-bundle.js";
import { foundSinceOf } from "../past-versions.js";

interface FindingGiven {
  run: string | null;
  slot: number | null;
  /** Which of the bundle's findings, by its proposition; the first when left out. */
  proposition?: string;
}

/** @param zip the finding's bundle @throws SCHEMA, DIGEST when the bundle does not hold */
export function factsOfFinding(zip: Uint8Array, given: FindingGiven): FactsOf<"finding"> {
  const report = verifyBundleZip(zip);
  const fault = report.checks.find(({ holds }) => !holds);
  if (fault) throw new AssayError("DIGEST", `finding: the bundle does not hold: ${fault.name}: ${fault.detail}`);
  const files: Files = unzipStrict(zip);
  const request = decodeRequest(files.get("data/request.json")!, "data/request.json");
  const count = findingCount(files.keys())!;
  const paths = Array.from({ length: count }, (_, n) => `data/${findingFolder(n)}finding.json`);
  const found = paths
    .map((path) => ({ bytes: files.get(path)!, finding: decodeFinding(files.get(path)!, path) }))
    .find(({ finding }) => given.proposition === undefined || finding.proposition.id === given.proposition);
  if (!found) throw new AssayError("NOT_FOUND", `finding: the bundle has none about ${given.proposition}`);
  const { finding, bytes } = found;
  const subjects = Object.values(finding.subject).flatMap((part) => (typeof part === "object" ? [part.root] : []));
  const disputed = new Set<string>(subjects);
  const others = new Set<string>();
  for (const input of request.inputs) {
    const own = (subjects as string[]).includes(input.root);
    for (const { digest } of input.files ?? []) (own ? disputed : others).add(digest);
    if (!own) others.add(input.root);
  }
  const study = finding.method.validation?.digest;
  const evidence = finding.evidence.filter(
    (digest) => digest !== study && (!disputed.has(digest) || others.has(digest)),
  );
  return {
    plan: planOf(request),
    run: given.run,
    slot: given.slot,
    proposition: finding.proposition.id,
    method: finding.method.id,
    version: finding.method.version,
    outcome: finding.outcome,
    finding: sha256Digest(bytes),
    bundle: sha256Digest(zip),
    subjects,
    evidence: [...new Set(evidence)].sort(),
    alternatives: finding.alternatives.length,
  };
}

/** Of a case's entries, what was found since of the versions that its findings were made by. */
export function foundSinceOfEntries(entries: readonly { kind: string; facts: unknown }[]): FoundSince[] {
  return foundSinceOf(entries.filter(({ kind }) => kind === "finding").map(({ facts }) => facts as FactsOf<"finding">));
}
