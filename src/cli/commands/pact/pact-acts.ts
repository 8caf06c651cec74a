/** Making a pact's log and entering in it. */
import { Command, Option } from "commander";
import { readPolicyFile } from "../../../app/log/log.js";
import { createPact, type EnteredInPact, enterInPact } from "../../../app/pact/pact-folder.js";
import { headSeen, nameOfLog } from "../../../app/pact/sources.js";
import { momentOf } from "../../../app/register/access-fields.js";
import { readSigner } from "../../../app/register/declare.js";
import { base64, fromUtf8 } from "../../../base/bytes.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { publicOf, readPrivateKey } from "../../../host/signing/signature-keys.js";
import { readWhole } from "../../../host/whole-file.js";
import { MODEL_PACT_TEXT } from "../../../office/pact/model/shipped.js";
import { ENTRY_KINDS, type EntryKind, keyText } from "../../../office/pact/schema/entry.js";
import { factsGiven, signing } from "../case/common.js";

const DOES_NOT_HOLD = 3;

/** A pact's log: made, entered in, its keys and logs named. */
export function actCommands(): Command[] {
  return [openCommand(), enterCommand(), keyCommand(), logCommand()];
}

interface Options {
  id: string;
  origin: string;
  rehearsal?: boolean;
  privateKey: string;
  password?: string;
  at?: string;
  witnesses?: string;
  facts?: string;
  json?: boolean;
}

async function acting(folder: string, { privateKey, password, at, witnesses }: Options) {
  return {
    folder,
    signer: await readSigner(privateKey, password),
    at: at === undefined ? null : Date.parse(momentOf(at, "--at")) / 1000,
    witnesses: witnesses === undefined ? null : await readPolicyFile(witnesses),
  };
}

async function publicKeyOf({ privateKey, password }: Options): Promise<string> {
  const key = publicOf(readPrivateKey(await readWhole(privateKey), privateKey, password));
  return key.export({ type: "spki", format: "pem" }).toString();
}

function openCommand(): Command {
  return signing(new Command("open"))
    .argument("<folder>", "a new folder for the pact and its log")
    .argument("[draft]", "the pact (assay/pact/v1), a file; default: the model pact that ships")
    .description("Adopt a pact, with a log of its own; the first entry is the depositary's.")
    .requiredOption("--id <id>", "name of this pact, such as accord-2026")
    .requiredOption("--origin <name>", "origin of its log, such as pact.example/accord-2026")
    .option("--rehearsal", "times are given with --at, and the pact says so for ever")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay pact open ./accord --id accord-2026 --origin pact.example/accord-2026 --private-key depositary-key.pem",
    )
    .action(async (folder: string, draft: string | undefined, options: Options) => {
      const pact =
        draft === undefined ? MODEL_PACT_TEXT : parseStrictJson(fromUtf8(await readWhole(draft), draft), draft);
      const who = await acting(folder, options);
      const publicKey = await publicKeyOf(options);
      const rehearsal = options.rehearsal ?? false;
      const file = await createPact(folder, { name: options.id, origin: options.origin, pact, rehearsal });
      tell(await enterInPact(who, "adopted", { pact: file.pact, publicKey, rehearsal }), "adopted", options.json);
    });
}

function enterCommand(): Command {
  return signing(new Command("enter"))
    .argument("<pact>", "the pact's folder")
    .addOption(new Option("--kind <kind>", "which kind of entry").choices([...ENTRY_KINDS]).makeOptionMandatory())
    .option("--facts <json>", "what it says, as JSON or @file; of `signed` the public key is put in")
    .description("Sign an entry of the pact's log, judge it and enter it.")
    .addHelpText(
      "after",
      `
Examples:
  $ assay pact enter ./accord --kind signed --facts '{"party":"aldgate-labs","name":"Aldgate Labs","as":"lab","of":null,"keys":[],"logs":[]}' --private-key lab-key.pem
  $ assay pact enter ./accord --kind accepted --facts '{"statement":"sha256:…"}' --private-key depositary-key.pem

Kinds and what each states: docs/pact.md. A refused entry is printed with its reason (exit status 3) and changes nothing.`,
    )
    .action(async (folder: string, options: Options & { kind: EntryKind }) => {
      const facts = await factsGiven(options.facts);
      if (options.kind === "signed" && facts.publicKey === undefined) facts.publicKey = await publicKeyOf(options);
      tell(await enterInPact(await acting(folder, options), options.kind, facts), options.kind, options.json);
    });
}

function keyCommand(): Command {
  return new Command("key")
    .description("Sign with a further key that it is a party's: what `signed` and `named` take under `keys`.")
    .requiredOption("--id <id>", "name of the pact")
    .requiredOption("--party <name>", "the party's short name")
    .requiredOption("--private-key <file>", "the further EC private key in PEM, which signs registers, runs or cases")
    .option("--password-file <file>", "file whose first line is the password")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay pact key --id accord-2026 --party aldgate-labs --private-key register-key.pem",
    )
    .action(async (options: Options & { party: string }) => {
      const publicKey = await publicKeyOf(options);
      const { sign } = await readSigner(options.privateKey, options.password);
      const proof = base64(sign(keyText(options.id, options.party, publicKey)));
      process.stdout.write(`${JSON.stringify({ publicKey, proof })}\n`);
    });
}

function logCommand(): Command {
  return new Command("log")
    .argument("<log>", "a register, a run or a case: folder or URL")
    .description("How a log is named in the pact's log, and the head that it shows now (for `named` and `head.seen`).")
    .addHelpText("after", "\nExample:\n  $ assay pact log ./runs/lm-7b-01")
    .action(async (where: string) => {
      const record = { type: "assay/pact-log/v1", log: await nameOfLog(where), head: await headSeen(where) };
      process.stdout.write(`${JSON.stringify(record)}\n`);
    });
}

function tell(entered: EnteredInPact, kind: string, json = false): void {
  if (json) process.stdout.write(`${JSON.stringify({ type: "assay/pact-entry/v1", kind, ...entered })}\n`);
  else
    process.stdout.write(
      entered.admitted ? `entry ${entered.seq}: ${kind}, ${entered.statement}\n` : `refused: ${entered.says}\n`,
    );
  if (!entered.admitted) process.exitCode = DOES_NOT_HOLD;
}
