/** When a signature was there: RFC 3161 timestamps that OpenSSL makes, and proofs of a witnessed log; each fault refuses. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signModel, verifyModel } from "../../dist/app/register/sign-model.js";
import { appendEntries, initLog, proveEntry } from "../../src/app/log/log.js";
import { openWitness } from "../../src/app/log/witness.js";
import { loggedLine, type TimeEvidence } from "../../src/app/register/signing-time.js";
import { readCertificates } from "../../src/host/signing/signature-keys.js";
import { verifyTimestamp } from "../../src/host/signing/x509/timestamp.js";
import { encodeVerifierKey, parseVerifierKey, secretKeyOf } from "../../src/tlog/note-keys.js";
import { parsePolicy } from "../../src/tlog/policy.js";
import { serveWitness } from "../../src/web/log-server.js";

const folder = mkdtempSync(join(tmpdir(), "assay-signing-time-"));
const at = (name: string) => join(folder, name);
const ssl = (...args: string[]) =>
  execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
const open: { close: () => unknown }[] = [];

/** A certificate by a root, or one that signs itself. */
function certificate(name: string, extensions: string[], days: string, by?: string): void {
  writeFileSync(at(`${name}.ext`), extensions.map((line) => `${line}\n`).join(""));
  ssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}.key`);
  ssl("req", "-new", "-key", `${name}.key`, "-subj", `/CN=${name}`, "-out", `${name}.csr`);
  const signer = by ? ["-CA", `${by}.pem`, "-CAkey", `${by}.key`, "-CAcreateserial"] : ["-signkey", `${name}.key`];
  ssl(
    "x509",
    "-req",
    "-in",
    `${name}.csr`,
    "-days",
    days,
    "-sha256",
    "-extfile",
    `${name}.ext`,
    ...signer,
    "-out",
    `${name}.pem`,
  );
}

const AUTHORITY = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"];
const STAMPS = ["keyUsage=critical,digitalSignature", "extendedKeyUsage=critical,timeStamping"];

function stamp(signer: string, message: Uint8Array, out: string, hash = "-sha256"): void {
  writeFileSync(at("message"), message);
  writeFileSync(
    at(`${signer}.cnf`),
    [
      "[tsa]",
      "serial = serial",
      "crypto_device = builtin",
      `signer_cert = ${signer}.pem`,
      "certs = tsa-root.pem",
      `signer_key = ${signer}.key`,
      "signer_digest = sha256",
      "default_policy = 1.2.3.4.1",
      "digests = sha1, sha256, sha384",
      "accuracy = secs:1",
      "tsa_name = yes",
      "ess_cert_id_chain = no",
      "ess_cert_id_alg = sha256",
    ].join("\n"),
  );
  writeFileSync(at("serial"), "01\n");
  ssl("ts", "-query", "-data", "message", hash, "-cert", "-out", "query.tsq");
  ssl("ts", "-reply", "-config", `${signer}.cnf`, "-section", "tsa", "-queryfile", "query.tsq", "-out", out);
}

const signature = () =>
  Buffer.from(JSON.parse(readFileSync(at("model.sig"), "utf8")).dsseEnvelope.signatures[0].sig, "base64");

beforeAll(async () => {
  certificate("tsa-root", AUTHORITY, "30");
  certificate("other-root", AUTHORITY, "30");
  certificate("tsa", STAMPS, "20", "tsa-root");
  certificate(
    "no-tsa",
    ["keyUsage=critical,digitalSignature", "extendedKeyUsage=critical,timeStamping,codeSigning"],
    "20",
    "tsa-root",
  );
  certificate("root", AUTHORITY, "30");
  certificate("signer", ["keyUsage=critical,digitalSignature", "extendedKeyUsage=codeSigning"], "2", "root");
  mkdirSync(at("model"));
  writeFileSync(at("model/weights"), "weights");
  await signModel({
    ...listing,
    signature: at("model.sig"),
    method: "files",
    algorithm: "sha256",
    shardSize: 1,
    privateKey: at("signer.key"),
    signingCertificate: at("signer.pem"),
    certificateChain: [],
  });
});
afterAll(async () => {
  for (const it of open) await it.close();
  rmSync(folder, { recursive: true, force: true });
});

const listing = {
  model: at("model"),
  ignorePaths: [],
  ignoreGitPaths: true,
  allowSymlinks: false,
  onProgress: () => undefined,
};
/** Years after the signer's certificate ended. */
const LATER = Date.now() + 5 * 365 * 86_400_000;
const check = (time?: TimeEvidence, signatureFile = at("model.sig")) =>
  verifyModel({
    ...listing,
    signature: signatureFile,
    certificateChain: [at("root.pem")],
    ignoreUnsignedFiles: false,
    at: LATER,
    strictCertificates: false,
    ...(time ? { time } : {}),
  });
const stamped = (token: string, roots = "tsa-root.pem"): TimeEvidence => ({
  timestamps: [at(token)],
  timestampRoots: [at(roots)],
  logged: null,
});

test("an expired signer holds at the moment of a timestamp, and not now", async () => {
  expect((await check()).faults[0]).toMatch(/was valid until/);
  stamp("tsa", signature(), "good.tsr");
  const { holds, signedBefore, certificate: signer } = await check(stamped("good.tsr"));
  expect(holds).toBe(true);
  expect(signedBefore).toMatchObject({ proof: "timestamp", by: "CN=tsa" });
  expect(Math.abs(Date.parse(signedBefore!.at) - Date.now())).toBeLessThan(60_000);
  expect(signer!.at).toBe(signedBefore!.at);
  // The token without its response, and inside the signature's own file.
  ssl("ts", "-reply", "-in", "good.tsr", "-token_out", "-out", "good.tok");
  expect((await check(stamped("good.tok"))).holds).toBe(true);
  const bundle = JSON.parse(readFileSync(at("model.sig"), "utf8"));
  const token = readFileSync(at("good.tsr")).toString("base64");
  bundle.verificationMaterial.timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp: token }] };
  writeFileSync(at("inside.sig"), JSON.stringify(bundle));
  const inside = { timestamps: [], timestampRoots: [at("tsa-root.pem")], logged: null };
  expect((await check(inside, at("inside.sig"))).holds).toBe(true);
});

test("what is no timestamp of this signature by a trusted authority refuses", async () => {
  stamp("tsa", Buffer.from("something else"), "other.tsr");
  expect((await check(stamped("other.tsr"))).faults[0]).toMatch(/is of something else/);
  expect((await check(stamped("good.tsr", "other-root.pem"))).faults[0]).toMatch(/is not trusted here/);
  expect((await check(stamped("good.tsr", "tsa.pem"))).faults[0]).toMatch(/not trusted here|did not sign itself/);
  stamp("tsa", signature(), "sha1.tsr", "-sha1");
  expect((await check(stamped("sha1.tsr"))).faults[0]).toMatch(/digest that is not taken here/);
  await expect(check({ ...stamped("good.tsr"), timestampRoots: [] })).rejects.toThrow(/goes with --timestamp-roots/);
  writeFileSync(at("junk.tsr"), "junk");
  await expect(check(stamped("junk.tsr"))).rejects.toThrow(/expected DER/);
  // OpenSSL itself refuses to stamp with a certificate for more than timestamps.
  expect(() => stamp("no-tsa", signature(), "wide.tsr")).toThrow();
});

test("no byte of a token can be changed", { timeout: 120_000 }, async () => {
  const token = readFileSync(at("good.tok"));
  const roots = readCertificates(readFileSync(at("tsa-root.pem")), "root");
  const { at: moment } = await verifyTimestamp(token, signature(), roots, "token");
  let other = 0;
  for (let i = 0; i < token.length; i += 3) {
    const changed = Uint8Array.from(token);
    changed[i]! ^= 1 << (i % 8);
    const answer = await verifyTimestamp(changed, signature(), roots, "token").catch(() => null);
    if (answer !== null && answer.at !== moment) other++;
  }
  expect(other).toBe(0);
});

test("a witnessed log proves a moment as well, and only of this file", async () => {
  const log = at("log");
  const { verifierKeys } = await initLog(log, "time.example/log");
  const key = secretKeyOf("w.example", "ed25519-cosigner", new Uint8Array(32).fill(5));
  const now = Math.floor(Date.now() / 1000);
  const desk = await openWitness({ folder: at("w"), key, logs: [parseVerifierKey(verifierKeys[0]!)], now: () => now });
  const served = await serveWitness(desk, 0);
  open.push(served, desk);
  const text = `log ${verifierKeys[0]}\nwitness W ${encodeVerifierKey(key)} ${served.url}\nquorum W\n`;
  const policy = parsePolicy(Buffer.from(text));
  writeFileSync(at("policy"), text);
  await appendEntries(log, [loggedLine(readFileSync(at("model.sig"))), loggedLine(Buffer.from("other"))], policy);
  for (const i of [0, 1]) writeFileSync(at(`proof-${i}`), await proveEntry(log, i, policy));
  const logged = (proof: string, file = "policy"): TimeEvidence => ({
    timestamps: [],
    timestampRoots: [],
    logged: { proof: at(proof), policy: at(file) },
  });
  const { holds, signedBefore } = await check(logged("proof-0"));
  expect(holds).toBe(true);
  expect(signedBefore).toEqual({
    at: new Date(now * 1000).toISOString(),
    proof: "log",
    by: "time.example/log, cosigned by W",
  });
  expect((await check(logged("proof-1"))).faults[0]).toMatch(/the entry is not at index 1/);
  writeFileSync(at("alone"), `log ${verifierKeys[0]}\nquorum none\n`);
  expect((await check(logged("proof-0", "alone"))).faults[0]).toMatch(/no witness of the policy says when/);
});
