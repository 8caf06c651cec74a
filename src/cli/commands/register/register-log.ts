/** `assay register init|admit|append|receipt|fsck`: the register as its operator keeps it. */
import { Command } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import { changeKey, grantOf, policyOf } from "../../../app/register/append-keys.js";
import { appendDeclarations, initRegister, openRegister } from "../../../app/register/register.js";
import { demoRegister } from "../../../app/register/register-demo.js";
import { checkRegister } from "../../../app/register/register-fsck.js";
import { registerReceipt } from "../../../app/register/register-record.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { writeNewFile } from "../../../host/small-file.js";
import { readWhole } from "../../../host/whole-file.js";
import { ROLES, type Role } from "../../../office/register/append-policy.js";
import { verifyReceipt } from "../../../office/register/receipt.js";
import { plainPolicy } from "../../../tlog/policy.js";
import { progressLine } from "../../progress.js";

const DOES_NOT_HOLD = 3;

/** Prints the policy alone on standard output, so that it can be sent into a file. */
export function initCommand(): Command {
  return new Command("init")
    .description(
      "Make a register: a new log whose first entry says who may append; prints a policy (C2SP tlog-policy) that trusts its word.",
    )
    .argument("<folder>", "folder, or s3://bucket/prefix with --keys (AWS_… in the environment)")
    .requiredOption("--origin <name>", "the log's name: a URL without its scheme, no spaces or plus signs")
    .option("--keys <file>", "new file for the private keys of a log in a bucket")
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay register init ./log --origin register.example/models > trust.txt")
    .action(async (folder: string, options: { origin: string; keys?: string; json?: boolean }) => {
      if (folder.startsWith("s3://") !== (options.keys !== undefined))
        throw new AssayError("USAGE", "register init: expected --keys for a log in a bucket, and only there");
      const { verifierKeys } = await initRegister(folder, options.origin, policyOf([]), options.keys);
      const policy = plainPolicy(verifierKeys);
      if (options.json) print({ type: "assay/register/v1", origin: options.origin, verifierKeys, policy });
      else process.stdout.write(policy);
    });
}

/** Made of facts that ship with the package; asks no network. */
export function demoRegisterCommand(): Command {
  return new Command("demo")
    .description("Make a demonstration register of well-known open models from their makers' published facts.")
    .argument("<folder>", "a new folder for the log")
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay register demo ./demo")
    .action(async (folder: string, options: { json?: boolean }) => {
      const { models, entries } = await demoRegister(folder, "demo.register.example/models");
      if (options.json) print({ type: "assay/register-demo/v1", models, entries });
      else
        process.stdout.write(
          `${models} models, ${entries} entries in ${folder}; compiled from public facts, not declared by the publishers\n`,
        );
    });
}

/** Enters a new policy of keys; earlier entries keep the policy they were admitted under. */
export function admitCommand(): Command {
  return new Command("admit")
    .description("Let a key append (or, with --remove, no longer), as a new entry of the log.")
    .argument("<folder>")
    .requiredOption("--public-key <file>", "EC public key in PEM")
    .option("--name <who>", "who you take the holder to be")
    .option("--role <role>", `one of ${Object.keys(ROLES).join(", ")}; may be repeated`, several, [])
    .option(
      "--names <pattern>",
      "model names it may declare: a name, a prefix ending in /, or *; may be repeated",
      several,
      [],
    )
    .option("--remove", "take the key out")
    .option("--keys <file>", "the log's private keys, where it lies in a bucket")
    .option("--witnesses <file>", "tlog-policy whose witnesses must cosign first")
    .option("--json", "print one record as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay register admit ./log --public-key pub.pem --name Northwind --role publisher --names northwind/",
    )
    .action(
      async (
        folder: string,
        options: {
          publicKey: string;
          name?: string;
          role: string[];
          names: string[];
          remove?: boolean;
          keys?: string;
          witnesses?: string;
          json?: boolean;
        },
      ) => {
        const unknown = options.role.find((role) => !(role in ROLES));
        if (unknown !== undefined)
          throw new AssayError(
            "USAGE",
            `admit: expected a role of ${Object.keys(ROLES).join(", ")}; got ${quoted(unknown)}`,
          );
        if (!options.remove && (!options.name || options.role.length === 0))
          throw new AssayError("USAGE", "admit: expected --name and --role");
        const { keyId, ...grant } = await grantOf(options.publicKey, {
          name: options.name ?? "",
          roles: options.role as Role[],
          names: options.names,
        });
        const witnesses = options.witnesses ? await readPolicyFile(options.witnesses) : null;
        const { index } = await changeKey(folder, keyId, options.remove ? null : grant, witnesses, options.keys);
        if (options.json)
          print({ type: "assay/register-key/v1", key: keyId, roles: options.remove ? [] : grant.roles, entry: index });
        else
          process.stdout.write(
            `key ${keyId} ${options.remove ? "taken out" : `admitted as ${grant.roles.join(", ")}`}, entry ${index}\n`,
          );
      },
    );
}

