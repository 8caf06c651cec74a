/**
 * Checks a case offline: the log's root over all its records, every entry admitted anew with its signature, the panel and
 * labels drawn again, plans and findings against their own files, the gates of remedies computed again, and the state and
 * clocks it is said to be in. Whatever the bytes are, the answer is a report.
 */
import { equalBytes, fromUtf8 } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import type { Files } from "../../evidence/bag.js";
import type { EcdsaPublicKey } from "../../evidence/ecdsa-key.js";
import type { FoundSince } from "../../finding/past-version.js";
import { admit, type OpenCase } from "../../office/docket/entry/admission.js";
import { type DocketRecord, decodeRecord } from "../../office/docket/entry/docket-record.js";
import { type EntryStatement, openEntryBundle } from "../../office/docket/entry/entry-statement.js";
import { advance } from "../../office/docket/fold/clocks.js";
import { type StatedCase, stated } from "../../office/docket/fold/stated.js";
import type { FactsOf } from "../../office/docket/pack/facts.js";
import { readPack } from "../../office/docket/pack/rule-pack.js";
import { shippedPack } from "../../office/docket/packs/shipped.js";
import { factsOfPlan, readPlan } from "../../office/docket/plan/test-plan.js";
import { readCalendar } from "../../office/docket/time/calendar.js";
import { parseVerifierKey } from "../../tlog/note-keys.js";
import { type Policy, parsePolicy, plainPolicy } from "../../tlog/policy.js";
import { EMPTY_EDGE, grow, rootOf } from "../../tlog/tree-growth.js";
import { trustCheckpoint } from "../../tlog/trusted-checkpoint.js";
import type { Check } from "../bundle/check.js";
import { CASE_FILE, CHECKPOINT_FILE, entryPath, KEYS_FILE, objectFile, STATED_FILE } from "./case-bundle-layout.js";
import { beginWith, type CaseFile, readCaseFile, readData } from "./case-data.js";
import { factsOfFinding, foundSinceOfEntries } from "./finding-facts.js";

interface CaseReport {
  holds: boolean;
  checks: Check[];
  /** What the case comes to, when its entries hold. */
  state: StatedCase | null;
  /** What was found since of the versions of methods that the entered findings were made by; no fault of the case. */
  foundSince: FoundSince[];
  /** What no check of this bundle can see, in sentences. */
  cannotSee: string[];
}

interface VerifyCaseOptions {
  /** Believe the log only under this policy; else its keys are those that the bundle brings. */
  policy?: Policy | null;
  /** The same key, checked by the platform where there is one. */
  quick?: (key: EcdsaPublicKey) => EcdsaPublicKey;
}

const PATHS =
  /^(case\.json|checkpoint|log-keys\.txt|state\.json|entries\/[0-9]{6}\.(record|bundle)\.json|objects\/[0-9a-f]{64})$/;

/**
 * @param policy null takes the log's keys from the bundle, and the report says so @param quick a faster check of the
 * same signatures in place of the portable one
 */
export async function verifyCase(files: Files, { policy = null, quick }: VerifyCaseOptions = {}): Promise<CaseReport> {
  const checks: Check[] = [];
  const cannotSee = new Set<string>();
  async function step<T>(
    name: string,
    run: () => Promise<{ value: T; detail: string }> | { value: T; detail: string },
  ) {
    try {
      const { value, detail } = await run();
      checks.push({ name, holds: true, detail });
      return value;
    } catch (error) {
      checks.push({ name, holds: false, detail: error instanceof Error ? error.message : "unreadable" });
      return null;
    }
  }
  const records = await step("layout", () => layout(files));
  const file = await step("case", () => caseOf(files));
  await step("log", () => logOf(files, given(records, "layout"), given(file, "case"), policy, cannotSee));
  const entered = await step("entries", () => entries(files, given(records, "layout"), given(file, "case"), quick));
  const said = entered?.said ?? [];
  await step("attachments", () =>
    attachments(files, given(entered, "entries").records, said, given(file, "case"), cannotSee),
  );
  await step("plans", () => plans(files, given(entered, "entries").records, cannotSee));
  await step("findings", () => findings(files, given(entered, "entries").records, cannotSee));
  const open = entered?.open ?? null;
  await step("draws", () => draws(given(open, "entries"), cannotSee));
  await step("remedies", () => remedies(given(open, "entries")));
  const state = await step("state and clocks", () => statedState(files, given(open, "entries"), cannotSee));
  cannotSee.add("entries made after this bundle was packed, and entries that were refused");
  cannotSee.add("whether what is said in an entry is true, and who stands behind a key");
  const foundSince = foundSinceOfEntries(entered?.records ?? []);
  return { holds: checks.every(({ holds }) => holds), checks, state, foundSince, cannotSee: [...cannotSee] };
}

