/**
 * Dated commitments to a side of an examination: receipts of the register (`assay register receipt`), each checked under
 * a trust policy. The date is the earliest at which a witness of the policy cosigned the log with the entry in it; a log
 * without witnesses dates nothing, as its operator could have written any time.
 */
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { ExaminationRequest } from "../../../evidence/request.js";
import type { Finding } from "../../../finding/finding.js";
import { digestOfFile } from "../../../host/find-files.js";
import { LOGGED_BYTES_MAX } from "../../../office/entries/logged-statement.js";
import { verifyReceipt } from "../../../office/register/receipt.js";
import type { Policy } from "../../../tlog/policy.js";
import { type Commitment, commitmentText } from "../making/commitment.js";

/** @throws AssayError SIGNATURE or DIGEST when a receipt does not hold, USAGE when it carries no date */
export async function commitmentsOf(receipts: readonly string[], policy: Policy): Promise<Commitment[]> {
  return Promise.all(
    receipts.map(async (path): Promise<Commitment> => {
      const size = (await stat(path).catch(() => null))?.size;
      if (size === undefined) throw new AssayError("NOT_FOUND", `--committed: expected a receipt, got ${quoted(path)}`);
      if (size > LOGGED_BYTES_MAX)
        throw new AssayError("LIMIT", `--committed: expected at most ${LOGGED_BYTES_MAX} bytes in ${quoted(path)}`);
      const bytes = new Uint8Array(await readFile(path));
      const { record, log } = verifyReceipt(bytes, policy);
      const [first] = log.cosigned;
      if (!first)
        throw new AssayError(
          "USAGE",
          `--committed: expected a receipt that a witness of the policy dated, got none in ${quoted(path)}`,
        );
      if (!record.model.startsWith("sha256:"))
        throw new AssayError("USAGE", `--committed: expected a commitment to files, got an address in ${quoted(path)}`);
      return {
        root: record.model as Commitment["root"],
        time: first.time,
        by: `the log ${log.origin}, cosigned by ${first.witness}`,
        evidence: sha256Digest(bytes),
      };
    }),
  );
}

/** What it takes to check the receipts again, as inputs of the request. */
export async function committedInputs(
  receipts: readonly string[],
  policy: string,
): Promise<ExaminationRequest["inputs"]> {
  const input = async (role: string, path: string) => ({ role, name: basename(path), root: await digestOfFile(path) });
  return Promise.all([...receipts.map((path) => input("receipt", path)), input("policy", policy)]);
}

/** @throws AssayError DIGEST where receipts, checked again, date something else than the request says */
export function checkSameCommitments(stated: readonly Commitment[], checked: readonly Commitment[]): void {
  if (stated.map(commitmentText).join("\n") !== checked.map(commitmentText).join("\n"))
    throw new AssayError("DIGEST", "verify: the receipts date something else than the request states");
}

/** @throws AssayError USAGE for a commitment to neither side */
export function checkCommitted(commitments: readonly Commitment[], { subject }: Finding): void {
  if (subject.kind !== "pair") return;
  for (const { root } of commitments)
    if (root !== subject.reference.root && root !== subject.suspect.root)
      throw new AssayError("USAGE", `--committed: expected a commitment to one of the two sides, got one to ${root}`);
}
