/**
 * Check a bundle offline, with no more than a hash, a signature scheme and a schema: the other party's tool. Each step
 * is named in the report, and whatever the bytes are the answer is a report, never an exception.
 * It cannot see whether the finding is true to the inputs: `assay verify --recompute` with the inputs can.
 */
import { equalBytes, fromUtf8, utf8 } from "../base/bytes.js";
import { canonicalJson } from "../base/canonical-json.js";
import { sha256Digest } from "../base/digest.js";
import { AssayError } from "../base/error.js";
import { parseStrictJson } from "../base/strict-json.js";
import { checkBag, type Files, readBagInfo, SIGNATURE_FILE } from "../evidence/bag.js";
import { verifyBundleSignature } from "../evidence/bundle-statement.js";
import { keyIdOf } from "../evidence/ed25519.js";
import { decodeRequest, type ExaminationRequest } from "../evidence/request.js";
import { unzipStrict } from "../evidence/zip.js";
import { decodeFinding } from "../finding/codec.js";
import { incoherences, incoherencesWithStudy } from "../finding/coherence.js";
import type { Finding } from "../finding/finding.js";
import { validationSchema } from "../finding/validation.js";

export interface Check {
  name: string;
  holds: boolean;
  detail: string;
}

export interface VerifyReport {
  /** Every check holds. */
  holds: boolean;
  checks: Check[];
  /** As read, when it could be read: to be believed only when `holds`. */
  finding: Finding | null;
  /** Null when the bundle is unsigned or its signature does not hold. */
  signedBy: { keyId: string; trusted: boolean } | null;
}

export interface VerifyOptions {
  /** Raw 32-byte Ed25519 public keys. When given, a bundle that none of them signed does not hold. */
  trustedKeys?: readonly Uint8Array[];
}

/** Labels in bag-info.txt by which a stripped or exchanged signature shows. */
export const FINDING_LABEL = "Assay-Finding";
export const SIGNED_BY_LABEL = "Assay-Signed-By";

/** A study's file holds counts and prose. */
const VALIDATION_BYTES_MAX = 8 * 1024 * 1024;

const PAYLOAD =
  /^data\/(?:finding\.json|page\.html|request\.json|validation\.json|HOW-TO-VERIFY\.txt|figures\/[^/]+\.(?:svg|csv))$/;
const PAYLOAD_REQUIRED = ["finding.json", "page.html", "request.json", "HOW-TO-VERIFY.txt"];

/** A bundle as a folder: path → bytes of every file in it. */
export function verifyBundle(files: Files, options: VerifyOptions = {}): VerifyReport {
  const checks: Check[] = [];
  function step<T>(name: string, run: () => { value: T; detail: string }): T | null {
    try {
      const { value, detail } = run();
      checks.push({ name, holds: true, detail });
      return value;
    } catch (error) {
      checks.push({ name, holds: false, detail: reasonOf(error) });
      return null;
    }
  }
  step("digests", () => digests(files));
  step("layout", () => layout(files));
  const finding = step("finding", () => readFinding(files));
  step("canonical text", () => canonicalText(files));
  step("coherence", () => coherence(known(finding, "finding")));
  const request = step("request", () => readRequest(files));
  step("evidence", () => evidence(known(finding, "finding"), known(request, "request")));
  step("validation study", () => validationStudy(files, known(finding, "finding")));
  const keyId = step("signature", () => signature(files));
  const trustedKeys = options.trustedKeys ?? [];
  const trusted = trustedKeys.some((key) => key.length === 32 && keyIdOf(key) === keyId);
  if (options.trustedKeys) step("trusted key", () => trustedKey(keyId, trusted, trustedKeys.length));
  const signedBy = keyId === null ? null : { keyId, trusted };
  return { holds: checks.every((check) => check.holds), checks, finding, signedBy };
}

/** A bundle as one zip file. */
export function verifyBundleZip(bytes: Uint8Array, options: VerifyOptions = {}): VerifyReport {
  let files: Files;
  try {
    files = unzipStrict(bytes);
  } catch (error) {
    const checks = [{ name: "zip", holds: false, detail: reasonOf(error) }];
    return { holds: false, checks, finding: null, signedBy: null };
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
  for (const name of PAYLOAD_REQUIRED) fileOf(files, `data/${name}`);
  for (const path of files.keys()) {
    if (!path.startsWith("data/")) continue;
    if (!PAYLOAD.test(path)) throw fault(`data/ holds a file that no bundle has: ${path}`);
    const twin = path.endsWith(".svg") ? `${path.slice(0, -4)}.csv` : `${path.slice(0, -4)}.svg`;
    if (path.startsWith("data/figures/") && !files.has(twin)) throw fault(`${path} stands without ${twin}`);
  }
  return { value: true, detail: "a finding, its page, the request, and figures with their numbers" };
}

function readFinding(files: Files) {
  const finding = decodeFinding(fileOf(files, "data/finding.json"), "data/finding.json");
  return { value: finding, detail: `${finding.proposition.id}: ${finding.outcome}` };
}

/** The text itself, not what the schema made of it. */
function canonicalText(files: Files) {
  const path = "data/finding.json";
  const bytes = fileOf(files, path);
  if (!equalBytes(utf8(canonicalJson(parseStrictJson(fromUtf8(bytes, path), path))), bytes))
    throw fault(`${path} is not canonical JSON (RFC 8785)`);
  const digest = sha256Digest(bytes);
  if (readBagInfo(files).get(FINDING_LABEL) !== digest) throw fault(`bag-info.txt does not name the finding ${digest}`);
  return { value: digest, detail: `canonical JSON (RFC 8785), ${digest}` };
}

function coherence(finding: Finding) {
  const faults = incoherences(finding);
  if (faults.length > 0) throw fault(faults.join("; "));
  return { value: true, detail: "outcome and strength follow from the tests, the counts and the cap" };
}

function readRequest(files: Files) {
  const request = decodeRequest(fileOf(files, "data/request.json"), "data/request.json");
  return { value: request, detail: `${request.command}, ${request.inputs.length} inputs` };
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

function validationStudy(files: Files, finding: Finding) {
  const path = "data/validation.json";
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

function known<T>(value: T | null, what: string): T {
  if (value === null) throw fault(`not checked: there is no readable ${what}`);
  return value;
}

function fault(message: string): AssayError {
  return new AssayError("SCHEMA", message);
}

/** What hostile bytes provoke beyond an AssayError (a number out of range, a stack too deep) is the bundle's fault too. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? new AssayError("FORMAT", error.message).message : "unreadable";
}
