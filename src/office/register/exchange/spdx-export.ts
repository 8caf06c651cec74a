/**
 * A model's declarations as SPDX 3.0.1 JSON-LD with the AI and Dataset profiles (spdx/spdx-3-model): the model and its
 * bases as AI packages, data sets as dataset packages, relations between them. What the profiles have no field for
 * stands whole in annotations, so that nothing is lost. The OMS root is no digest of a file, and so an identifier.
 */

import { utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { sha256Hex } from "../../../base/digest.js";
import type { Subject } from "../declarations/statement.js";
import { BOM_KINDS, type BomDeclarations } from "./cyclonedx-export.js";

type Json = Record<string, unknown>;
const CREATION = "_:creation";
/** SPDX's names of digests (Core, HashAlgorithm). */
const ALGORITHMS: Record<string, string> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
  "SHA3-256": "sha3_256",
  "SHA3-384": "sha3_384",
  "SHA3-512": "sha3_512",
  "BLAKE2b-256": "blake2b256",
  "BLAKE2b-384": "blake2b384",
  "BLAKE2b-512": "blake2b512",
  BLAKE3: "blake3",
};

/** @param created RFC 3339, UTC, whole seconds */
export function spdxOf(subject: Subject, declared: BomDeclarations, created: string): Json {
  const { derivation, evaluation } = declared;
  const content = declared["training-content"];
  const run = declared["training-run"];
  const base = `urn:assay:spdx:${sha256Hex(utf8(canonicalJson({ subject, declared })))}`;
  const id = (name: string) => `${base}#${name}`;
  const element = (type: string, name: string, more: Json): Json => ({
    type,
    spdxId: id(name),
    creationInfo: CREATION,
    ...more,
  });
  const provider = content?.general.provider;
  const architecture = run?.buildDefinition.internalParameters?.model_type;
  const metrics = (evaluation?.claims ?? []).map(({ metric, value }) => ({
    type: "DictionaryEntry",
    key: metric,
    value,
  }));
  const hashes = (derivation?.identifiers?.hashes ?? []).flatMap(({ algorithm, value }) =>
    ALGORITHMS[algorithm] ? [{ type: "Hash", algorithm: ALGORITHMS[algorithm], hashValue: value }] : [],
  );
  const references = derivation?.identifiers?.references ?? [];
  const model = element("ai_AIPackage", "model", {
    name: subject.name,
    software_primaryPurpose: "model",
    ...(provider ? { suppliedBy: id("provider") } : {}),
    ...(subject.uri ? { software_downloadLocation: subject.uri } : {}),
    ...(derivation?.method ? { ai_informationAboutTraining: derivation.method } : {}),
    ...(architecture === undefined ? {} : { ai_typeOfModel: [String(architecture)] }),
    ...(content?.general.characteristics.text?.types
      ? { ai_domain: [content.general.characteristics.text.types] }
      : {}),
    ...(metrics.length > 0 ? { ai_metric: metrics } : {}),
    ...(hashes.length > 0 ? { verifiedUsing: hashes } : {}),
    externalIdentifier: [
      {
        type: "ExternalIdentifier",
        externalIdentifierType: "other",
        identifier: subject.id,
        comment: "OMS root digest",
      },
    ],
    ...(references.length > 0
      ? {
          externalRef: references.map(({ kind, uri }) => ({
            type: "ExternalRef",
            externalRefType: "other",
            locator: [uri],
            comment: kind,
          })),
        }
      : {}),
  });
  const bases = (derivation?.bases ?? []).map(({ name, id: known, uri }, i) =>
    element("ai_AIPackage", `base-${i}`, {
      name,
      software_primaryPurpose: "model",
      ...(uri ? { software_downloadLocation: uri } : {}),
      ...(known
        ? { externalIdentifier: [{ type: "ExternalIdentifier", externalIdentifierType: "other", identifier: known }] }
        : {}),
    }),
  );
  const datasets = (derivation?.datasets ?? []).map(({ name, uri, sha256 }, i) =>
    element("dataset_DatasetPackage", `dataset-${i}`, {
      name,
      software_primaryPurpose: "data",
      dataset_datasetType: ["noAssertion"],
      ...(uri ? { software_downloadLocation: uri } : {}),
      ...(sha256 ? { verifiedUsing: [{ type: "Hash", algorithm: "sha256", hashValue: sha256 }] } : {}),
    }),
  );
  const licence = derivation?.licence
    ? [
        element("simplelicensing_SimpleLicensingText", "licence", {
          name: derivation.licence,
          simplelicensing_licenseText: derivation.licence,
        }),
      ]
    : [];
  const relation = (name: string, from: string, relationshipType: string, to: unknown[]) =>
    element("Relationship", name, { from, relationshipType, to });
  const relations = [
    ...bases.map((each, i) => relation(`from-base-${i}`, String(each.spdxId), "ancestorOf", [id("model")])),
    ...(datasets.length > 0
      ? [
          relation(
            "trained",
            id("model"),
            "trainedOn",
            datasets.map(({ spdxId }) => spdxId),
          ),
        ]
      : []),
    ...(licence.length > 0 ? [relation("licensed", id("model"), "hasDeclaredLicense", [id("licence")])] : []),
  ];
  const annotations = BOM_KINDS.flatMap((kind) =>
    declared[kind]
      ? [
          element("Annotation", `declaration-${kind}`, {
            annotationType: "other",
            subject: id("model"),
            contentType: "application/json",
            statement: canonicalJson({ kind, declaration: declared[kind] }),
          }),
        ]
      : [],
  );
  const provided = provider ? [element("Organization", "provider", { name: provider.name })] : [];
  const tool = element("SoftwareAgent", "tool", { name: "assay register" });
  const elements = [tool, ...provided, model, ...bases, ...datasets, ...licence, ...relations, ...annotations];
  return {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
      { type: "CreationInfo", "@id": CREATION, specVersion: "3.0.1", created, createdBy: [id("tool")] },
      element("SpdxDocument", "document", {
        profileConformance: ["core", "software", "simpleLicensing", "ai", "dataset"],
        rootElement: [id("model")],
        element: elements.map(({ spdxId }) => spdxId),
      }),
      ...elements,
    ],
  };
}
