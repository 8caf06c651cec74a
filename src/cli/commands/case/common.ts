/** Options and answers that all acts of a case share. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Command } from "commander";
import { type Act, type Acting, enterAct } from "../../../app/docket/act.js";
import type { Entered } from "../../../app/docket/case-folder.js";
import { readPolicyFile } from "../../../app/log/log.js";
import { momentOf } from "../../../app/register/access-fields.js";
import { readSigner } from "../../../app/register/declare.js";
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { readWhole } from "../../../host/whole-file.js";
import { TIERS, type Tier } from "../../../office/docket/pack/names.js";

export const DOES_NOT_HOLD = 3;

export interface ActOptions {
  privateKey: string;
  password?: string;
  role?: string;
  facts?: string;
  text?: string;
  attach?: string[];
  about?: string;
  tier?: string;
  at?: string;
  witnesses?: string;
  json?: boolean;
}

/** Adds what each signed act needs; the password comes from a file or the environment (flags/password.ts). */
export const signing = (command: Command) =>
  command
    .requiredOption("--private-key <file>", "EC private key in PEM")
    .option("--password-file <file>", "file whose first line is the password")
    .option("--at <moment>", "in a rehearsal: enter it at this time, UTC")
    .option("--witnesses <file>", "tlog-policy whose witnesses must cosign first")
    .option("--json", "print one record as JSON");

/** Adds what an act may say and to whom. */
export const saying = (command: Command) =>
  command
    .option("--text <file>", "text of the entry: public, or sealed with a narrower --tier")
    .option("--attach <file...>", "files that the entry names by digest")
    .option("--about <statement>", "statement of an earlier entry it speaks of")
    .option("--tier <circle>", `who may read text and files; all but PUBLIC are sealed: ${TIERS.join(", ")}`, "PUBLIC");

/** Reads key and policy files. @throws FORMAT or NOT_FOUND naming the file */
export async function acting(folder: string, options: ActOptions): Promise<Acting> {
  return {
    folder,
    signer: await readSigner(options.privateKey, options.password),
    at: options.at === undefined ? null : Date.parse(momentOf(options.at, "--at")) / 1000,
    witnesses: options.witnesses ? await readPolicyFile(options.witnesses) : null,
  };
}

/** JSON as typed, or `@file`. */
export async function factsGiven(text: string | undefined): Promise<Record<string, unknown>> {
  if (text === undefined) return {};
  const json = text.startsWith("@") ? fromUtf8(await readWhole(text.slice(1)), text.slice(1)) : text;
  const value = parseStrictJson(json, "--facts");
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AssayError("USAGE", "--facts: expected an object in JSON, or @file");
  return { ...value };
}

/** Reads the files that --text and --attach name. @throws USAGE for an unknown tier */
export async function saidWith(options: ActOptions): Promise<Pick<Act, "text" | "about" | "tier" | "attachments">> {
  const { text, attach = [], about, tier } = options;
  if (tier !== undefined && !(TIERS as readonly string[]).includes(tier))
    throw new AssayError("USAGE", `--tier: expected one of ${TIERS.join(", ")}`);
  return {
    ...(text === undefined ? {} : { text: fromUtf8(new Uint8Array(await readFile(text)), text) }),
    ...(about === undefined ? {} : { about }),
    ...(tier === undefined ? {} : { tier: tier as Tier }),
    attachments: await Promise.all(
      attach.map(async (path) => ({ name: basename(path), bytes: await readWhole(path) })),
    ),
  };
}

/** Enters one act and tells what came of it; a refusal sets exit status 3. */
export async function act(folder: string, options: ActOptions, said: Act): Promise<void> {
  tell(await enterAct(await acting(folder, options), said), options.json ?? false);
}

/** Standard output: the record, or the refusal, which sets exit status 3. */
export function tell(entered: Entered, json: boolean): void {
  if (json) {
    const { admitted } = entered;
    const rest = entered.admitted
      ? { entry: entered.record.seq, record: entered.record }
      : { reason: entered.reason, says: entered.says };
    process.stdout.write(`${JSON.stringify({ type: "assay/case-entry/v1", admitted, ...rest })}\n`);
  } else
    process.stdout.write(
      entered.admitted ? `entry ${entered.record.seq}: ${entered.record.kind}\n` : `refused: ${entered.says}\n`,
    );
  if (!entered.admitted) process.exitCode = DOES_NOT_HOLD;
}
