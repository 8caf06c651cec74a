/**
 * Sign a model as OpenSSF Model Signing v1.0 does, with a key or with a certificate and its chain, and check such a
 * signature, or one made through sigstore, against the files. What is signed here the reference implementation verifies, and the other way round
 * (validation/model-signing.md).
 */
import { basename, resolve } from "node:path";
import { base64 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { pae } from "../../evidence/dsse.js";
import { IGNORED_AT_TOP } from "../../evidence/oms.js";
import {
  decodeStatement,
  encodeStatement,
  type HashType,
  IN_TOTO_PAYLOAD_TYPE,
  type ModelStatement,
  type Serialization,
  shardOf,
  statementOf,
} from "../../evidence/oms-statement.js";
import { decodeSignatureBundle, encodeSignatureBundle } from "../../evidence/sigstore-bundle.js";
import { hashResources, listResources, relativeIgnores } from "../../host/signing/model-resources.js";
import {
  certificateOf,
  keyHint,
  keyOfChain,
  publicOf,
  readCertificates,
  readPrivateKey,
  readPublicKey,
  signEcdsa,
  verifyEcdsa,
} from "../../host/signing/signature-keys.js";
import { verifySigstore } from "../../host/signing/sigstore-signature.js";
import { readWhole, writeWhole } from "../../host/whole-file.js";

/** As the reference implementation cuts (spec v1.0). */
export const SHARD_BYTES = 1_000_000_000;

export interface Listing {
  ignorePaths: readonly string[];
  ignoreGitPaths: boolean;
  allowSymlinks: boolean;
}

export interface SignOptions extends Listing {
  model: string;
  signature: string;
  method: "files" | "shards";
  algorithm: HashType;
  shardSize: number;
  privateKey: string;
  password?: string;
  /** Certificate mode: the signing certificate, then what leads from it to a root. */
  signingCertificate?: string;
  certificateChain: readonly string[];
  onProgress: (done: number, total: number) => void;
}

export async function signModel(options: SignOptions): Promise<ModelStatement> {
  const { model, signature, algorithm, onProgress } = options;
  const key = readPrivateKey(await readWhole(options.privateKey), options.privateKey, options.password);
  const material = await materialOf(options, key);
  const ignorePaths = await relativeIgnores(model, [...options.ignorePaths, signature]);
  const files = await listResources(model, { ...options, ignorePaths });
  // BLAKE3 is a tree of its own: the reference does not cut its files.
  const shards = options.method === "shards" && algorithm !== "blake3";
  const resources = await hashResources(files, algorithm, shards ? options.shardSize : null, onProgress);
  const recorded = files[0]?.name === "." ? [] : [...(options.ignoreGitPaths ? IGNORED_AT_TOP : []), ...ignorePaths];
  const serialization: Serialization = {
    method: shards ? "shards" : "files",
    hash_type: algorithm,
    ...(shards ? { shard_size: options.shardSize } : {}),
    allow_symlinks: options.allowSymlinks,
    ...(recorded.length > 0 ? { ignore_paths: [...new Set(recorded)].sort() } : {}),
  };
  const statement = statementOf(basename(resolve(model)), serialization, resources);
  const payload = encodeStatement(statement);
  const signed = signEcdsa(pae(IN_TOTO_PAYLOAD_TYPE, payload), key);
  if (!verifyEcdsa(signed, pae(IN_TOTO_PAYLOAD_TYPE, payload), publicOf(key)))
    throw new Error("signModel: the fresh signature does not hold");
  await writeWhole(signature, encodeSignatureBundle(material, base64(payload), base64(signed)));
  return statement;
}

async function materialOf(
  options: SignOptions,
  key: ReturnType<typeof readPrivateKey>,
): Promise<Parameters<typeof encodeSignatureBundle>[0]> {
  if (options.signingCertificate === undefined) return { publicKey: { hint: keyHint(key) } };
  const leaf = readCertificates(await readWhole(options.signingCertificate), options.signingCertificate)[0]!;
  if (!leaf.publicKey.equals(publicOf(key)))
    throw new AssayError("USAGE", "register sign: expected the signing certificate to be of the private key");
  const rest = await Promise.all(
    options.certificateChain.map(async (path) => readCertificates(await readWhole(path), path)),
  );
  const certificates = [leaf, ...rest.flat()].map(({ raw }) => ({ rawBytes: raw.toString("base64") }));
  return { x509CertificateChain: { certificates } };
}

export interface VerifyModelOptions extends Listing {
  model: string;
  signature: string;
  publicKey?: string;
  certificateChain: readonly string[];
  /** Sigstore mode: trust root, and who must have signed. */
  trustConfig?: string;
  identity?: string;
  identityProvider?: string;
  ignoreUnsignedFiles: boolean;
  onProgress: (done: number, total: number) => void;
}

export interface ModelCheck {
  holds: boolean;
  /** One sentence each; empty when it holds. */
  faults: string[];
  statement: ModelStatement | null;
}

/** What does not hold is a result; what cannot be read is an error. */
export async function verifyModel(options: VerifyModelOptions): Promise<ModelCheck> {
  const bundle = decodeSignatureBundle(await readWhole(options.signature), options.signature);
  const faults: string[] = [];
  try {
    await checkSignature(bundle, options);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "SIGNATURE") throw error;
    return { holds: false, faults: [error.message], statement: null };
  }
  let statement: ModelStatement;
  try {
    statement = decodeStatement(bundle.payload);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "DIGEST") throw error;
    return { holds: false, faults: [error.message], statement: null };
  }
  const { serialization, resources } = statement;
  const ignorePaths = [
    ...(await relativeIgnores(options.model, [...options.ignorePaths, options.signature])),
    ...(serialization.ignore_paths ?? []).map((path) => path.replace(/\/+$/, "")),
  ];
  const listed = await listResources(options.model, { ...options, ignorePaths });
  const shards = serialization.method === "shards";
  const signedFiles = new Set(resources.map(({ name }) => (shards ? shardOf(name).path : name)));
  const files = options.ignoreUnsignedFiles ? listed.filter(({ name }) => signedFiles.has(name)) : listed;
  const found = await hashResources(
    files,
    serialization.hash_type,
    shards ? serialization.shard_size! : null,
    options.onProgress,
  );
  const digests = new Map(found.map(({ name, digest }) => [name, digest]));
  const expected = new Set(resources.map(({ name }) => name));
  for (const { name, digest } of resources) {
    const now = digests.get(name);
    if (now === undefined) faults.push(`${name}: signed, but not there`);
    else if (now !== digest) faults.push(`${name}: its ${serialization.hash_type} is ${now}, signed was ${digest}`);
  }
  for (const name of digests.keys()) if (!expected.has(name)) faults.push(`${name}: there, but not signed`);
  return { holds: faults.length === 0, faults, statement };
}

