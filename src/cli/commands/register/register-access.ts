/**
 * `assay register grant|deliver|acknowledge|revoke|who|disclose|identity`: the access ledger. Who was given what stands
 * sealed beside the log; the log shows commitments.
 */
import { Command, Option } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import {
  type AccessResult,
  accessEntry,
  appendAccess,
  askWhoHad,
  discloseEntry,
  grantState,
  type MadeAccess,
  makeAccess,
  makeAcknowledgement,
  makeReceipt,
  openOwn,
  type WhoHadAnswer,
} from "../../../app/register/access.js";
import {
  assetDigest,
  deliveryFields,
  type GrantOptions,
  grantFields,
  momentOf,
} from "../../../app/register/access-fields.js";
import { readSigner } from "../../../app/register/declare.js";
import { openRegister } from "../../../app/register/register.js";
import { AssayError } from "../../../base/error.js";
import { makeIdentity, readIdentities, recipientsOf } from "../../../host/log/sealing.js";
import { writeNewFile } from "../../../host/small-file.js";
import { readWhole } from "../../../host/whole-file.js";
import { verifyDisclosure } from "../../../office/register/access/access-disclosure.js";
import { ASSET_KINDS, PURPOSES, RIGHTS, type Right } from "../../../office/register/access/fields.js";
import { visibleText } from "../../../report/visible-text.js";
import { progressLine } from "../../progress.js";

const DOES_NOT_HOLD = 3;

interface Owner {
  register: string;
  privateKey: string;
  password?: string;
  identity: string;
  keys?: string;
  witnesses?: string;
  json?: boolean;
}

/** What every command that enters something takes. */
const entering = (command: Command) =>
  command
    .requiredOption("--register <log>", "folder of the register's log")
    .requiredOption("--private-key <file>", "the owner's EC private key in PEM")
    .option("--password-file <file>", "file whose first line is the password")
    .requiredOption("--identity <file>", "the owner's age identity, as `register identity` or age-keygen writes it")
    .option("--keys <file>", "the log's private keys, where it lies in a bucket")
    .option("--witnesses <file>", "tlog-policy whose witnesses must cosign first")
    .option("--json", "print one record as JSON");

/** Verbs of the access ledger. */
export function accessCommands(): Command[] {
  return [
    identityCommand(),
    grantCommand(),
    deliverCommand(),
    acknowledgeCommand(),
    revokeCommand(),
    whoCommand(),
    discloseCommand(),
  ];
}

function identityCommand(): Command {
  return new Command("identity")
    .description("Make an age identity, to which access entries are sealed, and print its recipient.")
    .requiredOption("--out <file>", "new file; keep it secret")
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay register identity --out owner.age")
    .action(async ({ out, json }: { out: string; json?: boolean }) => {
      const recipient = await makeIdentity(out);
      if (json) print({ type: "assay/access-identity/v1", recipient });
      else process.stdout.write(`${recipient}\n`);
    });
}

