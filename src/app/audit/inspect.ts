/**
 * An inspection as a folder: a log of its own whose entries are signed words, and a private part with queries and results,
 * which is never packed. A tool runs only when the order lists its digest; a file leaves only when the gate lets it.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concatBytes, hex } from "../../base/bytes.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { encodeSignedStatement, toBeSigned } from "../../evidence/signed-statement.js";
import { entryHeadPath, writeEntryHead } from "../../host/log/entry-heads.js";
import { unixSeconds } from "../../host/moment.js";
import { platformKey } from "../../host/signing/signature-keys.js";
import { assertFreeFile, readSmallFile, writeNewFile } from "../../host/small-file.js";
import {
  encodeInspectionEntry,
  INSPECTION_NAME,
  type InspectionEntry,
  readInspectionEntry,
  type SignedInspectionEntry,
} from "../../office/audit/inspection/entry.js";
import { enterInspection, type InspectionState, newInspection } from "../../office/audit/inspection/fold.js";
import { type InspectionOrder, readOrder } from "../../office/audit/inspection/order.js";
import {
  type InspectionReport,
  inspectionReport,
  type Mutual,
  reconcileMutual,
} from "../../office/audit/inspection/report.js";
import { CHECKPOINT_PATH } from "../../tlog/log-writer.js";
import type { Policy } from "../../tlog/policy.js";
import { TILE_WIDTH } from "../../tlog/tile.js";
import { readBundle } from "../../tlog/tree-reader.js";
import { cosignedOf } from "../../tlog/trusted-checkpoint.js";
import { initLog, openLog, readHead, withWriter } from "../log/log.js";
import { momentText, type RunKey } from "./run-log.js";

/** A tool's program, a query and its result; what is larger is delivered, not queried. */
const TOOL_BYTES_MAX = 256 * 1024 * 1024;
const QUERY_BYTES_MAX = 1024 * 1024;
const RESULT_BYTES_MAX = 256 * 1024 * 1024;
const QUERY_SECONDS = 3600;
/** A file that leaves. */
const EXPORT_BYTES_MAX = 1024 * 1024 * 1024;

type Facts<T> = T extends InspectionEntry ? Omit<T, "inspection" | "issued"> : never;

interface Acting {
  folder: string;
  key: RunKey;
  /** Unix seconds; the clock where null. */
  at: number | null;
  witnesses: Policy | null;
}

interface Opening extends Acting {
  name: string;
  /** The order's canonical text. */
  order: Uint8Array;
  /** Statement of the docket's entry that ordered it. */
  authority: string | null;
  inspectors: readonly string[];
  clears: string;
}

/** The host opens the log of its inspection, with the order and the keys that it names. */
export async function beginInspection(options: Opening): Promise<SignedInspectionEntry> {
  const { folder, name, order, authority, inspectors, clears, key, at, witnesses } = options;
  if (!INSPECTION_NAME.test(name))
    throw new AssayError("USAGE", `audit inspect: expected a name such as room-2026-001, got ${quoted(name)}`);
  const terms: InspectionOrder = readOrder(order, "order");
  const said: InspectionEntry = {
    kind: "opened",
    inspection: name,
    issued: momentText(at ?? unixSeconds()),
    order: terms,
    authority,
    inspectors: [...inspectors],
    host: key.publicKey,
    clears,
  };
  // Refused before anything is made.
  const entry = readInspectionEntry(signed(said, key), "inspection entry");
  enterInspection(newInspection(), entry, { signatures: true, quick: platformKey });
  await mkdir(folder, { recursive: true });
  await initLog(folder, `inspection/${name}`);
  return (await enterSignedWord(folder, signed(said, key), witnesses)).entry;
}

function signed(said: InspectionEntry, key: RunKey): Uint8Array {
  const statement = encodeInspectionEntry(said);
  return encodeSignedStatement(statement, key.sign(toBeSigned(statement)), key.keyId);
}

