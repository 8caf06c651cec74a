/** CycloneDX 1.7 ML-BOMs in and out, SPDX 3 and Croissant out; CycloneDX is validated against the published schema (data/cyclonedx) before anything is done with it. */
import { readFile } from "node:fs/promises";
import { Ajv, type ValidateFunction } from "ajv";
import formatsModule from "ajv-formats";
import { fromUtf8 } from "../../base/bytes.js";
import { canonicalJson } from "../../base/canonical-json.js";
import { AssayError, quoted } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { unixSeconds } from "../../host/moment.js";
import { packagePath } from "../../host/package-files.js";
import { readSmallFile } from "../../host/small-file.js";
import type { Subject } from "../../office/register/declarations/statement.js";
import { type Croissant, croissantOf } from "../../office/register/exchange/croissant-export.js";
import { BOM_KINDS, type BomDeclarations, bomOf } from "../../office/register/exchange/cyclonedx-export.js";
import { type BomImport, draftsOfBom, modelPath } from "../../office/register/exchange/cyclonedx-import.js";
import { type Mended, mend, type SchemaFault } from "../../office/register/exchange/cyclonedx-mend.js";
import { spdxOf } from "../../office/register/exchange/spdx-export.js";
import type { Entry, ModelState } from "../../office/register/register-index.js";
import { bodies } from "../../office/register/remarks.js";
import { loadDeclaration, type Register } from "./register.js";

const FOLDER = "data/cyclonedx";
const SCHEMAS = ["spdx", "jsf-0.82", "cryptography-defs"];
/** The largest real BOMs take some tens of megabytes; those of single models kilobytes. */
const BOM_BYTES_MAX = 16 * 1024 * 1024;

/** Of one round; the rest is found in the next. */
const FAULTS_MAX = 10_000;

let compiled: Promise<ValidateFunction> | null = null;

/** @throws SCHEMA naming the first place at fault */
export async function assertBom(bom: unknown, what: string): Promise<void> {
  const [first] = await faultsOfSchema(bom);
  if (!first) return;
  throw new AssayError(
    "SCHEMA",
    `${what}: expected CycloneDX 1.7: at /${first.path.join("/") || "the top"}: ${first.message}`,
  );
}

async function faultsOfSchema(bom: unknown): Promise<SchemaFault[]> {
  compiled ??= compile();
  return faultsBy(await compiled, bom);
}

function faultsBy(validate: ValidateFunction, bom: unknown): SchemaFault[] {
  if (validate(bom)) return [];
  return (validate.errors ?? []).slice(0, FAULTS_MAX).map(({ instancePath, keyword, params, message }) => ({
    path: instancePath.split("/").slice(1).map(unescaped),
    keyword,
    ...(keyword === "additionalProperties" ? { property: String(params.additionalProperty) } : {}),
    message: message ?? keyword,
  }));
}

/** JSON pointer (RFC 6901). */
function unescaped(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}

async function compile(): Promise<ValidateFunction> {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  // The package is CommonJS: its function is the default export's own default under some loaders.
  const addFormats = ((formatsModule as unknown as { default?: typeof formatsModule }).default ??
    formatsModule) as unknown as (a: Ajv) => void;
  addFormats(ajv);
  // Spoken of by the schema; an iri-reference is looser than what is checked elsewhere.
  ajv.addFormat("iri-reference", true);
  ajv.addFormat("idn-email", true);
  // The library's own compares every pair, and fails on objects without a prototype, which is how JSON is read here.
  ajv.removeKeyword("uniqueItems");
  ajv.addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    validate: (wanted: boolean, list: unknown[]) =>
      !wanted || new Set(list.map((item) => canonicalJson(item))).size === list.length,
    error: { message: "must not have the same item twice" },
  });
  const read = async (name: string) =>
    JSON.parse(await readFile(packagePath(`${FOLDER}/${name}.SNAPSHOT.schema.json`), "utf8"));
  for (const name of SCHEMAS) {
    const schema = await read(name);
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  return ajv.compile(await read("bom-1.7"));
}

/** Answers for `register declare`, never declarations: somebody signs them after reading. @throws SCHEMA or FORMAT */
export async function importBom(path: string): Promise<BomImport> {
  const mended = await readBom(path);
  return draftsOfBom(mended.given, now(), mended);
}

/** A BOM as it came, and what of it the schema lets stand. */
export async function readBom(path: string): Promise<Mended & { given: Record<string, unknown> }> {
  const bytes = await readSmallFile(path, BOM_BYTES_MAX);
  const bom = parseStrictJson(fromUtf8(bytes, path).replace(/^\ufeff/, ""), path);
  if (typeof bom !== "object" || bom === null || Array.isArray(bom))
    throw new AssayError("SCHEMA", `${path}: expected CycloneDX 1.7: expected an object`);
  compiled ??= compile();
  const validate = await compiled;
  const given = bom as Record<string, unknown>;
  return { given, ...mend(given, (each) => faultsBy(validate, each), modelPath, path) };
}

/** What is in force on a model, as a CycloneDX BOM. */
export async function exportBom(register: Register, model: ModelState): Promise<Record<string, unknown>> {
  const bom = bomOf(subjectOf(model), await inForce(register, model), now());
  await assertBom(bom, "bom");
  return bom;
}

/** The same as SPDX 3.0.1 with the AI profile. */
export async function exportSpdx(register: Register, model: ModelState): Promise<Record<string, unknown>> {
  return spdxOf(subjectOf(model), await inForce(register, model), now());
}

/** One of its data sets as Croissant 1.1. @throws USAGE when it is not clear which, NOT_FOUND without any */
export async function exportCroissant(
  register: Register,
  model: ModelState,
  dataset: string | null,
): Promise<Croissant> {
  const { derivation } = await inForce(register, model);
  const datasets = derivation?.datasets ?? [];
  const names = datasets.map(({ name }) => quoted(name)).join(", ");
  if (datasets.length === 0)
    throw new AssayError(
      "NOT_FOUND",
      `bom export: expected data sets among the declarations of ${model.name}, got none`,
    );
  const found = dataset === null ? datasets : datasets.filter(({ name }) => name === dataset);
  if (found.length !== 1) throw new AssayError("USAGE", `bom export: expected --dataset with one of ${names}`);
  return croissantOf(subjectOf(model), found[0]!);
}

function subjectOf({ name, id, uri }: ModelState): Subject {
  return { name, id, uri };
}

async function inForce(register: Register, model: ModelState): Promise<BomDeclarations> {
  const load = (entry: Entry) => loadDeclaration(register, entry);
  const declared: Record<string, unknown> = {};
  for (const kind of BOM_KINDS) {
    const last = (await bodies(register.index, model, kind, load)).at(-1);
    if (last) declared[kind] = last.body;
  }
  return declared as BomDeclarations;
}

function now(): string {
  return `${new Date(unixSeconds() * 1000).toISOString().slice(0, 19)}Z`;
}
