/**
 * The verbs of a transparency log: make one, append to it, prove what is in it, check it, follow it. Reads go through a
 * folder or a URL alike, since a log is a set of static files.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { base64, hex, utf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import { lockLogBucket, openBucket, readLogBucket } from "../../host/log/log-bucket.js";
import { listLogFolder, lockLogFolder, readLogFolder } from "../../host/log/log-folder.js";
import { readLogUrl } from "../../host/log/log-url.js";
import { askWitnesses } from "../../host/log/witness-client.js";
import { randomSeed, unixSeconds } from "../../host/moment.js";
import { type Checkpoint, parseCheckpoint } from "../../tlog/checkpoint.js";
import { encodeReceipt } from "../../tlog/cose-receipt.js";
import { verifierOf } from "../../tlog/cosignature.js";
import { type FsckReport, fsck } from "../../tlog/fsck.js";
import { type Appended, CHECKPOINT_PATH, LogWriter, SIGNED_PATH } from "../../tlog/log-writer.js";
import {
  encodeSecretKey,
  encodeVerifierKey,
  parseSecretKey,
  type SecretNoteKey,
  secretKeyOf,
} from "../../tlog/note-keys.js";
import { type Policy, parsePolicy, plainPolicy } from "../../tlog/policy.js";
import { encodeProofFile, parseProofFile, verifyProofFile } from "../../tlog/proof-file.js";
import { parseNote, verifiedBy } from "../../tlog/signed-note.js";
import { consistencyProof, inclusionProof, type ReadTile, readBundle } from "../../tlog/tree-reader.js";
import { type TrustedCheckpoint, trustCheckpoint } from "../../tlog/trusted-checkpoint.js";

/** The log's private keys, one a line; readable by its owner alone. */
const KEYS_FILE = "state/keys";
/** Public: what a reader puts into a policy. */
const VERIFIER_KEYS_FILE = "verifier-keys.txt";

/** A folder, an `http(s)` prefix, or a bucket `s3://name/prefix`. */
export function openLog(where: string): ReadTile {
  if (isBucket(where)) return readLogBucket(openBucket(where));
  return /^https?:\/\//.test(where) ? readLogUrl(where) : readLogFolder(where);
}

