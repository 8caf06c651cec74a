/**
 * A report as files that another party checks offline: the run's log whole, heads that witnesses signed, the report and its
 * page; and its check. Opened rows are not among them unless the auditor puts them in. Whatever the bytes are, the answer
 * is a list of checks.
 */
import { equalBytes, fromUtf8, utf8 } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import type { Files } from "../../evidence/bag.js";
import { verifyRound } from "../../evidence/drand.js";
import type { EcdsaPublicKey } from "../../evidence/ecdsa-key.js";
import { type AuditReport, auditReport, auditReportSchema, upperOf } from "../../office/audit/audit-report.js";
import { readEntry } from "../../office/audit/entry.js";
import { drawn, encodeOpening, type Opening, readOpening } from "../../office/audit/opening.js";
import { enter, newRun, type RunState } from "../../office/audit/run-state.js";
import { type Disclosed, encodeDisclosed, readDisclosed, shownLines } from "../../office/audit/summary.js";
import { renderAuditPage } from "../../report/audit/report-page.js";
import { parseCheckpoint } from "../../tlog/checkpoint.js";
import { parseVerifierKey } from "../../tlog/note-keys.js";
import { type Policy, parsePolicy, plainPolicy } from "../../tlog/policy.js";
import { parseNote } from "../../tlog/signed-note.js";
import { EMPTY_EDGE, grow, rootOf } from "../../tlog/tree-growth.js";
import { cosignedOf, trustCheckpoint } from "../../tlog/trusted-checkpoint.js";
import type { Check } from "../bundle/check.js";
import { SOFTWARE } from "../software.js";
import { AUDIT_FILE, REPORT_FILE } from "./audit-bundle-layout.js";

const AUDIT_TYPE = "assay/audit-bundle/v1";
const PAGE_FILE = "report.html";
const OPENING_FILE = "opening.json";
const DISCLOSED_FILE = "disclosed.json";
export const REPORTED_FILE = "reported.json";
const CHECKPOINT_FILE = "checkpoint";
const KEYS_FILE = "log-keys.txt";
const POLICY_FILE = "policy.txt";
const PATHS =
  /^(audit\.json|checkpoint|log-keys\.txt|policy\.txt|report\.json|report\.html|opening\.json|disclosed\.json|reported\.json|(?:entries|heads)\/\d{6}\.(?:json|note))$/;

interface AuditBundleInput {
  entries: readonly Uint8Array[];
  heads: ReadonlyMap<number, Uint8Array>;
  checkpoint: Uint8Array;
  keys: Uint8Array;
  policy: Uint8Array | null;
  report: AuditReport;
  /** Only where the auditor may show what was opened. */
  opening: Opening | null;
  /** Lines of a training summary that the report holds against what was drawn. */
  disclosed: Disclosed | null;
}

const numbered = (folder: string, seq: number, kind: string) => `${folder}/${String(seq).padStart(6, "0")}.${kind}`;

/** Files by path. The opening goes in only where it is given: rows are their owner's. */
export function packAudit(given: AuditBundleInput): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  files.set(AUDIT_FILE, canonicalJsonBytes({ type: AUDIT_TYPE, challenge: given.report.challenge.digest }));
  files.set(CHECKPOINT_FILE, given.checkpoint);
  files.set(KEYS_FILE, given.keys);
  if (given.policy) files.set(POLICY_FILE, given.policy);
  for (const [seq, bytes] of given.entries.entries()) files.set(numbered("entries", seq, "json"), bytes);
  for (const [seq, bytes] of given.heads) files.set(numbered("heads", seq, "note"), bytes);
  files.set(REPORT_FILE, canonicalJsonBytes(given.report));
  files.set(PAGE_FILE, utf8(renderAuditPage(given.report)));
  if (given.opening) files.set(OPENING_FILE, encodeOpening(given.opening));
  if (given.disclosed) files.set(DISCLOSED_FILE, encodeDisclosed(given.disclosed));
  return files;
}

