/**
 * Check a bundle offline, with no more than a hash, a signature scheme and a schema: the other party's tool. Each step
 * is named in the report, and whatever the bytes are the answer is a report, never an exception.
 * It cannot see whether a page says what its finding says: `assay verify` can, which draws it again. Nor whether the
 * finding is true to the inputs: `assay verify --recompute` with the inputs can.
 */

import { equalBytes, fromUtf8, utf8 } from "../../base/bytes.js";
import { canonicalJson } from "../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../base/digest.js";
import { AssayError } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { checkBag, type Files, readBagInfo, SIGNATURE_FILE } from "../../evidence/bag.js";
import { verifyBundleSignature } from "../../evidence/bundle-statement.js";
import { keyIdOf } from "../../evidence/ed25519.js";
import { decodeRequest, type ExaminationRequest, planOf } from "../../evidence/request.js";
import { unzipStrict } from "../../evidence/zip.js";
import { decodeFinding } from "../../finding/codec.js";
import { incoherences, incoherencesWithStudy } from "../../finding/coherence.js";
import type { Finding } from "../../finding/finding.js";
import { type KnownRules, rulesOf } from "../../finding/rules.js";
import { validationSchema } from "../../finding/validation.js";
import { KNOWN_RULES } from "../known-rules.js";
import { foundSinceOf } from "../past-versions.js";
import { FINDINGS_MAX, findingCount, findingFolder, PAYLOAD_PATH } from "./bundle-layout.js";
import type { Check, VerifyReport } from "./check.js";

export interface VerifyOptions {
  /** Raw 32-byte Ed25519 public keys. When given, a bundle that none of them signed does not hold. */
  trustedKeys?: readonly Uint8Array[];
  /** When given, a bundle whose request names another plan, or none, does not hold. */
  plan?: Digest;
  /** The tables of words, rules and scales that are known; all that this version ships, unless given. */
  known?: KnownRules;
}

/** Labels in bag-info.txt by which a stripped or exchanged signature shows. */
export const FINDING_LABEL = "Assay-Finding";
/** How many findings there are, where there is more than one. */
export const FINDINGS_LABEL = "Assay-Findings";
export const SIGNED_BY_LABEL = "Assay-Signed-By";

/** A study's file holds counts and prose. */
const VALIDATION_BYTES_MAX = 8 * 1024 * 1024;

const REQUIRED_OF_BUNDLE = ["request.json", "HOW-TO-VERIFY.txt"];
const REQUIRED_OF_FINDING = ["finding.json", "page.html"];

/** A bundle as a folder: path → bytes of every file in it. */
export function verifyBundle(files: Files, options: VerifyOptions = {}): VerifyReport {
  const checks: Check[] = [];
  function step<T>(name: string, run: () => { value: T; detail: string }): T | null {
    try {
      const { value, detail } = run();
      checks.push({ name, holds: true, detail });
      return value;
    } catch (error) {
      const unchecked = error instanceof NotChecked ? ({ checked: false } as const) : {};
      checks.push({ name, holds: false, ...unchecked, detail: reasonOf(error) });
      return null;
    }
  }
  step("digests", () => digests(files));
  const count = step("layout", () => layout(files)) ?? 1;
  const request = step("request", () => readRequest(files));
  const { plan } = options;
  if (plan !== undefined) step("plan", () => underPlan(given(request, "request"), plan));
  const findings: Finding[] = [];
  for (let n = 0; n < count; n++) {
    const at = findingFolder(n);
    const name = (what: string) => (n === 0 ? what : `${what} ${n + 1}`);
    const finding = step(name("finding"), () => readFinding(files, at));
    step(name("canonical text"), () => canonicalText(files, at));
    step(name("coherence"), () => coherence(given(finding, "finding"), options.known ?? KNOWN_RULES));
    step(name("evidence"), () => evidence(given(finding, "finding"), given(request, "request")));
    step(name("validation study"), () => validationStudy(files, at, given(finding, "finding")));
    if (finding) findings.push(finding);
  }
  const keyId = step("signature", () => signature(files));
  const trustedKeys = options.trustedKeys ?? [];
  const trusted = trustedKeys.some((key) => key.length === 32 && keyIdOf(key) === keyId);
  if (options.trustedKeys) step("trusted key", () => trustedKey(keyId, trusted, trustedKeys.length));
  const signedBy = keyId === null ? null : { keyId, trusted };
  const holds = checks.every((check) => check.holds);
  const foundSince = foundSinceOf(
    findings.map(({ method, outcome }) => ({ method: method.id, version: method.version, outcome })),
  );
  return { holds, checks, finding: findings[0] ?? null, findings, foundSince, signedBy };
}

