/**
 * A model's declarations as a CycloneDX 1.7 ML-BOM: what the format has a field for stands in that field, and every
 * declaration stands whole in a property, so that nothing is lost to a reader who keeps properties. The OMS root digest
 * is no digest of a file and so a property, not a hash.
 */

import { utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { sha256Hex } from "../../../base/digest.js";
import type { Derivation } from "../declarations/derivation.js";
import type { Drafts } from "../declarations/draft.js";
import type { Subject } from "../declarations/statement.js";

export const BOM_KINDS = ["derivation", "origin", "training-content", "training-run", "evaluation"] as const;
export type BomDeclarations = Partial<Pick<Drafts, (typeof BOM_KINDS)[number]>>;

export const DECLARATION_PROPERTY = "assay:declaration:";
export const ROOT_PROPERTY = "assay:model";

type Json = Record<string, unknown>;
/** Digests that the format has a name for, and their bytes. */
const HASH_BYTES: Record<string, number> = {
  MD5: 16,
  "SHA-1": 20,
  "SHA-256": 32,
  "SHA-384": 48,
  "SHA-512": 64,
  "SHA3-256": 32,
  "SHA3-384": 48,
  "SHA3-512": 64,
  "BLAKE2b-256": 32,
  "BLAKE2b-384": 48,
  "BLAKE2b-512": 64,
  BLAKE3: 32,
};
/** Kinds of external references that stand for themselves; others are written as "other". */
const REFERENCE_KINDS = new Set(
  "vcs issue-tracker website advisories bom mailing-list social chat documentation support source-distribution distribution distribution-intake license build-meta build-system release-notes security-contact model-card log configuration evidence formulation attestation threat-model adversary-model risk-assessment vulnerability-assertion exploitability-statement pentest-report static-analysis-report dynamic-analysis-report runtime-analysis-report component-analysis-report maturity-report certification-report codified-infrastructure quality-metrics poam electronic-signature digital-signature rfc-9116 patent patent-family patent-assertion citation other".split(
    " ",
  ),
);

/** @param timestamp RFC 3339 */
export function bomOf(subject: Subject, declared: BomDeclarations, timestamp: string): Json {
  const component = componentOf(subject, declared);
  const digest = sha256Hex(utf8(canonicalJson(component)));
  const uuid = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `a${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ];
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.7.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.7",
    serialNumber: `urn:uuid:${uuid.join("-")}`,
    version: 1,
    metadata: { timestamp, component },
  };
}

function componentOf(subject: Subject, declared: BomDeclarations): Json {
  const { derivation, evaluation } = declared;
  const content = declared["training-content"];
  const run = declared["training-run"];
  const provider = content?.general.provider;
  const modelType = run?.buildDefinition.internalParameters?.model_type;
  const datasets = (derivation?.datasets ?? []).map(({ name, uri }) => ({
    type: "dataset",
    name,
    ...(uri ? { contents: { url: uri } } : {}),
  }));
  const parameters: Json = {
    ...(content?.general.characteristics.text?.types ? { task: content.general.characteristics.text.types } : {}),
    ...(modelType === undefined ? {} : { modelArchitecture: String(modelType) }),
    ...(datasets.length > 0 ? { datasets } : {}),
  };
  const hashes = (derivation?.identifiers?.hashes ?? []).flatMap(({ algorithm, value }) =>
    HASH_BYTES[algorithm] === value.length / 2 ? [{ alg: algorithm, content: value }] : [],
  );
  const references = [
    ...(subject.uri ? [{ type: "distribution", url: subject.uri }] : []),
    ...(derivation?.identifiers?.references ?? []).map(({ kind, uri }) => ({
      type: REFERENCE_KINDS.has(kind) ? kind : "other",
      url: uri,
    })),
  ];
  const metrics = (evaluation?.claims ?? []).map(({ metric, value }) => ({ type: metric, value }));
  const modelCard: Json = {
    ...(Object.keys(parameters).length > 0 ? { modelParameters: parameters } : {}),
    ...(metrics.length > 0 ? { quantitativeAnalysis: { performanceMetrics: metrics } } : {}),
  };
  return {
    type: "machine-learning-model",
    "bom-ref": subject.id,
    ...(provider
      ? { supplier: { name: provider.name, ...(provider.contact ? { contact: [{ name: provider.contact }] } : {}) } }
      : {}),
    name: subject.name,
    ...(derivation?.licence
      ? {
          licenses: [
            { license: { name: derivation.licence, ...(derivation.licenceUrl ? { url: derivation.licenceUrl } : {}) } },
          ],
        }
      : {}),
    ...(derivation && derivation.bases.length > 0 ? { pedigree: pedigreeOf(derivation) } : {}),
    ...(hashes.length > 0 ? { hashes } : {}),
    ...(references.length > 0 ? { externalReferences: references } : {}),
    ...(Object.keys(modelCard).length > 0 ? { modelCard } : {}),
    properties: [
      { name: ROOT_PROPERTY, value: subject.id },
      ...BOM_KINDS.flatMap((kind) =>
        declared[kind] ? [{ name: `${DECLARATION_PROPERTY}${kind}`, value: canonicalJson(declared[kind]) }] : [],
      ),
    ],
  };
}

function pedigreeOf({ bases, relation, method }: Derivation): Json {
  return {
    ancestors: bases.map(({ name, id, uri }) => ({
      type: "machine-learning-model",
      ...(id ? { "bom-ref": id } : {}),
      name,
      ...(uri ? { externalReferences: [{ type: "distribution", url: uri }] } : {}),
    })),
    notes: method ? `${relation}: ${method}` : relation,
  };
}
