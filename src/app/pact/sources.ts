/**
 * Logs as they are handed over, made into facts: each is told from its content, checked whole (tree, signatures, every entry
 * admitted anew), held against the key that the pact's log names for it, and only then read. One that does not hold gives
 * its reason and no fact; it stops no other.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { base64, fromUtf8, hex } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import { parseEcdsaKey } from "../../evidence/ecdsa-key.js";
import { platformKey } from "../../host/signing/signature-keys.js";
import { enter, newRun, type RunState } from "../../office/audit/run-state.js";
import { type DocketRecord, decodeRecord as decodeDocketRecord } from "../../office/docket/entry/docket-record.js";
import type { PactState } from "../../office/pact/fold/parties.js";
import type { NamedLog } from "../../office/pact/schema/entry.js";
import { FACTS, type Fact, type LogKind, type Source, type Value } from "../../office/pact/schema/facts.js";
import type { TrainingRun } from "../../office/register/declarations/training-run.js";
import { entryTime } from "../../office/register/log-time.js";
import type { Entry } from "../../office/register/register-index.js";
import { parseCheckpoint } from "../../tlog/checkpoint.js";
import { CHECKPOINT_PATH } from "../../tlog/log-writer.js";
import type { Policy } from "../../tlog/policy.js";
import { parseNote } from "../../tlog/signed-note.js";
import { readBundle } from "../../tlog/tree-reader.js";
import { cosignedOf, trustCheckpoint } from "../../tlog/trusted-checkpoint.js";
import { openRun, witnessedEntries } from "../audit/run-log.js";
import { bundleOfCase } from "../docket/case-bundle.js";
import { CASE_FILE, CHECKPOINT_FILE, entryPath } from "../docket/case-bundle-layout.js";
import { caseFilesAt } from "../docket/case-files.js";
import { openCaseFolder } from "../docket/case-folder.js";
import { verifyCase } from "../docket/verify-case.js";
import { checkLog, openLog, readHead } from "../log/log.js";
import { keptHead } from "../register/entry-time.js";
import { loadDeclaration, openRegister } from "../register/register.js";
import { checkRegister } from "../register/register-fsck.js";
import { ownPolicy } from "./pact-folder.js";

interface Handed {
  sources: Source[];
  facts: Fact[];
}

/** @param wheres folders, URLs, or cases packed as zips, in any order */
export async function readSources(state: PactState, wheres: readonly string[], policy: Policy | null): Promise<Handed> {
  const named = [...state.logs, ...[...state.parties.values()].flatMap(({ logs }) => logs)].map(({ log }) => log);
  const out: Handed = { sources: [], facts: [] };
  for (const [number, where] of wheres.entries()) {
    const id = `log-${number + 1}`;
    const { source, facts } = await readOne(id, where, named, policy);
    const twice = out.sources.find(
      (each) => each.log === source.log && each.origin === source.origin && each.run === source.run,
    );
    if (twice)
      throw new AssayError(
        "USAGE",
        `pact: ${where} is the ${source.log} ${source.origin}, which was handed over already`,
      );
    out.sources.push(seenLater(source, state));
    out.facts.push(...facts);
  }
  return out;
}

/** A party that saw this very head later shows that nothing was entered until then. */
function seenLater(source: Source, state: PactState): Source {
  const times = state.seen
    .filter(
      ({ head }) =>
        head.origin === source.origin &&
        head.size === source.size &&
        head.root === source.root &&
        head.run === source.run,
    )
    .map(({ at }) => at);
  return { ...source, until: Math.max(source.until, ...times) };
}

async function readOne(
  id: string,
  where: string,
  named: readonly NamedLog[],
  policy: Policy | null,
): Promise<{ source: Source; facts: Fact[] }> {
  const kind = await kindOf(where);
  try {
    return await READERS[kind](id, where, named, policy);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    const head = await headOf(where, kind).catch(() => ({ origin: where, size: 0, root: "" }));
    // Of a run that cannot be read only its name is known: it stands for whichever run of that name was named.
    const run =
      kind === "audit" ? named.find((each) => each.kind === "audit" && each.origin === head.origin)?.run : undefined;
    const source: Source = {
      id,
      log: kind,
      ...head,
      ...(run === undefined ? {} : { run }),
      holds: false,
      says: error.message,
      until: 0,
    };
    return { source, facts: [] };
  }
}

