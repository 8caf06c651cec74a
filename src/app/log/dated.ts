/**
 * When a plan's commitment was fixed: a portable proof of its line in a log (C2SP tlog-proof, as `assay log append --proof`
 * writes it), checked under a trust policy. The date is the first at which the policy's quorum of witnesses had cosigned; a
 * log without witnesses dates nothing, as its operator could have written any time.
 */
import { basename } from "node:path";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { commitmentEntry, type Dated } from "../../evidence/beacon-draw.js";
import type { ExaminationRequest } from "../../evidence/request.js";
import { digestOfFile } from "../../host/find-files.js";
import { readSmallFile } from "../../host/small-file.js";
import { parseProofFile, verifyProofFile } from "../../tlog/proof-file.js";
import { optionValue } from "../asked.js";
import type { Found } from "../found-inputs.js";
import { readPolicyFile } from "./log.js";

/** A proof of 64 hashes and a note with its cosignatures. */
const PROOF_BYTES_MAX = 4 * 1024 * 1024;
/** Suspects, sets of answers and references that one examination may say it tried. */
const TRIES_MAX = 1_000_000;

/** Files that date a commitment. */
export interface DatedPaths {
  proof: string;
  policy: string;
}

/** Options of a question whose draw is committed to: the proof, what it is believed under, and tries. */
export const COMMITTED_OPTIONS = [
  {
    flags: "--committed <proof>",
    help: "proof that the commitment was in a log before its round drew; with --policy. Without it every outcome is uncalibrated",
  },
  { flags: "--policy <file>", help: "tlog-policy under which the proof is believed (with --committed)" },
  {
    flags: "--tries <n>",
    help: "suspects, sets of answers or scores and ways of asking tried, this one included: the p is paid for all (default: 1)",
    read: optionValue.whole(1, TRIES_MAX),
  },
];

/** @throws AssayError USAGE where one of the two is missing */
export function datedPaths(given: { committed?: string; policy?: string }, question: string): DatedPaths | null {
  const { committed, policy } = given;
  if (committed === undefined && policy === undefined) return null;
  if (committed === undefined || policy === undefined)
    throw new AssayError(
      "USAGE",
      `${question}: --committed: expected a proof and a --policy under which it is believed`,
    );
  return { proof: committed, policy };
}

/** Those of a request, found again; null where it names none. */
export function foundDated({ at, has }: Found): DatedPaths | null {
  return has("proof") ? { proof: at("proof"), policy: at("policy") } : null;
}

/** Both files as inputs of the request. @param names of inputs by role, where a request states them */
export async function datedInputs(
  paths: DatedPaths | null,
  names: ReadonlyMap<string, string> = new Map(),
): Promise<ExaminationRequest["inputs"]> {
  if (paths === null) return [];
  const paper = async (role: "proof" | "policy") => ({
    role,
    name: names.get(role) ?? basename(paths[role]),
    root: await digestOfFile(paths[role]),
  });
  return [await paper("proof"), await paper("policy")];
}

/**
 * @param plan whose commitment is in the log
 * @throws AssayError DIGEST where it is no proof of this commitment, SIGNATURE, USAGE where no witness dates it
 */
export async function datedBy(
  { proof: proofPath, policy: policyPath }: DatedPaths,
  plan: Parameters<typeof commitmentEntry>[0],
): Promise<Dated> {
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
