/** An auditor's report on a challenge of a run, and its bundle. */
import { readFile } from "node:fs/promises";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { unixSeconds } from "../../host/moment.js";
import { readWhole } from "../../host/whole-file.js";
import { type AuditReport, auditReport } from "../../office/audit/audit-report.js";
import { drawn } from "../../office/audit/opening.js";
import { readDisclosed } from "../../office/audit/summary.js";
import { CHECKPOINT_PATH } from "../../tlog/log-writer.js";
import { type Policy, parsePolicy } from "../../tlog/policy.js";
import { openLog } from "../log/log.js";
import { SOFTWARE } from "../software.js";
import { packAudit, REPORTED_FILE } from "./audit-bundle.js";
import { challengeOf, readSealed } from "./challenge.js";
import { momentText, openRun, type RunKey, signEntry, witnessedEntries } from "./run-log.js";

interface ReportOptions {
  where: string;
  challenge: string | null;
  /** The sealed opening and the identity that opens it; null where nothing was answered. */
  opening: { file: string; identity: string } | null;
  /** File of shown lines of a training summary. */
  disclosed: string | null;
  /** OMS root of the released model. */
  model: string | null;
  /** A tlog-policy in text: whose witnesses' clocks are believed. */
  policy: Uint8Array | null;
  /** Opened rows go into the bundle. */
  withRows: boolean;
  /** The auditor's key: a signed entry about the report is made. */
  key: RunKey | null;
}

export interface Reported {
  report: AuditReport;
  files: Map<string, Uint8Array>;
}

/**
 * @throws USAGE where the challenge was answered and its opening is not given; unanswered, all that was drawn counts as
 * not opened
 */
export async function reportOnRun(options: ReportOptions): Promise<Reported> {
  const { where, model, withRows, key } = options;
  const policy: Policy | null = options.policy ? parsePolicy(options.policy, "--policy") : null;
  const run = await openRun(where, policy);
  const challenge = challengeOf(run.state, options.challenge);
  if (challenge.answered && !options.opening)
    throw new AssayError(
      "USAGE",
      "audit report: this challenge was answered: expected --opening FILE and --identity FILE",
    );
  const opening = options.opening ? await readSealed(options.opening.file, options.opening.identity, challenge) : null;
  const disclosed =
    options.disclosed === null ? null : readDisclosed(await readWhole(options.disclosed), options.disclosed);
  const { times, heads } = await witnessedEntries(where, run.bytes.length, policy);
  const report = auditReport({
    state: run.state,
    challenge,
    drawn: challenge.answered ? drawn(challenge, challenge.answered.signature) : null,
    opening,
    disclosed,
    witnessed: times,
    model,
    software: SOFTWARE,
  });
  const checkpoint = await openLog(where)(CHECKPOINT_PATH);
  const keys = await openLog(where)("verifier-keys.txt").catch(() => null);
  const bytes = keys ?? (await readFile(`${where}/verifier-keys.txt`).catch(() => null));
  if (!checkpoint || !bytes)
    throw new AssayError("NOT_FOUND", `audit report: expected checkpoint and keys of the log at ${quoted(where)}`);
  const files = packAudit({
    entries: run.bytes,
    heads,
    checkpoint,
    keys: new Uint8Array(bytes),
    policy: options.policy,
    report,
    opening: withRows ? opening : null,
    disclosed,
  });
  if (key)
    files.set(
      REPORTED_FILE,
      signEntry(
        {
          kind: "reported",
          run: report.run.name,
          issued: momentText(unixSeconds()),
          challenge: challenge.digest,
          report: sha256Digest(canonicalJsonBytes(report)),
          status: report.status,
        },
        key,
      ),
    );
  return { report, files };
}