type Reader = (
  id: string,
  where: string,
  named: readonly NamedLog[],
  policy: Policy | null,
) => Promise<{ source: Source; facts: Fact[] }>;
const READERS: Record<Exclude<LogKind, "pact">, Reader> = {
  register: readRegister,
  audit: readAudit,
  docket: readDocket,
};

/** A case by its `case.json`, a run by its first entry, which is a signed bundle; all else is read as a register. */
async function kindOf(where: string): Promise<Exclude<LogKind, "pact">> {
  if (where.endsWith(".zip") || (await stat(join(where, CASE_FILE)).catch(() => null))) return "docket";
  const read = openLog(where);
  try {
    const { head } = await readHead(read, where, null);
    const [first] = head.size > 0 ? await readBundle(read, head.size, 0) : [];
    return first && /"mediaType"/.test(Buffer.from(first).toString("latin1")) ? "audit" : "register";
  } catch (error) {
    if (error instanceof AssayError && error.code === "NOT_FOUND") throw error;
    return "register";
  }
}

async function headOf(where: string, kind: LogKind): Promise<Pick<Source, "origin" | "size" | "root">> {
  if (kind === "docket" && where.endsWith(".zip")) {
    const files = await caseFilesAt(where);
    const { origin, size, root } = parseCheckpoint(parseNote(files!.get(CHECKPOINT_FILE)!).text);
    return { origin, size, root: hex(root) };
  }
  const { origin, size, root } = (await readHead(openLog(where), where, null)).head;
  return { origin, size, root: hex(root) };
}

/** @throws SIGNATURE where the checkpoint is not by the key that the pact's log names for a log of this name */
function heldToKey(
  checkpoint: Uint8Array,
  kind: LogKind,
  named: readonly NamedLog[],
  run: string | undefined,
  policy: Policy | null,
) {
  const { origin } = parseCheckpoint(parseNote(checkpoint).text);
  const log = named.find(
    (each) => each.kind === kind && each.origin === origin && (kind !== "audit" || each.run === run),
  );
  if (!log)
    throw new AssayError(
      "SIGNATURE",
      `no ${kind} ${origin}${run ? ` of the run ${run}` : ""} is named in the pact's log`,
    );
  const held = trustCheckpoint(checkpoint, ownPolicy([log.key]), `${kind} ${origin}`);
  return { ...held, cosigned: policy ? cosignedOf(checkpoint, policy) : [] };
}

async function readRegister(id: string, where: string, named: readonly NamedLog[], policy: Policy | null) {
  const register = await openRegister(where);
  const { origin, size, root, cosigned } = heldToKey(register.checkpoint, "register", named, undefined, policy);
  const { faults, entries } = await checkRegister(
    where,
    policy && policy.witnesses.length > 0 ? policy : null,
    () => undefined,
  );
  if (faults.length > 0)
    throw new AssayError("DIGEST", `${faults[0]!}${faults.length > 1 ? `, and ${faults.length - 1} more` : ""}`);
  const facts: Fact[] = [];
  const fact = (
    index: number,
    kind: string,
    received: number,
    key: string,
    attributes: Record<string, Value | undefined>,
    seen: number | null,
  ): Fact => ({
    log: "register",
    source: id,
    entry: index,
    kind,
    at: seen === null ? received : Math.min(received, seen),
    clock: seen === null ? "operator" : "witness",
    by: key,
    attributes: stated("register", kind, attributes),
  });
  const seenOf = async (index: number, received: number): Promise<number | null> => {
    if (!policy || policy.witnesses.length === 0) return null;
    const { uncertain, cosigned: first } = entryTime(
      received,
      (await keptHead(register, index, policy))?.cosigned ?? [],
    );
    return first === null ? null : uncertain ? Date.parse(first) / 1000 : received;
  };
  for (const entry of register.index.entries) {
    const { record, index } = entry;
    if (!Object.hasOwn(FACTS.register, record.kind)) continue;
    const made = fact(
      index,
      record.kind,
      record.received,
      record.key,
      await declared(entry),
      await seenOf(index, record.received),
    );
    const withdrawnAt = withdrawal(entry, register.index.models.get(entry.model)?.withdrawnBy ?? null);
    facts.push(withdrawnAt === null ? made : { ...made, withdrawnAt });
  }
  for (const { index, record } of register.index.access.entries) {
    const { statement, grant, delivery, until } = record;
    const attributes = {
      statement,
      grant,
      delivery,
      until: until === undefined ? undefined : Date.parse(until) / 1000,
    };
    facts.push(
      fact(
        index,
        record.kind.replace("access-", ""),
        record.received,
        record.key,
        attributes,
        await seenOf(index, record.received),
      ),
    );
  }
  const source: Source = {
    id,
    log: "register",
    origin,
    size,
    root: hex(root),
    holds: true,
    says: `${entries} entries, each admitted anew with its signature`,
    until: latest(facts, cosigned),
  };
  return { source, facts };

  async function declared(entry: Entry): Promise<Record<string, Value | undefined>> {
    const { model, statement, about, as, relation, found, order } = entry.record;
    const attributes: Record<string, Value | undefined> = {
      model,
      statement,
      about,
      as,
      relation,
      ...found,
      effect: order?.effect,
    };
    if (entry.kind === "training-run") {
      const { runDetails } = (await loadDeclaration(register, entry)).predicate as TrainingRun;
      attributes.finished = Date.parse(runDetails.metadata.finishedOn) / 1000;
      const flop = runDetails.metadata.assay_flop;
      if (flop !== undefined && Number.isFinite(Number(flop))) attributes.flop = Number(flop);
    }
    if (about) attributes.declarer = register.index.statement(about)?.keyId;
    const own = register.index.models.get(model);
    if (entry.kind === "order" && own) attributes.declarer = register.index.declarer(own) ?? undefined;
    return attributes;
  }
}