/** Each file is admitted or refused by itself; one refusal sets exit status 3. */
export function appendCommand(): Command {
  return new Command("append")
    .description("Append signed declarations. Exit status 3 when one is refused, with the reason.")
    .argument("<folder>")
    .argument("<files...>", "as `register declare --out` writes them")
    .option("--finding <file>", "finding.json that a finding's statement names; may be repeated", several, [])
    .option("--keys <file>", "the log's private keys, where it lies in a bucket")
    .option("--witnesses <file>", "tlog-policy whose witnesses must cosign first")
    .option("--json", "print one record a line as JSON")
    .addHelpText("after", "\nExample:\n  $ assay register append ./log declarations/*.declaration.json")
    .action(
      async (
        folder: string,
        files: string[],
        options: { finding: string[]; keys?: string; witnesses?: string; json?: boolean },
      ) => {
        const findings = await Promise.all(options.finding.map(readWhole));
        const results = await appendDeclarations(
          folder,
          await Promise.all(files.map(readWhole)),
          options.witnesses ? await readPolicyFile(options.witnesses) : null,
          new Map(findings.map((bytes) => [sha256Digest(bytes), bytes])),
          undefined,
          options.keys,
        );
        for (const [i, result] of results.entries()) {
          const { admitted } = result;
          if (options.json)
            print({
              type: "assay/register-append/v1",
              file: files[i],
              admitted,
              ...(result.admitted
                ? { entry: result.index, record: result.record }
                : { reason: result.reason, says: result.says }),
            });
          else
            process.stdout.write(
              `${files[i]}: ${result.admitted ? `entry ${result.index}` : `refused: ${result.says}`}\n`,
            );
          if (!admitted) process.exitCode = DOES_NOT_HOLD;
        }
      },
    );
}

/** Writes, or with --check reads; a receipt that does not hold sets exit status 3. */
export function receiptCommand(): Command {
  return new Command("receipt")
    .description("Write a receipt of an entry that verifies offline, or check one with --check.")
    .argument("[entry]", "index of the entry")
    .option("--register <log>", "folder or URL of the register's log")
    .option("--out <file>", "new file of the receipt")
    .option("--check <file>", "check this receipt instead")
    .option("--policy <file>", "tlog-policy: which log, which witnesses (with --check)")
    .option("--json", "print one record as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay register receipt 2 --register ./log --out lm.receipt\n  $ assay register receipt --check lm.receipt --policy trust.txt",
    )
    .action(
      async (
        entry: string | undefined,
        options: { register?: string; out?: string; check?: string; policy?: string; json?: boolean },
      ) => {
        if (options.check !== undefined) return checkReceipt(options.check, options);
        if (entry === undefined || !/^[0-9]{1,15}$/.test(entry) || !options.register || !options.out)
          throw new AssayError("USAGE", "receipt: expected an entry, --register and --out; or --check and --policy");
        const register = await openRegister(options.register);
        const found = register.index.at(Number(entry));
        if (!found) throw new AssayError("NOT_FOUND", `receipt: expected a declaration at entry ${entry}`);
        await writeNewFile(options.out, await registerReceipt(register, found));
        process.stderr.write(`receipt of entry ${entry} in ${options.out}\n`);
      },
    );
}

async function checkReceipt(file: string, options: { policy?: string; json?: boolean }): Promise<void> {
  if (!options.policy) throw new AssayError("USAGE", "receipt: expected --policy beside --check");
  const policy = await readPolicyFile(options.policy);
  try {
    const { record, log, signed } = verifyReceipt(await readWhole(file), policy);
    if (options.json)
      print({ type: "assay/register-receipt-check/v1", holds: true, record, log, says: signed.declaration.predicate });
    else
      process.stdout.write(
        `holds: ${record.kind} of ${record.name} (${record.model}) by key ${record.key}, in ${log.origin} at size ${log.size}; cosigned by ${log.cosigners.join(", ") || "nobody"}\n`,
      );
  } catch (error) {
    if (!(error instanceof AssayError) || (error.code !== "SIGNATURE" && error.code !== "DIGEST")) throw error;
    if (options.json) print({ type: "assay/register-receipt-check/v1", holds: false, reason: error.message });
    else process.stdout.write(`does not hold: ${error.message}\n`);
    process.exitCode = DOES_NOT_HOLD;
  }
}

/** Reads the whole log; what does not hold is listed and sets exit status 3. */
export function fsckCommand(): Command {
  return new Command("fsck")
    .description(
      "Check everything a register stores, and admit every entry again. Exit status 3 when anything does not hold.",
    )
    .argument("<log>", "folder or URL")
    .option("--policy <file>", "believe the checkpoint only under this tlog-policy")
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay register fsck ./log --policy trust.txt")
    .action(async (where: string, options: { policy?: string; json?: boolean }) => {
      const progress = progressLine();
      const policy = options.policy ? await readPolicyFile(options.policy) : null;
      const { entries, foreign, objects, unnamed, faults } = await checkRegister(where, policy, (done, total) =>
        progress.report({ stage: "entries", done, total }),
      ).finally(() => progress.done());
      if (options.json) print({ type: "assay/register-fsck/v1", entries, foreign, objects, unnamed, faults });
      else
        process.stdout.write(
          [
            ...faults,
            ...(foreign > 0 ? [`${foreign} entries of kinds that this version does not know were not checked`] : []),
            `${entries} entries, ${objects} objects, ${faults.length} faults`,
          ]
            .map((l) => `${l}\n`)
            .join(""),
        );
      if (faults.length > 0) process.exitCode = DOES_NOT_HOLD;
    });
}

function several(value: string, before: string[]): string[] {
  return [...before, value];
}

function print(record: unknown): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
