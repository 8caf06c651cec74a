/**
 * The demonstration register: well-known open models from their makers' published facts (data/register-demo/models.json,
 * sources cited in each statement), signed by a compiler's key made for the occasion. No finding is attached to any.
 */
import { generateKeyPairSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { unixSeconds } from "../../host/moment.js";
import { packagePath } from "../../host/package-files.js";
import { keyHint, signEcdsa } from "../../host/signing/signature-keys.js";
import { type Derivation, RELATIONS } from "../../office/register/declarations/derivation.js";
import { hubModel } from "../../office/register/declarations/draft.js";
import type { Origin } from "../../office/register/declarations/origin.js";
import type { Subject } from "../../office/register/declarations/statement.js";
import { idOfUri } from "../../office/register/declarations/vocabulary.js";
import { type KeyGrant, policyOf } from "./append-keys.js";
import { type Signer, signDeclaration } from "./declare.js";
import { appendDeclarations, initRegister } from "./register.js";

const FACTS = "data/register-demo/models.json";
const COMPILER = "Demonstration compiler (public facts)";

const schema = z.strictObject({
  type: z.literal("assay/register-demo/v1"),
  compiled: z.string(),
  note: z.string(),
  models: z.array(
    z.strictObject({
      name: z.string(),
      uri: z.string(),
      relation: z.enum(RELATIONS),
      bases: z.array(z.string()),
      teachers: z.array(z.string()),
      licence: z.string().nullable(),
      released: z.string().nullable(),
      datasets: z.array(z.string()),
      method: z.string().nullable(),
      computeNote: z.string().nullable(),
      trainingPlace: z.array(z.string()).nullable(),
      sources: z.array(z.strictObject({ url: z.string(), says: z.string() })).min(1),
    }),
  ),
});
type Facts = z.infer<typeof schema>["models"][number];

/** @returns how many models and entries the new register holds */
export async function demoRegister(folder: string, origin: string): Promise<{ models: number; entries: number }> {
  const facts = schema.parse(JSON.parse(await readFile(packagePath(FACTS), "utf8")));
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signer: Signer = {
    keyId: keyHint(publicKey),
    sign: (message) => new Uint8Array(signEcdsa(message, privateKey)),
  };
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const grant: KeyGrant = { name: COMPILER, publicKey: pem, roles: ["compiler"], names: ["*"] };
  await initRegister(folder, origin, policyOf([grant]));
  const issued = `${new Date(unixSeconds() * 1000).toISOString().slice(0, 19)}Z`;
  const bundles = facts.models.flatMap((model) => statementsOf(model, issued, facts.compiled, signer));
  const results = await appendDeclarations(folder, bundles, null);
  const refused = results.find((result) => !result.admitted);
  if (refused && !refused.admitted) throw new Error(`demoRegister: ${refused.says}`);
  return { models: facts.models.length, entries: results.length + 1 };
}

function statementsOf(model: Facts, issued: string, seen: string, signer: Signer): Uint8Array[] {
  const subject: Subject = { name: model.name, id: idOfUri(model.uri), uri: model.uri };
  const sources = model.sources.map((source) => ({ ...source, seen }));
  const derivation: Derivation = {
    issued,
    standing: "compiled",
    sources,
    relation: model.relation,
    bases: model.bases.map(hubModel),
    ...(model.teachers.length > 0 ? { teachers: model.teachers.map(hubModel) } : {}),
    licence: model.licence,
    compute: { flop: null, ...(model.computeNote ? { note: model.computeNote } : {}) },
    released: model.released,
    ...(model.datasets.length > 0
      ? { datasets: model.datasets.map((name) => ({ name, uri: `https://huggingface.co/datasets/${name}` })) }
      : {}),
    ...(model.method ? { method: model.method } : {}),
  };
  const unsaid = { status: "unknown" as const, note: "the maker's pages cited do not say" };
  const origin: Origin = {
    issued,
    standing: "compiled",
    sources,
    providerSeat: unsaid,
    trainingPlace: model.trainingPlace ? { status: "declared", countries: model.trainingPlace } : unsaid,
    dataLaw: unsaid,
    baseOrigin: model.bases.length === 0 ? { status: "not-applicable" } : unsaid,
  };
  return [
    signDeclaration(subject, "derivation", derivation, signer).bundle,
    signDeclaration(subject, "origin", origin, signer).bundle,
  ];
}