function grantCommand(): Command {
  return entering(new Command("grant"))
    .description("Record that a partner is given rights to a model, code or data. The log shows commitments only.")
    .argument("<asset>", "folder or file that is hashed, or sha256:<digest>")
    .addOption(new Option("--asset-kind <kind>", "what it is").choices([...ASSET_KINDS]).default("model"))
    .requiredOption("--asset-name <name>", "what you call it")
    .requiredOption("--recipient <name>", "who is given access")
    .option("--recipient-key <file>", "the recipient's EC public key in PEM, with which it acknowledges")
    .requiredOption("--until <date>", "day or UTC moment from which nothing can be given under it")
    .option("--right <right>", `one of ${RIGHTS.join(", ")}; may be repeated (default: download)`, several, [])
    .addOption(new Option("--purpose <purpose>", "what for").choices([...PURPOSES]).default("other"))
    .option("--purpose-says <text>", "what for, in words")
    .option("--terms <text>", "the terms, in words")
    .option("--terms-document <file>", "the agreement, named by its SHA-256")
    .option("--terms-uri <address>", "where the terms are published")
    .option(
      "--mark-list <file>",
      "recipients' list of `mark weights` or plan of `mark code`: the recipient's name in it is recorded",
    )
    .option("--mark-recipient <name>", "name in that list (default: the recipient's)")
    .option("--note <text>", "anything else")
    .option("--seal-to <recipient>", "age recipient who can open it, beside the owner; may be repeated", several, [])
    .addHelpText(
      "after",
      `
Examples:
  $ assay register identity --out owner.age
  $ assay register admit ./log --public-key pub.pem --name Northwind --role publisher --role owner --names northwind/
  $ assay register grant ./model --asset-name northwind/lm --recipient "Institute A" --recipient-key a-pub.pem \\
      --right download --until 2027-06-30 --purpose joint-research --terms "evaluation only" --mark-list recipients.json \\
      --seal-to age1pq1... --register ./log --private-key key.pem --identity owner.age
  $ assay register deliver 12 --copy ./copy-a --register ./log --private-key key.pem --identity owner.age
  $ assay register acknowledge 13 --register ./log --private-key a-key.pem --identity a.age --out received.json
  $ assay register acknowledge --enter received.json --register ./log --private-key key.pem --identity owner.age
  $ assay register who --digest ./model --before 2026-12-01 --register ./log --identity owner.age`,
    )
    .action(async (asset: string, options: Owner & GrantOptions & { sealTo: string[]; until: string }) => {
      const own = await recipientsOf(await readIdentities(options.identity), options.identity);
      const sealedTo = [...new Set([...own, ...options.sealTo])];
      const progress = progressLine();
      const fields = await grantFields(asset, options, sealedTo, (done, total) =>
        progress.report({ stage: "hashing", done, total }),
      ).finally(() => progress.done());
      const until = momentOf(options.until, "--until");
      const signer = await readSigner(options.privateKey, options.password);
      const made = await makeAccess({ kind: "access-grant", fields, public: { until }, sealTo: sealedTo, signer });
      await enter(made, options);
    });
}

interface DeliverOptions {
  right?: Right;
  copy?: string;
  handedOver?: string;
  note?: string;
}

function deliverCommand(): Command {
  return entering(new Command("deliver"))
    .description("Record that something was, or is now, given under a grant. Refused after its end or revocation.")
    .argument("<grant>", "entry of the grant")
    .addOption(new Option("--right <right>", "which of its rights (default: the first)").choices([...RIGHTS]))
    .option("--copy <model>", "the recipient's marked copy: a folder that is hashed, or sha256:<digest>")
    .option("--handed-over <date>", "when it was handed over, where that lies before today")
    .option("--note <text>", "anything else")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay register deliver 3 --register ./log --private-key key.pem --identity owner.age",
    )
    .action(async (grant: string, options: Owner & DeliverOptions) => {
      const register = await openRegister(options.register);
      const { entry } = grantState(register, grant);
      const identities = await readIdentities(options.identity);
      const granted = await openOwn(register, entry, "access-grant", identities);
      const progress = progressLine();
      const fields = await deliveryFields(granted, options, (done, total) =>
        progress.report({ stage: "hashing", done, total }),
      ).finally(() => progress.done());
      const signer = await readSigner(options.privateKey, options.password);
      const made = await makeAccess({
        kind: "access-delivery",
        fields,
        public: { grant: entry.record.statement },
        sealTo: granted.sealedTo,
        signer,
      });
      await enter(made, options);
    });
}

function acknowledgeCommand(): Command {
  return entering(new Command("acknowledge"))
    .description("As the recipient: sign for a delivery, into a file. As the owner: --enter that file in the ledger.")
    .argument("[delivery]", "entry of the delivery")
    .option("--out <file>", "new file of the recipient's signed acknowledgement")
    .option("--enter <file>", "the acknowledgement to enter")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay register acknowledge 4 --register ./log --private-key partner.pem --identity partner.age --out received.json",
    )
    .action(async (delivery: string | undefined, options: Owner & { out?: string; enter?: string }) => {
      const register = await openRegister(options.register);
      const identities = await readIdentities(options.identity);
      const signer = await readSigner(options.privateKey, options.password);
      if (options.enter !== undefined)
        return enter(await makeReceipt(register, await readWhole(options.enter), identities, signer), options);
      if (delivery === undefined || !options.out)
        throw new AssayError("USAGE", "acknowledge: expected a delivery and --out; or --enter");
      const made = await makeAcknowledgement(register, accessEntry(register, delivery), identities, signer);
      await writeNewFile(options.out, made.bundle);
      const { digest, right, asset } = made.delivery;
      if (options.json) print({ type: "assay/access-acknowledged/v1", digest, right, file: options.out });
      else process.stdout.write(`${visibleText(asset.name)}, ${digest} (${right}): signed for in ${options.out}\n`);
    });
}