async function checkSignature(
  bundle: ReturnType<typeof decodeSignatureBundle>,
  options: VerifyModelOptions,
): Promise<void> {
  const what = options.signature;
  const message = pae(bundle.payloadType, bundle.payload);
  const { mode } = bundle;
  if (mode.kind === "key") {
    if (options.publicKey === undefined)
      throw new AssayError("USAGE", `${what}: signed with a key; give --public-key FILE`);
    const key = readPublicKey(await readWhole(options.publicKey), options.publicKey);
    if (mode.hint !== null && mode.hint !== keyHint(key))
      throw new AssayError("SIGNATURE", `${what}: signed with key ${mode.hint}, given was ${keyHint(key)}`);
    if (!verifyEcdsa(bundle.signature, message, key))
      throw new AssayError("SIGNATURE", `${what}: the signature does not hold under the key`);
    return;
  }
  if (mode.kind === "certificate") {
    if (options.certificateChain.length === 0)
      throw new AssayError(
        "USAGE",
        `${what}: signed with a certificate; give --certificate-chain FILE with the roots you trust`,
      );
    const trusted = await Promise.all(
      options.certificateChain.map(async (path) => readCertificates(await readWhole(path), path)),
    );
    const key = keyOfChain(
      mode.chain.map((raw) => certificateOf(raw, what)),
      trusted.flat(),
      what,
    );
    if (!verifyEcdsa(bundle.signature, message, key))
      throw new AssayError("SIGNATURE", `${what}: the signature does not hold under the certificate's key`);
    return;
  }
  const { trustConfig, identity, identityProvider } = options;
  if (trustConfig === undefined || identity === undefined || identityProvider === undefined)
    throw new AssayError(
      "USAGE",
      `${what}: signed through sigstore; give --trust-config FILE, --identity and --identity-provider`,
    );
  const trust = await readWhole(trustConfig);
  verifySigstore(mode.json, { trust, trustName: trustConfig, identity, identityProvider }, what);
}
