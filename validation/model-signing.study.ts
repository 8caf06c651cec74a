/**
 * Two ways with the reference implementation of OpenSSF Model Signing (PyPI model-signing): what it signs we verify,
 * what we sign it verifies, and what was changed afterwards neither accepts.
 *   node validation/model-signing.study.ts --python PYTHON [--cases N]
 * PYTHON has `pip install model-signing pyOpenSSL`. Development only: the product needs no Python.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { signModel, verifyModel } from "../dist/app/register/sign-model.js";
import { prng } from "../dist/base/prng.js";

const { values } = parseArgs({
  options: {
    python: { type: "string" },
    cases: { type: "string", default: "24" },
    out: { type: "string", default: "validation/model-signing.json" },
  },
});
const python = values.python ?? "python3";
const folder = mkdtempSync(join(tmpdir(), "assay-two-ways-"));
const ssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
const reference = (...args: string[]): boolean => {
  try {
    execFileSync(python, ["-m", "model_signing", ...args], { cwd: folder, stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
};

/** The root that the reference's library computes, for what its command line does not offer (1.1: SHA-256 over files only). */
const ROOT = `
import hashlib, pathlib, sys
from model_signing import hashing
model, method, algorithm = sys.argv[1:]
config = hashing.Config()
name = {"blake2b": "blake2"}.get(algorithm, algorithm)
if method == "shards": config.use_shard_serialization(hashing_algorithm=name, shard_size=1000)
else: config.use_file_serialization(hashing_algorithm=name)
h = hashlib.sha256()
for item in config.hash(pathlib.Path(model)).resource_descriptors(): h.update(item.digest.digest_value)
print(h.hexdigest())`;
const referenceRoot = (model: string, method: string, algorithm: string): string =>
  execFileSync(python, ["-c", ROOT, model, method, algorithm], { cwd: folder }).toString().trim();

const CURVES = ["prime256v1", "secp384r1", "secp521r1"] as const;
for (const curve of CURVES) {
  ssl("ecparam", "-name", curve, "-genkey", "-noout", "-out", `${curve}.pem`);
  ssl("ec", "-in", `${curve}.pem`, "-pubout", "-out", `${curve}.pub`);
}
ssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ca.pem");
ssl("req", "-x509", "-new", "-key", "ca.pem", "-subj", "/CN=study root", "-days", "3650", "-out", "ca.crt");
writeFileSync(
  join(folder, "leaf.ext"),
  "keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nbasicConstraints=CA:FALSE\n",
);
ssl("req", "-new", "-key", "prime256v1.pem", "-subj", "/CN=study signer", "-out", "leaf.csr");
ssl(
  "x509",
  "-req",
  "-in",
  "leaf.csr",
  "-CA",
  "ca.crt",
  "-CAkey",
  "ca.pem",
  "-CAcreateserial",
  "-days",
  "3650",
  "-extfile",
  "leaf.ext",
  "-out",
  "leaf.crt",
);

const random = prng("validation/model-signing", "1");
const NAMES = [
  "a",
  "b.bin",
  "ü/ö.txt",
  "𝔘/x",
  "﹍/y",
  "deep/er/still",
  "with space",
  "dot.",
  ".hidden",
  "z:1:2",
  "empty",
];

function model(at: number): string {
  const path = join(folder, `model-${at}`);
  for (const name of NAMES.filter((_, i) => i < 2 || random.below(2) === 1)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(
      join(path, name),
      Buffer.from(Array.from({ length: name === "empty" ? 0 : 1 + random.below(5000) }, () => random.below(256))),
    );
  }
  mkdirSync(join(path, ".git"));
  writeFileSync(join(path, ".git/HEAD"), "ref");
  return path;
}

const listing = {
  ignorePaths: [],
  ignoreGitPaths: true,
  allowSymlinks: false,
  certificateChain: [] as string[],
  onProgress: () => undefined,
};
const counts = {
  cases: 0,
  theirsVerifiedHere: 0,
  oursVerifiedThere: 0,
  changedRefusedHere: 0,
  changedRefusedThere: 0,
  otherListings: 0,
  otherListingsOfEqualRoot: 0,
};
const differing: string[] = [];
const total = Number(values.cases);
for (let at = 0; at < total; at++) {
  const path = model(at);
  const curve = CURVES[at % 3]!;
  const certificate = at % 4 === 3;
  const key = join(folder, certificate ? "prime256v1.pem" : `${curve}.pem`);
  const [theirs, ours] = [join(folder, `theirs-${at}.sig`), join(folder, `ours-${at}.sig`)];
  const signed = certificate
    ? reference(
        "sign",
        "certificate",
        path,
        "--private_key",
        key,
        "--signing_certificate",
        "leaf.crt",
        "--certificate_chain",
        "ca.crt",
        "--signature",
        theirs,
      )
    : reference("sign", "key", path, "--private_key", key, "--signature", theirs);
  if (!signed) throw new Error(`the reference did not sign case ${at}`);
  const common = certificate
    ? { signingCertificate: join(folder, "leaf.crt"), certificateChain: [join(folder, "ca.crt")] }
    : {};
  const plain = { ...listing, ...common, model: path, signature: ours, shardSize: 1000, privateKey: key };
  await signModel({ ...plain, method: "files", algorithm: "sha256" });
  const algorithm = (["sha256", "blake2b", "blake3"] as const)[Math.floor(at / 3) % 3]!;
  // Shards cannot speak of empty files: such models are signed whole.
  const hasEmpty = existsSync(join(path, "empty"));
  const method = at % 2 === 1 && algorithm !== "blake3" && !hasEmpty ? "shards" : "files";
  if (method === "shards" || algorithm !== "sha256") {
    const { root } = await signModel({ ...plain, signature: `${ours}.other`, method, algorithm });
    counts.otherListings++;
    if (root === referenceRoot(path, method, algorithm)) counts.otherListingsOfEqualRoot++;
    else differing.push(`case ${at}: root of ${method}, ${algorithm}`);
  }
  const here = async () =>
    (
      await verifyModel({
        ...listing,
        model: path,
        signature: theirs,
        ignoreUnsignedFiles: false,
        at: Date.now(),
        strictCertificates: false,
        ...(certificate ? { certificateChain: [join(folder, "ca.crt")] } : { publicKey: join(folder, `${curve}.pub`) }),
      })
    ).holds;
  const there = () =>
    certificate
      ? reference("verify", "certificate", path, "--signature", ours, "--certificate_chain", "ca.crt")
      : reference("verify", "key", path, "--signature", ours, "--public_key", join(folder, `${curve}.pub`));
  const good = [await here(), there()];
  writeFileSync(join(path, "a"), "changed");
  const bad = [await here(), there()];
  counts.cases++;
  counts.theirsVerifiedHere += Number(good[0]);
  counts.oursVerifiedThere += Number(good[1]);
  counts.changedRefusedHere += Number(!bad[0]);
  counts.changedRefusedThere += Number(!bad[1]);
  if (!good[0] || !good[1] || bad[0] || bad[1])
    differing.push(`case ${at}: ${certificate ? "certificate" : curve}: good ${good}, changed ${bad}`);
}
rmSync(folder, { recursive: true, force: true });
const version = execFileSync(python, ["-c", "import importlib.metadata as m; print(m.version('model-signing'))"])
  .toString()
  .trim();
const study = {
  type: "assay/peer-study/v1",
  date: new Date().toISOString().slice(0, 10),
  peer: `model-signing ${version} (PyPI)`,
  ...counts,
  differing,
};
writeFileSync(values.out!, `${JSON.stringify(study, null, 2)}\n`);
console.log(study);
