/**
 * Sign a model as OpenSSF Model Signing v1.0 does, with a key, with a certificate and its chain, or through sigstore, and
 * check such a signature against the files. What is signed here the reference implementation verifies, and the other way round
 * (validation/model-signing.md).
 */
import { basename, resolve } from "node:path";
import { base64, fromUtf8, utf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
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
import { hashResources, listResources, relativeIgnores, statable } from "../../host/signing/model-resources.js";
import {
  keyHint,
  publicOf,
  readCertificates,
  readPrivateKey,
  readPublicKey,
  signEcdsa,
  supported,
  verifyEcdsa,
} from "../../host/signing/signature-keys.js";
import { verifySigstore } from "../../host/signing/sigstore-signature.js";
import { signKeyless } from "../../host/signing/sigstore-signing.js";
import { readCertificate } from "../../host/signing/x509/certificate.js";
import { type SigningCertificate, signingCertificate } from "../../host/signing/x509/signing-certificate.js";
import { readWhole, writeWhole } from "../../host/whole-file.js";
import { type SigningTime, signingTime, type TimeEvidence } from "./signing-time.js";

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
  /** Key and certificate mode. */
  privateKey?: string;
  password?: string;
  /** Certificate mode: the signing certificate, then what leads from it to a root. */
  signingCertificate?: string;
  certificateChain: readonly string[];
  /** Sigstore mode: files with the services to use and with the identity token. */
  sigstore?: { config: string; token: string };
  onProgress: (done: number, total: number) => void;
}

/**
 * Writes the signature whole or not at all. @returns what was signed, and warnings in words
 * @throws UNSUPPORTED for shards of a model with an empty file, which no list of shards can speak of
 */
export async function signModel(options: SignOptions): Promise<ModelStatement & { warnings: string[] }> {
  const { model, signature, algorithm, onProgress } = options;
  const seal = await sealOf(options);
  const ignorePaths = await relativeIgnores(model, [...options.ignorePaths, signature]);
  const listed = await listResources(model, { ...options, ignorePaths });
  const files = statable(listed, model);
  // BLAKE3 is a tree of its own: the reference does not cut its files.
  const shards = options.method === "shards" && algorithm !== "blake3";
  const empty = shards ? files.find(({ sizeBytes }) => sizeBytes === 0) : undefined;
  if (empty)
    throw new AssayError(
      "UNSUPPORTED",
      `register sign: a signature of shards cannot speak of the empty file ${quoted(empty.name)}; sign whole files, or leave it out`,
    );
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
  await writeWhole(signature, await seal(encodeStatement(statement)));
  return { ...statement, warnings: listed.warnings };
}

/** What makes a bundle of a payload; what it needs is read, and refused, before any file is hashed. */
async function sealOf(options: SignOptions): Promise<(payload: Uint8Array) => Promise<Uint8Array>> {
  const { sigstore, privateKey } = options;
  if ((sigstore === undefined) === (privateKey === undefined))
    throw new AssayError(
      "USAGE",
      "register sign: expected a private key, or a signing configuration and an identity token",
    );
  if (sigstore) {
    const config = await readWhole(sigstore.config);
    const token = fromUtf8(await readWhole(sigstore.token), sigstore.token).trim();
    return (payload) => signKeyless(payload, { config, configName: sigstore.config, token });
  }
  const key = readPrivateKey(await readWhole(privateKey!), privateKey!, options.password);
  const material = await materialOf(options, key);
  return async (payload) => {
    const signed = signEcdsa(pae(IN_TOTO_PAYLOAD_TYPE, payload), key);
    if (!verifyEcdsa(signed, pae(IN_TOTO_PAYLOAD_TYPE, payload), publicOf(key)))
      throw new Error("signModel: the fresh signature does not hold");
    return encodeSignatureBundle(material, base64(payload), base64(signed));
  };
}

async function materialOf(
  options: SignOptions,
  key: ReturnType<typeof readPrivateKey>,
): Promise<Parameters<typeof encodeSignatureBundle>[0]> {
  if (options.signingCertificate === undefined) return { publicKey: { hint: keyHint(key) } };
  const leaf = readCertificates(await readWhole(options.signingCertificate), options.signingCertificate)[0]!;
  if (!readCertificate(leaf, options.signingCertificate).platform.publicKey.equals(publicOf(key)))
    throw new AssayError("USAGE", "register sign: expected the signing certificate to be of the private key");
  const rest = await Promise.all(
    options.certificateChain.map(async (path) => readCertificates(await readWhole(path), path)),
  );
  const certificates = [leaf, ...rest.flat()].map((raw) => ({ rawBytes: base64(raw) }));
  return { x509CertificateChain: { certificates } };
}

export interface VerifyModelOptions extends Listing {
  model: string;
  signature: string;
  publicKey?: string;
  /** The key itself in PEM, instead of its file. */
  publicKeyPem?: string;
  certificateChain: readonly string[];
  /** Sigstore mode: trust root, and who must have signed. */
  trustConfig?: string;
  identity?: string;
  identityProvider?: string;
  ignoreUnsignedFiles: boolean;
  /** Certificate mode: the moment at which the certificates have to be valid, in milliseconds since 1970, unless `time` proves one. */
  at: number;
  /** Who else says when the signature was there. */
  time?: TimeEvidence;
  /** Certificate mode: what the authorities left undone of RFC 5280, §4, refuses too. */
  strictCertificates: boolean;
  onProgress: (done: number, total: number) => void;
}

