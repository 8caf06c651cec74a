/** A model judged: its files, the log, the evaluations at hand, under a deployer's policy. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AssayError, quoted } from "../../base/error.js";
import { decodeSignatureBundle } from "../../evidence/sigstore-bundle.js";
import { unixSeconds } from "../../host/moment.js";
import { readWhole } from "../../host/whole-file.js";
import type { GateFacts } from "../../office/gate/facts.js";
import { type GateVerdict, judge } from "../../office/gate/verdict.js";
import { MODEL_ID, type ModelId } from "../../office/register/declarations/vocabulary.js";
import { modelRoot } from "../register/declare.js";
import { openRegister, type Register } from "../register/register.js";
import { findModel } from "../register/register-record.js";
import { type VerifyModelOptions, verifyModel } from "../register/sign-model.js";
import { evaluationsAt, gatherFacts, type SignatureFact } from "./gather-facts.js";
import type { PolicyFolder } from "./policy-folder.js";
import { auditsAt } from "./read-audit.js";

interface CheckOptions {
  /** Folder or file of weights, or a model's id or name in the register. */
  model: string;
  register: string;
  folder: PolicyFolder;
  /** Signature of the files; `model.sig` in the folder where there is one. */
  signature: string | null;
  evaluations: string | null;
  audits: string | null;
  onProgress: (done: number, total: number) => void;
}

export interface Checked {
  facts: GateFacts;
  verdict: GateVerdict;
  /** Why the log could not be read, where it could not. */
  logFault: string | null;
}

/** @throws USAGE, NOT_FOUND for what was asked; a log that is away or does not hold refuses and does not throw */
export async function checkModel(options: CheckOptions): Promise<Checked> {
  const { folder, onProgress } = options;
  const evaluations = options.evaluations === null ? [] : await evaluationsAt(options.evaluations);
  const audits = options.audits === null ? [] : await auditsAt(options.audits);
  const atHand = await stat(options.model).catch(() => null);
  const opened = await openedRegister(options.register, folder.trust);
  const { register } = opened;
  let model: ModelId | null = null;
  if (atHand) model = `sha256:${await modelRoot(options.model, onProgress)}` as ModelId;
  else if (MODEL_ID.test(options.model)) model = options.model as ModelId;
  else if (register) model = (await findModel(register, options.model, onProgress)).id;
  else
    throw new AssayError(
      "NOT_FOUND",
      `gate: expected files or an id, got ${quoted(options.model)} and no log to look it up`,
    );
  const signature = await signatureOf(options, atHand?.isDirectory() ?? false, register);
  const facts = await gatherFacts({
    register,
    trust: folder.trust,
    model,
    signature,
    evaluations,
    audits,
    now: unixSeconds(),
  });
  return { facts, verdict: judge(facts, folder.policy, folder.rules, folder.engine), logFault: opened.fault };
}

/** A log that cannot be opened under the gate's trust is a fact, and its reason is said beside it. */
export async function openedRegister(
  where: string,
  trust: PolicyFolder["trust"],
): Promise<{ register: Register | null; fault: string | null }> {
  try {
    return { register: await openRegister(where, trust), fault: null };
  } catch (error) {
    if (error instanceof AssayError) return { register: null, fault: error.message };
    throw error;
  }
}

/** The files against their signature, under the key that the register lists. */
async function signatureOf(
  options: CheckOptions,
  isFolder: boolean,
  register: Register | null,
): Promise<SignatureFact> {
  const beside = isFolder ? join(options.model, "model.sig") : `${options.model}.sig`;
  const given = options.signature ?? ((await stat(beside).catch(() => null)) ? beside : null);
  const atHand = await stat(options.model).catch(() => null);
  if (!atHand) return { state: "not checked", signer: null };
  if (given === null) return { state: "missing", signer: null };
  const { mode } = decodeSignatureBundle(await readWhole(given), given);
  const hint = mode.kind === "key" ? mode.hint : null;
  const known = hint === null || !register ? undefined : register.index.registered(hint, unixSeconds());
  if (!known) return { state: "not checked", signer: null };
  const checking: VerifyModelOptions = {
    model: options.model,
    signature: given,
    publicKeyPem: known.key.pem,
    certificateChain: [],
    ignorePaths: [],
    ignoreGitPaths: true,
    allowSymlinks: false,
    ignoreUnsignedFiles: false,
    strictCertificates: true,
    at: Date.now(),
    onProgress: options.onProgress,
  };
  const { holds } = await verifyModel(checking);
  return holds ? { state: "holds", signer: known.name } : { state: "does not hold", signer: known.name };
}
