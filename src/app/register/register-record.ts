/**
 * What the register holds on one model, as one documented record: label, statements, remarks, lineage, history. Pages,
 * their machine-readable twins and the command line all print this.
 */
import { stat } from "node:fs/promises";
import { AssayError, quoted } from "../../base/error.js";
import { unixSeconds } from "../../host/moment.js";
import { type ForeignEntry, refusalOf } from "../../office/entries/foreign.js";
import type { Declaration } from "../../office/register/declarations/statement.js";
import { MODEL_ID, type ModelId } from "../../office/register/declarations/vocabulary.js";
import { type Descent, everDescended } from "../../office/register/descent.js";
import { label, type OriginLabel } from "../../office/register/label/label.js";
import { type EntryTime, entryTime } from "../../office/register/log-time.js";
import { ordersOn } from "../../office/register/orders/order-reach.js";
import type { OrderOnModel } from "../../office/register/orders/order-states.js";
import { encodeReceipt } from "../../office/register/receipt.js";
import { encodeRecord } from "../../office/register/register-entry.js";
import { type Entry, isInForce, type ModelState } from "../../office/register/register-index.js";
import { type Remark, remarksOn, remarksOnOrders } from "../../office/register/remarks.js";
import type { Policy } from "../../tlog/policy.js";
import { encodeProofFile } from "../../tlog/proof-file.js";
import { TILE_WIDTH } from "../../tlog/tile.js";
import { inclusionProof, readBundle } from "../../tlog/tree-reader.js";
import { type Cosigned, trustCheckpoint } from "../../tlog/trusted-checkpoint.js";
import { modelRoot } from "./declare.js";
import { firstCosigned } from "./entry-time.js";
import { foundSinceOfEach, remarksOnVersions } from "./found-since.js";
import { loadDeclaration, type Register } from "./register.js";

export interface StatementRecord {
  entry: number;
  kind: string;
  /** What it puts in force, for a correction. */
  puts: string;
  name: string;
  statement: string;
  bundle: string;
  key: string;
  keyName: string;
  roles: readonly string[];
  issued: string;
  received: string;
  /** When witnesses first saw it, and whether the operator's word on its receipt can be right. */
  time: EntryTime;
  status: "in force" | "corrected" | "withdrawn";
  by: number | null;
  openChallenges: number[];
  closedBy: number | null;
  /** The predicate, as signed. */
  says: unknown;
}

/** One key may enter as many statements about its model as it likes: a record reads so many of them. */
export const STATEMENTS_MAX = 200;

export interface ModelRecord {
  type: "assay/register-model/v1";
  model: ModelId;
  name: string;
  uri: string | null;
  /** Other entries under the same address, such as the digest of a model first known by name. */
  sameAddress: string[];
  declarer: { key: string; name: string; compiled: boolean } | null;
  withdrawnBy: number | null;
  /** Null where the answer is refused. */
  label: OriginLabel | null;
  /** Why there is no label and nothing is held against each other: an entry of an unknown kind speaks of this model. */
  refused: string | null;
  /** Entries of the log of kinds that this version does not know: how many, and which of them speak of this model. */
  foreign: { count: number; about: ForeignEntry[] };
  /** Orders that mean this model, its own and those on models it stems from; lifted and expired ones included. */
  orders: OrderOnModel[];
  remarks: Remark[];
  /** The latest; entries left out are counted. */
  statements: StatementRecord[];
  statementsCut: number;
  findings: StatementRecord[];
}

/** @param trust null shows the operator's word on times; with a policy, the cosigners' too */
export async function modelRecord(register: Register, model: ModelState, trust: Policy | null): Promise<ModelRecord> {
  const { index } = register;
  const cache = new Map<number, Promise<Declaration>>();
  const load = (entry: Entry) => {
    const held = cache.get(entry.index) ?? loadDeclaration(register, entry);
    cache.set(entry.index, held);
    return held;
  };
  const { origin, size } = register.head;
  const cosigners = trust ? trustCheckpoint(register.checkpoint, trust).cosigners : [];
  const declarer = index.declarer(model);
  const spoken = model.entries.find(({ record }) => record.key === declarer);
  const about = index.foreignAbout(model);
  const refused = refusalOf(about);
  const now = unixSeconds();
  const orders = await ordersOn(index, model.id, now, load);
  const findings = index.findingsNaming(model.id).filter(isInForce).slice(-STATEMENTS_MAX);
  const record = async (entry: Entry) =>
    statementRecord(entry, await load(entry), await firstCosigned(register, entry.index, trust));
  return {
    type: "assay/register-model/v1",
    model: model.id,
    name: model.name,
    uri: model.uri,
    sameAddress: model.uri === null ? [] : index.withAddress(model.uri).filter((id) => id !== model.id),
    declarer: spoken
      ? { key: spoken.record.key, name: spoken.keyName, compiled: !spoken.roles.includes("publisher") }
      : null,
    withdrawnBy: model.withdrawnBy?.index ?? null,
    label:
      refused === null ? await label(index, model, load, { origin, size, cosigners, checkedAt: now, orders }) : null,
    refused,
    orders,
    foreign: { count: index.foreign.count, about },
    remarks:
      refused === null
        ? [
            ...remarksOnOrders(orders),
            ...(await remarksOn(index, model, load)),
            ...(await remarksOnVersions(register, findings, load)),
          ]
        : [],
    statements: await Promise.all(model.entries.slice(-STATEMENTS_MAX).map(record)),
    statementsCut: Math.max(0, model.entries.length - STATEMENTS_MAX),
    findings: await Promise.all(findings.map(record)),
  };
}

