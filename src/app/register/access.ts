/**
 * The verbs of the access ledger: enter a grant, what was given under it, a receipt, a revocation; open what is sealed to
 * one's own identity; ask who had what; show single fields to someone else. Sealed fields lie beside the log by digest.
 */
import { base64 } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { parseEcdsaKey } from "../../evidence/ecdsa-key.js";
import { encodeSignedStatement, toBeSigned } from "../../evidence/signed-statement.js";
import { writeEntryHead } from "../../host/log/entry-heads.js";
import { writeObject } from "../../host/log/object-store.js";
import { seal, unseal } from "../../host/log/sealing.js";
import { randomSeed, unixSeconds } from "../../host/moment.js";
import { platformKey } from "../../host/signing/signature-keys.js";
import { type ForeignEntry, refusalOf } from "../../office/entries/foreign.js";
import {
  ACCESS_REFUSALS,
  type AccessRefusalReason,
  admitAccess,
} from "../../office/register/access/access-admission.js";
import { encodeDisclosure } from "../../office/register/access/access-disclosure.js";
import {
  type AccessStatement,
  encodeAccessStatement,
  openAccessBundle,
} from "../../office/register/access/access-statement.js";
import { encodeAcknowledgement, openAcknowledgement } from "../../office/register/access/acknowledgement.js";
import type { AccessFields, AccessKind, Delivery, Grant } from "../../office/register/access/fields.js";
import type { AccessEntry, GrantState } from "../../office/register/access/ledger.js";
import { type Opened, type WhoHad, whoHad } from "../../office/register/access/opened-ledger.js";
import { makeFields, type OpenedFields, openFields } from "../../office/register/access/sealed-fields.js";
import { faultOfReceived } from "../../office/register/log-time.js";
import { type AccessRecord, encodeRecord } from "../../office/register/register-entry.js";
import type { Policy } from "../../tlog/policy.js";
import { encodeProofFile } from "../../tlog/proof-file.js";
import { inclusionProof } from "../../tlog/tree-reader.js";
import { cosignedOf } from "../../tlog/trusted-checkpoint.js";
import { withWriter } from "../log/log.js";
import type { Signer } from "./declare.js";
import { faultsOfTime } from "./entry-time.js";
import { openRegister, type Register } from "./register.js";

export interface MadeAccess {
  bundle: Uint8Array;
  sealed: Uint8Array;
}

export type AccessResult =
  | { admitted: true; index: number; record: AccessRecord }
  | { admitted: false; reason: AccessRefusalReason; says: string };