interface VerifyAuditOptions {
  /** Believe log and witnesses only under this policy; else the log's keys are those that the bundle brings. */
  policy?: Policy | null;
  /** What was opened, where the reader holds it beside the bundle. */
  opening?: Opening | null;
  quick?: (key: EcdsaPublicKey) => EcdsaPublicKey;
  /** How other versions wrote the page; one that writes this bundle's will do. */
  pages?: readonly AuditPage[];
}

export type AuditPage = (report: AuditReport) => string;

interface AuditVerified {
  holds: boolean;
  checks: Check[];
  report: AuditReport | null;
  cannotSee: string[];
}

/**
 * Never throws for what is in the files: each check holds or says what does not. `quick` puts a faster check of the
 * same signatures in place of the portable one.
 */
export function verifyAudit(
  files: Files,
  { policy = null, opening = null, quick, pages = [] }: VerifyAuditOptions = {},
): AuditVerified {
  const checks: Check[] = [];
  const cannotSee: string[] = [];
  function step<T>(name: string, run: () => { value: T; detail: string }): T | null {
    try {
      const { value, detail } = run();
      checks.push({ name, holds: true, detail });
      return value;
    } catch (error) {
      checks.push({ name, holds: false, detail: error instanceof Error ? error.message : "unreadable" });
      return null;
    }
  }
  const entries = step("layout", () => layout(files));
  step("log", () => logOf(files, given(entries, "layout"), policy));
  const state = step("entries", () => folded(given(entries, "layout"), quick));
  const report = step("report", () => reportOf(files));
  step("draw", () => drawOf(files, given(state, "entries"), given(report, "report")));
  const rows = opening ?? (files.has(OPENING_FILE) ? step("opening", () => openingOf(files)) : null);
  const times = witnessTimes(files, entries ?? [], policy);
  const disclosed = files.has(DISCLOSED_FILE)
    ? step("summary", () => disclosedOf(files, given(state, "entries")))
    : null;
  step("bounds", () => anew(given(state, "entries"), given(report, "report"), { opening: rows, disclosed }, times));
  const page = step("page", () => pageOf(files, given(report, "report"), pages));
  if (page === null && report && JSON.stringify(report.software) !== JSON.stringify(SOFTWARE))
    Object.assign(checks.at(-1)!, { checked: false });
  if (files.has(REPORTED_FILE))
    step("signature", () => reportedOf(files, given(state, "entries"), given(report, "report"), quick));
  else if (report) cannotSee.push("who made the report: it is not signed");
  if (!policy)
    cannotSee.push("whether the log's keys, which the bundle brings itself, are those of the log: give --policy");
  if (!rows && report?.answer === "opened")
    cannotSee.push(
      "whether the counts under the bounds are those of what was opened: the rows went to the auditor alone",
    );
  if (report) cannotSee.push(...report.cannotSee);
  return { holds: checks.every(({ holds }) => holds), checks, report, cannotSee };
}

function layout(files: Files): { value: Uint8Array[]; detail: string } {
  const stray = [...files.keys()].find((path) => !PATHS.test(path));
  if (stray !== undefined) throw fault(`an audit has no file ${stray}`);
  const marker = parseStrictJson(fromUtf8(required(files, AUDIT_FILE), AUDIT_FILE), AUDIT_FILE) as {
    challenge?: string;
  };
  if (
    !equalBytes(
      canonicalJsonBytes({ type: AUDIT_TYPE, challenge: String(marker?.challenge) }),
      required(files, AUDIT_FILE),
    )
  )
    throw fault(`${AUDIT_FILE} is not as an audit's`);
  const entries: Uint8Array[] = [];
  for (let seq = 0; files.has(numbered("entries", seq, "json")); seq++)
    entries.push(files.get(numbered("entries", seq, "json"))!);
  if (entries.length === 0 || [...files.keys()].filter((path) => path.startsWith("entries/")).length !== entries.length)
    throw fault("entries are not numbered from 0 without a gap");
  return { value: entries, detail: `${entries.length} entries, numbered without a gap` };
}

