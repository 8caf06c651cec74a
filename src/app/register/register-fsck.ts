/**
 * Everything a register stores, checked: the log and its tiles, every record's form, every bundle and policy beside it,
 * every signature, and that each entry would be admitted again by the register as it stood before it. It cannot see
 * entries that were refused.
 */

import { equalBytes } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { decodeFinding } from "../../finding/codec.js";
import { readObjects, storedObjects } from "../../host/log/object-store.js";
import { admitAccess } from "../../office/register/access/access-admission.js";
import { admit, admitAuthority } from "../../office/register/admission.js";
import { parseAppendPolicy } from "../../office/register/append-policy.js";
import type { FindingRecord } from "../../office/register/declarations/procedure.js";
import { openAuthorityBundle } from "../../office/register/orders/authority-policy.js";
import {
  decodeRecord,
  encodeRecord,
  isAccess,
  isAuthority,
  isForeign,
  isPolicy,
} from "../../office/register/register-entry.js";
import { RegisterIndex } from "../../office/register/register-index.js";
import type { Policy } from "../../tlog/policy.js";
import { readBundle } from "../../tlog/tree-reader.js";
import { DESCENTS } from "../known.js";
import { checkLog, openLog } from "../log/log.js";
import { faultsOfTime } from "./entry-time.js";
import { openRegister } from "./register.js";

interface RegisterCheck {
  entries: number;
  /** Of kinds that this version does not know: not checked. */
  foreign: number;
  objects: number;
  /** Stored things that no entry names: left by a crash between storing and appending, harmless. */
  unnamed: number;
  faults: string[];
}

const FAULTS_MAX = 100;

/** @returns counts, and faults in words up to a bound */
export async function checkRegister(
  where: string,
  policy: Policy | null,
  onProgress: (done: number, total: number) => void,
): Promise<RegisterCheck> {
  const { head, faults: logFaults } = await checkLog(where, policy, onProgress);
  const faults = [...logFaults];
  const fault = (text: string) => {
    if (faults.length < FAULTS_MAX) faults.push(text);
  };
  const object = readObjects(where);
  const index = new RegisterIndex(DESCENTS);
  const named = new Set<string>();
  const fetched = async (digest: string, at: string): Promise<Uint8Array | null> => {
    named.add(digest);
    const bytes = await object(digest).catch((error: Error) => {
      fault(`${at}: ${error.message}`);
      return undefined;
    });
    if (bytes === null) fault(`${at}: expected ${digest} beside the log, found nothing`);
    return bytes ?? null;
  };
  const read = openLog(where);
  for (let bundle = 0; logFaults.length === 0 && bundle * 256 < head.size; bundle++)
    for (const entry of await readBundle(read, head.size, bundle)) {
      const at = `entry ${index.size}`;
      try {
        const record = decodeRecord(entry, at);
        if (isForeign(record)) {
          // What it names may lie beside the log; whether it was to be admitted, a later version knows.
          for (const name of record.names) if (/^[0-9a-f]{64}$/.test(name)) named.add(`sha256:${name}`);
          index.add(record, null);
          continue;
        }
        if (isPolicy(record)) {
          const bytes = await fetched(record.policy, at);
          index.add(record, bytes ? parseAppendPolicy(bytes, at) : null);
          continue;
        }
        const bytes = await fetched(record.bundle, at);
        if (isAuthority(record)) {
          const judged = bytes ? admitAuthority(index, bytes, record.received) : null;
          if (judged && !judged.admitted) fault(`${at}: would be refused: ${judged.says}`);
          else if (judged?.admitted && !equalBytes(encodeRecord(judged.record), entry))
            fault(`${at}: says something else than its bundle`);
          index.add(record, bytes ? openAuthorityBundle(bytes, at).policy : null);
          continue;
        }
        if (isAccess(record)) {
          const sealed = await fetched(record.sealed, at);
          const judged = bytes && sealed ? admitAccess(index, bytes, sealed, record.received) : null;
          if (judged && !judged.admitted) fault(`${at}: would be refused: ${judged.says}`);
          else if (judged?.admitted && !equalBytes(encodeRecord(judged.record), entry))
            fault(`${at}: says something else than its bundle`);
          index.add(record, null);
          continue;
        }
        const judged = bytes ? admit(index, bytes, record.received) : null;
        if (judged && !judged.admitted) fault(`${at}: would be refused: ${judged.says}`);
        else if (judged?.admitted && !equalBytes(encodeRecord(judged.record), entry))
          fault(`${at}: says something else than its bundle`);
        if (judged?.admitted && record.kind === "finding") {
          const { finding } = judged.signed.declaration.predicate as FindingRecord;
          const stored = await fetched(finding, at);
          if (stored) decodeFinding(stored, at);
        }
        index.add(record, null);
      } catch (error) {
        if (!(error instanceof AssayError)) throw error;
        fault(`${at}: ${error.message}; what follows it was not checked`);
        return { entries: index.size, foreign: index.foreign.count, objects: named.size, unnamed: 0, faults };
      }
    }
  if (policy && logFaults.length === 0)
    try {
      for (const text of await faultsOfTime(await openRegister(where, policy), policy)) fault(text);
    } catch (error) {
      // What lies beside the log may be spoilt: then times cannot be read, which is one more thing that does not hold.
      if (!(error instanceof AssayError)) throw error;
      fault(`times were not checked: ${error.message}`);
    }
  for (const back of index.backwards) fault(`entry ${back}: received before an earlier entry, by the operator's clock`);
  let unnamed = 0;
  if (!/^(https?|s3):\/\//.test(where))
    for await (const digest of storedObjects(where)) {
      if (named.has(digest)) continue;
      unnamed++;
      await object(digest).catch((error: Error) => fault(error.message));
    }
  return { entries: index.size, foreign: index.foreign.count, objects: named.size, unnamed, faults };
}