/** When an entry stopped standing by its maker's own word; a correction leaves what it replaces declared. */
function withdrawal({ withdrawnBy }: Entry, model: Entry | null): number | null {
  const times = [withdrawnBy, model].flatMap((each) => (each ? [each.record.received] : []));
  return times.length > 0 ? Math.min(...times) : null;
}

async function readAudit(id: string, where: string, named: readonly NamedLog[], policy: Policy | null) {
  const log = await openRun(where);
  const run = log.state.run!;
  const read = openLog(where);
  const checkpoint = (await read(CHECKPOINT_PATH))!;
  const { origin, size, root, cosigned } = heldToKey(checkpoint, "audit", named, run, policy);
  const { faults } = await checkLog(where, null, () => undefined);
  if (faults.length > 0) throw new AssayError("DIGEST", faults[0]!);
  // Folded once more, with the signatures of keys and of the beacon.
  const state: RunState = newRun();
  for (const entry of log.entries) enter(state, entry, { signatures: true, quick: platformKey });
  const { times } = await witnessedEntries(where, log.entries.length, policy);
  const facts: Fact[] = [];
  const opened = Date.parse(state.opened!.issued) / 1000;
  const rows = { data: 0, steps: 0 };
  for (const [seq, { said, digest, signed }] of log.entries.entries()) {
    if (said.kind === "committed" && (said.class === "data" || said.class === "steps")) rows[said.class] = said.size;
    const kind = said.kind.replace("run.", "run-");
    const attributes: Record<string, Value | undefined> = { run, name: said.run };
    if (said.kind === "committed") Object.assign(attributes, { class: said.class, size: said.size });
    if (said.kind === "run.closed")
      Object.assign(attributes, {
        model: said.model ?? undefined,
        abandoned: said.abandoned,
        opened,
        dataRows: rows.data,
        stepRows: rows.steps,
      });
    if (said.kind === "challenged")
      Object.assign(attributes, {
        challenge: digest,
        owner: state.key!.id,
        drawn: said.k,
        due: Date.parse(said.due) / 1000,
      });
    if ("challenge" in said) attributes.challenge = said.challenge;
    if (said.kind === "answered") Object.assign(attributes, { opened: said.opened, withheld: said.withheld });
    if (said.kind === "reported") attributes.status = said.status;
    const seen = times.get(seq);
    const issued = Date.parse(said.issued) / 1000;
    facts.push({
      log: "audit",
      source: id,
      entry: seq,
      kind,
      // A signer's clock may be set back: what a witness saw later came in no earlier.
      at: seen === undefined ? issued : Math.max(issued, seen),
      clock: seen === undefined ? "signer" : "witness",
      by: signed.keyId,
      attributes: stated("audit", kind, attributes),
    });
  }
  const source: Source = {
    id,
    log: "audit",
    origin,
    run,
    size,
    root: hex(root),
    holds: true,
    says: `${size} entries, each with its signature and its round`,
    until: latest(facts, cosigned),
  };
  return { source, facts };
}

