/**
 * Registers of a million entries, made quickly, and one more declaration for each append: three entries a model, of 977
 * makers, under one key.
 */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { initRegister } from "../dist/app/register/register.js";
import { utf8 } from "../dist/base/bytes.js";
import { parseEcdsaKey } from "../dist/evidence/ecdsa-key.js";
import { encodeSignedStatement, toBeSigned } from "../dist/evidence/signed-statement.js";
import { openDeclarationBundle } from "../dist/office/register/declarations/declaration-bundle.js";
import { encodeDeclaration } from "../dist/office/register/declarations/statement.js";
import { recordOf } from "../dist/office/register/register-entry.js";
import { fillLog } from "./fill-log.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
const { id } = parseEcdsaKey(pem, "bench");
const digestOf = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}` as const;

function declaration(m: number, licence: string): Uint8Array {
  const statement = encodeDeclaration({
    subject: { name: `maker${m % 977}/model-${m}`, id: digestOf(`model ${m}`), uri: null },
    kind: "derivation",
    predicate: {
      issued: "2026-01-01T00:00:00Z",
      relation: "pretrained",
      bases: [],
      licence,
      compute: { flop: null },
      released: null,
    },
  });
  return encodeSignedStatement(statement, new Uint8Array(sign("sha256", toBeSigned(statement), privateKey)), id);
}
const shape = recordOf(openDeclarationBundle(declaration(1, "mit"), "bench"), 1_790_000_000);
const record = (i: number): Uint8Array => {
  const m = Math.floor(i / 3);
  const said = digestOf(`statement ${i}`);
  const made = {
    ...shape,
    model: digestOf(`model ${m}`),
    name: `maker${m % 977}/model-${m}`,
    statement: said,
    bundle: said,
  };
  return utf8(JSON.stringify(Object.fromEntries(Object.entries(made).sort(([a], [b]) => (a < b ? -1 : 1)))));
};

/** An empty register in a new folder `log`, whose one key may declare anything. */
export async function newRegister(log: string): Promise<void> {
  const keys = [{ name: "Northwind", publicKey: pem, roles: ["publisher"], names: ["*"] }];
  await initRegister(log, "bench.example/register", utf8(JSON.stringify({ type: "assay/register-policy/v1", keys })));
}

/** Grows it to `size` entries. */
export async function fillRegister(log: string, size: number): Promise<void> {
  await fillLog(log, size, record);
}

let declared = 0;
/** A signed declaration that stands in no register yet. */
export function anotherDeclaration(): Uint8Array {
  return declaration(300 + declared, `licence-${declared++}`);
}
