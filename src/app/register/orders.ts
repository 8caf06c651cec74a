/**
 * The verbs of an authority: list its keys, make an order, lift it, extend it to descendants, enter a laboratory's finding.
 * Each makes one signed statement and enters it; whether it may, the register's admission says.
 */
import { fromUtf8 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { encodeSignedStatement, toBeSigned } from "../../evidence/signed-statement.js";
import { decodeFinding } from "../../finding/codec.js";
import { unixSeconds } from "../../host/moment.js";
import { publicOf, readPublicKey } from "../../host/signing/signature-keys.js";
import { readWhole } from "../../host/whole-file.js";
import type { Kind, Predicates } from "../../office/register/declarations/kinds.js";
import type { Basis, Effect } from "../../office/register/declarations/order.js";
import type { Subject } from "../../office/register/declarations/statement.js";
import { MODEL_ID, MODEL_NAME, type ModelId } from "../../office/register/declarations/vocabulary.js";
import { type AuthorityPredicate, encodeAuthorityPolicy } from "../../office/register/orders/authority-policy.js";
import { verifyBasis } from "../../office/register/orders/order-admission.js";
import { ordersOn, reached } from "../../office/register/orders/order-reach.js";
import type { OrderOnModel } from "../../office/register/orders/order-states.js";
import type { OrderState } from "../../office/register/orders/orders.js";
import type { Policy } from "../../tlog/policy.js";
import { readPolicyFile } from "../log/log.js";
import { moment } from "./access.js";
import { type Signer, signDeclaration } from "./declare.js";
import {
  type AppendResult,
  appendDeclarations,
  artefactsOf,
  loadDeclaration,
  openRegister,
  type Register,
} from "./register.js";
import { findModel } from "./register-record.js";

export interface Entering {
  register: string;
  signer: Signer;
  witnesses: Policy | null;
  keysFile?: string;
}

const quiet = () => undefined;
const now = () => moment(unixSeconds());

async function enter(
  entering: Entering,
  bundle: Uint8Array,
  attachments?: ReadonlyMap<string, Uint8Array>,
): Promise<AppendResult> {
  const { register, witnesses, keysFile } = entering;
  const [result] = await appendDeclarations(register, [bundle], witnesses, attachments, undefined, keysFile);
  return result!;
}

async function say<K extends Kind>(
  entering: Entering,
  subject: Subject,
  kind: K,
  predicate: Predicates[K],
  attachments?: ReadonlyMap<string, Uint8Array>,
): Promise<AppendResult> {
  return enter(entering, signDeclaration(subject, kind, predicate, entering.signer).bundle, attachments);
}

interface AuthorityKeyGiven {
  /** Public key in PEM. */
  path: string;
  name: string;
  effects: readonly Effect[];
}

/** An authority's first policy, or the next. @param effective UTC; a replacement needs notice */
export async function setAuthority(
  entering: Entering,
  given: { authority: string; keys: readonly AuthorityKeyGiven[]; effective: string | null; reason: string },
): Promise<AppendResult> {
  const { index } = await openRegister(entering.register);
  const keys: AuthorityPredicate["keys"] = [];
  for (const { path, name, effects } of given.keys) {
    const publicKey = publicOf(readPublicKey(await readWhole(path), path)).export({ type: "spki", format: "pem" });
    keys.push({ name, publicKey: publicKey.toString(), effects: [...effects] });
  }
  const { authority, effective, reason } = given;
  const previous = index.authorities.latest(authority)?.statement ?? null;
  const statement = encodeAuthorityPolicy({
    issued: now(),
    authority,
    previous,
    effective: effective ?? now(),
    keys,
    reason,
  });
  const { keyId, sign } = entering.signer;
  return enter(entering, encodeSignedStatement(statement, sign(toBeSigned(statement)), keyId));
}

/**
 * A docket entry by its digest, or by its record and the proof of it, which must be of a log that the policy trusts.
 * @throws SIGNATURE, DIGEST for a proof that is forged or of another log
 */
export async function basisOf(given: {
  digest?: string;
  record?: string;
  proof?: string;
  policy?: string;
}): Promise<Basis> {
  if (
    (given.record === undefined) !== (given.proof === undefined) ||
    (given.digest === undefined) === (given.record === undefined)
  )
    throw new AssayError("USAGE", "order: expected --basis DIGEST, or --basis-record FILE and --basis-proof FILE");
  if (given.digest !== undefined) return { digest: given.digest, entry: null };
  if (given.policy === undefined)
    throw new AssayError(
      "USAGE",
      "order: expected --basis-policy FILE: whose log the docket entry is proved to lie in",
    );
  const record = await readWhole(given.record!);
  const proof = fromUtf8(await readWhole(given.proof!), given.proof!);
  const basis = { digest: sha256Digest(record), entry: { record: fromUtf8(record, given.record!), proof } };
  verifyBasis(basis, await readPolicyFile(given.policy));
  return basis;
}

/** @param model id, digest, name or folder; an id that nobody declared needs a name */
export async function makeOrder(
  entering: Entering,
  model: string,
  called: string | null,
  order: Omit<Predicates["order"], "issued">,
): Promise<AppendResult> {
  const register = await openRegister(entering.register);
  return say(entering, await subjectOf(register, model, called), "order", { issued: now(), ...order });
}

async function subjectOf(register: Register, model: string, called: string | null): Promise<Subject> {
  if (MODEL_ID.test(model) && !register.index.models.has(model as ModelId)) {
    if (called === null || !MODEL_NAME.test(called) || !model.startsWith("sha256:"))
      throw new AssayError(
        "USAGE",
        `order: expected --name maker/model for ${quoted(model)}, which nobody declared here`,
      );
    return { name: called, id: model as ModelId, uri: null };
  }
  const { id, name, uri } = await findModel(register, model, quiet);
  return { name, id, uri: id.startsWith("uri:") ? uri : null };
}

/** An order by its entry or its statement. */
function orderOf({ index }: Register, asked: string): OrderState {
  const found = /^[0-9]{1,15}$/.test(asked)
    ? index.orders.all.find(({ entry }) => entry.index === Number(asked))
    : index.orders.statement(asked);
  if (!found)
    throw new AssayError("NOT_FOUND", `register: expected an order by its entry or statement, got ${quoted(asked)}`);
  return found;
}

/** @param asked the order by index or digest @param given `models` empty lifts it for all */
export async function liftOrder(
  entering: Entering,
  asked: string,
  given: { models: readonly string[]; basis: Basis | null; reasons: string },
): Promise<AppendResult> {
  const register = await openRegister(entering.register);
  const { entry } = orderOf(register, asked);
  const models = await idsOf(register, given.models);
  return say(entering, await subjectOf(register, entry.model, null), "order-lifted", {
    issued: now(),
    order: entry.record.statement,
    models: models.length > 0 ? models : null,
    basis: given.basis,
    reasons: given.reasons,
  });
}

/** To descendants whom it does not reach by itself, after they were heard; admission refuses one without notice. */
export async function extendOrder(
  entering: Entering,
  asked: string,
  given: { models: readonly string[]; heard: Predicates["order-extended"]["heard"]; basis: Basis; reasons: string },
): Promise<AppendResult> {
  const register = await openRegister(entering.register);
  const { entry } = orderOf(register, asked);
  return say(entering, await subjectOf(register, entry.model, null), "order-extended", {
    issued: now(),
    order: entry.record.statement,
    models: await idsOf(register, given.models),
    heard: given.heard,
    basis: given.basis,
    reasons: given.reasons,
  });
}

async function idsOf(register: Register, models: readonly string[]): Promise<ModelId[]> {
  const ids: ModelId[] = [];
  for (const model of models)
    ids.push(MODEL_ID.test(model) ? (model as ModelId) : (await findModel(register, model, quiet)).id);
  return ids;
}

interface OrderRecord extends OrderOnModel {
  type: "assay/register-order/v1";
  /** Every model it means, with how it stands towards each; null where one model was asked about. */
  means: { model: ModelId; name: string | null; state: string; standing: string; noticeEnds: string | null }[] | null;
  /** The predicate, as signed. */
  says: unknown;
}

/** Orders that mean a model, or all orders with everyone they mean. @param at Unix seconds */
export async function orderRecords(register: Register, model: ModelId | null, at: number): Promise<OrderRecord[]> {
  const { index } = register;
  const load = (entry: Parameters<typeof loadDeclaration>[1]) => loadDeclaration(register, entry);
  const says = async (statement: string) => (await load(index.statement(statement)!)).predicate;
  const record = async (order: OrderOnModel, means: OrderRecord["means"]): Promise<OrderRecord> => ({
    type: "assay/register-order/v1",
    ...order,
    means,
    says: await says(order.order),
  });
  if (model !== null) return Promise.all((await ordersOn(index, model, at, load)).map((order) => record(order, null)));
  const records: OrderRecord[] = [];
  for (const state of index.orders.all) {
    const { statement } = state.entry.record;
    const own = (await ordersOn(index, state.entry.model, at, load)).find(({ order }) => order === statement)!;
    const means: NonNullable<OrderRecord["means"]> = [];
    const ids = state.facts.reach === "self" ? [] : [...(await reached(index, state, load)).keys()];
    for (const id of ids) {
      const towards = (await ordersOn(index, id, at, load)).find(({ order }) => order === statement)!;
      const { state: stands, standing, noticeEnds } = towards;
      means.push({
        model: id,
        name: index.models.get(id)?.name ?? null,
        state: stands,
        standing: standing!,
        noticeEnds,
      });
    }
    records.push(await record(own, means));
  }
  return records;
}

/** A laboratory's finding beside a model. @param models which model an artefact is or came from, by its role */
export async function enterFinding(
  entering: Entering,
  file: string,
  given: { beside: string; suspect: string | null; reference: string | null },
): Promise<AppendResult> {
  const bytes = await readWhole(file);
  const finding = decodeFinding(bytes, file);
  const register = await openRegister(entering.register);
  const subject = await subjectOf(register, given.beside, null);
  const named = async (asked: string | null) => (asked === null ? null : ((await idsOf(register, [asked]))[0] ?? null));
  const [suspect, reference] = [await named(given.suspect), await named(given.reference)];
  const artefacts = artefactsOf(finding.subject).map(({ role, artefact: { root, kind } }) => ({
    role,
    root: root as string,
    model:
      kind === "model"
        ? root
        : role === "suspect"
          ? suspect
          : role === "reference" || role === "original"
            ? reference
            : null,
  }));
  const { proposition, outcome } = finding;
  const predicate = { issued: now(), finding: sha256Digest(bytes), proposition: proposition.id, outcome, artefacts };
  return say(entering, subject, "finding", predicate, new Map([[predicate.finding, bytes]]));
}