/** A bundle as one zip file. */
export function verifyBundleZip(bytes: Uint8Array, options: VerifyOptions = {}): VerifyReport {
  let files: Files;
  try {
    files = unzipStrict(bytes);
  } catch (error) {
    const checks = [{ name: "zip", holds: false, detail: reasonOf(error) }];
    return { holds: false, checks, finding: null, findings: [], foundSince: [], signedBy: null };
  }
  const report = verifyBundle(files, options);
  const detail = `${files.size} files; zipping them again gives the same bytes`;
  return { ...report, checks: [{ name: "zip", holds: true, detail }, ...report.checks] };
}

function digests(files: Files) {
  checkBag(files);
  return { value: true, detail: `${files.size} files, each as listed by its SHA-256` };
}

function layout(files: Files) {
  const count = findingCount(files.keys());
  if (count === null) throw fault(`data/findings/ is not numbered from 2 without a gap, up to ${FINDINGS_MAX}`);
  for (const name of REQUIRED_OF_BUNDLE) fileOf(files, `data/${name}`);
  for (let n = 0; n < count; n++)
    for (const name of REQUIRED_OF_FINDING) fileOf(files, `data/${findingFolder(n)}${name}`);
  const stated = readBagInfo(files).get(FINDINGS_LABEL);
  if (stated !== (count > 1 ? String(count) : undefined))
    throw fault(`bag-info.txt speaks of ${stated ?? "one"} findings, the bundle holds ${count}`);
  for (const path of files.keys()) {
    if (!path.startsWith("data/")) continue;
    if (!PAYLOAD_PATH.test(path)) throw fault(`data/ holds a file that no bundle has: ${path}`);
    const twin = path.endsWith(".svg") ? `${path.slice(0, -4)}.csv` : `${path.slice(0, -4)}.svg`;
    if (path.includes("/figures/") && !files.has(twin)) throw fault(`${path} stands without ${twin}`);
  }
  const what = count === 1 ? "a finding, its page" : `${count} findings, their pages`;
  return { value: count, detail: `${what}, the request, and figures with their numbers` };
}

function readFinding(files: Files, at: string) {
  const path = `data/${at}finding.json`;
  const finding = decodeFinding(fileOf(files, path), path);
  return { value: finding, detail: `${finding.proposition.id}: ${finding.outcome}` };
}

/** The text itself, not what the schema made of it. */
function canonicalText(files: Files, at: string) {
  const path = `data/${at}finding.json`;
  const bytes = fileOf(files, path);
  if (!equalBytes(utf8(canonicalJson(parseStrictJson(fromUtf8(bytes, path), path))), bytes))
    throw fault(`${path} is not canonical JSON (RFC 8785)`);
  const digest = sha256Digest(bytes);
  if (at === "" && readBagInfo(files).get(FINDING_LABEL) !== digest)
    throw fault(`bag-info.txt does not name the finding ${digest}`);
  return { value: digest, detail: `canonical JSON (RFC 8785), ${digest}` };
}

function coherence(finding: Finding, known: KnownRules) {
  const found = rulesOf(finding, known);
  if ("unknown" in found) throw new NotChecked(`rules not known here: ${found.unknown.join(", ")}; not checked`);
  const faults = incoherences(finding, known);
  if (faults.length > 0) throw fault(faults.join("; "));
  const { list, outcome, scale } = found.rules;
  const by = `propositions ${list.version}, outcome rules ${outcome.name.version}, scale ${scale.name.version}`;
  return { value: true, detail: `outcome and strength follow from the tests, the counts and the cap, by ${by}` };
}

function readRequest(files: Files) {
  const request = decodeRequest(fileOf(files, "data/request.json"), "data/request.json");
  return { value: request, detail: `${request.command}, ${request.inputs.length} inputs` };
}

