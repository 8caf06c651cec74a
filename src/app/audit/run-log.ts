/**
 * A run as its log tells it: entries read from a folder or a URL and folded. In a folder an entry is judged, then appended,
 * under the log's only lock; signatures of entries that are there already are left to `assay audit verify`.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fromHex, hex } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import { localChain, QUICKNET, roundAt } from "../../evidence/drand.js";
import { encodeSignedStatement, toBeSigned } from "../../evidence/signed-statement.js";
import { entryHeadPath, writeEntryHead } from "../../host/log/entry-heads.js";
import { unixSeconds } from "../../host/moment.js";
import { keyHint, platformKey, publicOf, readPrivateKey, signEcdsa } from "../../host/signing/signature-keys.js";
import { readWhole } from "../../host/whole-file.js";
import {
  type AuditEntry,
  type BeaconOfRun,
  type Declared,
  declaredSchema,
  encodeEntry,
  RUN_NAME,
  readEntry,
  type SignedEntry,
} from "../../office/audit/entry.js";
import { enter, newRun, type RunState } from "../../office/audit/run-state.js";
import { CHECKPOINT_PATH } from "../../tlog/log-writer.js";
import type { Policy } from "../../tlog/policy.js";
import { TILE_WIDTH } from "../../tlog/tile.js";
import { readBundle } from "../../tlog/tree-reader.js";
import { cosignedOf } from "../../tlog/trusted-checkpoint.js";
import { initLog, openLog, readHead, withWriter } from "../log/log.js";

export interface RunKey {
  keyId: string;
  /** PEM, SubjectPublicKeyInfo. */
  publicKey: string;
  sign: (message: Uint8Array) => Uint8Array;
}

/** @param path EC private key in PEM @throws FORMAT or UNSUPPORTED, as `readPrivateKey` */
export async function readRunKey(path: string, password?: string): Promise<RunKey> {
  const key = readPrivateKey(await readWhole(path), path, password);
  const publicKey = publicOf(key).export({ type: "spki", format: "pem" }).toString();
  return { keyId: keyHint(key), publicKey, sign: (message) => new Uint8Array(signEcdsa(message, key)) };
}

/** The entry in a DSSE envelope, as the run's log stores it. */
export function signEntry(entry: AuditEntry, key: RunKey): Uint8Array {
  const statement = encodeEntry(entry);
  return encodeSignedStatement(statement, key.sign(toBeSigned(statement)), key.keyId);
}

export interface RunLog {
  where: string;
  state: RunState;
  entries: SignedEntry[];
  /** The signed bundles, as they stand in the log. */
  bytes: Uint8Array[];
}

/** @throws NOT_FOUND where no run lies, SCHEMA where its entries do not follow from one another */
export async function openRun(where: string, policy: Policy | null = null): Promise<RunLog> {
  const read = openLog(where);
  const { head } = await readHead(read, where, policy);
  const log: RunLog = { where, state: newRun(), entries: [], bytes: [] };
  for (let bundle = 0; bundle * TILE_WIDTH < head.size; bundle++)
    for (const bytes of await readBundle(read, head.size, bundle)) {
      const entry = readEntry(bytes, `audit entry ${log.entries.length}`);
      enter(log.state, entry, { signatures: false });
      log.entries.push(entry);
      log.bytes.push(bytes);
    }
  if (!log.state.opened) throw new AssayError("NOT_FOUND", `audit: expected a run at ${quoted(where)}`);
  return log;
}

/** Judged with its signatures, then appended. @returns its number and digest */
export async function enterInRun(
  folder: string,
  make: (state: RunState) => Uint8Array | Promise<Uint8Array>,
  witnesses: Policy | null,
): Promise<{ seq: number; entry: SignedEntry }> {
  return withWriter(folder, witnesses, async (writer) => {
    const { state } = await openRun(folder).catch((error) => {
      if (error instanceof AssayError && error.code === "NOT_FOUND") return { state: newRun() };
      throw error;
    });
    const seq = state.entries;
    const bytes = await make(state);
    const entry = readEntry(bytes, "audit entry");
    enter(state, entry, { signatures: true, quick: platformKey });
    await writer.append(bytes);
    if (witnesses) {
      const checkpoint = await openLog(folder)(CHECKPOINT_PATH);
      if (checkpoint) await writeEntryHead(folder, seq, checkpoint);
    }
    return { seq, entry };
  });
}

interface OpenRun {
  folder: string;
  name: string;
  purpose: string;
  declared: unknown;
  beacon: "quicknet" | "local";
  key: RunKey;
  /** Unix seconds; only with a stand-in beacon. */
  at: number | null;
  round: Round | null;
  witnesses: Policy | null;
  /** In place of drawn bytes: a rehearsal that comes out the same each time. Only with a stand-in beacon. */
  secrets?: (of: "run-key" | "beacon") => Uint8Array;
}

