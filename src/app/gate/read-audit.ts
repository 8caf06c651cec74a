/** Audit reports at a path: a report as JSON, a bundle that `assay audit report` packed (which must verify), or a folder of either. */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { fromUtf8 } from "../../base/bytes.js";
import { type Digest, sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { readSmallFile } from "../../host/small-file.js";
import { type AuditReport, auditReportSchema } from "../../office/audit/audit-report.js";
import { REPORT_FILE } from "../audit/audit-bundle-layout.js";
import { auditFilesAt } from "../audit/audit-files.js";
import { verifyAuditAnyVersion } from "../audit/verify-kept.js";

const REPORT_BYTES_MAX = 16 * 1024 * 1024;
const AUDITS_MAX = 1000;

export interface AuditAtHand {
  report: AuditReport;
  /** SHA-256 of the report as JSON: what an auditor's entry in the register names. */
  digest: Digest;
}

/** @throws AssayError NOT_FOUND, LIMIT, FORMAT, SCHEMA; SIGNATURE for a bundle that does not hold */
export async function auditsAt(path: string): Promise<AuditAtHand[]> {
  const one = await bundleAt(path);
  if (one) return [one];
  const info = await stat(path).catch(() => null);
  if (!info) throw new AssayError("NOT_FOUND", `audits: expected a report or a folder of them at ${quoted(path)}`);
  if (!info.isDirectory()) return [reportOf(await readSmallFile(path, REPORT_BYTES_MAX), basename(path))];
  const names = (await readdir(path)).filter((name) => !name.startsWith(".")).sort();
  if (names.length > AUDITS_MAX)
    throw new AssayError("LIMIT", `audits: expected at most ${AUDITS_MAX} reports, got ${names.length}`);
  const found: AuditAtHand[] = [];
  for (const name of names) {
    const at = join(path, name);
    const bundle = await bundleAt(at);
    if (bundle) found.push(bundle);
    else if (name.endsWith(".json")) found.push(reportOf(await readSmallFile(at, REPORT_BYTES_MAX), name));
  }
  return found;
}

async function bundleAt(path: string): Promise<AuditAtHand | null> {
  const files = await auditFilesAt(path);
  if (!files) return null;
  const { holds, checks } = await verifyAuditAnyVersion(files);
  const broken = checks.find((check) => !check.holds && check.checked !== false);
  if (!holds && broken)
    throw new AssayError("SIGNATURE", `${basename(path)}: ${broken.name} does not hold: ${broken.detail}`);
  return reportOf(files.get(REPORT_FILE) ?? new Uint8Array(), basename(path));
}

function reportOf(bytes: Uint8Array, what: string): AuditAtHand {
  const parsed = auditReportSchema.safeParse(parseStrictJson(fromUtf8(bytes, what), what));
  if (parsed.success) return { report: parsed.data, digest: sha256Digest(bytes) };
  const issue = parsed.error.issues[0]!;
  throw new AssayError("SCHEMA", `${what}: at ${issue.path.map(String).join(".") || "the top"}: ${issue.message}`);
}
