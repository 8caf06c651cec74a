/**
 * The register over a log: opened by folding the log's records, grown by admitting signed declarations. An entry is
 * admitted, its bundle made durable, then appended, while the log's only lock is held: what a reader sees was checked.
 */

import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { AssayError, assert } from "../../base/error.js";
import type { Artefact } from "../../evidence/artefact.js";
import { decodeFinding } from "../../finding/codec.js";
import type { Finding } from "../../finding/finding.js";
import { writeEntryHead } from "../../host/log/entry-heads.js";
import { readObjects, writeObject } from "../../host/log/object-store.js";
import { unixSeconds } from "../../host/moment.js";
import { platformKey } from "../../host/signing/signature-keys.js";
import { admit, admitAuthority, REFUSALS, type RefusalReason } from "../../office/register/admission.js";
import { parseAppendPolicy } from "../../office/register/append-policy.js";
import { openDeclarationBundle } from "../../office/register/declarations/declaration-bundle.js";
import type { ArtefactRole, FindingRecord } from "../../office/register/declarations/procedure.js";
import type { Declaration } from "../../office/register/declarations/statement.js";
import type { ModelId } from "../../office/register/declarations/vocabulary.js";
import { faultOfReceived } from "../../office/register/log-time.js";
import { isAuthorityBundle, openAuthorityBundle } from "../../office/register/orders/authority-policy.js";
import {
  type AuthorityRecord,
  type DeclaredRecord,
  decodeRecord,
  encodeRecord,
  isAuthority,
  isPolicy,
  type LoggedRecord,
  policyRecord,
  recordOf,
} from "../../office/register/register-entry.js";
import { type Entry, RegisterIndex } from "../../office/register/register-index.js";
import type { Checkpoint } from "../../tlog/checkpoint.js";
import type { Policy } from "../../tlog/policy.js";
import { TILE_WIDTH } from "../../tlog/tile.js";
import { type ReadTile, readBundle } from "../../tlog/tree-reader.js";
import { type Cosigned, cosignedOf } from "../../tlog/trusted-checkpoint.js";
import { DESCENTS } from "../known.js";
import { initBucketLog, initLog, openLog, readHead, withWriter } from "../log/log.js";
import { askedBy, entriesBearingOn } from "./append-fold.js";

export interface Register {
  where: string;
  read: ReadTile;
  object: (digest: string) => Promise<Uint8Array | null>;
  index: RegisterIndex;
  head: Checkpoint;
  /** The published checkpoint as it came. */
  checkpoint: Uint8Array;
}

/** @param where folder or http(s) prefix of a log @param trust believe the checkpoint only under this policy */
export async function openRegister(where: string, trust: Policy | null = null): Promise<Register> {
  const read = openLog(where);
  const { bytes, head } = await readHead(read, where, trust);
  const register = {
    where,
    read,
    object: readObjects(where),
    index: new RegisterIndex(DESCENTS),
    head,
    checkpoint: bytes,
  };
  await fold(register);
  return register;
}

/** Takes in what was appended since. @throws DIGEST when entries and tiles do not agree */
export async function refresh(register: Register, trust: Policy | null = null): Promise<void> {
  const { bytes, head } = await readHead(register.read, register.where, trust);
  if (head.size < register.index.size)
    throw new AssayError("DIGEST", `register: the log shrank to ${head.size} entries`);
  Object.assign(register, { head, checkpoint: bytes });
  await fold(register);
}

/** As `openRegister`, of the entries alone that bear on these declarations; the log's writer holds it. */
async function openForAppend(folder: string, bundles: readonly Uint8Array[]): Promise<Register> {
  const asked = folder.startsWith("s3://") ? null : askedBy(bundles);
  if (!asked) return openRegister(folder);
  const read = openLog(folder);
  const { bytes, head } = await readHead(read, folder, null);
  const index = new RegisterIndex(DESCENTS);
  const object = readObjects(folder);
  let held: { bundle: number; entries: Uint8Array[] } = { bundle: -1, entries: [] };
  for (const at of await entriesBearingOn(folder, read, head, asked)) {
    const bundle = Math.floor(at / TILE_WIDTH);
    if (held.bundle !== bundle) held = { bundle, entries: await readBundle(read, head.size, bundle) };
    const record = decodeRecord(held.entries[at % TILE_WIDTH]!, `register entry ${at}`);
    index.passTo(at);
    index.add(record, await bodyOf(record, object, `entry ${at}`));
  }
  index.passTo(head.size);
  return { where: folder, read, object, index, head, checkpoint: bytes };
}