function layout(files: Files): { value: Uint8Array[]; detail: string } {
  const stray = [...files.keys()].find((path) => !PATHS.test(path));
  if (stray !== undefined) throw fault(`a case has no file ${stray}`);
  const records: Uint8Array[] = [];
  for (let seq = 0; files.has(entryPath(seq, "record")); seq++) {
    if (!files.has(entryPath(seq, "bundle"))) throw fault(`entry ${seq} is without its signed bundle`);
    records.push(files.get(entryPath(seq, "record"))!);
  }
  const named = [...files.keys()].filter((path) => path.startsWith("entries/")).length;
  if (records.length === 0 || named !== 2 * records.length)
    throw fault("entries are not numbered from 0 without a gap");
  return { value: records, detail: `${records.length} entries, numbered without a gap, each with its signed bundle` };
}

function caseOf(files: Files): { value: CaseFile; detail: string } {
  const bytes = required(files, CASE_FILE);
  const file = readCaseFile(bytes, CASE_FILE);
  if (!equalBytes(canonicalJsonBytes(file), bytes)) throw fault(`${CASE_FILE} is not canonical JSON`);
  return { value: file, detail: `${file.id} of ${file.origin}${file.rehearsal ? ", a rehearsal" : ""}` };
}

/** The root is computed over all records, so that none can be changed, taken away, doubled or moved. */
function logOf(files: Files, records: Uint8Array[], file: CaseFile, policy: Policy | null, cannotSee: Set<string>) {
  const lines = fromUtf8(required(files, KEYS_FILE), KEYS_FILE)
    .split("\n")
    .filter((line) => line !== "");
  for (const line of lines) parseVerifierKey(line, KEYS_FILE);
  const trust = policy ?? parsePolicy(new TextEncoder().encode(plainPolicy(lines)), KEYS_FILE);
  const { origin, size, root, cosigned } = trustCheckpoint(required(files, CHECKPOINT_FILE), trust, CHECKPOINT_FILE);
  if (origin !== file.origin) throw fault(`the checkpoint is of ${origin}, the case of ${file.origin}`);
  if (size !== records.length) throw fault(`the checkpoint is of ${size} entries, the bundle holds ${records.length}`);
  if (!equalBytes(rootOf(grow(EMPTY_EDGE, records).edge), root)) throw fault("the records do not have the signed root");
  if (!policy) {
    cannotSee.add("whether the log's keys, which the bundle brings itself, are the office's: give --policy");
    cannotSee.add("whether the last entry came in when the log says: no later entry has seen it");
  }
  if (cosigned.length === 0)
    cannotSee.add(
      "whether the office showed others another log of this case: no witness cosigned it; parties can compare the heads that their entries name",
    );
  return {
    value: true,
    detail: `root over all ${size} records as signed by ${origin}; ${cosigned.length} cosignatures`,
  };
}

interface EnteredCase {
  open: OpenCase;
  records: DocketRecord[];
  said: EntryStatement[];
}

async function entries(
  files: Files,
  bytes: readonly Uint8Array[],
  file: CaseFile,
  quick: VerifyCaseOptions["quick"],
): Promise<{ value: EnteredCase; detail: string }> {
  const object = async (digest: string) => files.get(objectFile(digest)) ?? null;
  const pack = readPack(readData(await object(file.pack), file.pack, "pack"));
  const calendar = readCalendar(readData(await object(file.calendar), file.calendar, "calendar"));
  const records = bytes.map((each, seq) => {
    const record = decodeRecord(each, `entry ${seq}`);
    if ("foreign" in record) throw fault(`entry ${seq} is of a kind that this version does not know`);
    return record;
  });
  const open = await beginWith(file.id, pack, calendar, records, object, quick);
  const said: EntryStatement[] = [];
  for (const [seq, record] of records.entries()) {
    const bundle = required(files, entryPath(seq, "bundle"));
    const judged = admit(open, bundle, record.received, quick);
    if (!judged.admitted) throw fault(`entry ${seq}: ${judged.says}`);
    if (!equalBytes(judged.bytes, bytes[seq]!)) throw fault(`entry ${seq}: the record is not that of what was signed`);
    said.push(openEntryBundle(bundle, `entry ${seq}`).said);
  }
  const adopted = records[0]!.facts as FactsOf<"pack.adopted">;
  if (adopted.rehearsal !== file.rehearsal) throw fault("case.json and entry 0 differ on whether this is a rehearsal");
  const shipped = shippedPack(pack.data.id);
  const known = shipped?.digest === pack.digest ? "as it ships" : "not one that ships with this version";
  return {
    value: { open, records, said },
    detail: `${records.length} entries admitted anew under ${pack.data.id} (${known}), signatures of ${open.keys.all.size} keys`,
  };
}