function logOf(files: Files, entries: readonly Uint8Array[], policy: Policy | null): { value: true; detail: string } {
  const lines = fromUtf8(required(files, KEYS_FILE), KEYS_FILE)
    .split("\n")
    .filter((line) => line !== "");
  for (const line of lines) parseVerifierKey(line, KEYS_FILE);
  const trust = policy ?? parsePolicy(utf8(plainPolicy(lines)), KEYS_FILE);
  const { origin, size, root, cosigned } = trustCheckpoint(required(files, CHECKPOINT_FILE), trust, CHECKPOINT_FILE);
  if (size !== entries.length) throw fault(`the checkpoint is of ${size} entries, the bundle holds ${entries.length}`);
  if (!equalBytes(rootOf(grow(EMPTY_EDGE, entries).edge), root)) throw fault("the entries do not have the signed root");
  return {
    value: true,
    detail: `root over all ${size} entries as signed by ${origin}; ${cosigned.length} cosignatures`,
  };
}

function folded(
  entries: readonly Uint8Array[],
  quick: VerifyAuditOptions["quick"],
): { value: RunState; detail: string } {
  const state = newRun();
  for (const [seq, bytes] of entries.entries())
    enter(state, readEntry(bytes, `audit entry ${seq}`), { signatures: true, ...(quick ? { quick } : {}) });
  if (!state.opened) throw fault("the run was never opened");
  return {
    value: state,
    detail: `${entries.length} entries follow from one another; signatures and rounds of the beacon hold`,
  };
}

function reportOf(files: Files): { value: AuditReport; detail: string } {
  const bytes = required(files, REPORT_FILE);
  const parsed = auditReportSchema.safeParse(parseStrictJson(fromUtf8(bytes, REPORT_FILE), REPORT_FILE));
  if (!parsed.success)
    throw fault(`${REPORT_FILE}: ${parsed.error.issues[0]?.path.join(".")}: ${parsed.error.issues[0]?.message}`);
  if (!equalBytes(canonicalJsonBytes(parsed.data), bytes)) throw fault(`${REPORT_FILE} is not canonical JSON`);
  return { value: parsed.data, detail: `${parsed.data.status}; ${sha256Digest(bytes)}` };
}

function drawOf(files: Files, state: RunState, report: AuditReport): { value: true; detail: string } {
  const challenge = state.challenges.get(report.challenge.digest);
  if (!challenge) throw fault("the report speaks of a challenge that is not in the log");
  const marker = JSON.parse(fromUtf8(required(files, AUDIT_FILE), AUDIT_FILE)) as { challenge?: unknown };
  if (marker.challenge !== challenge.digest) throw fault(`${AUDIT_FILE} names another challenge`);
  if (report.signature === null) return { value: true, detail: "nothing was drawn: the challenge was not answered" };
  if (
    challenge.answered?.signature !== report.signature ||
    !verifyRound(state.opened!.beacon, challenge.said.round, report.signature)
  )
    throw fault("the signature of the round does not hold");
  const { rows, positions } = drawn(challenge, report.signature);
  return {
    value: true,
    detail: `round ${challenge.said.round} draws ${positions.length > 0 ? `${positions.length} token positions and ` : ""}${rows.length} rows`,
  };
}

/** Signed by whoever made the challenge, about this very report. */
function reportedOf(files: Files, state: RunState, report: AuditReport, quick: VerifyAuditOptions["quick"]) {
  const entry = readEntry(required(files, REPORTED_FILE), REPORTED_FILE);
  // In the log already, or to be entered there: the same rules.
  enter(state, entry, { signatures: true, ...(quick ? { quick } : {}) });
  const { said } = entry;
  if (said.kind !== "reported" || said.challenge !== report.challenge.digest || said.status !== report.status)
    throw fault(`${REPORTED_FILE} speaks of something else`);
  if (said.report !== sha256Digest(required(files, REPORT_FILE)))
    throw fault(`${REPORTED_FILE} is about another report`);
  return { value: true, detail: `the report is signed by the auditor's key ${entry.signed.keyId}` };
}

function openingOf(files: Files): { value: Opening; detail: string } {
  const opening = readOpening(required(files, OPENING_FILE), OPENING_FILE);
  return { value: opening, detail: `${opening.rows.length} rows are in the bundle` };
}

