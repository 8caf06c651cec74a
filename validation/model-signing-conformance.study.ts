/**
 * The conformance suite of OpenSSF Model Signing (github.com/sampras343/model-signing-conformance), run against
 * `assay register sign|verify` through an adapter. Its keyless cases sign through a stand-in for Fulcio and Rekor on this
 * machine (sigstore's own mock services over HTTP), and are verified under the stand-in's root; bundles that came from the
 * public services, under the public root.
 *   npm install --no-save --save-peer @sigstore/sign@5 @sigstore/mock@0.13 && npm run build
 *   pip install pytest pytest-json-report SPEC      (SPEC: a checkout of sampras343/model-signing-spec, which has the schemas)
 *   node validation/model-signing-conformance.study.ts --suite SUITE --commit COMMIT --python python3
 */
import { spawn } from "node:child_process";
import { createHash, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    suite: { type: "string" },
    commit: { type: "string" },
    python: { type: "string", default: "python3" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "assay-conformance-"));
const IDENTITY = "https://signer.example/conformance";
const ISSUER = "https://issuer.example";

// Named by a variable: installed for this study alone.
const name: string = "@sigstore/mock";
const mock = await import(name);
const keys = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const before = new Date(Date.now() - 3_600_000).toISOString();
const ctlog = await mock.initializeCTLog(keys());
const ca = await mock.initializeCA(generateKeyPairSync("ec", { namedCurve: "P-384" }), ctlog);

const handlers: { path: string; fn: (body: string) => Promise<{ statusCode: number; response: string }> }[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", async () => {
    const handler = handlers.find(({ path }) => path === request.url);
    const answer = handler ? await handler.fn(Buffer.concat(chunks).toString()) : { statusCode: 404, response: "" };
    response.writeHead(answer.statusCode, { "content-type": "application/json" }).end(answer.response);
  });
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const tlog = await mock.initializeTLog(url, keys());
const rekor = mock.rekorHandler(tlog);
/** The mock stores what was proposed; Rekor stores digests of an envelope, and its signatures (its type dsse 0.0.1). */
const stored = (proposed: string) => {
  const { kind, apiVersion, spec } = JSON.parse(proposed);
  const { envelope, verifiers } = spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope) as { payload: string; signatures: { sig: string }[] };
  const sha256 = (bytes: string | Buffer) => ({
    algorithm: "sha256",
    value: createHash("sha256").update(bytes).digest("hex"),
  });
  return JSON.stringify({
    apiVersion,
    kind,
    spec: {
      envelopeHash: sha256(envelope),
      payloadHash: sha256(Buffer.from(payload, "base64")),
      signatures: signatures.map(({ sig }) => ({ signature: sig, verifier: verifiers[0] })),
    },
  });
};
handlers.push(mock.fulcioHandler(ca, { subjectClaim: "sub" }), {
  path: rekor.path,
  fn: (proposed) => rekor.fn(stored(proposed)),
});

const base64 = (bytes: ArrayBuffer | Uint8Array) => Buffer.from(bytes as Uint8Array).toString("base64");
const keyId = (key: Uint8Array) => createHash("sha256").update(key).digest("base64");
const instance = (key: Uint8Array) => ({
  baseUrl: url,
  hashAlgorithm: "SHA2_256",
  publicKey: { rawBytes: base64(key), keyDetails: "PKIX_ECDSA_P256_SHA_256", validFor: { start: before } },
  logId: { keyId: keyId(key) },
});
const save = (file: string, value: unknown) =>
  writeFileSync(join(folder, file), typeof value === "string" ? value : JSON.stringify(value, null, 2));
save("trusted_root.json", {
  mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
  tlogs: [instance(tlog.publicKey)],
  certificateAuthorities: [
    {
      subject: { organization: "sigstore.mock", commonName: "sigstore" },
      uri: url,
      certChain: { certificates: [{ rawBytes: base64(ca.rootCertificate) }] },
      validFor: { start: before },
    },
  ],
  ctlogs: [instance(ctlog.publicKey)],
  timestampAuthorities: [],
});
const service = { url, majorApiVersion: 1, validFor: { start: before }, operator: "stand-in" };
save("signing_config.json", {
  mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  caUrls: [service],
  oidcUrls: [],
  rekorTlogUrls: [service],
  rekorTlogConfig: { selector: "ANY" },
  tsaUrls: [],
});
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const expires = Math.floor(Date.now() / 1000) + 3600;
const token = `${part({ alg: "none" })}.${part({ iss: ISSUER, sub: IDENTITY, aud: "sigstore", exp: expires })}.c2ln`;
save("token.jwt", token);

// The suite runs one file: with this Node, whatever the system's is.
const entrypoint = join(folder, "adapter");
save(
  "adapter",
  `#!/bin/sh\nexec "${process.execPath}" "${resolve("validation/peers/model-signing/adapter.ts")}" "$@"\n`,
);
chmodSync(entrypoint, 0o755);
const report = join(folder, "report.json");
const status = await new Promise<number | null>((done) =>
  spawn(
    values.python,
    ["-m", "pytest", "test/", `--entrypoint=${entrypoint}`, "-q", "--json-report", `--json-report-file=${report}`],
    {
      cwd: values.suite,
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        ASSAY_STAND_IN: folder,
        SIGSTORE_ID_TOKEN: token,
        SIGSTORE_IDENTITY: IDENTITY,
        SIGSTORE_ISSUER: ISSUER,
      },
    },
  ).on("close", done),
);
server.close();
const { tests } = JSON.parse(readFileSync(report, "utf8")) as { tests: { nodeid: string; outcome: string }[] };
const cases = tests.map(({ nodeid, outcome }) => ({
  case: /\[(?<id>[^ \]]+)/.exec(nodeid)?.groups?.id ?? nodeid,
  kind: nodeid.includes("test_roundtrip") ? "roundtrip" : "verify",
  outcome,
}));
const passed = cases.filter(({ outcome }) => outcome === "passed").length;
const study = {
  type: "assay/conformance-study/v1",
  date: new Date().toISOString().slice(0, 10),
  suite: "github.com/sampras343/model-signing-conformance",
  commit: values.commit ?? null,
  passed,
  of: cases.length,
  others: cases.filter(({ outcome }) => outcome !== "passed"),
  cases,
};
writeFileSync("validation/model-signing-conformance.json", `${JSON.stringify(study, null, 2)}\n`);
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} of ${cases.length} passed (pytest ended with ${status})`);