/** A side's word, signed and not entered yet. */
export async function signWord(
  where: string,
  facts: Facts<InspectionEntry>,
  key: RunKey,
  at: number | null,
): Promise<Uint8Array> {
  const { state } = await openInspection(where);
  const said = { ...facts, inspection: state.opened!.said.inspection, issued: momentText(at ?? unixSeconds()) };
  return signed(said as InspectionEntry, key);
}

/** A word that was signed here or elsewhere, judged and entered. @throws SCHEMA where it may not come in */
export async function enterSignedWord(
  folder: string,
  bytes: Uint8Array,
  witnesses: Policy | null,
): Promise<{ seq: number; entry: SignedInspectionEntry }> {
  return withWriter(folder, witnesses, async (writer) => {
    const { state } = await readInspection(folder, null);
    const seq = state.entries;
    const entry = readInspectionEntry(bytes, "inspection entry");
    enterInspection(state, entry, { signatures: true, quick: platformKey });
    await writer.append(bytes);
    const checkpoint = witnesses ? await openLog(folder)(CHECKPOINT_PATH) : null;
    if (checkpoint) await writeEntryHead(folder, seq, checkpoint);
    return { seq, entry };
  });
}

/** Signed and entered in one. */
export async function sayInInspection(
  { folder, key, at, witnesses }: Acting,
  facts: Facts<InspectionEntry>,
): Promise<SignedInspectionEntry> {
  return (await enterSignedWord(folder, await signWord(folder, facts, key, at), witnesses)).entry;
}

interface InspectionLog {
  state: InspectionState;
  entries: SignedInspectionEntry[];
  witnessed: Map<number, number>;
}

/** @throws NOT_FOUND where no inspection lies, SCHEMA where its entries do not follow from one another */
export async function openInspection(where: string, policy: Policy | null = null): Promise<InspectionLog> {
  const log = await readInspection(where, policy);
  if (!log.state.opened) throw new AssayError("NOT_FOUND", `audit inspect: expected an inspection at ${quoted(where)}`);
  return log;
}

async function readInspection(where: string, policy: Policy | null): Promise<InspectionLog> {
  const read = openLog(where);
  const { head } = await readHead(read, where, policy);
  const log: InspectionLog = { state: newInspection(), entries: [], witnessed: new Map() };
  for (let bundle = 0; bundle * TILE_WIDTH < head.size; bundle++)
    for (const bytes of await readBundle(read, head.size, bundle)) {
      const seq = log.entries.length;
      const entry = readInspectionEntry(bytes, `inspection entry ${seq}`);
      enterInspection(log.state, entry, { signatures: true, quick: platformKey });
      log.entries.push(entry);
      const kept = policy ? await read(entryHeadPath(seq)).catch(() => null) : null;
      const first = kept && policy ? cosignedOf(kept, policy)[0] : undefined;
      if (first) log.witnessed.set(seq, first.time);
    }
  return log;
}

/** A digest that says nothing of what it is taken of to whoever lacks the salt. */
function salted(bytes: Uint8Array): { digest: string; salt: string } {
  const salt = new Uint8Array(randomBytes(16));
  return { digest: sha256Digest(concatBytes([salt, bytes])), salt: hex(salt) };
}

interface Query extends Acting {
  /** The tool's program, whose digest the order lists. */
  tool: string;
  /** A file that the tool reads on its standard input. */
  query: string;
  /** A new file in the room for what the tool prints. */
  out: string;
}

/**
 * Runs one query: the tool's bytes are those whose digest was looked at, the query goes to its standard input, what it
 * prints stays in the room. Query, result and their salts are kept in the private part.
 * @throws USAGE for a tool that the order does not list
 */
