/** Signatures by the reference implementation, its bundles good and bad, and our own in every mode. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type SignOptions,
  signModel,
  type VerifyModelOptions,
  verifyModel,
} from "../../dist/app/register/sign-model.js";
import { listModelFiles } from "../../dist/host/model/folder.js";
import { decodeStatement } from "../../src/evidence/oms-statement.js";
import { decodeSignatureBundle } from "../../src/evidence/sigstore-bundle.js";
import { HAS_SHARED, SHARED } from "../shared-material.js";

const OMS = join(SHARED, "vectors/oms");
const REFERENCE = join(OMS, "reference");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "assay-oms-"));
  const ssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  for (const curve of ["prime256v1", "secp384r1", "secp521r1"]) {
    ssl("ecparam", "-name", curve, "-genkey", "-noout", "-out", `${curve}.pem`);
    ssl("ec", "-in", `${curve}.pem`, "-pubout", "-out", `${curve}.pub`);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const verifying = (model: string, more: Partial<VerifyModelOptions>): VerifyModelOptions => ({
  model,
  signature: join(model, "model.sig"),
  certificateChain: [],
  ignorePaths: [],
  ignoreGitPaths: true,
  allowSymlinks: false,
  ignoreUnsignedFiles: false,
  at: Date.parse("2026-11-28T00:00:00Z"),
  strictCertificates: false,
  onProgress: () => undefined,
  ...more,
});

const signing = (model: string, more: Partial<SignOptions> = {}): SignOptions => ({
  model,
  signature: join(folder, "out.sig"),
  method: "files",
  algorithm: "sha256",
  shardSize: 1000,
  privateKey: join(folder, "prime256v1.pem"),
  certificateChain: [],
  ignorePaths: [],
  ignoreGitPaths: true,
  allowSymlinks: false,
  onProgress: () => undefined,
  ...more,
});

function model(name: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, "sub/deep"), { recursive: true });
  mkdirSync(join(path, ".git"));
  writeFileSync(join(path, "a.bin"), "a".repeat(2500));
  writeFileSync(join(path, "empty"), "");
  writeFileSync(join(path, "sub/deep/ü.txt"), "text");
  writeFileSync(join(path, ".git/HEAD"), "ref");
  writeFileSync(join(path, "note"), "left out");
  return path;
}

describe.skipIf(!HAS_SHARED)("the reference implementation's own", () => {
  const publicKey = join(REFERENCE, "keys/signing-key-pub.pem");
  const chain = ["ca-cert.pem", "int-ca-cert.pem"].map((name) => join(REFERENCE, "keys", name));

  test("a signature through sigstore verifies under a supplied trust root, for who signed it and nobody else", async () => {
    const signed = join(folder, "sigstore");
    cpSync(join(REFERENCE, "v1.0.1-sigstore"), signed, { recursive: true });
    const who = {
      trustConfig: "fixtures/sigstore/trusted-root.json",
      identity: "stefanb@us.ibm.com",
      identityProvider: "https://sigstore.verify.ibm.com/oauth2",
      ignorePaths: [join(signed, "ignore-me")],
    };
    const holds = async (more: Partial<VerifyModelOptions>) =>
      (await verifyModel(verifying(signed, { ...who, ...more }))).holds;
    expect(await holds({})).toBe(true);
    // The dot of a name is a dot, and a beginning of a name is not the name.
    for (const identity of ["stefanb@us.ibm.co", "stefanb@usXibm.com", "efanb@us.ibm.com", ".*", ""])
      expect(await holds({ identity })).toBe(false);
    expect(await holds({ identityProvider: "https://accounts.google.com" })).toBe(false);
    await expect(verifyModel(verifying(signed, {}))).rejects.toThrow(/--trust-config/);
    const wrapped = join(folder, "client-trust.json");
    const root = JSON.parse(readFileSync(who.trustConfig, "utf8"));
    writeFileSync(
      wrapped,
      JSON.stringify({ mediaType: "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json", trustedRoot: root }),
    );
    expect(await holds({ trustConfig: wrapped })).toBe(true);
    writeFileSync(wrapped, JSON.stringify({ ...root, tlogs: [] }));
    expect(await holds({ trustConfig: wrapped })).toBe(false);
    writeFileSync(wrapped, "{}");
    await expect(holds({ trustConfig: wrapped })).rejects.toThrow(/trust root/);
    const text = readFileSync(join(signed, "model.sig"), "utf8");
    const { dsseEnvelope } = JSON.parse(text);
    const other = Buffer.from(dsseEnvelope.payload, "base64").toString().replace("signme-1", "signme-9");
    writeFileSync(join(signed, "model.sig"), text.replace(dsseEnvelope.payload, Buffer.from(other).toString("base64")));
    expect(await holds({})).toBe(false);
  });

  test.each(["v1.0.0-elliptic-key", "v1.0.1-elliptic-key"])("%s verifies with the key", async (name) => {
    const path = join(REFERENCE, name);
    const single = name === "v1.0.0-elliptic-key";
    const options = verifying(single ? join(path, "signme-1") : path, {
      signature: join(path, "model.sig"),
      publicKey,
      ignorePaths: [join(path, "ignore-me")],
    });
    expect(await verifyModel(options)).toMatchObject({ holds: true, faults: [] });
    expect(await verifyModel({ ...options, publicKey: join(folder, "prime256v1.pub") })).toMatchObject({
      holds: false,
    });
  });
  test.each(["v1.0.0-certificate", "v1.0.1-certificate"])("%s verifies with the roots", async (name) => {
    const path = join(REFERENCE, name);
    const options = verifying(path, { certificateChain: chain, ignorePaths: [join(path, "ignore-me")] });
    expect(await verifyModel(options)).toMatchObject({ holds: true, faults: [] });
    // A certificate that did not sign itself is no anchor, even the signer's own.
    for (const name of ["signing-key-cert.pem", "int-ca-cert.pem"])
      expect((await verifyModel({ ...options, certificateChain: [join(REFERENCE, "keys", name)] })).faults[0]).toMatch(
        /trusted here/,
      );
    const unsigned = await verifyModel({ ...options, ignorePaths: [] });
    expect(unsigned.faults).toEqual(name.startsWith("v1.0.1") ? ["ignore-me: there, but not signed"] : []);
    expect((await verifyModel({ ...options, ignorePaths: [], ignoreUnsignedFiles: true })).holds).toBe(true);
  });
  test("a root that did not issue it is not enough", async () => {
    const path = join(REFERENCE, "v1.0.1-certificate");
    const ssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
    ssl(
      "req",
      "-x509",
      "-new",
      "-key",
      "prime256v1.pem",
      "-subj",
      "/CN=stranger",
      "-days",
      "9000",
      "-out",
      "stranger.pem",
    );
    const check = await verifyModel(verifying(path, { certificateChain: [join(folder, "stranger.pem")] }));
    expect(check.faults[0]).toMatch(/no certificate that is trusted here issued/);
  });
  test("valid bundles are read, invalid ones refused in one line", () => {
    const read = (path: string) => decodeStatement(decodeSignatureBundle(readFileSync(path), path).payload);
    for (const kind of ["valid", "invalid", "invalid-payload"])
      for (const name of readdirSync(join(OMS, "test-vectors/v1.0", kind))) {
        const path = join(OMS, "test-vectors/v1.0", kind, name);
        if (kind === "valid") expect(read(path).resources.length).toBeGreaterThan(0);
        else expect(() => read(path)).toThrow(/expected|at /);
      }
  });
  test("what is signed here validates against the published schemas", async () => {
    const path = model("schemas");
    await signModel(signing(path));
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const name of readdirSync(join(OMS, "schemas/v1.0")))
      ajv.addSchema(JSON.parse(readFileSync(join(OMS, "schemas/v1.0", name), "utf8")));
    const bundle = JSON.parse(readFileSync(join(folder, "out.sig"), "utf8"));
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString());
    expect(ajv.validate("https://model_signing/bundle/v1.0/schema", bundle), ajv.errorsText()).toBe(true);
    expect(ajv.validate("https://model_signing/statement/v1.0/schema", statement), ajv.errorsText()).toBe(true);
  });
});

describe("our own", () => {
  test.each([
    ["prime256v1", "files", "sha256"],
    ["secp384r1", "shards", "blake2b"],
    ["secp521r1", "files", "blake3"],
    ["prime256v1", "shards", "sha256"],
  ] as const)("%s, %s, %s: holds, and no change goes unseen", async (curve, method, algorithm) => {
    const path = model(`own-${curve}-${method}-${algorithm}`);
    // Shards cannot speak of a file without bytes.
    if (method === "shards") {
      await expect(signModel(signing(path, { method, algorithm }))).rejects.toThrow(/empty file "empty"/);
      rmSync(join(path, "empty"));
    }
    const signature = join(path, "model.sig");
    const privateKey = join(folder, `${curve}.pem`);
    const statement = await signModel(
      signing(path, { signature, method, algorithm, privateKey, ignorePaths: [join(path, "note")] }),
    );
    expect(statement.resources).toHaveLength(method === "files" ? 3 : 4);
    const options = verifying(path, { publicKey: join(folder, `${curve}.pub`) });
    expect(await verifyModel(options)).toMatchObject({ holds: true, faults: [] });
    const again = join(folder, `copy-${curve}-${method}-${algorithm}`);
    const changed = async (change: (at: string) => void) => {
      rmSync(again, { recursive: true, force: true });
      cpSync(path, again, { recursive: true });
      change(again);
      return (await verifyModel({ ...options, model: again, signature: join(again, "model.sig") })).faults;
    };
    expect(await changed(() => undefined)).toEqual([]);
    expect((await changed((at) => writeFileSync(join(at, "a.bin"), `${"a".repeat(2499)}b`))).join()).toMatch(/a\.bin/);
    expect((await changed((at) => rmSync(join(at, "sub/deep/ü.txt")))).join()).toMatch(/not there/);
    expect((await changed((at) => writeFileSync(join(at, "more"), "x"))).join()).toMatch(/not signed/);
    expect((await changed((at) => writeFileSync(join(at, "__init__.py"), ""))).join()).toMatch(/__init__.py/);
  });

  test("names are bytes: what cannot be stated is refused when signing and a fault when verifying", async () => {
    const path = model("bytes");
    const odd = Buffer.concat([Buffer.from(`${path}/sub/bad`), Buffer.from([0xff]), Buffer.from(".py")]);
    const likeness = join(path, "sub/bad\ufffd.py");
    writeFileSync(likeness, "signed");
    await signModel(signing(path));
    const options = verifying(path, { signature: join(folder, "out.sig"), publicKey: join(folder, "prime256v1.pub") });
    expect((await verifyModel(options)).faults).toEqual([]);
    writeFileSync(odd, "not signed");
    expect((await verifyModel(options)).faults).toEqual([
      "sub/bad\\xff.py: there, but not signed: a signature cannot state its name",
    ]);
    await expect(signModel(signing(path))).rejects.toThrow(/a signature cannot state its name/);
    await expect(listModelFiles(path)).rejects.toThrow(/expected names in UTF-8/);
    rmSync(odd);
    writeFileSync(join(path, "sub\\x"), "");
    await expect(signModel(signing(path))).rejects.toThrow(/cannot state its name/);
    expect((await verifyModel(options)).faults.join()).toMatch(/cannot state its name/);
  });

  test("names that other file systems take for one, or for something else, are said", async () => {
    const path = model("hazards");
    for (const name of ["Weights.bin", "weights.bin", "e\u0301", "\u00e9", "con.txt", "stream:x"])
      writeFileSync(join(path, name), name);
    const { warnings } = await signModel(signing(path));
    expect(warnings).toHaveLength(4);
    expect(warnings.join()).toMatch(/Weights\.bin.*one name/);
    expect(warnings.join()).toMatch(/con\.txt.*Windows/);
  });

  test("the policy on links is the signature's, not the reader's", async () => {
    const path = model("policy");
    const options = verifying(path, { signature: join(folder, "out.sig"), publicKey: join(folder, "prime256v1.pub") });
    writeFileSync(join(path, "b.bin"), "a".repeat(2500));
    await signModel(signing(path));
    rmSync(join(path, "b.bin"));
    symlinkSync("a.bin", join(path, "b.bin"));
    for (const allowSymlinks of [true, false])
      expect((await verifyModel({ ...options, allowSymlinks })).faults).toEqual([
        "b.bin: signed, but not there as a file",
        "b.bin: there, but not signed: it is a symbolic link",
      ]);
    await signModel(signing(path, { allowSymlinks: true }));
    expect((await verifyModel(options)).holds).toBe(true);
    rmSync(join(path, "b.bin"));
    writeFileSync(join(folder, "outside"), "elsewhere");
    symlinkSync(join(folder, "outside"), join(path, "b.bin"));
    const { warnings } = await signModel(signing(path, { allowSymlinks: true }));
    expect(warnings).toEqual(['"b.bin" is a link to a file outside the model']);
  });

  test("a bundle of another media type is refused", async () => {
    const path = model("media");
    await signModel(signing(path));
    const text = readFileSync(join(folder, "out.sig"), "utf8");
    for (const type of [
      "application/vnd.dev.sigstore.bundleEVIL",
      "application/vnd.dev.sigstore.bundle.v0.3+json ",
      "",
    ]) {
      writeFileSync(join(folder, "out.sig"), text.replace("application/vnd.dev.sigstore.bundle.v0.3+json", type));
      await expect(
        verifyModel(verifying(path, { signature: join(folder, "out.sig"), publicKey: join(folder, "prime256v1.pub") })),
      ).rejects.toThrow(/mediaType/);
    }
  });

  test("links, special files and strangers' paths are refused with a reason", async () => {
    const path = model("links");
    symlinkSync(join(path, "a.bin"), join(path, "link"));
    await expect(signModel(signing(path))).rejects.toThrow(/symbolic link; give --allow-symlinks/);
    expect((await signModel(signing(path, { allowSymlinks: true }))).resources.map(({ name }) => name)).toContain(
      "link",
    );
    symlinkSync(path, join(path, "loop"));
    await expect(signModel(signing(path, { allowSymlinks: true }))).rejects.toThrow(
      /"loop": it is no regular file or folder/,
    );
    const payload = (name: string) =>
      Buffer.from(
        JSON.stringify({
          _type: "https://in-toto.io/Statement/v1",
          subject: [{ name: "m", digest: { sha256: "0".repeat(64) } }],
          predicateType: "https://model_signing/signature/v1.0",
          predicate: {
            serialization: { method: "files", hash_type: "sha256", allow_symlinks: false },
            resources: [{ name, digest: "0".repeat(64), algorithm: "sha256" }],
          },
        }),
      );
    for (const name of ["../x", "/etc/passwd", "a//b", "a/./b", "a\\b", "a\0"])
      expect(() => decodeStatement(payload(name))).toThrow(/relative path/);
    expect(() => decodeStatement(payload("a"))).toThrow(/is not the root of its resources/);
  });
});
