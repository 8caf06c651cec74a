/**
 * The register over a log: opened by folding the log's records, grown by admitting signed declarations. An entry is
 * admitted, its bundle made durable, then appended, while the log's only lock is held: what a reader sees was checked.
 */

import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { AssayError, assert } from "../../base/error.js";
import { decodeFinding } from "../../finding/codec.js";
import { readObjects, writeObject } from "../../host/log/object-store.js";
import { unixSeconds } from "../../host/moment.js";
import { platformKey } from "../../host/signing/signature-keys.js";
import { admit, type RefusalReason } from "../../office/register/admission.js";
import { parseAppendPolicy } from "../../office/register/append-policy.js";
import { openDeclarationBundle } from "../../office/register/declarations/declaration-bundle.js";
import type { FindingRecord } from "../../office/register/declarations/procedure.js";
import type { Declaration } from "../../office/register/declarations/statement.js";
import {
  type DeclaredRecord,
  decodeRecord,
  encodeRecord,
  isPolicy,
  policyRecord,
  recordOf,
} from "../../office/register/register-entry.js";
import { type Entry, RegisterIndex } from "../../office/register/register-index.js";
import type { Checkpoint } from "../../tlog/checkpoint.js";
import type { Policy } from "../../tlog/policy.js";
import { TILE_WIDTH } from "../../tlog/tile.js";
import { type ReadTile, readBundle } from "../../tlog/tree-reader.js";
import { initBucketLog, initLog, openLog, readHead, withWriter } from "../log/log.js";

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
  const register = { where, read, object: readObjects(where), index: new RegisterIndex(), head, checkpoint: bytes };
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

async function fold({ read, index, head, object }: Register): Promise<void> {
  while (index.size < head.size) {
    const bundle = Math.floor(index.size / TILE_WIDTH);
    for (const entry of (await readBundle(read, head.size, bundle)).slice(index.size % TILE_WIDTH)) {
      const record = decodeRecord(entry, `register entry ${index.size}`);
      index.add(record, isPolicy(record) ? parseAppendPolicy(await stored(object, record.policy), "policy") : null);
    }
  }
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

/** A new append policy in force from its entry on. */
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
      const digest = await writeObject(folder, policy);
      const { index } = await writer.append(encodeRecord(policyRecord(digest as `sha256:${string}`, unixSeconds())));
      return { index };
    },
    keysFile,
  );
}

export type AppendResult =
  | { admitted: true; index: number; record: DeclaredRecord }
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
      const state = register ?? (await openRegister(folder));
      if (register) await refresh(register);
      const results: AppendResult[] = [];
      const pending: Promise<unknown>[] = [];
      for (const bundle of bundles) {
        const { result, entry } = await admitOne(folder, state, bundle, attachments);
        results.push(result);
        if (!entry || !result.admitted) continue;
        result.index = state.index.size - 1;
        pending.push(
          writer.append(entry).then(({ index }) => assert(index === result.index, "register: the writer is alone")),
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
): Promise<{ result: AppendResult; entry: Uint8Array | null }> {
  const received = unixSeconds();
  const judged = admit(state.index, bundle, received);
  if (!judged.admitted) return { result: judged, entry: null };
  const { record, signed } = judged;
  if (record.kind === "finding") {
    const fault = await storeFinding(folder, state, signed.declaration.predicate as FindingRecord, attachments);
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
  claimed: FindingRecord,
  attachments: ReadonlyMap<string, Uint8Array>,
): Promise<string | null> {
  const bytes = attachments.get(claimed.finding) ?? (await state.object(claimed.finding));
  if (!bytes) return `expected the finding ${claimed.finding} beside its statement`;
  const finding = decodeFinding(bytes, "finding");
  const { subject } = finding;
  const agrees =
    subject.kind === "pair" &&
    subject.reference.root === claimed.reference &&
    subject.suspect.root === claimed.suspect &&
    finding.outcome === claimed.outcome &&
    finding.proposition.id === claimed.proposition;
  if (!agrees) return "the finding says something else than its statement";
  await writeObject(folder, bytes);
  return null;
}