export async function runQuery(options: Query): Promise<{ entry: SignedInspectionEntry; resultBytes: number }> {
  const { folder, tool, query, out } = options;
  const { state } = await openInspection(folder);
  await assertFreeFile(out);
  const program = await readSmallFile(tool, TOOL_BYTES_MAX);
  const digest = sha256Digest(program);
  if (!state.order!.tools.some((each) => each.digest === digest))
    throw new AssayError("USAGE", `audit inspect: the order lists no tool of ${digest}: it is not run`);
  const asked = await readSmallFile(query, QUERY_BYTES_MAX);
  const result = await ran(program, asked);
  const [q, r] = [salted(asked), salted(result)];
  const kept = join(folder, "private");
  await mkdir(kept, { recursive: true, mode: 0o700 });
  await writeNewFile(out, result, true);
  const entry = await sayInInspection(options, {
    kind: "queried",
    tool: digest,
    query: q.digest,
    result: r.digest,
    resultBytes: result.length,
  });
  const line = JSON.stringify({
    entry: entry.digest,
    querySalt: q.salt,
    query: Buffer.from(asked).toString("base64"),
    resultSalt: r.salt,
  });
  await writeFile(join(kept, "queries.jsonl"), `${line}\n`, { flag: "a", mode: 0o600, flush: true });
  return { entry, resultBytes: result.length };
}

/** From a copy of the very bytes that were digested, so that nobody puts another program in between. */
async function ran(program: Uint8Array, input: Uint8Array): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "assay-tool-"));
  try {
    const path = join(folder, "tool");
    await writeFile(path, program);
    await chmod(path, 0o500);
    return await new Promise((resolve, reject) => {
      const fail = (says: string) => reject(new AssayError("UNAVAILABLE", `audit inspect: the tool ${says}`));
      const child = spawn(path, [], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? "" },
        stdio: ["pipe", "pipe", "ignore"],
        timeout: QUERY_SECONDS * 1000,
      });
      const parts: Uint8Array[] = [];
      let bytes = 0;
      child.stdout.on("data", (part: Uint8Array) => {
        bytes += part.length;
        if (bytes > RESULT_BYTES_MAX) child.kill("SIGKILL");
        else parts.push(part);
      });
      child.stdin.on("error", () => undefined);
      child.stdin.end(input);
      child.on("error", (error) => fail(`could not be run: ${error.message}`));
      child.on("close", (code) => {
        if (bytes > RESULT_BYTES_MAX) fail(`printed more than ${RESULT_BYTES_MAX} bytes`);
        else if (code !== 0) fail(`ended with status ${code}`);
        else resolve(concatBytes(parts));
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What `delivered`, `received` and `asked` say of a file. @throws LIMIT beyond 1 GiB */
export async function fileFacts(path: string): Promise<{ digest: string; bytes: number }> {
  const bytes = await readSmallFile(path, EXPORT_BYTES_MAX);
  return { digest: sha256Digest(bytes), bytes: bytes.length };
}

/**
 * The host lets a file out: the log first, then the copy.
 * @throws SCHEMA where it was not asked for and cleared, or is another file
 */
export async function letOut(acting: Acting, asked: string, file: string, out: string): Promise<SignedInspectionEntry> {
  await assertFreeFile(out);
  const bytes = await readSmallFile(file, EXPORT_BYTES_MAX);
  const entry = await sayInInspection(acting, {
    kind: "left",
    asked,
    digest: sha256Digest(bytes),
    bytes: bytes.length,
  });
  await writeNewFile(out, bytes);
  return entry;
}

/** @param asOf Unix seconds up to which times have passed */
export async function reportOnInspection(
  where: string,
  policy: Policy | null,
  asOf: number,
): Promise<{ state: InspectionState; report: InspectionReport }> {
  const { state, witnessed } = await openInspection(where, policy);
  return { state, report: inspectionReport(state, witnessed, asOf) };
}

/** @throws USAGE where the two are no inspections of each other */
export async function reconcileInspections(
  first: string,
  second: string,
  policy: Policy | null,
  asOf: number,
): Promise<Mutual> {
  const found = reconcileMutual(
    await reportOnInspection(first, policy, asOf),
    await reportOnInspection(second, policy, asOf),
  );
  if (!found)
    throw new AssayError(
      "USAGE",
      "audit inspect: expected two inspections in which the host of each is an inspector of the other",
    );
  return found;
}