/** A new log with keys of its own, empty, signed and published. */
export async function initLog(folder: string, origin: string): Promise<{ verifierKeys: string[] }> {
  const keys = (["ed25519", "ml-dsa-44"] as const).map((type) => secretKeyOf(origin, type, randomSeed()));
  await mkdir(join(folder, "state"), { recursive: true });
  const secret = keys.map((key) => `${encodeSecretKey(key)}\n`).join("");
  try {
    await writeFile(join(folder, KEYS_FILE), secret, { flag: "wx", mode: 0o600, flush: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new AssayError("USAGE", `log init: expected a folder without a log, but ${folder} has one`);
    throw error;
  }
  const verifierKeys = keys.map(encodeVerifierKey);
  await writeFile(join(folder, VERIFIER_KEYS_FILE), verifierKeys.map((key) => `${key}\n`).join(""), { flush: true });
  await withWriter(folder, null, async () => undefined);
  return { verifierKeys };
}

function isBucket(where: string): boolean {
  return where.startsWith("s3://");
}

/** A new log in a bucket: its private keys stay in a file here, as a bucket's contents are public. */
export async function initBucketLog(
  where: string,
  origin: string,
  keysFile: string,
): Promise<{ verifierKeys: string[] }> {
  const bucket = openBucket(where);
  if (await bucket.get(CHECKPOINT_PATH))
    throw new AssayError("USAGE", `log init: expected a prefix without a log, but ${where} has one`);
  const keys = (["ed25519", "ml-dsa-44"] as const).map((type) => secretKeyOf(origin, type, randomSeed()));
  await writeFile(keysFile, keys.map((key) => `${encodeSecretKey(key)}\n`).join(""), {
    flag: "wx",
    mode: 0o600,
    flush: true,
  });
  await withWriter(where, null, async () => undefined, keysFile);
  return { verifierKeys: keys.map(encodeVerifierKey) };
}

/**
 * Runs with the log's only writer.
 * @param keysFile the log's private keys, where they do not lie in the log's own folder
 */
export async function withWriter<T>(
  folder: string,
  policy: Policy | null,
  use: (writer: LogWriter) => Promise<T>,
  keysFile = join(folder, KEYS_FILE),
): Promise<T> {
  const keys = await logKeys(keysFile);
  const store = isBucket(folder) ? await lockLogBucket(openBucket(folder)) : await lockLogFolder(folder);
  try {
    const cosign = policy && policy.witnesses.length > 0 ? askWitnesses(policy) : undefined;
    const origin = keys[0]!.name;
    const writer = await LogWriter.open({ store, origin, keys, now: unixSeconds, ...(cosign ? { cosign } : {}) });
    return await use(writer);
  } finally {
    store.close();
  }
}

/**
 * Resolves when the entries are published, cosigned as the policy asks. Each comes back with its index.
 * @throws SIGNATURE where the quorum does not answer: the entries are kept and published later
 */
export async function appendEntries(
  folder: string,
  entries: readonly Uint8Array[],
  policy: Policy | null,
  keysFile?: string,
): Promise<Appended[]> {
  return withWriter(folder, policy, (writer) => Promise.all(entries.map((entry) => writer.append(entry))), keysFile);
}

async function logKeys(path: string): Promise<SecretNoteKey[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    throw new AssayError("NOT_FOUND", `log: expected the keys that "assay log init" makes at ${path}`);
  }
  const lines = text.split("\n").filter((line) => line !== "");
  const keys = lines.map((line) => parseSecretKey(line, path));
  if (keys[0]?.type !== "ed25519") throw new AssayError("FORMAT", `${path}: expected an Ed25519 key first`);
  return keys;
}

/** The published checkpoint; believed under a policy where one is given, else only read. */
export async function readHead(
  read: ReadTile,
  where: string,
  policy: Policy | null,
): Promise<{ bytes: Uint8Array; head: Checkpoint }> {
  const bytes = await read(CHECKPOINT_PATH);
  if (!bytes) throw new AssayError("NOT_FOUND", `log: expected a checkpoint at ${where}`);
  if (policy) return { bytes, head: trustCheckpoint(bytes, policy, `${where}: checkpoint`) };
  return { bytes, head: parseCheckpoint(parseNote(bytes).text) };
}

/** A portable proof of the entry at an index. */
export async function proveEntry(where: string, index: number, policy: Policy | null): Promise<Uint8Array> {
  const read = openLog(where);
  const { bytes, head } = await readHead(read, where, policy);
  const { proof } = await inclusionProof(read, head, index);
  return encodeProofFile({ extra: null, index, proof, checkpoint: bytes });
}

/** The same inclusion as a COSE receipt (RFC 9942), signed with the log's own key. @param keysFile the log's private keys, where they lie elsewhere */
export async function receiptOf(
  folder: string,
  index: number,
  keysFile = join(folder, KEYS_FILE),
): Promise<Uint8Array> {
  const read = openLog(folder);
  const { head } = await readHead(read, folder, null);
  const [key] = await logKeys(keysFile);
  const { proof } = await inclusionProof(read, head, index);
  return encodeReceipt({ index, size: head.size, root: head.root, proof }, key!);
}

/**
 * @param where folder or URL; the head is read without a policy, so the entry is the operator's word @throws USAGE for
 * an index beyond the tree
 */
export async function readEntry(where: string, index: number): Promise<Uint8Array> {
  const read = openLog(where);
  const { head } = await readHead(read, where, null);
  if (index >= head.size) throw new AssayError("USAGE", `log: expected an index below ${head.size}, got ${index}`);
  return (await readBundle(read, head.size, Math.floor(index / 256)))[index % 256]!;
}

/** @throws FORMAT or SIGNATURE where the entry is not in a tree that the policy trusts */
export function verifyProof(proof: Uint8Array, entry: Uint8Array, policy: Policy): TrustedCheckpoint {
  return verifyProofFile(parseProofFile(proof), entry, policy);
}

/** Everything stored; in the writer's own folder also its keys, and the head it last signed. */
export async function checkLog(
  where: string,
  policy: Policy | null,
  onProgress: (done: number, total: number) => void,
): Promise<FsckReport & { head: Checkpoint }> {
  const read = openLog(where);
  const { bytes, head } = await readHead(read, where, policy);
  const remote = isBucket(where) || /^https?:\/\//.test(where);
  const report = await fsck(read, head, onProgress, remote ? null : listLogFolder(where));
  if (!remote) report.faults.push(...(await faultsOfOwnFiles(where, read, bytes)));
  return { ...report, head };
}

/** A public copy holds no keys: there is nothing to compare with. */
async function faultsOfOwnFiles(folder: string, read: ReadTile, checkpoint: Uint8Array): Promise<string[]> {
  if (!(await read(KEYS_FILE))) return [];
  const keys = await logKeys(join(folder, KEYS_FILE));
  const faults: string[] = [];
  const listed = Buffer.from((await read(VERIFIER_KEYS_FILE)) ?? new Uint8Array(0)).toString("utf8");
  // A log that was adopted has no list of its own.
  if (listed !== "" && listed !== keys.map((key) => `${encodeVerifierKey(key)}\n`).join(""))
    faults.push(`${VERIFIER_KEYS_FILE}: does not list the keys of ${KEYS_FILE}`);
  const signed = await read(SIGNED_PATH);
  const heads = [[CHECKPOINT_PATH, checkpoint] as const, ...(signed ? [[SIGNED_PATH, signed] as const] : [])];
  const sizes = heads.map(([path, bytes]) => {
    try {
      const note = parseNote(bytes, path);
      const held = verifiedBy(note, keys.map(verifierOf));
      // A writer of other make signs with fewer keys; the first, Ed25519, is always there.
      if (!held.some(({ key }) => key.type === "ed25519") || held.length < note.signatures.filter(isOwn(keys)).length)
        faults.push(`${path}: expected signatures of the log's own keys`);
      if (signed && held.length < keys.length)
        faults.push(`${path}: expected ${keys.length} signatures of the log's own keys`);
      return parseCheckpoint(note.text, path);
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      faults.push(error.message);
      return null;
    }
  });
  const [shown, own] = sizes;
  if (shown && own && (own.size < shown.size || (own.size === shown.size && hex(own.root) !== hex(shown.root))))
    faults.push(`${SIGNED_PATH}: is behind ${CHECKPOINT_PATH}, or of another tree`);
  return faults;
}

function isOwn(keys: readonly SecretNoteKey[]): (signature: { name: string }) => boolean {
  return ({ name }) => keys.some((key) => key.name === name);
}

interface Followed {
  head: Checkpoint;
  /** Null when the log grew, or stood still, as a log must; else what it did. */
  fault: string | null;
}

/** One look of a monitor: is what the log shows now a continuation of what it showed before? */
export async function followLog(
  where: string,
  policy: Policy,
  before: Uint8Array | null,
): Promise<Followed & { bytes: Uint8Array }> {
  const read = openLog(where);
  const { bytes, head } = await readHead(read, where, policy);
  if (!before) return { bytes, head, fault: null };
  const old = trustCheckpoint(before, policy, "the checkpoint seen before");
  const seen = `${old.size} entries, root ${hex(old.root).slice(0, 16)}…`;
  if (old.origin !== head.origin)
    return { bytes, head, fault: `another log answers: ${quoted(head.origin)}, before ${quoted(old.origin)}` };
  if (head.size < old.size)
    return { bytes, head, fault: `the tree shrank to ${head.size} entries; seen before: ${seen}` };
  if (head.size === old.size && hex(head.root) !== hex(old.root))
    return { bytes, head, fault: `a second tree of the same size was signed (fork); seen before: ${seen}` };
  try {
    await consistencyProof(read, old, head);
    return { bytes, head, fault: null };
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== "DIGEST") throw error;
    return { bytes, head, fault: `the tree is no continuation of the one seen before (fork): ${seen}` };
  }
}

