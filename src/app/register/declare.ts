/**
 * Making declarations: gather what a model's folder already says, take the publisher's answers, check, sign. The root
 * digest is that of the model's files as OpenSSF Model Signing lists them, or of a signature that is at hand.
 */
import { basename, join, resolve } from "node:path";
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { decodeStatement, statementOf } from "../../evidence/oms-statement.js";
import { encodeSignedStatement, toBeSigned } from "../../evidence/signed-statement.js";
import { decodeSignatureBundle } from "../../evidence/sigstore-bundle.js";
import { hashResources, listResources, relativeIgnores, statable } from "../../host/signing/model-resources.js";
import { keyHint, readPrivateKey, signEcdsa } from "../../host/signing/signature-keys.js";
import { readSmallFile } from "../../host/small-file.js";
import { readWhole } from "../../host/whole-file.js";
import {
  openDeclarationBundle,
  type SignedDeclaration,
} from "../../office/register/declarations/declaration-bundle.js";
import { type Drafts, draft } from "../../office/register/declarations/draft.js";
import { KIND_NAMES, type Kind, type Predicates } from "../../office/register/declarations/kinds.js";
import { checkedPredicate, encodeDeclaration, type Subject } from "../../office/register/declarations/statement.js";
import { MODEL_NAME } from "../../office/register/declarations/vocabulary.js";
import { parseModelCard } from "../../office/register/exchange/model-card.js";

/** A card is text; what is larger is no card. */
const SMALL_BYTES_MAX = 4 * 1024 * 1024;
const ANSWERS_BYTES_MAX = 8 * 1024 * 1024;

/** The OMS root digest of a model's files, SHA-256, git's own files and model.sig left out. */
export async function modelRoot(model: string, onProgress: (done: number, total: number) => void): Promise<string> {
  const ignorePaths = await relativeIgnores(model, [join(model, "model.sig")]);
  const listed = await listResources(model, { allowSymlinks: false, ignoreGitPaths: true, ignorePaths });
  const files = statable(listed, model);
  const resources = await hashResources(files, "sha256", null, onProgress);
  const serialization = { method: "files", hash_type: "sha256", allow_symlinks: false } as const;
  return statementOf(basename(resolve(model)), serialization, resources).root;
}

/** The root a signature names; the signature itself is the business of `register verify`. */
export async function signedRoot(signature: string): Promise<string> {
  return decodeStatement(decodeSignatureBundle(await readWhole(signature), signature).payload).root;
}

/** A draft of each kind that folder, card or data sets say something of; nothing is guessed. */
export async function gatherDrafts(options: {
  /** Null where the model is a file, or not at hand. */
  folder: string | null;
  subject: Subject;
  card: string | null;
  datasets: readonly string[];
  now: string;
  onProgress: (done: number, total: number) => void;
  /** Told what of the card was not carried over. */
  onLeft?: (paths: readonly string[]) => void;
}): Promise<Drafts> {
  const { folder, subject, now, onProgress } = options;
  const cardPath = options.card ?? (folder === null ? null : join(folder, "README.md"));
  // A card that was named must be there; one that may lie in the folder need not.
  const cardBytes =
    cardPath === null
      ? null
      : await readSmallFile(cardPath, SMALL_BYTES_MAX).catch((error) => {
          if (options.card !== null) throw error;
          return null;
        });
  const configBytes =
    folder === null ? null : await readSmallFile(join(folder, "config.json"), SMALL_BYTES_MAX).catch(() => null);
  const config = configBytes ? parseStrictJson(fromUtf8(configBytes, "config.json"), "config.json") : null;
  const datasets: { name: string; sha256: string }[] = [];
  for (const dataset of options.datasets)
    datasets.push({ name: basename(resolve(dataset)), sha256: await modelRoot(dataset, onProgress) });
  const card = cardBytes ? parseModelCard(cardBytes, cardPath!) : null;
  if (card && card.left.length > 0) options.onLeft?.(card.left);
  return draft({
    subject,
    now,
    card,
    config: typeof config === "object" && config !== null ? (config as Record<string, unknown>) : null,
    datasets,
  });
}

/** A file of answers: kind → predicate, any number of kinds. */
export async function readAnswers(path: string): Promise<Partial<Record<Kind, unknown>>> {
  const bytes = await readSmallFile(path, ANSWERS_BYTES_MAX);
  const value = parseStrictJson(fromUtf8(bytes, path), path);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AssayError("SCHEMA", `${path}: expected an object of kinds`);
  for (const kind of Object.keys(value))
    if (!(KIND_NAMES as string[]).includes(kind))
      throw new AssayError("SCHEMA", `${path}: expected one of ${KIND_NAMES.join(", ")}, got ${quoted(kind)}`);
  return value;
}

/**
 * @throws USAGE for a name out of ASCII or longer than a record holds: look-alike letters would make two names of one
 */
export function assertName(name: string): void {
  if (!MODEL_NAME.test(name))
    throw new AssayError("USAGE", `declare: expected a name such as maker/model in ASCII, got ${quoted(name)}`);
}

export interface Signer {
  keyId: string;
  sign: (message: Uint8Array) => Uint8Array;
}

/** @throws FORMAT where the key does not open under the password, UNSUPPORTED for another curve */
export async function readSigner(path: string, password?: string): Promise<Signer> {
  const key = readPrivateKey(await readWhole(path), path, password);
  return { keyId: keyHint(key), sign: (message) => new Uint8Array(signEcdsa(message, key)) };
}

/** Checked by its schema, signed, and read again. */
export function signDeclaration<K extends Kind>(
  subject: Subject,
  kind: K,
  predicate: Predicates[K],
  signer: Signer,
): { bundle: Uint8Array; signed: SignedDeclaration } {
  const statement = encodeDeclaration({ subject, kind, predicate: checkedPredicate(kind, predicate, kind) });
  const bundle = encodeSignedStatement(statement, signer.sign(toBeSigned(statement)), signer.keyId);
  return { bundle, signed: openDeclarationBundle(bundle, kind) };
}