function revokeCommand(): Command {
  return entering(new Command("revoke"))
    .description("Record that a grant is revoked: nothing can be given under it from then on.")
    .argument("<grant>", "entry of the grant")
    .requiredOption("--reason <text>", "why; sealed like the rest")
    .addHelpText(
      "after",
      '\nExample:\n  $ assay register revoke 3 --reason "the project ended" --register ./log --private-key key.pem --identity owner.age',
    )
    .action(async (grant: string, options: Owner & { reason: string }) => {
      const register = await openRegister(options.register);
      const { entry } = grantState(register, grant);
      const { sealedTo } = await openOwn(register, entry, "access-grant", await readIdentities(options.identity));
      const made = await makeAccess({
        kind: "access-revocation",
        fields: { reason: options.reason },
        public: { grant: entry.record.statement },
        sealTo: sealedTo,
        signer: await readSigner(options.privateKey, options.password),
      });
      await enter(made, options);
    });
}

async function enter(made: MadeAccess, { register, witnesses, keys, json }: Owner): Promise<void> {
  const result: AccessResult = await appendAccess(
    register,
    made,
    witnesses ? await readPolicyFile(witnesses) : null,
    keys,
  );
  if (json) {
    const { admitted } = result;
    print({
      type: "assay/access-entry/v1",
      admitted,
      ...(result.admitted
        ? { entry: result.index, record: result.record }
        : { reason: result.reason, says: result.says }),
    });
  } else
    process.stdout.write(
      result.admitted ? `${result.record.kind}: entry ${result.index}\n` : `refused: ${result.says}\n`,
    );
  if (!result.admitted) process.exitCode = DOES_NOT_HOLD;
}

function whoCommand(): Command {
  return new Command("who")
    .description("Who had this digest (before that date)? Exit status 3 when entries of the ledger do not hold.")
    .requiredOption(
      "--digest <digest>",
      "sha256:<digest>, or a folder or file that is hashed; a marked copy's works too",
    )
    .option("--before <date>", "day or UTC moment, exclusive")
    .requiredOption("--register <log>", "folder or URL of the register's log")
    .requiredOption("--identity <file>", "age identity that the entries are sealed to")
    .option("--policy <file>", "believe the log only under this tlog-policy")
    .option("--json", "print one record as JSON")
    .addHelpText(
      "after",
      `
Example:
  $ assay register who --digest sha256:4f1c... --before 2026-12-01 --register ./log --identity owner.age --json`,
    )
    .action(async (options: WhoOptions) => {
      const progress = progressLine();
      const digest = await assetDigest(options.digest, (done, total) =>
        progress.report({ stage: "hashing", done, total }),
      );
      const before = options.before === undefined ? null : Date.parse(momentOf(options.before, "--before")) / 1000;
      const trust = options.policy ? await readPolicyFile(options.policy) : null;
      const register = await openRegister(options.register, trust);
      const identities = await readIdentities(options.identity);
      const report = (done: number, total: number) => progress.report({ stage: "opening", done, total });
      const answer = await askWhoHad(register, identities, { digest, before }, report, trust).finally(() =>
        progress.done(),
      );
      if (options.json) print(answer);
      else process.stdout.write(wordsOf(answer));
      if (answer.faults.length > 0 || answer.refused !== null) process.exitCode = DOES_NOT_HOLD;
    });
}

interface WhoOptions {
  digest: string;
  before?: string;
  register: string;
  identity: string;
  policy?: string;
  json?: boolean;
}