/** UTC, whole seconds. */
export function moment(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** Fields committed to with fresh salts, sealed to the recipients, signed. */
export async function makeAccess<K extends AccessKind>(options: {
  kind: K;
  fields: AccessFields[K];
  public: Partial<Pick<AccessStatement, "until" | "grant" | "delivery">>;
  /** age recipients. */
  sealTo: readonly string[];
  signer: Signer;
  issued?: string;
}): Promise<MadeAccess> {
  const { kind, fields, sealTo, signer } = options;
  const { plaintext, commitments } = makeFields(kind, fields, randomSeed);
  const sealed = await seal(plaintext, sealTo);
  const statement = encodeAccessStatement({
    kind,
    sealed: sha256Digest(sealed),
    issued: options.issued ?? moment(unixSeconds()),
    commitments,
    until: null,
    grant: null,
    delivery: null,
    ...options.public,
  });
  return { bundle: encodeSignedStatement(statement, signer.sign(toBeSigned(statement)), signer.keyId), sealed };
}

/** Admitted by the ledger as it stands while the log's only lock is held. A refusal is a result. */
export async function appendAccess(
  folder: string,
  made: MadeAccess,
  witnesses: Policy | null,
  keysFile?: string,
): Promise<AccessResult> {
  return withWriter(
    folder,
    witnesses,
    async (writer) => {
      const register = await openRegister(folder);
      const received = unixSeconds();
      const cosigned = witnesses && register.head.size > 0 ? cosignedOf(register.checkpoint, witnesses) : [];
      const late = faultOfReceived(received, cosigned);
      if (late !== null) return { admitted: false, reason: "clock", says: `${ACCESS_REFUSALS.clock}: ${late}` };
      const judged = admitAccess(register.index, made.bundle, made.sealed, received);
      if (!judged.admitted) return judged;
      await writeObject(folder, made.sealed);
      await writeObject(folder, made.bundle);
      const { index, checkpoint } = await writer.append(encodeRecord(judged.record));
      if (witnesses) await writeEntryHead(folder, index, checkpoint);
      return { admitted: true, index, record: judged.record };
    },
    keysFile,
  );
}

/** An entry of the ledger by its index or the digest of its statement. */
export function accessEntry({ index: { access } }: Register, asked: string): AccessEntry {
  const found = /^[0-9]{1,15}$/.test(asked) ? access.at(Number(asked)) : access.statement(asked);
  if (!found)
    throw new AssayError("NOT_FOUND", `register: expected an entry of the access ledger, got ${quoted(asked)}`);
  return found;
}

/** @param asked index of the entry or digest of its statement @throws NOT_FOUND or USAGE where that is no grant */
export function grantState(register: Register, asked: string): GrantState {
  const grant = register.index.access.grant(accessEntry(register, asked).record.statement);
  if (!grant) throw new AssayError("USAGE", `register: expected a grant, got ${quoted(asked)}`);
  return grant;
}

/** Null when it is sealed to others. @throws DIGEST when what was sealed is not what was committed to */
async function openEntry(
  register: Register,
  { index, record }: AccessEntry,
  identities: readonly string[],
): Promise<OpenedFields | null> {
  const plaintext = await unseal(await objectOf(register, record.sealed), identities);
  return plaintext ? openFields(plaintext, record, `entry ${index}`) : null;
}

/** As `openEntry`, where nothing can go on without it. */
export async function openOwn<K extends AccessKind>(
  register: Register,
  entry: AccessEntry,
  kind: K,
  identities: readonly string[],
): Promise<AccessFields[K]> {
  const opened = await openEntry(register, entry, identities);
  if (!opened) throw new AssayError("USAGE", `register: entry ${entry.index} is sealed to others than this identity`);
  if (opened.kind !== kind) throw new AssayError("USAGE", `register: expected entry ${entry.index} to be a ${kind}`);
  return opened.fields as AccessFields[K];
}

/** Everything this identity can open; what does not hold is named, and does not stop the rest. */
export async function openLedger(
  register: Register,
  identities: readonly string[],
  onProgress: (done: number, total: number) => void,
): Promise<{ opened: Opened; faults: string[] }> {
  const opened = new Map<number, OpenedFields>();
  const faults: string[] = [];
  const { entries } = register.index.access;
  for (const [i, entry] of entries.entries()) {
    onProgress(i, entries.length);
    try {
      await signedEntry(register, entry);
      const fields = await openEntry(register, entry, identities);
      if (fields) opened.set(entry.index, fields);
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      faults.push(`entry ${entry.index}: ${error.message}`);
    }
  }
  return { opened, faults };
}

export interface WhoHadAnswer extends WhoHad {
  /** Why the answer may not be all: an entry of an unknown kind speaks of this digest, or of a grant of it. */
  refused: string | null;
  foreign: { count: number; about: ForeignEntry[] };
}

/**
 * @param question `before` is Unix seconds, null for now. What these identities cannot open is counted in the answer,
 * damaged files apart.
 */
export async function askWhoHad(
  register: Register,
  identities: readonly string[],
  question: { digest: string; before: number | null },
  onProgress: (done: number, total: number) => void,
  trust: Policy | null = null,
): Promise<WhoHadAnswer> {
  const { opened, faults } = await openLedger(register, identities, onProgress);
  const { origin, size } = register.head;
  const answer = whoHad(register.index.access, opened, { ...question, now: unixSeconds(), log: { origin, size } });
  // What is damaged is a fault, and not sealed to others.
  const sealedToOthers = answer.sealedToOthers - faults.length;
  const backwards = register.index.backwards.map(
    (index) => `entry ${index}: received before an earlier entry, by the operator's clock`,
  );
  const given = answer.access.flatMap(({ grant }) => register.index.access.at(grant)?.record.statement ?? []);
  const about = register.index.foreign.speakingOf([question.digest, ...given]);
  const foreign = { count: register.index.foreign.count, about };
  return {
    ...answer,
    refused: refusalOf(about),
    foreign,
    sealedToOthers,
    faults: [...faults, ...backwards, ...(trust ? await faultsOfTime(register, trust) : []), ...answer.faults],
  };
}

/** A recipient's own signed word for a delivery it can open. */
export async function makeAcknowledgement(
  register: Register,
  delivery: AccessEntry,
  identities: readonly string[],
  signer: Signer,
): Promise<{ bundle: Uint8Array; delivery: Delivery }> {
  const given = await openOwn(register, delivery, "access-delivery", identities);
  const statement = encodeAcknowledgement({
    issued: moment(unixSeconds()),
    grant: delivery.record.grant!,
    delivery: delivery.record.statement,
    right: given.right,
    digest: given.digest,
  });
  const bundle = encodeSignedStatement(statement, signer.sign(toBeSigned(statement)), signer.keyId);
  return { bundle, delivery: given };
}

/** The receipt entry that carries an acknowledgement, checked by the owner before it is sealed. */
export async function makeReceipt(
  register: Register,
  acknowledgement: Uint8Array,
  identities: readonly string[],
  signer: Signer,
): Promise<MadeAccess> {
  const { says, verify } = openAcknowledgement(acknowledgement, "acknowledgement");
  const granted: Grant = await openOwn(register, grantState(register, says.grant).entry, "access-grant", identities);
  const key = granted.recipient.publicKey === null ? null : parseEcdsaKey(granted.recipient.publicKey, "recipient");
  if (!key || !verify(key))
    throw new AssayError("SIGNATURE", "acknowledge: the acknowledgement is not signed by the grant's recipient");
  return makeAccess({
    kind: "access-receipt",
    fields: { acknowledgement: base64(acknowledgement) },
    public: { grant: says.grant as `sha256:${string}`, delivery: says.delivery as `sha256:${string}` },
    sealTo: granted.sealedTo,
    signer,
  });
}

/** The fields named, or all of them, with everything that shows them to be committed to and logged. */
export async function discloseEntry(
  register: Register,
  entry: AccessEntry,
  identities: readonly string[],
  names: readonly string[],
): Promise<Uint8Array> {
  const opened = await openEntry(register, entry, identities);
  if (!opened) throw new AssayError("USAGE", `disclose: entry ${entry.index} is sealed to others than this identity`);
  const known = [...opened.disclosures.keys()];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new AssayError("USAGE", `disclose: expected a field of ${known.join(", ")}; got ${quoted(unknown)}`);
  const { proof } = await inclusionProof(register.read, register.head, entry.index);
  return encodeDisclosure({
    bundle: await signedEntry(register, entry),
    publicKey: entry.key!.pem,
    record: encodeRecord(entry.record),
    proof: encodeProofFile({ extra: null, index: entry.index, proof, checkpoint: register.checkpoint }),
    disclosures: (names.length > 0 ? names : known).map((name) => opened.disclosures.get(name)!),
  });
}

/** The bundle of an entry, shown to be signed by its key. */
async function signedEntry(register: Register, entry: AccessEntry): Promise<Uint8Array> {
  const bundle = await objectOf(register, entry.record.bundle);
  const signed = openAccessBundle(bundle, `entry ${entry.index}`);
  if (!entry.key || !signed.verify(platformKey(entry.key)))
    throw new AssayError("SIGNATURE", `register: the signature of entry ${entry.index} does not hold`);
  return bundle;
}

async function objectOf(register: Register, digest: string): Promise<Uint8Array> {
  const bytes = await register.object(digest);
  if (!bytes) throw new AssayError("NOT_FOUND", `register: expected ${digest} beside the log, found nothing`);
  return bytes;
}