async function fold({ read, index, head, object }: Register): Promise<void> {
  while (index.size < head.size) {
    const bundle = Math.floor(index.size / TILE_WIDTH);
    for (const entry of (await readBundle(read, head.size, bundle)).slice(index.size % TILE_WIDTH)) {
      const record = decodeRecord(entry, `register entry ${index.size}`);
      index.add(record, await bodyOf(record, object, `entry ${index.size}`));
    }
  }
}

/** What the fold needs beside the record: keys, as the operator or an authority listed them. */
async function bodyOf(record: LoggedRecord, object: Register["object"], what: string) {
  if (isPolicy(record)) return parseAppendPolicy(await stored(object, record.policy), "policy");
  return isAuthority(record) ? openAuthorityBundle(await stored(object, record.bundle), what).policy : null;
}

async function stored(object: Register["object"], digest: string): Promise<Uint8Array> {
  const bytes = await object(digest);
  if (!bytes) throw new AssayError("NOT_FOUND", `register: expected ${digest} beside the log, found nothing`);
  return bytes;
}

/** A declaration of an entry, shown to be signed by the key and to have the facts that the record says. */
export async function loadDeclaration(register: Register, entry: Entry): Promise<Declaration> {
  const signed = openDeclarationBundle(await stored(register.object, entry.record.bundle), `entry ${entry.index}`);
  if (!entry.key || !signed.verify(platformKey(entry.key)))
    throw new AssayError("SIGNATURE", `register: the signature of entry ${entry.index} does not hold`);
  const same = canonicalJsonBytes(recordOf(signed, entry.record.received));
  if (Buffer.compare(same, canonicalJsonBytes(entry.record)) !== 0)
    throw new AssayError("DIGEST", `register: entry ${entry.index} says something else than its bundle`);
  return signed.declaration;
}

/**
 * A new log whose first entry is the append policy.
 * @param folder folder, or s3://bucket/prefix with a file for its private keys; this holds for all that append
 */
export async function initRegister(
  folder: string,
  origin: string,
  policy: Uint8Array,
  keysFile?: string,
): Promise<{ verifierKeys: string[] }> {
  parseAppendPolicy(policy, "policy");
  const made = await (keysFile === undefined ? initLog(folder, origin) : initBucketLog(folder, origin, keysFile));
  await setPolicy(folder, policy, null, keysFile);
  return made;
}

/** A new append policy in force from its entry on. @throws UNAVAILABLE when the clock is behind the newest cosigned head */
export async function setPolicy(
  folder: string,
  policy: Uint8Array,
  witnesses: Policy | null,
  keysFile?: string,
): Promise<{ index: number }> {
  parseAppendPolicy(policy, "policy");
  return withWriter(
    folder,
    witnesses,
    async (writer) => {
      await assertClock(folder, witnesses);
      const digest = await writeObject(folder, policy);
      const { index } = await writer.append(encodeRecord(policyRecord(digest as `sha256:${string}`, unixSeconds())));
      return { index };
    },
    keysFile,
  );
}

/** Who may append is entered by the same clock as what they append. Without a witness's key nothing is known. */
async function assertClock(folder: string, witnesses: Policy | null): Promise<void> {
  if (!witnesses) return;
  const { bytes, head } = await readHead(openLog(folder), folder, null);
  const late = head.size > 0 ? faultOfReceived(unixSeconds(), cosignedOf(bytes, witnesses)) : null;
  if (late !== null) throw new AssayError("UNAVAILABLE", `register: ${REFUSALS.clock}: ${late}`);
}

export type AppendResult =
  | { admitted: true; index: number; record: DeclaredRecord | AuthorityRecord }
  | { admitted: false; reason: RefusalReason; says: string };

/**
 * One after another, each judged by the register as the one before left it. A refusal is a result.
 * @param attachments findings that `finding` statements name, by digest
 */