export interface Round {
  round: number;
  signature: string;
}

/** A run is opened before its training begins: with its declaration, and a round that shows it was not earlier. */
export async function beginRun({
  folder,
  name,
  purpose,
  declared,
  beacon,
  key,
  at,
  round,
  witnesses,
  secrets,
}: OpenRun): Promise<SignedEntry> {
  if (!RUN_NAME.test(name))
    throw new AssayError("USAGE", `audit open-run: expected a name such as lm-7b-01, got ${quoted(name)}`);
  const said = readDeclared(declared);
  if (at !== null && beacon !== "local")
    throw new AssayError("USAGE", "audit: --at is for a run with a stand-in beacon");
  if (secrets && beacon !== "local") throw new AssayError("USAGE", "audit: known secrets are for a stand-in beacon");
  const secretOf = secrets ?? (() => new Uint8Array(randomBytes(32)));
  const now = at ?? unixSeconds();
  await mkdir(folder, { recursive: true });
  await initLog(folder, `audit/${name}`);
  await writeFile(join(folder, "state", "run-key"), hex(secretOf("run-key")), {
    mode: 0o600,
    flag: "wx",
    flush: true,
  });
  const chain =
    beacon === "quicknet"
      ? { chain: "quicknet", ...QUICKNET, standIn: false }
      : await standIn(folder, name, now, secretOf("beacon"));
  const first = round ?? (await recentRound(folder, chain, now));
  const { entry } = await enterInRun(
    folder,
    () =>
      signEntry(
        {
          kind: "run.opened",
          run: name,
          issued: momentText(now),
          purpose,
          declared: said,
          beacon: chain,
          first,
          publicKey: key.publicKey,
        },
        key,
      ),
    witnesses,
  );
  return entry;
}

/** @throws SCHEMA naming the first field that is not as documented */
function readDeclared(value: unknown): Declared {
  const parsed = declaredSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AssayError("SCHEMA", `declaration: ${issue?.path.join(".") || "it"}: ${issue?.message}`);
}

async function standIn(folder: string, name: string, now: number, drawn: Uint8Array): Promise<BeaconOfRun> {
  const secret = drawn.slice();
  // Below the group's order, which begins with 0x73.
  secret[0] = secret[0]! & 0x3f;
  await writeFile(join(folder, "state", "beacon.secret"), hex(secret), { mode: 0o600, flag: "wx", flush: true });
  return {
    chain: `local of ${name}`,
    publicKey: localChain(secret).publicKey,
    genesis: now - 60,
    period: 3,
    standIn: true,
  };
}

/** The newest round of a stand-in; a public one has to be given. */
export async function recentRound(folder: string, beacon: BeaconOfRun, now: number): Promise<Round> {
  const round = Math.max(1, roundAt(beacon, now) - 1);
  return { round, signature: await roundSignature(folder, beacon, round) };
}

/**
 * Signed by the stand-in's secret in the run's folder, for rehearsals. @throws USAGE for a real beacon, whose signature
 * must come from the chain
 */
export async function roundSignature(folder: string, beacon: BeaconOfRun, round: number): Promise<string> {
  if (!beacon.standIn)
    throw new AssayError("USAGE", `audit: expected --round and --signature of the chain ${beacon.chain}`);
  const secret = await readFile(join(folder, "state", "beacon.secret"), "utf8").catch(() => null);
  if (secret === null) throw new AssayError("NOT_FOUND", "audit: the stand-in's secret is not in this folder");
  return localChain(fromHex(secret.trim(), "beacon")).sign(round);
}

/** 32 bytes from which all salts of the run follow: kept in its folder, never packed. */
export async function runSecret(folder: string): Promise<Uint8Array> {
  const text = await readFile(join(folder, "state", "run-key"), "utf8").catch(() => null);
  if (text === null)
    throw new AssayError("NOT_FOUND", `audit: expected the run's own folder, with its key, at ${quoted(folder)}`);
  return fromHex(text.trim(), "run key");
}

/** When a witness of the policy had seen each entry: number → Unix seconds. */
export async function witnessedEntries(
  where: string,
  count: number,
  policy: Policy | null,
): Promise<{ times: Map<number, number>; heads: Map<number, Uint8Array> }> {
  const times = new Map<number, number>();
  const heads = new Map<number, Uint8Array>();
  if (!policy || policy.witnesses.length === 0) return { times, heads };
  const read = openLog(where);
  for (let seq = 0; seq < count; seq++) {
    const bytes = await read(entryHeadPath(seq)).catch(() => null);
    const first = bytes ? cosignedOf(bytes, policy)[0] : undefined;
    if (!bytes || !first) continue;
    times.set(seq, first.time);
    heads.set(seq, bytes);
  }
  return { times, heads };
}

/** UTC to the second, as entries carry it. */
export function momentText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