async function readDocket(id: string, where: string, named: readonly NamedLog[], policy: Policy | null) {
  const files = where.endsWith(".zip") ? await caseFilesAt(where) : await packed(where);
  if (!files) throw new AssayError("FORMAT", `docket: expected a case at ${where}`);
  const { origin, size, root, cosigned } = heldToKey(files.get(CHECKPOINT_FILE)!, "docket", named, undefined, policy);
  const { checks } = await verifyCase(files, { quick: platformKey });
  const failed = checks.find(({ holds }) => !holds);
  if (failed) throw new AssayError("DIGEST", `${failed.name}: ${failed.detail}`);
  const records: DocketRecord[] = [];
  for (let seq = 0; files.has(entryPath(seq, "record")); seq++) {
    const record = decodeDocketRecord(files.get(entryPath(seq, "record"))!, `case entry ${seq}`);
    if (!("foreign" in record)) records.push(record);
  }
  const sides: Record<string, string> = {};
  for (const { kind, facts } of records) {
    if (kind !== "key.enrolled") continue;
    const { roles, publicKey } = facts as { roles: string[]; publicKey: string };
    for (const side of ["complainant", "respondent"])
      if (roles.includes(side)) sides[side] ??= parseEcdsaKey(publicKey, "case key").id;
  }
  const facts: Fact[] = records
    .filter(({ kind }) => Object.hasOwn(FACTS.docket, kind))
    .map(({ case: name, seq, kind, role, key, statement, received, facts: said }) => ({
      log: "docket",
      source: id,
      entry: seq,
      kind,
      at: received,
      clock: "operator",
      by: key,
      attributes: stated("docket", kind, { ...(said as Record<string, Value>), ...sides, case: name, role, statement }),
    }));
  const source: Source = {
    id,
    log: "docket",
    origin,
    size,
    root: hex(root),
    holds: true,
    says: `${size} entries, the case verified`,
    until: Math.max(latest(facts, cosigned), records.at(-1)?.received ?? 0),
  };
  return { source, facts };
}

async function packed(folder: string) {
  const { state } = await openCaseFolder(folder);
  return bundleOfCase(folder, "PUBLIC", state.at);
}

/** The attributes that the closed list has for this kind, as far as they are stated. */
function stated(log: LogKind, kind: string, given: Record<string, Value | undefined>): Fact["attributes"] {
  const out: Record<string, Value> = {};
  for (const name of FACTS[log][kind] ?? []) {
    const value = given[name];
    if (
      typeof value === "string" ||
      typeof value === "boolean" ||
      (typeof value === "number" && Number.isFinite(value))
    )
      out[name] = value;
  }
  return out;
}

function latest(facts: readonly Fact[], cosigned: readonly { time: number }[]): number {
  let most = 0;
  for (const { at } of facts) most = Math.max(most, at);
  for (const { time } of cosigned) most = Math.max(most, time);
  return most;
}

/** The verifier key that a log's own folder names first: what goes into the pact's log. */
async function verifierKeyOf(where: string): Promise<string> {
  const bytes = /^https?:/.test(where)
    ? await openLog(where)("verifier-keys.txt")
    : await readFile(join(where, "verifier-keys.txt"));
  const line = fromUtf8(new Uint8Array(bytes ?? []), "verifier keys").split("\n")[0];
  if (!line) throw new AssayError("NOT_FOUND", `pact: expected verifier-keys.txt of a log at ${where}`);
  return line;
}

/** How a log is named in the pact's log: its kind, origin, key and, of a run, its opening. */
export async function nameOfLog(where: string): Promise<NamedLog> {
  const kind = await kindOf(where);
  const { origin } = await headOf(where, kind);
  const key = await verifierKeyOf(where);
  return { kind, origin, key, ...(kind === "audit" ? { run: (await openRun(where)).state.run! } : {}) };
}

/** What a party enters of a log's head as it sees it: the checkpoint as the log signed it. */
export async function headSeen(where: string): Promise<{ checkpoint: string; run?: string }> {
  const kind = await kindOf(where);
  const { bytes } = await readHead(openLog(where), where, null);
  return { checkpoint: base64(bytes), ...(kind === "audit" ? { run: (await openRun(where)).state.run! } : {}) };
}
