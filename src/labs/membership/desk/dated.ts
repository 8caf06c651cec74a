/**
 * When a plan's commitment was fixed: a portable proof of its line in a log (C2SP tlog-proof, as `assay log append --proof`
 * writes it), checked under a trust policy. The date is the first at which the policy's quorum of witnesses had cosigned; a
 * log without witnesses dates nothing, as its operator could have written any time.
 */
import { basename } from "node:path";
import { readPolicyFile } from "../../../app/log/log.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { readSmallFile } from "../../../host/small-file.js";
import { parseProofFile, verifyProofFile } from "../../../tlog/proof-file.js";
import type { Dated } from "../drawn-after.js";
import { commitmentEntry, type Plan } from "../plan/plan.js";

/** A proof of 64 hashes and a note with its cosignatures. */
const PROOF_BYTES_MAX = 4 * 1024 * 1024;

/** @throws AssayError DIGEST where it is no proof of this plan's commitment, SIGNATURE, USAGE where no witness dates it */
export async function datedBy(proofPath: string, policyPath: string, plan: Plan): Promise<Dated> {
  const what = basename(proofPath);
  const bytes = await readSmallFile(proofPath, PROOF_BYTES_MAX);
  const policy = await readPolicyFile(policyPath);
  const file = parseProofFile(bytes, what);
  const { origin, cosigned } = verifyProofFile(file, commitmentEntry(plan), policy, what);
  const at = cosigned.findIndex((_, i) => policy.quorum(new Set(cosigned.slice(0, i + 1).map((each) => each.witness))));
  const last = cosigned[at];
  if (!last)
    throw new AssayError(
      "USAGE",
      `--committed: expected a proof that witnesses of the policy dated, got none in ${quoted(what)}`,
    );
  return {
    time: last.time,
    by: `the log ${origin}, cosigned by ${cosigned
      .slice(0, at + 1)
      .map(({ witness }) => witness)
      .join(", ")}`.slice(0, 500),
    index: file.index,
    logs: policy.logs.length,
    evidence: sha256Digest(bytes),
  };
}