function wordsOf({ access, sealedToOthers, faults, refused, log }: WhoHadAnswer): string {
  const lines = access.flatMap(({ recipient, grant, granted, until, standing, rights, mark, deliveries }) => [
    `${recipient}: grant, entry ${grant}, logged ${granted}, until ${until}, ${standing}; ${rights.join(", ")}${mark ? `; mark ${mark.kind} "${mark.recipient}"` : ""}`,
    ...deliveries.map(
      (d) =>
        `  ${d.right} ${d.digest}: entry ${d.entry}, ${d.before === "logged" ? `logged ${d.logged}` : `said to be handed over ${d.handedOver}, logged only ${d.logged}`}, ${d.acknowledged ? `acknowledged (entry ${d.acknowledged.entry})` : "not acknowledged"}`,
    ),
    ...(deliveries.length === 0 ? ["  nothing is recorded as given under it"] : []),
  ]);
  return [
    ...lines,
    ...faults.map((fault) => `does not hold: ${fault}`),
    ...(refused === null ? [] : [`this may not be all: ${refused}`]),
    `grants in ${log.origin} at size ${log.size}: ${access.length}; entries sealed to others and not read: ${sealedToOthers}`,
  ]
    .map((line) => `${visibleText(line)}\n`)
    .join("");
}

function discloseCommand(): Command {
  return new Command("disclose")
    .description("Show single fields of an access entry to someone else, or check what was shown with --check.")
    .argument("[entry]", "entry of the access ledger")
    .option("--field <name>", "which field; may be repeated (default: all)", several, [])
    .option("--register <log>", "folder or URL of the register's log")
    .option("--identity <file>", "age identity that the entry is sealed to")
    .option("--out <file>", "new file")
    .option("--check <file>", "check this disclosure instead; offline")
    .option("--policy <file>", "tlog-policy: which log, which witnesses (with --check)")
    .option("--json", "print one record as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ assay register disclose 13 --field recipient --field digest --register ./log --identity owner.age --out shown.json
  $ assay register disclose --check shown.json --policy trust.txt`,
    )
    .action(async (asked: string | undefined, options: DiscloseOptions) => {
      if (options.check !== undefined) return checkDisclosure(options.check, options);
      if (asked === undefined || !options.register || !options.identity || !options.out)
        throw new AssayError(
          "USAGE",
          "disclose: expected an entry, --register, --identity and --out; or --check and --policy",
        );
      const register = await openRegister(options.register);
      const entry = accessEntry(register, asked);
      const bytes = await discloseEntry(register, entry, await readIdentities(options.identity), options.field);
      await writeNewFile(options.out, bytes, true);
      process.stderr.write(`fields of entry ${entry.index} in ${options.out}\n`);
    });
}

interface DiscloseOptions {
  field: string[];
  register?: string;
  identity?: string;
  out?: string;
  check?: string;
  policy?: string;
  json?: boolean;
}

async function checkDisclosure(file: string, options: DiscloseOptions): Promise<void> {
  if (!options.policy) throw new AssayError("USAGE", "disclose: expected --policy beside --check");
  const policy = await readPolicyFile(options.policy);
  try {
    const { record, fields, closed, log } = verifyDisclosure(await readWhole(file), policy);
    if (options.json) print({ type: "assay/access-disclosure-check/v1", holds: true, record, fields, closed, log });
    else
      process.stdout.write(
        [
          `holds: ${record.kind} by key ${record.key}, received ${new Date(record.received * 1000).toISOString()}, in ${log.origin} at size ${log.size}; cosigned by ${log.cosigners.join(", ") || "nobody"}`,
          ...Object.entries(fields).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`),
          `  ${closed} fields stay closed`,
        ]
          .map((line) => `${visibleText(line)}\n`)
          .join(""),
      );
  } catch (error) {
    if (!(error instanceof AssayError) || (error.code !== "SIGNATURE" && error.code !== "DIGEST")) throw error;
    if (options.json) print({ type: "assay/access-disclosure-check/v1", holds: false, reason: error.message });
    else process.stdout.write(`does not hold: ${error.message}\n`);
    process.exitCode = DOES_NOT_HOLD;
  }
}

function several(value: string, before: string[]): string[] {
  return [...before, value];
}

function print(record: unknown): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}
