/** CycloneDX 1.7 ML-BOMs in and out, each validated against the published schema (data/cyclonedx) before anything is done with it. */
import { readFile } from "node:fs/promises";
import { Ajv, type ValidateFunction } from "ajv";
import formatsModule from "ajv-formats";
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { unixSeconds } from "../../host/moment.js";
import { packagePath } from "../../host/package-files.js";
import { readSmallFile } from "../../host/small-file.js";
import { BOM_KINDS, type BomDeclarations, bomOf } from "../../office/register/exchange/cyclonedx-export.js";
import { type BomImport, draftsOfBom } from "../../office/register/exchange/cyclonedx-import.js";
import type { Entry, ModelState } from "../../office/register/register-index.js";
import { bodies } from "../../office/register/remarks.js";
import { loadDeclaration, type Register } from "./register.js";

const FOLDER = "data/cyclonedx";
const SCHEMAS = ["spdx", "jsf-0.82", "cryptography-defs"];
/** The largest real BOMs take some tens of megabytes; those of single models kilobytes. */
const BOM_BYTES_MAX = 16 * 1024 * 1024;

let compiled: Promise<ValidateFunction> | null = null;

/** @throws SCHEMA naming the first place at fault */
export async function assertBom(bom: unknown, what: string): Promise<void> {
  compiled ??= compile();
  const validate = await compiled;
  if (validate(bom)) return;
  const [first] = validate.errors ?? [];
  throw new AssayError(
    "SCHEMA",
    `${what}: expected CycloneDX 1.7: at ${first?.instancePath || "the top"}: ${first?.message}`,
  );
}

async function compile(): Promise<ValidateFunction> {
  const ajv = new Ajv({ strict: false, allErrors: false, logger: false });
  // The package is CommonJS: its function is the default export's own default under some loaders.
  const addFormats = ((formatsModule as unknown as { default?: typeof formatsModule }).default ??
    formatsModule) as unknown as (a: Ajv) => void;
  addFormats(ajv);
  // Spoken of by the schema; an iri-reference is looser than what is checked elsewhere.
  ajv.addFormat("iri-reference", true);
  ajv.addFormat("idn-email", true);
  const read = async (name: string) =>
    JSON.parse(await readFile(packagePath(`${FOLDER}/${name}.SNAPSHOT.schema.json`), "utf8"));
  for (const name of SCHEMAS) {
    const schema = await read(name);
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  }
  return ajv.compile(await read("bom-1.7"));
}

export async function importBom(path: string): Promise<BomImport> {
  const bytes = await readSmallFile(path, BOM_BYTES_MAX);
  const bom = parseStrictJson(fromUtf8(bytes, path), path);
  await assertBom(bom, path);
  return draftsOfBom(bom as Record<string, unknown>, now());
}

/** What is in force on a model, as a BOM. */
export async function exportBom(register: Register, model: ModelState): Promise<Record<string, unknown>> {
  const load = (entry: Entry) => loadDeclaration(register, entry);
  const declared: Record<string, unknown> = {};
  for (const kind of BOM_KINDS) {
    const last = (await bodies(register.index, model, kind, load)).at(-1);
    if (last) declared[kind] = last.body;
  }
  const bom = bomOf({ name: model.name, id: model.id, uri: model.uri }, declared as BomDeclarations, now());
  await assertBom(bom, "bom");
  return bom;
}

function now(): string {
  return `${new Date(unixSeconds() * 1000).toISOString().slice(0, 19)}Z`;
}