function underPlan(request: ExaminationRequest, plan: Digest) {
  const stated = planOf(request);
  if (stated !== plan) throw fault(`expected a run under ${plan}, the request names ${stated ?? "no plan"}`);
  return { value: true, detail: `the run was made under ${plan}` };
}

/** What was read, what is spoken of and what was asked are the same things. */
function evidence(finding: Finding, request: ExaminationRequest) {
  const inputs = new Map<string, ExaminationRequest["inputs"][number]>(request.inputs.map((i) => [i.root, i]));
  const accounted = new Set<string>(inputs.keys());
  for (const input of request.inputs) for (const file of input.files ?? []) accounted.add(file.digest);
  if (finding.method.validation) accounted.add(finding.method.validation.digest);
  const stray = finding.evidence.find((digest) => !accounted.has(digest));
  if (stray) throw fault(`the finding read ${stray}, which is no input of the request`);
  const read = new Set<string>(finding.evidence);
  for (const part of Object.values(finding.subject)) {
    if (typeof part !== "object") continue;
    const input = inputs.get(part.root);
    if (!input) throw fault(`the finding speaks of ${part.root}, which is no input of the request`);
    const seen = read.has(part.root) || (input.files ?? []).some((file) => read.has(file.digest));
    if (!seen && finding.outcome !== "refused")
      throw fault(`the finding speaks of ${part.root} without having read it`);
  }
  return { value: true, detail: `${finding.evidence.length} digests, all of them inputs of the request` };
}

function validationStudy(files: Files, at: string, finding: Finding) {
  const path = `data/${at}validation.json`;
  const cited = finding.method.validation?.digest ?? "none";
  const bytes = files.get(path);
  if (bytes === undefined) return { value: true, detail: `not carried; the finding names ${cited}` };
  const digest = sha256Digest(bytes);
  if (cited !== digest) throw fault(`the study carried is ${digest}, the finding names ${cited}`);
  if (bytes.length > VALIDATION_BYTES_MAX) throw fault(`the study is above ${VALIDATION_BYTES_MAX} bytes`);
  const parsed = validationSchema.safeParse(parseStrictJson(fromUtf8(bytes, path), path));
  if (!parsed.success) throw fault(`${path}: ${parsed.error.issues[0]?.message}`);
  const faults = incoherencesWithStudy(finding, parsed.data);
  if (faults.length > 0) throw fault(faults.join("; "));
  return { value: true, detail: `${digest}, with the counts that the finding states` };
}

/** The key that signed, or null when nothing says that any did. */
function signature(files: Files) {
  const claimed = readBagInfo(files).get(SIGNED_BY_LABEL);
  if (!files.has(SIGNATURE_FILE)) {
    if (claimed !== undefined)
      throw fault(`bag-info.txt says that ${claimed} signed, yet there is no ${SIGNATURE_FILE}`);
    return { value: null, detail: "unsigned: digests alone do not catch a bundle that was rewritten as a whole" };
  }
  const { keyId } = verifyBundleSignature(files);
  if (claimed !== keyId) throw fault(`bag-info.txt says that ${claimed ?? "no key"} signed, but ${keyId} did`);
  return { value: keyId, detail: `holds, by key ${keyId}` };
}

function trustedKey(keyId: string | null, trusted: boolean, known: number) {
  if (keyId === null) throw fault(`there is no signature that holds, so none by one of ${known} trusted keys`);
  if (!trusted) throw fault(`key ${keyId} is none of ${known} trusted keys`);
  return { value: true, detail: `key ${keyId} is trusted` };
}

function fileOf(files: Files, path: string): Uint8Array {
  const bytes = files.get(path);
  if (bytes === undefined) throw fault(`there is no ${path}`);
  return bytes;
}

function given<T>(value: T | null, what: string): T {
  if (value === null) throw fault(`not checked: there is no readable ${what}`);
  return value;
}

/** The bundle may be right; what it would take to say so is not at hand. */
class NotChecked extends Error {}

function fault(message: string): AssayError {
  return new AssayError("SCHEMA", message);
}

/** What hostile bytes provoke beyond an AssayError (a number out of range, a stack too deep) is the bundle's fault too. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? new AssayError("FORMAT", error.message).message : "unreadable";
}