function statementRecord(entry: Entry, declaration: Declaration, cosigned: readonly Cosigned[] = []): StatementRecord {
  const { record } = entry;
  const after = entry.correctedBy ?? entry.withdrawnBy;
  return {
    entry: entry.index,
    kind: record.kind,
    puts: entry.puts,
    name: record.name,
    statement: record.statement,
    bundle: record.bundle,
    key: record.key,
    keyName: entry.keyName,
    roles: entry.roles,
    issued: record.issued,
    received: new Date(record.received * 1000).toISOString(),
    time: entryTime(record.received, cosigned),
    status: entry.correctedBy ? "corrected" : entry.withdrawnBy ? "withdrawn" : "in force",
    by: after?.index ?? null,
    openChallenges: entry.challenges.filter((c) => c.closedBy === null && isInForce(c)).map((c) => c.index),
    closedBy: entry.closedBy?.index ?? null,
    says: declaration.predicate,
  };
}

/** The bytes of an entry as they stand in the log. */
export async function logEntry({ read, head }: Register, index: number): Promise<Uint8Array> {
  return (await readBundle(read, head.size, Math.floor(index / TILE_WIDTH)))[index % TILE_WIDTH]!;
}

/** @throws UNSUPPORTED where an entry of an unknown kind speaks of the model */
export function assertAnswerable({ index }: Register, model: ModelState): void {
  const says = refusalOf(index.foreignAbout(model));
  if (says !== null) throw new AssayError("UNSUPPORTED", `register: no answer about ${model.id}: ${says}`);
}

/** With what was found since of the versions by which links were found: whom they accused that took nothing. */
interface DescentRecord extends Descent {
  foundSince: { entry: number; says: string }[];
}

/** All that ever descended from a model, declared here or not. @param at index of an entry, as text; the last one by default */
export async function descentOf(register: Register, of: ModelId, at?: string): Promise<DescentRecord> {
  const { index } = register;
  if (at !== undefined && (!/^[0-9]{1,15}$/.test(at) || Number(at) >= index.size))
    throw new AssayError("USAGE", `descent: expected an entry below ${index.size}, got ${quoted(at)}`);
  const load = (entry: Entry) => loadDeclaration(register, entry);
  const descent = await everDescended(index, of, load, at === undefined ? undefined : Number(at));
  const findings = descent.links.flatMap(({ proposition, entry }) => (proposition === null ? [] : [index.at(entry)!]));
  return { ...descent, foundSince: await foundSinceOfEach(register, findings, load) };
}

/** One entry with what it says, shown to be signed. */
export async function statementOfEntry(
  register: Register,
  entry: Entry,
  trust: Policy | null = null,
): Promise<StatementRecord> {
  const cosigned = await firstCosigned(register, entry.index, trust);
  return statementRecord(entry, await loadDeclaration(register, entry), cosigned);
}

/** A receipt of an entry under the checkpoint at hand. */
export async function registerReceipt(register: Register, entry: Entry): Promise<Uint8Array> {
  const bundle = await register.object(entry.record.bundle);
  if (!bundle || !entry.key)
    throw new AssayError("NOT_FOUND", `register: expected the bundle and the key of entry ${entry.index}`);
  const { proof } = await inclusionProof(register.read, register.head, entry.index);
  return encodeReceipt({
    bundle,
    publicKey: entry.key.pem,
    record: encodeRecord(entry.record),
    proof: encodeProofFile({ extra: null, index: entry.index, proof, checkpoint: register.checkpoint }),
  });
}

/** By id, digest, name, or a folder whose files are hashed. */
export async function findModel(
  register: Register,
  asked: string,
  onProgress: (done: number, total: number) => void,
): Promise<ModelState> {
  const { index } = register;
  const id = MODEL_ID.test(asked) ? asked : /^[0-9a-f]{64}$/.test(asked) ? `sha256:${asked}` : null;
  const missing = () => new AssayError("NOT_FOUND", `register: expected a model of the register, got ${quoted(asked)}`);
  if (id !== null) {
    const model = index.models.get(id as ModelId);
    const unknown = model ? null : refusalOf(index.foreign.speakingOf([id]));
    if (unknown !== null) throw new AssayError("UNSUPPORTED", `register: no answer about ${id}: ${unknown}`);
    if (!model) throw missing();
    return model;
  }
  const named = index.names
    .find(asked, 1000)
    .ids.map((each) => index.models.get(each)!)
    .filter(({ name }) => name === asked);
  if (named.length > 1)
    throw new AssayError(
      "USAGE",
      `register: ${quoted(asked)} is the name of ${named.map((m) => m.id).join(" and ")}; give one of them`,
    );
  if (named[0]) return named[0];
  if (await stat(asked).catch(() => null)) {
    const root = await modelRoot(asked, onProgress);
    const model = index.models.get(`sha256:${root}`);
    if (!model)
      throw new AssayError("NOT_FOUND", `register: expected a model of the register, but sha256:${root} is not there`);
    return model;
  }
  throw missing();
}
