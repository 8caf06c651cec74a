/** A register in a bucket: declared into, read, checked, tampered with; its keys stay here. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appendAccess, makeAccess, openLedger } from "../../src/app/register/access.js";
import { appendDeclarations, initRegister, loadDeclaration, openRegister } from "../../src/app/register/register.js";
import { checkRegister } from "../../src/app/register/register-fsck.js";
import { makeIdentity, readIdentities } from "../../src/host/log/sealing.js";
import { bundleOf, derivation, model, party, policyBytes } from "../office/world.js";
import { type BucketServer, bucketServer } from "./bucket-server.js";

const where = "s3://models/declared";
const issued = "2026-01-01T00:00:00Z";
const north = party("Northwind", ["publisher", "owner"], ["northwind/"]);
const lm = model("northwind/lm");
let server: BucketServer;
let folder: string;
let keys: string;

beforeAll(async () => {
  server = await bucketServer();
  folder = await mkdtemp(join(tmpdir(), "assay-register-bucket-"));
  keys = join(folder, "keys");
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: "a",
    AWS_SECRET_ACCESS_KEY: "b",
    AWS_ENDPOINT_URL: server.endpoint,
  });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

test("declarations and access entries stand in the bucket, objects beside them, keys nowhere", async () => {
  await initRegister(where, "bucket.example/register", policyBytes([north]), keys);
  const bundle = bundleOf(north, { subject: lm, kind: "derivation", predicate: derivation([], { issued }) });
  const append = (bytes: Uint8Array) => appendDeclarations(where, [bytes], null, new Map(), undefined, keys);
  expect(await append(bundle)).toMatchObject([{ admitted: true, index: 1 }]);
  expect(await append(bundle)).toMatchObject([{ admitted: false, reason: "replay" }]);
  const identity = join(folder, "owner.age");
  const recipient = await makeIdentity(identity);
  const made = await makeAccess({
    kind: "access-grant",
    fields: {
      asset: { kind: "model", name: "lm", digest: lm.id },
      recipient: { name: "Institute A", publicKey: null },
      purpose: { kind: "customer", says: null },
      rights: ["query"],
      terms: { says: null, document: null, uri: null },
      mark: null,
      note: null,
      sealedTo: [recipient],
    },
    public: { until: "2126-01-01T00:00:00Z" },
    sealTo: [recipient],
    signer: { keyId: north.id, sign: north.sign },
  });
  expect(await appendAccess(where, made, null, keys)).toMatchObject({ admitted: true, index: 2 });
  const register = await openRegister(where);
  expect((await loadDeclaration(register, register.index.entries[0]!)).subject).toEqual(lm);
  const { opened, faults } = await openLedger(register, await readIdentities(identity), () => undefined);
  expect(opened.get(2)!.fields).toMatchObject({ recipient: { name: "Institute A" } });
  expect(faults).toEqual([]);
  expect(await checkRegister(where, null, () => undefined)).toMatchObject({ entries: 3, objects: 4, faults: [] });
  expect([...server.objects.keys()].filter((path) => /key/.test(path))).toEqual([]);
});

test("an object that was changed in the bucket is named", async () => {
  const path = [...server.objects.keys()].find((each) => /objects\//.test(each))!;
  const held = server.objects.get(path)!;
  server.objects.set(path, Buffer.concat([held, Buffer.from(" ")]));
  const check = await checkRegister(where, null, () => undefined).catch((error: Error) => ({
    faults: [error.message],
  }));
  expect(check.faults.join()).toMatch(/is something else/);
});
