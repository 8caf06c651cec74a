/**
 * Signatures of models whose files are elsewhere: what a standing gate knows of what a cluster runs. A signature names a
 * model by the root over its files, which is the id that a workload states and that an init check compares at the mount,
 * so that a signature which holds under a key of the register is of these weights, though no file was read here.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { utf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import { pae } from "../../evidence/dsse.js";
import { decodeStatement } from "../../evidence/oms-statement.js";
import { decodeSignatureBundle } from "../../evidence/sigstore-bundle.js";
import { keyHint, readPublicKey, verifyEcdsa } from "../../host/signing/signature-keys.js";
import { readWhole } from "../../host/whole-file.js";
import type { ModelId } from "../../office/register/declarations/vocabulary.js";
import type { RegisterIndex } from "../../office/register/register-index.js";
import type { SignatureFact } from "./gather-facts.js";

const SIGNATURES_MAX = 10_000;

type SignatureBundle = ReturnType<typeof decodeSignatureBundle>;
/** By the id that the signed statement gives the model. */
export type SignaturesAtHand = ReadonlyMap<string, readonly SignatureBundle[]>;

/**
 * A signature, or every `*.sig` of a folder and of the folders in it.
 * @throws AssayError NOT_FOUND, LIMIT, and what a file that is no signature says
 */
export async function signaturesAt(path: string): Promise<SignaturesAtHand> {
  const info = await stat(path).catch(() => null);
  if (!info)
    throw new AssayError("NOT_FOUND", `signatures: expected a signature or a folder of them at ${quoted(path)}`);
  const files = info.isDirectory() ? await filesIn(path) : [path];
  if (files.length > SIGNATURES_MAX)
    throw new AssayError("LIMIT", `signatures: expected at most ${SIGNATURES_MAX}, got ${files.length}`);
  const found = new Map<string, SignatureBundle[]>();
  for (const file of files) {
    const bundle = decodeSignatureBundle(await readWhole(file), file);
    const id = `sha256:${decodeStatement(bundle.payload).root}`;
    found.set(id, [...(found.get(id) ?? []), bundle]);
  }
  return found;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const inner = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => (await readdir(join(folder, name))).map((file) => join(folder, name, file))),
  );
  return [...entries.map(({ name }) => join(folder, name)), ...inner.flat()]
    .filter((file) => file.endsWith(".sig"))
    .sort();
}

/** One that holds outweighs one that does not: anybody can put a bad one beside it. Without a known key nothing is checked. */
export function signatureAtHand(
  signatures: SignaturesAtHand,
  model: ModelId,
  index: RegisterIndex | null,
  now: number,
): SignatureFact {
  let seen: SignatureFact = { state: "not checked", signer: null };
  for (const { mode, payloadType, payload, signature } of signatures.get(model) ?? []) {
    const known = mode.kind === "key" && mode.hint !== null && index ? index.registered(mode.hint, now) : null;
    if (!known) continue;
    const key = readPublicKey(utf8(known.key.pem), known.name);
    const holds =
      keyHint(key) === (mode as { hint: string | null }).hint && verifyEcdsa(signature, pae(payloadType, payload), key);
    if (holds) return { state: "holds", signer: known.name };
    seen = { state: "does not hold", signer: known.name };
  }
  return seen;
}
