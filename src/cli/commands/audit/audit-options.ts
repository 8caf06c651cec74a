/** Options that the commands of an audit share, and how what they made is told. */
import type { Command } from "commander";
import type { Round } from "../../../app/audit/run-log.js";
import { readPolicyFile } from "../../../app/log/log.js";
import { momentOf } from "../../../app/register/access-fields.js";
import { AssayError } from "../../../base/error.js";
import type { SignedEntry } from "../../../office/audit/entry.js";
import { visibleText } from "../../../report/visible-text.js";
import type { Policy } from "../../../tlog/policy.js";

export const DOES_NOT_HOLD = 3;

export interface SigningOptions {
  privateKey: string;
  password?: string;
  at?: string;
  witnesses?: string;
  json?: boolean;
}

/** Adds what each signed entry needs; the password comes from a file or the environment (flags/password.ts). */
export const signing = (command: Command): Command =>
  command
    .requiredOption("--private-key <file>", "EC private key in PEM")
    .option("--password-file <file>", "file whose first line is the password")
    .option("--at <moment>", "in a run with a stand-in beacon: do it at this time, UTC")
    .option("--witnesses <file>", "tlog-policy whose witnesses must cosign first")
    .option("--json", "print one record as JSON");

/** Adds --round and --signature, which go together: `roundOf` refuses one alone. */
export const rounds = (command: Command): Command =>
  command
    .option("--round <number>", "a recent round of the run's beacon", wholeNumber)
    .option("--signature <hex>", "that round's signature");

/** --at as Unix seconds; null where it was not given. @throws USAGE for another form */
export function atOf({ at }: { at?: string }): number | null {
  return at === undefined ? null : Date.parse(momentOf(at, "--at")) / 1000;
}

/** Null where neither was given. @throws USAGE for one without the other */
export function roundOf({ round, signature }: { round?: number; signature?: string }): Round | null {
  if (round === undefined && signature === undefined) return null;
  if (round === undefined || signature === undefined || !/^[0-9a-f]{96}$/.test(signature))
    throw new AssayError("USAGE", "audit: expected --round with --signature of 96 hexadecimal digits");
  return { round, signature };
}

/** The policy at --witnesses; null where it was not given. */
export async function witnessesOf({ witnesses }: { witnesses?: string }): Promise<Policy | null> {
  return witnesses === undefined ? null : readPolicyFile(witnesses);
}

/** Decimal digits alone, at most 15. @throws USAGE */
export function wholeNumber(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text))
    throw new AssayError("USAGE", `expected a whole number, got ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}

/** One JSON record, or one line of prose with unseen characters made visible. */
export function tellEntry(
  entry: SignedEntry,
  says: string,
  json: boolean | undefined,
  more: Record<string, unknown> = {},
): void {
  if (json)
    process.stdout.write(
      `${JSON.stringify({ type: "assay/audit-entry/v1", digest: entry.digest, entry: entry.said, ...more })}\n`,
    );
  else process.stdout.write(`${visibleText(says)}\n`);
}