/** Shown lines are those of a summary in the log. */
function disclosedOf(files: Files, { summaries }: RunState): { value: Disclosed; detail: string } {
  const disclosed = readDisclosed(required(files, DISCLOSED_FILE), DISCLOSED_FILE);
  if (!equalBytes(encodeDisclosed(disclosed), required(files, DISCLOSED_FILE)))
    throw fault(`${DISCLOSED_FILE} is not canonical JSON`);
  const summary = summaries.get(disclosed.summary);
  if (!summary) throw fault("the shown lines are of a summary that is not in the log");
  const lines = shownLines(disclosed, summary.said);
  return {
    value: disclosed,
    detail: `${lines.length} of ${summary.said.size} lines of the training summary are shown`,
  };
}

/** With the rows: the whole report again. Without: everything but what rows alone show. */
function anew(
  state: RunState,
  report: AuditReport,
  { opening, disclosed }: { opening: Opening | null; disclosed: Disclosed | null },
  witnessed: ReadonlyMap<number, number>,
): { value: true; detail: string } {
  const challenge = state.challenges.get(report.challenge.digest);
  if (!challenge) throw fault("not checked: draw does not hold");
  const known = challenge.answered ? drawn(challenge, challenge.answered.signature) : null;
  const again = auditReport({
    state,
    challenge,
    drawn: known,
    opening,
    disclosed,
    witnessed,
    model: report.model,
    software: report.software,
  });
  if (opening || !challenge.answered) {
    if (!equalBytes(canonicalJsonBytes(again), canonicalJsonBytes(report)))
      throw fault("the opened rows come to another report");
    return { value: true, detail: "the whole report was computed again, the same" };
  }
  for (const key of ["run", "challenge", "committed", "answer", "signature", "sealed", "cannotSee"] as const)
    if (JSON.stringify(again[key]) !== JSON.stringify(report[key])) throw fault(`the log comes to another ${key}`);
  if (again.bounds.length !== report.bounds.length) throw fault("the log comes to other bounds");
  for (const [i, bound] of report.bounds.entries()) {
    const { bad, absent, unopened, upper, ...fixed } = bound;
    const { bad: _, absent: __, unopened: ___, upper: ____, ...other } = again.bounds[i]!;
    if (JSON.stringify(fixed) !== JSON.stringify(other))
      throw fault(`the log comes to another bound for ${bound.rule}`);
    if (upper.count < bad + absent + unopened) throw fault(`the bound for ${bound.rule} is below what was seen`);
    if (upperOf(bound) !== upper.count) throw fault(`the counts for ${bound.rule} come to another bound`);
  }
  return { value: true, detail: "bounds follow from the stated counts" };
}

function witnessTimes(files: Files, entries: readonly Uint8Array[], policy: Policy | null): Map<number, number> {
  const times = new Map<number, number>();
  const own = files.get(POLICY_FILE);
  let trust = policy;
  try {
    trust ??= own ? parsePolicy(own, POLICY_FILE) : null;
  } catch {
    return times;
  }
  if (!trust) return times;
  for (const [path, bytes] of files) {
    if (!path.startsWith("heads/")) continue;
    const seq = Number(path.slice(6, 12));
    const first = cosignedOf(bytes, trust)[0];
    if (!first) continue;
    // A head of this log's own beginning, with the entry in it.
    const { size, root } = parseCheckpoint(parseNote(bytes).text);
    if (
      size <= seq ||
      size > entries.length ||
      !equalBytes(rootOf(grow(EMPTY_EDGE, entries.slice(0, size)).edge), root)
    )
      continue;
    times.set(seq, first.time);
  }
  return times;
}

function pageOf(files: Files, report: AuditReport, others: readonly AuditPage[]): { value: true; detail: string } {
  const page = required(files, PAGE_FILE);
  if (equalBytes(page, utf8(renderAuditPage(report))))
    return { value: true, detail: "written again from the report, the same" };
  if (others.some((write) => equalBytes(page, utf8(write(report)))))
    return { value: true, detail: "written again from the report by a kept renderer, the same" };
  throw fault("the page is not the one this report gives");
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
