/**
 * A CycloneDX ML-BOM as drafts of declarations. Of our own BOMs the declarations come back whole; of others, the fields
 * that have a place here. Every leaf of the BOM that was not carried over is listed by its path: nothing is lost without
 * being said. The BOM's schema has been checked by the caller.
 */
import { canonicalJson } from "../../../base/canonical-json.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { RELATIONS, type Relation } from "../declarations/derivation.js";
import { draft } from "../declarations/draft.js";
import { checkedPredicate, type Subject } from "../declarations/statement.js";
import { idOfUri, MODEL_ID, MODEL_NAME, type ModelId, type ModelRef } from "../declarations/vocabulary.js";
import { BOM_KINDS, type BomDeclarations, bomOf, DECLARATION_PROPERTY, ROOT_PROPERTY } from "./cyclonedx-export.js";
import type { Mended } from "./cyclonedx-mend.js";

export interface BomImport {
  subject: { name: string; id: ModelId | null; uri: string | null };
  declared: BomDeclarations;
  /** Paths of the BOM that were not carried over. */
  left: string[];
  /** Places that are not as the schema wants them, with the reason; they are among `left`. */
  unread: string[];
  /** What had to be assumed because the format does not say. */
  assumed: string[];
}

type Json = Record<string, unknown>;
/** As declarations take them (vocabulary.ts): an ASCII host, nobody's name before it. */
const WEB_ADDRESS = /^https?:\/\/[A-Za-z0-9._:[\]-]{1,255}([/?#][^\s<>"'`\\]{0,1700})?$/;
const LEFT_MAX = 10_000;

/** Where the model's component is. @throws FORMAT when there is none */
export function modelPath(bom: Json): string[] {
  const at = (bom.metadata as Json | undefined)?.component as Json | undefined;
  if (at && isModel(at)) return ["metadata", "component"];
  const others = Array.isArray(bom.components) ? (bom.components as Json[]) : [];
  const index = others.findIndex(
    (component) => component !== null && typeof component === "object" && isModel(component),
  );
  if (index < 0) throw new AssayError("FORMAT", "bom: expected a component of type machine-learning-model");
  return ["components", String(index)];
}

/**
 * @param given the BOM as it came
 * @param mended what of it the schema lets stand
 */
export function draftsOfBom(given: Json, now: string, mended: Mended = asItCame(given)): BomImport {
  const { bom, unread, original } = mended;
  const at = modelPath(bom);
  const component = at.reduce<unknown>((value, key) => (value as Json)[key], bom) as Json;
  const path = at.join(".");
  return propertyOf(component, ROOT_PROPERTY)
    ? ownBom(given, bom, component, path, unread)
    : foreignBom(given, bom, component, path, now, unread, original);
}

function asItCame(bom: Json): Mended {
  return { bom, unread: [], original: (path) => path };
}

/** One of ours: what its properties hold, and what was changed around them since. */
function ownBom(given: Json, bom: Json, component: Json, path: string, unread: string[]): BomImport {
  const id = propertyOf(component, ROOT_PROPERTY)!;
  const uri = addressOf(component);
  const name = String(component.name);
  if (!MODEL_ID.test(id) || !MODEL_NAME.test(name))
    throw new AssayError("SCHEMA", "bom: expected the id and name of a model");
  const subject: Subject = { name, id: id as ModelId, uri };
  const declared: Json = {};
  for (const kind of BOM_KINDS) {
    const text = propertyOf(component, `${DECLARATION_PROPERTY}${kind}`);
    if (text !== null) declared[kind] = checkedPredicate(kind, parseStrictJson(text, `bom: ${kind}`), `bom: ${kind}`);
  }
  const again = bomOf(subject, declared, String((bom.metadata as Json).timestamp ?? ""));
  const expected = new Map(path === "metadata.component" ? leaves(again) : []);
  const left = leaves(given).filter(([at, value]) => expected.get(at) !== value && at !== "version");
  return { subject, declared, left: left.map(([at]) => at).slice(0, LEFT_MAX), assumed: [], unread };
}

function foreignBom(
  given: Json,
  bom: Json,
  component: Json,
  path: string,
  now: string,
  unread: string[],
  original: (path: string) => string,
): BomImport {
  const carried: string[] = [
    "$schema",
    "bomFormat",
    "specVersion",
    "serialNumber",
    "version",
    "metadata.timestamp",
    `${path}.type`,
    `${path}.bom-ref`,
  ];
  const carry = <T>(value: T, ...at: string[]): T => {
    if (value !== undefined && value !== null) carried.push(...at.map((each) => `${path}.${each}`));
    return value;
  };
  const group = carry(component.group as string | undefined, "group");
  const name = [group, carry(component.name as string, "name")].filter(Boolean).join("/");
  const version = carry(component.version as string | undefined, "version");
  const uri = addressOf(component);
  const hashes = ((component.hashes as Json[] | undefined) ?? []).flatMap(({ alg, content }, i) => {
    if (typeof alg !== "string" || typeof content !== "string" || !/^[0-9a-f]{32,128}$/i.test(content)) return [];
    carry(content, `hashes.${i}`);
    return [{ algorithm: alg, value: content.toLowerCase() }];
  });
  const references = referencesOf(component).flatMap((reference, i) => {
    const { type, url } = reference as Record<string, string>;
    if (url === undefined || type === undefined || !WEB_ADDRESS.test(url)) return [];
    carry(url, `externalReferences.${i}.type`, `externalReferences.${i}.url`);
    return url === uri ? [] : [{ kind: type, uri: url }];
  });
  const supplier = (component.supplier ?? component.manufacturer) as Json | undefined;
  const provider = (supplier?.name ?? component.publisher) as string | undefined;
  carry(provider, supplier?.name ? (component.supplier ? "supplier.name" : "manufacturer.name") : "publisher");
  const { licence, licenceUrl, at: licenceAt } = licenceOf(component);
  carry(licence, ...licenceAt);
  const ancestors = ((component.pedigree as Json | undefined)?.ancestors as Json[] | undefined) ?? [];
  const bases = ancestors.map((ancestor, i) => {
    const base = baseOf(ancestor);
    carried.push(
      `${path}.pedigree.ancestors.${i}.name`,
      `${path}.pedigree.ancestors.${i}.group`,
      `${path}.pedigree.ancestors.${i}.type`,
    );
    if (base.uri) carried.push(`${path}.pedigree.ancestors.${i}.externalReferences.0`);
    return base;
  });
  const notes = carry((component.pedigree as Json | undefined)?.notes as string | undefined, "pedigree.notes");
  const stated = RELATIONS.find((relation) => relation !== "pretrained" && notes?.toLowerCase().startsWith(relation));
  const card = (component.modelCard as Json | undefined) ?? {};
  const parameters = (card.modelParameters as Json | undefined) ?? {};
  const task = carry(parameters.task as string | undefined, "modelCard.modelParameters.task");
  const architecture = carry(
    parameters.modelArchitecture as string | undefined,
    "modelCard.modelParameters.modelArchitecture",
  );
  const datasets = ((parameters.datasets as Json[] | undefined) ?? []).flatMap((dataset, i) => {
    const at = `modelCard.modelParameters.datasets.${i}`;
    const own = typeof dataset.ref === "string" ? byRef(bom, dataset.ref) : dataset;
    if (typeof own?.name !== "string") return [];
    const url = (own.contents as Json | undefined)?.url;
    carry(own.name, `${at}.name`, `${at}.type`, `${at}.ref`);
    if (typeof url === "string" && WEB_ADDRESS.test(url)) carry(url, `${at}.contents.url`);
    return [{ name: own.name, ...(typeof url === "string" && WEB_ADDRESS.test(url) ? { uri: url } : {}) }];
  });
  const metrics = ((card.quantitativeAnalysis as Json | undefined)?.performanceMetrics as Json[] | undefined) ?? [];
  const claims = metrics.flatMap((metric, i) => {
    const { type, value, slice } = metric as Record<string, string | undefined>;
    if (type === undefined || value === undefined || !/^-?[0-9]{1,20}(\.[0-9]{1,20})?$/.test(value)) return [];
    const at = `modelCard.quantitativeAnalysis.performanceMetrics.${i}`;
    carry(value, `${at}.type`, `${at}.value`, `${at}.slice`);
    return [{ metric: slice ? `${slice}: ${type}` : type, value }];
  });
  const relation: Relation = bases.length === 0 ? "pretrained" : (stated ?? "finetune");
  const safeName = MODEL_NAME.test(name) ? name : "unnamed/model";
  const empty = draft({
    subject: { name: safeName, id: idOfUri(uri ?? name), uri },
    now,
    card: null,
    config: null,
    datasets: [],
  });
  const content = empty["training-content"];
  const declared: BomDeclarations = {
    derivation: {
      ...empty.derivation,
      relation,
      bases,
      licence,
      ...(licenceUrl ? { licenceUrl } : {}),
      ...(notes && notes !== stated ? { method: notes } : {}),
      ...(datasets.length > 0 ? { datasets } : {}),
      ...(hashes.length + references.length > 0 ? { identifiers: { hashes, references } } : {}),
    },
    "training-content": {
      ...content,
      general: {
        ...content.general,
        provider: { ...content.general.provider, ...(provider ? { name: provider } : {}) },
        models: [version ? `${name} ${version}` : name],
        dependencies: bases,
        characteristics: { text: { ...content.general.characteristics.text!, types: task ?? null } },
      },
      sourcesOfData: {
        ...content.sourcesOfData,
        publicDatasets: {
          used: null,
          description: null,
          large: datasets.map(({ name: n, uri: u }) => ({ name: n, ...(u ? { url: u } : {}) })),
        },
      },
    },
    ...(architecture
      ? {
          "training-run": {
            ...empty["training-run"],
            buildDefinition: {
              ...empty["training-run"].buildDefinition,
              internalParameters: { model_type: architecture },
            },
          },
        }
      : {}),
    ...(claims.length > 0
      ? {
          evaluation: {
            issued: now,
            verifier: { id: "CycloneDX BOM" },
            evaluatedAt: now,
            suite: { name: "performanceMetrics of the BOM", version: null },
            claims,
            sampleSize: null,
            assuranceLevel: "self_attested",
            harness: null,
          },
        }
      : {}),
  };
  for (const kind of BOM_KINDS) if (declared[kind]) checkedPredicate(kind, declared[kind], `bom: ${kind}`);
  const came = new Set(carried.map(original));
  const left = leaves(given)
    .map(([at]) => at)
    .filter((at) => {
      const keys = at.split(".");
      return !keys.some((_, i) => came.has(keys.slice(0, i + 1).join(".")));
    });
  return {
    subject: { name, id: null, uri },
    declared,
    left: left.slice(0, LEFT_MAX),
    assumed: bases.length > 0 && !stated ? ["derivation.relation: finetune, as a pedigree does not say how"] : [],
    unread,
  };
}

function baseOf(ancestor: Json): ModelRef {
  const name = [ancestor.group, ancestor.name].filter(Boolean).join("/");
  const uri = addressOf(ancestor);
  return uri ? { name, id: idOfUri(uri), uri } : { name, id: null };
}

function licenceOf(component: Json): { licence: string | null; licenceUrl: string | null; at: string[] } {
  const [first] = (component.licenses as Json[] | undefined) ?? [];
  if (!first) return { licence: null, licenceUrl: null, at: [] };
  if (typeof first.expression === "string")
    return { licence: first.expression, licenceUrl: null, at: ["licenses.0.expression"] };
  const own = (first.license as Json | undefined) ?? {};
  const licence = (own.id ?? own.name ?? null) as string | null;
  const url = typeof own.url === "string" && WEB_ADDRESS.test(own.url) ? own.url : null;
  return {
    licence,
    licenceUrl: url,
    at: [`licenses.0.license.${own.id ? "id" : "name"}`, ...(url ? ["licenses.0.license.url"] : [])],
  };
}

function byRef(bom: Json, ref: string): Json | undefined {
  return ((bom.components as Json[] | undefined) ?? []).find((component) => component["bom-ref"] === ref);
}

function referencesOf(component: Json): Json[] {
  return (component.externalReferences as Json[] | undefined) ?? [];
}

function addressOf(component: Json): string | null {
  const found = referencesOf(component).find(
    ({ type, url }) => type === "distribution" && WEB_ADDRESS.test(String(url)),
  );
  return found ? String(found.url) : null;
}

function isModel(component: Json): boolean {
  return component.type === "machine-learning-model";
}

function propertyOf(component: Json, name: string): string | null {
  const found = ((component.properties as Json[] | undefined) ?? []).find((property) => property.name === name);
  return typeof found?.value === "string" ? found.value : null;
}

/** Path and canonical text of every value that is no object and no list. */
function leaves(value: unknown, at = ""): [string, string][] {
  if (typeof value !== "object" || value === null) return [[at, canonicalJson(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, at === "" ? key : `${at}.${key}`));
}