export async function appendDeclarations(
  folder: string,
  bundles: readonly Uint8Array[],
  witnesses: Policy | null,
  attachments: ReadonlyMap<string, Uint8Array> = new Map(),
  register?: Register,
  keysFile?: string,
): Promise<AppendResult[]> {
  return withWriter(
    folder,
    witnesses,
    async (writer) => {
      const state = register ?? (await openForAppend(folder, bundles));
      if (register) await refresh(register);
      const cosigned = witnesses && state.head.size > 0 ? cosignedOf(state.checkpoint, witnesses) : [];
      const results: AppendResult[] = [];
      const pending: Promise<unknown>[] = [];
      for (const bundle of bundles) {
        const { result, entry } = await admitOne(folder, state, bundle, attachments, cosigned);
        results.push(result);
        if (!entry || !result.admitted) continue;
        result.index = state.index.size - 1;
        pending.push(
          writer.append(entry).then(async ({ index, checkpoint }) => {
            assert(index === result.index, "register: the writer is alone");
            if (witnesses) await writeEntryHead(folder, index, checkpoint);
          }),
        );
      }
      await Promise.all(pending);
      return results;
    },
    keysFile,
  );
}

async function admitOne(
  folder: string,
  state: Register,
  bundle: Uint8Array,
  attachments: ReadonlyMap<string, Uint8Array>,
  cosigned: readonly Cosigned[],
): Promise<{ result: AppendResult; entry: Uint8Array | null }> {
  const received = unixSeconds();
  const late = faultOfReceived(received, cosigned);
  if (late !== null)
    return { result: { admitted: false, reason: "clock", says: `${REFUSALS.clock}: ${late}` }, entry: null };
  if (isAuthorityBundle(bundle)) {
    const made = admitAuthority(state.index, bundle, received);
    if (!made.admitted) return { result: made, entry: null };
    await writeObject(folder, bundle);
    state.index.add(made.record, made.signed.policy);
    return { result: { admitted: true, index: -1, record: made.record }, entry: encodeRecord(made.record) };
  }
  const judged = admit(state.index, bundle, received);
  if (!judged.admitted) return { result: judged, entry: null };
  const { record, signed } = judged;
  if (record.kind === "finding") {
    const fault = await storeFinding(folder, state, signed.declaration, attachments);
    if (fault) return { result: { admitted: false, reason: "malformed", says: fault }, entry: null };
  }
  await writeObject(folder, bundle);
  state.index.add(record, null);
  return { result: { admitted: true, index: -1, record }, entry: encodeRecord(record) };
}

/** The finding itself must be at hand and say what the statement says of it. */
async function storeFinding(
  folder: string,
  state: Register,
  { predicate, subject: { id: model } }: Declaration,
  attachments: ReadonlyMap<string, Uint8Array>,
): Promise<string | null> {
  const claimed = predicate as FindingRecord;
  const bytes = attachments.get(claimed.finding) ?? (await state.object(claimed.finding));
  if (!bytes) return `expected the finding ${claimed.finding} beside its statement`;
  const finding = decodeFinding(bytes, "finding");
  const fault = faultOfClaim(claimed, finding, model);
  if (fault !== null) return fault;
  await writeObject(folder, bytes);
  return null;
}

/** Whether a statement says of a finding what the finding says. */
function faultOfClaim(claimed: FindingRecord, finding: Finding, model: ModelId): string | null {
  const { subject, outcome, proposition } = finding;
  const other = "the finding says something else than its statement";
  if (outcome !== claimed.outcome || proposition.id !== claimed.proposition) return other;
  if (!("artefacts" in claimed)) {
    const { kind } = subject;
    if (kind !== "pair") return other;
    return subject.reference.root === claimed.reference && subject.suspect.root === claimed.suspect ? null : other;
  }
  const parts = artefactsOf(subject);
  if (claimed.artefacts.length !== parts.length) return other;
  for (const { role, artefact } of parts) {
    const said = claimed.artefacts.find((each) => each.role === role);
    if (said?.root !== artefact.root) return other;
    if (artefact.kind === "model" && said.model !== null && said.model !== artefact.root)
      return `the ${role} is the model ${artefact.root} itself, and no other`;
  }
  const named = claimed.artefacts.flatMap((each) => (each.model === null ? [] : [each.model]));
  return named.length === 0 || named.includes(model) ? null : "the statement is about none of the models it names";
}

/** What a finding is about, part by part. */
export function artefactsOf(subject: Finding["subject"]): { role: ArtefactRole; artefact: Artefact }[] {
  return Object.entries(subject).flatMap(([role, artefact]) =>
    typeof artefact === "object" ? [{ role: role as ArtefactRole, artefact: artefact as Artefact }] : [],
  );
}