/** @throws NOT_FOUND, LIMIT or FORMAT under the file's path */
export async function readPolicyFile(path: string): Promise<Policy> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch {
    throw new AssayError("NOT_FOUND", `policy: expected a file at ${path}`);
  }
  return parsePolicy(bytes, path);
}

/** Where Tessera's POSIX driver keeps the size and root it goes on from (transparency-dev/tessera 1.0, storage/posix). */
const TESSERA_STATE = ".state/treeState";

/** Leaves the log so that Tessera's POSIX driver goes on from it with the same key: tiles and checkpoint stay as they are. */
export async function handOver(folder: string): Promise<{ size: number }> {
  return withWriter(folder, null, async () => {
    const { head } = await readHead(readLogFolder(folder), folder, null);
    await mkdir(join(folder, ".state"), { recursive: true });
    const state = JSON.stringify({ size: head.size, root: base64(head.root) });
    await writeFile(join(folder, TESSERA_STATE), state, { flush: true });
    // What this writer signed last says nothing once another goes on.
    await rm(join(folder, SIGNED_PATH));
    return { size: head.size };
  });
}

/** Takes over a log that another implementation wrote: its tiles are checked whole before the key is put beside them. */
export async function adoptLog(folder: string, keyFile: string): Promise<{ size: number }> {
  const text = (await readFile(keyFile, "utf8").catch(() => "")).split("\n")[0]!;
  const key = parseSecretKey(text, keyFile);
  const policy = parsePolicy(utf8(plainPolicy([encodeVerifierKey(key)])));
  const { head, faults } = await checkLog(folder, policy, () => undefined);
  if (faults.length > 0) throw new AssayError("DIGEST", `log adopt: ${faults[0]}`);
  await mkdir(join(folder, "state"), { recursive: true });
  await writeFile(join(folder, KEYS_FILE), `${encodeSecretKey(key)}\n`, { mode: 0o600, flush: true });
  await withWriter(folder, null, async () => undefined);
  return { size: head.size };
}
