/**
 * Forged chains against the reference implementation of OpenSSF Model Signing (PyPI model-signing): whatever is accepted
 * here must be accepted there, and the differences are listed.
 *   node validation/certificates.study.ts --python PYTHON
 * PYTHON has `pip install model-signing pyOpenSSL`. Development only: the product needs no Python.
 */
import { execFileSync } from "node:child_process";
import { sign } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { verifyModel } from "../dist/app/register/sign-model.js";
import { sha256Hex } from "../dist/base/digest.js";
import { pae } from "../dist/evidence/dsse.js";
import { encodeStatement, IN_TOTO_PAYLOAD_TYPE, statementOf } from "../dist/evidence/oms-statement.js";
import { encodeSignatureBundle } from "../dist/evidence/sigstore-bundle.js";
import {
  type Chain,
  forgedChains,
  KEYS,
  type Keys,
  newKeys,
  pem,
  rsaKeys,
} from "../materials/register/forged-chains.ts";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    out: { type: "string", default: "validation/certificates.json" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "assay-chains-"));
const model = join(folder, "m");
mkdirSync(model);
writeFileSync(join(model, "a"), "a");
const payload = encodeStatement(
  statementOf("m", { method: "files", hash_type: "sha256", allow_symlinks: false }, [
    { name: "a", digest: sha256Hex(new Uint8Array(Buffer.from("a"))), algorithm: "sha256" },
  ]),
);

/** Keys of root, authority and signer; only the signer's has to be one that OMS knows. */
const KINDS: [string, () => Keys, () => Keys, () => Keys, string][] = [
  ["P-256", () => newKeys(), () => newKeys(), () => newKeys(), "sha256"],
  ["P-384 under RSA", () => rsaKeys(3072), () => newKeys("secp384r1"), () => newKeys("secp384r1"), "sha384"],
  ["P-521", () => newKeys("secp521r1"), () => newKeys("secp384r1"), () => newKeys("secp521r1"), "sha512"],
  ["P-256 under RSA", () => rsaKeys(2048), () => rsaKeys(2048), () => newKeys(), "sha256"],
];
interface Case extends Chain {
  kind: string;
  signature: string;
  roots: string;
}
const cases: Case[] = [];
for (const [kind, root, authority, signer, digest] of KINDS) {
  Object.assign(KEYS, { root: root(), authority: authority(), signer: signer() });
  for (const chain of forgedChains()) {
    const at = cases.length;
    const [signature, roots] = [join(folder, `${at}.sig`), join(folder, `${at}.pem`)];
    const signed = sign(digest, pae(IN_TOTO_PAYLOAD_TYPE, payload), KEYS.signer.privateKey);
    const certificates = chain.chain.map((raw) => ({ rawBytes: raw.toString("base64") }));
    writeFileSync(
      signature,
      encodeSignatureBundle(
        { x509CertificateChain: { certificates } },
        Buffer.from(payload).toString("base64"),
        signed.toString("base64"),
      ),
    );
    writeFileSync(roots, pem(...chain.trusted));
    cases.push({ ...chain, kind, signature, roots });
  }
}

const THERE = `
import json, pathlib, sys
import model_signing
out = []
for case in json.load(sys.stdin):
    try:
        model_signing.verifying.Config().use_certificate_verifier(certificate_chain=[pathlib.Path(case["roots"])]).verify(pathlib.Path(case["model"]), pathlib.Path(case["signature"]))
        out.append(None)
    except BaseException as error:
        out.append((type(error).__name__ + ": " + str(error))[:200] or "refused")
print(json.dumps(out))`;
const there = JSON.parse(
  execFileSync(values.python!, ["-W", "ignore", "-c", THERE], {
    input: JSON.stringify(cases.map(({ signature, roots }) => ({ signature, roots, model }))),
    stdio: ["pipe", "pipe", "ignore"],
    maxBuffer: 1 << 26,
  }).toString(),
) as (string | null)[];

const now = Date.now();
const rows: { kind: string; name: string; meant: string; here: string | null; there: string | null }[] = [];
for (const [i, each] of cases.entries()) {
  const here = await verifyModel({
    model,
    signature: each.signature,
    certificateChain: [each.roots],
    ignorePaths: [],
    ignoreGitPaths: true,
    allowSymlinks: false,
    ignoreUnsignedFiles: false,
    at: now,
    strictCertificates: false,
    onProgress: () => undefined,
  }).then(
    ({ faults }) => faults[0]?.replace(`${each.signature}: `, "") ?? null,
    (error: Error) => error.message.replace(`${each.signature}: `, ""),
  );
  rows.push({ kind: each.kind, name: each.name, meant: each.holds ? "holds" : "refused", here, there: there[i]! });
}
rmSync(folder, { recursive: true, force: true });
const count = (test: (row: (typeof rows)[number]) => boolean) => rows.filter(test).length;
const differences = new Map<string, { name: string; here: string; there: string; kinds: string[] }>();
for (const { name, kind, here, there: peer } of rows)
  if ((here === null) !== (peer === null)) {
    const known = differences.get(name) ?? { name, here: here ?? "accepted", there: peer ?? "accepted", kinds: [] };
    known.kinds.push(kind);
    differences.set(name, known);
  }
const version = execFileSync(values.python!, [
  "-c",
  "import importlib.metadata as m; print(m.version('model-signing'), 'with cryptography', m.version('cryptography'))",
]);
const study = {
  type: "assay/peer-study/v1",
  date: new Date(now).toISOString().slice(0, 10),
  peer: `model-signing ${version.toString().trim()} (PyPI)`,
  chains: rows.length,
  forged: count(({ meant }) => meant === "refused"),
  forgedRefusedHere: count(({ meant, here }) => meant === "refused" && here !== null),
  forgedRefusedThere: count(({ meant, there: peer }) => meant === "refused" && peer !== null),
  goodAcceptedHere: count(({ meant, here }) => meant === "holds" && here === null),
  goodAcceptedThere: count(({ meant, there: peer }) => meant === "holds" && peer === null),
  acceptedHereAndRefusedThere: count(({ here, there: peer }) => here === null && peer !== null),
  differences: [...differences.values()],
};
writeFileSync(values.out!, `${JSON.stringify(study, null, 2)}\n`);
console.log(JSON.stringify(study, null, 1));