function attachments(
  files: Files,
  records: readonly DocketRecord[],
  said: readonly EntryStatement[],
  file: CaseFile,
  cannotSee: Set<string>,
) {
  const named = new Map<string, string>([
    [file.pack, "PUBLIC"],
    [file.calendar, "PUBLIC"],
  ]);
  for (const [seq, { attachments: list }] of said.entries())
    for (const { digest } of list ?? []) named.set(digest, records[seq]!.tier);
  for (const { kind, facts } of records)
    if (kind === "calendar") named.set((facts as FactsOf<"calendar">).calendar, "PUBLIC");
  let carried = 0;
  for (const [path, bytes] of files) {
    if (!path.startsWith("objects/")) continue;
    const digest = `sha256:${path.slice(8)}`;
    if (sha256Digest(bytes) !== digest) throw fault(`${path} is something else than its name says`);
    if (!named.has(digest)) throw fault(`${path} is named by no entry`);
    carried++;
  }
  const left = [...named].filter(([digest]) => !files.has(objectFile(digest)));
  for (const tier of new Set(left.map(([, tier]) => tier)))
    cannotSee.add(
      `${left.filter(([, each]) => each === tier).length} attachments of the circle ${tier} that are not carried`,
    );
  return { value: true, detail: `${carried} carried, each as named; ${left.length} not carried` };
}

function plans(files: Files, records: readonly DocketRecord[], cannotSee: Set<string>) {
  let checked = 0;
  const adopted = records.filter(({ kind }) => kind === "plan.adopted");
  for (const { seq, facts } of adopted) {
    const said = facts as FactsOf<"plan.adopted">;
    const bytes = files.get(objectFile(said.plan));
    if (!bytes) {
      cannotSee.add(`the text of the plan of entry ${seq}, which is not carried`);
      continue;
    }
    const plan = readPlan(parseStrictJson(fromUtf8(bytes, "plan"), "plan"), `the plan of entry ${seq}`);
    if (!equalBytes(canonicalJsonBytes(factsOfPlan(plan)), canonicalJsonBytes(said)))
      throw fault(`entry ${seq} states something else than its plan`);
    checked++;
  }
  return { value: true, detail: `${checked} of ${adopted.length} adopted plans carried, each as the entry states` };
}

function findings(files: Files, records: readonly DocketRecord[], cannotSee: Set<string>) {
  let checked = 0;
  const entered = records.filter(({ kind }) => kind === "finding");
  for (const { seq, facts } of entered) {
    const said = facts as FactsOf<"finding">;
    const zip = files.get(objectFile(said.bundle));
    if (!zip) {
      cannotSee.add(`the bundle of the finding of entry ${seq}, which is not carried`);
      continue;
    }
    const anew = factsOfFinding(zip, { run: said.run, slot: said.slot, proposition: said.proposition });
    if (!equalBytes(canonicalJsonBytes(anew), canonicalJsonBytes(said)))
      throw fault(`entry ${seq} states something else than its finding's bundle`);
    checked++;
  }
  if (entered.length > 0)
    cannotSee.add(
      "whether findings are true to their inputs: assay verify --recompute on each bundle, with the inputs",
    );
  return {
    value: true,
    detail: `${checked} of ${entered.length} findings carried; each bundle holds and says what its entry states`,
  };
}

/** Admission drew them again already and would have refused others; here it is told. */
function draws({ state }: OpenCase, cannotSee: Set<string>) {
  if (state.beacon?.standIn)
    cannotSee.add("whether the office chose its beacon's key or rounds: the chain is a stand-in of its own");
  const drawn = [state.panel.length > 0 ? "the panel" : null, state.plan?.labels ? "the labels" : null].filter(Boolean);
  const rounds = `rounds of ${state.beacon?.chain ?? "no beacon"} hold`;
  return {
    value: true,
    detail: drawn.length > 0 ? `${drawn.join(" and ")} drawn again, the same; ${rounds}` : "nothing was drawn",
  };
}

function remedies({ state, rules }: OpenCase) {
  const { gates, orders } = stated(state, rules);
  const open = gates.filter((gate) => gate.open).map(({ rung }) => rung);
  return {
    value: true,
    detail: `${orders.length} orders, each behind its gate when it was made; open now: ${open.length > 0 ? `rungs ${open.join(", ")}` : "none"}`,
  };
}

function statedState(
  files: Files,
  { state, rules }: OpenCase,
  cannotSee: Set<string>,
): { value: StatedCase; detail: string } {
  const bytes = required(files, STATED_FILE);
  const asOf =
    Date.parse((parseStrictJson(fromUtf8(bytes, STATED_FILE), STATED_FILE) as { asOf?: string }).asOf ?? "") / 1000;
  if (!Number.isSafeInteger(asOf) || asOf < state.at)
    throw fault("the state is stated as of no moment after the last entry");
  advance(state, rules, asOf);
  const anew = stated(state, rules);
  if (!equalBytes(canonicalJsonBytes(anew), bytes))
    throw fault("the entries come to another state than the one stated");
  if (state.at > 0) cannotSee.add("whether the office's clock was right: times of receipt are its own");
  return { value: anew, detail: `${anew.state} as of ${anew.asOf}; ${anew.clocks.length} clocks, as stated` };
}

function required(files: Files, path: string): Uint8Array {
  const bytes = files.get(path);
  if (!bytes) throw fault(`there is no ${path}`);
  return bytes;
}

function given<T>(value: T | null, what: string): T {
  if (value === null) throw fault(`not checked: ${what} does not hold`);
  return value;
}

function fault(message: string): AssayError {
  return new AssayError("SCHEMA", message);
}
