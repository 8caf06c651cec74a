/**
 * One data set that a model was declared to be trained on, as Croissant 1.1 JSON-LD (MLCommons, Croissant Format
 * Specification). Declarations know a data set's name, address and digest; what Croissant wants and nobody declared is
 * left out and named, so that nobody reads an answer into it.
 */
import type { Derivation } from "../declarations/derivation.js";
import type { Subject } from "../declarations/statement.js";

type Json = Record<string, unknown>;

const CONTEXT: Json = {
  "@language": "en",
  "@vocab": "https://schema.org/",
  sc: "https://schema.org/",
  cr: "http://mlcommons.org/croissant/",
  rai: "http://mlcommons.org/croissant/RAI/",
  dct: "http://purl.org/dc/terms/",
  prov: "http://www.w3.org/ns/prov#",
  conformsTo: "dct:conformsTo",
};

export interface Croissant {
  document: Json;
  /** What Croissant asks of a data set and no declaration states. */
  missing: string[];
}

/** @returns the document, and in words what Croissant asks for and nobody declared */
export function croissantOf(
  subject: Subject,
  { name, uri, sha256 }: NonNullable<Derivation["datasets"]>[number],
): Croissant {
  const document: Json = {
    "@context": CONTEXT,
    "@type": "sc:Dataset",
    conformsTo: "http://mlcommons.org/croissant/1.1",
    name,
    description: `A data set that ${subject.name} (${subject.id}) was declared to be trained on.`,
    ...(uri ? { url: uri } : {}),
    ...(uri && sha256
      ? {
          distribution: [
            {
              "@type": "cr:FileObject",
              "@id": "data",
              name: "data",
              contentUrl: uri,
              encodingFormat: "application/octet-stream",
              sha256,
            },
          ],
        }
      : sha256
        ? { "sc:identifier": `sha256:${sha256}` }
        : {}),
    "prov:hadPrimaryUsage": {
      "@type": "prov:Activity",
      "prov:generated": { "@id": subject.uri ?? subject.id, name: subject.name },
    },
  };
  return {
    document,
    missing: [
      "license",
      "creator",
      "datePublished",
      ...(uri ? [] : ["url"]),
      ...(uri && sha256 ? [] : ["distribution"]),
    ],
  };
}