interface ModelCheck {
  holds: boolean;
  /** One sentence each; empty when it holds. */
  faults: string[];
  statement: ModelStatement | null;
  /** Certificate mode. */
  certificate: { subject: string; anchor: string; at: string } | null;
  /** When the signature was there at the latest, by a timestamp or a log; null where neither was given. */
  signedBefore: { at: string; proof: SigningTime["proof"]; by: string } | null;
  /** What does not refuse and should be known; one sentence each. */
  warnings: string[];
}

/** What does not hold is a result; what cannot be read is an error. */
export async function verifyModel(options: VerifyModelOptions): Promise<ModelCheck> {
  const file = await readWhole(options.signature);
  const bundle = decodeSignatureBundle(file, options.signature);
  const warnings: string[] = [];
  const refused = (fault: string): ModelCheck => ({
    holds: false,
    faults: [fault],
    statement: null,
    certificate: null,
    signedBefore: null,
    warnings,
  });
  let signer: SigningCertificate | null;
  let time: SigningTime | null;
  try {
    time = options.time ? await signingTime({ ...bundle, file, name: options.signature }, options.time) : null;
    signer = await checkSignature(bundle, { ...options, at: time?.at ?? options.at });
  } catch (error) {
    if (!(error instanceof AssayError) || (error.code !== "SIGNATURE" && !(options.time && error.code === "DIGEST")))
      throw error;
    return refused(error.message);
  }
  warnings.push(...(signer?.departures ?? []).map((text) => `certificate ${text}`));
  let statement: ModelStatement;
  try {
    statement = decodeStatement(bundle.payload);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "DIGEST") throw error;
    return refused(error.message);
  }
  const files = await compareFiles(statement, options);
  return {
    holds: files.faults.length === 0,
    faults: files.faults,
    statement,
    certificate: signer && {
      subject: signer.subject,
      anchor: signer.anchor,
      at: new Date(time?.at ?? options.at).toISOString(),
    },
    signedBefore: time && { ...time, at: new Date(time.at).toISOString() },
    warnings: [...warnings, ...files.warnings],
  };
}

/** The files as they are now against what was signed, listed under the rules that the signature records (spec v1.0, 8.4). */
async function compareFiles(
  statement: ModelStatement,
  options: VerifyModelOptions,
): Promise<{ faults: string[]; warnings: string[] }> {
  const { serialization, resources } = statement;
  const faults: string[] = [];
  const ignorePaths = [
    ...(await relativeIgnores(options.model, [...options.ignorePaths, options.signature])),
    ...(serialization.ignore_paths ?? []).map((path) => path.replace(/\/+$/, "")),
  ];
  const listed = await listResources(options.model, {
    ...options,
    allowSymlinks: serialization.allow_symlinks,
    ignorePaths,
  });
  const shards = serialization.method === "shards";
  const signedFiles = new Set(resources.map(({ name }) => (shards ? shardOf(name).path : name)));
  const files = options.ignoreUnsignedFiles ? listed.files.filter(({ name }) => signedFiles.has(name)) : listed.files;
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
    if (now === undefined) faults.push(`${name}: signed, but not there as a file`);
    else if (now !== digest) faults.push(`${name}: its ${serialization.hash_type} is ${now}, signed was ${digest}`);
  }
  for (const name of digests.keys()) if (!expected.has(name)) faults.push(`${name}: there, but not signed`);
  // A signature in shards says nothing about files without bytes (6.3.2): their names may still do something.
  if (shards)
    for (const { name, sizeBytes } of files)
      if (sizeBytes === 0) faults.push(`${name}: empty, and a signature of shards does not speak of empty files`);
  if (!options.ignoreUnsignedFiles)
    for (const { name, reason } of listed.unstatable) faults.push(`${name}: there, but not signed: ${reason}`);
  return { faults, warnings: listed.warnings };
}

async function checkSignature(
  bundle: ReturnType<typeof decodeSignatureBundle>,
  options: VerifyModelOptions,
): Promise<SigningCertificate | null> {
  const what = options.signature;
  const message = pae(bundle.payloadType, bundle.payload);
  const { mode } = bundle;
  if (mode.kind === "key") {
    const { publicKey, publicKeyPem } = options;
    if (publicKey === undefined && publicKeyPem === undefined)
      throw new AssayError("USAGE", `${what}: signed with a key; give --public-key FILE`);
    const pem = publicKeyPem === undefined ? await readWhole(publicKey!) : utf8(publicKeyPem);
    const key = readPublicKey(pem, publicKey ?? what);
    if (mode.hint !== null && mode.hint !== keyHint(key))
      throw new AssayError("SIGNATURE", `${what}: signed with key ${mode.hint}, given was ${keyHint(key)}`);
    if (!verifyEcdsa(bundle.signature, message, key))
      throw new AssayError("SIGNATURE", `${what}: the signature does not hold under the key`);
    return null;
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
    const signer = await signingCertificate(
      { chain: mode.chain, trusted: trusted.flat(), at: options.at, strict: options.strictCertificates },
      what,
    );
    if (!verifyEcdsa(bundle.signature, message, supported(signer.key, what)))
      throw new AssayError("SIGNATURE", `${what}: the signature does not hold under the certificate's key`);
    return signer;
  }
  const { trustConfig, identity, identityProvider } = options;
  if (trustConfig === undefined || identity === undefined || identityProvider === undefined)
    throw new AssayError(
      "USAGE",
      `${what}: signed through sigstore; give --trust-config FILE, --identity and --identity-provider`,
    );
  const trust = await readWhole(trustConfig);
  verifySigstore(mode.json, { trust, trustName: trustConfig, identity, identityProvider }, what);
  return null;
}
