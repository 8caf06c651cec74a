/** Seals as commands: who may open what, opening it, and the public version of what is sealed. */
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { Command, Option } from "commander";
import { openCaseFolder } from "../../../app/docket/case-folder.js";
import { assertMayJoin, openSealed, readersOfCase } from "../../../app/docket/seals.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { makeIdentity, readIdentities } from "../../../host/log/sealing.js";
import { writeNewFile } from "../../../host/small-file.js";
import { readWhole } from "../../../host/whole-file.js";
import { ROLES, type Role, TIERS, type Tier } from "../../../office/docket/pack/names.js";
import { encodeRecipient, RECIPIENT_FILE, UNDERTAKING_FILE } from "../../../office/docket/seal/circle.js";
import { visibleText } from "../../../report/visible-text.js";
import { type ActOptions, act, signing } from "./common.js";

/** The verbs of sealing. */
export function sealCommands(): Command[] {
  return [identityCommand(), joinCommand(), circleCommand(), revealCommand(), redactCommand()];
}

function identityCommand(): Command {
  return new Command("identity")
    .description("Make an age identity to open seals with; prints the recipient that others seal to.")
    .requiredOption("--out <file>", "a new file, readable by its owner alone")
    .addHelpText("after", "\nExample:\n  $ assay case identity --out counsel.age > counsel.recipient")
    .action(async ({ out }: { out: string }) => {
      process.stdout.write(`${await makeIdentity(out)}\n`);
    });
}

interface JoinOptions extends ActOptions {
  who: string;
  tier: Tier;
  recipient: string;
  undertaking?: string;
  employedByParty?: boolean;
}

function joinCommand(): Command {
  return signing(new Command("join"))
    .argument("<case>", "the case's folder")
    .description(
      "Join a circle that opens seals, by signed undertaking; what was sealed before stays shut. (club.joined)",
    )
    .addOption(new Option("--role <role>", "in which role").choices([...ROLES]).default("examiner"))
    .requiredOption("--who <name>", "who joins, as the docket names them")
    .addOption(new Option("--tier <circle>", "which circle").choices(TIERS.slice(1)).makeOptionMandatory())
    .requiredOption("--recipient <age1…>", "age recipient, or a file with one")
    .option("--undertaking <file>", "text of the undertaking, which this entry signs; public")
    .option("--employed-by-party", "the reader is employed by a party; such stay out of COUNSEL_EXPERTS")
    .addHelpText(
      "after",
      '\nExample:\n  $ assay case join ./2026-001 --who "B. Okafor" --tier COUNSEL_EXPERTS --recipient counsel.recipient --undertaking undertaking.txt --private-key examiner-key.pem',
    )
    .action(async (folder: string, options: JoinOptions) => {
      const { who, tier } = options;
      const recipient = options.recipient.startsWith("age1")
        ? options.recipient
        : new TextDecoder().decode(await readWhole(options.recipient)).trim();
      const given = encodeRecipient({ who, tier, recipient });
      if (options.undertaking === undefined && tier !== "PARTIES" && options.role !== "registrar")
        throw new AssayError("USAGE", `case join: expected --undertaking FILE to join ${tier}`);
      const role = options.role as Role;
      const facts = { tier, who, employedByParty: options.employedByParty ?? false };
      const attachments = [
        { name: RECIPIENT_FILE, bytes: given },
        ...(options.undertaking === undefined
          ? []
          : [{ name: UNDERTAKING_FILE, bytes: await readWhole(options.undertaking) }]),
      ];
      const named = attachments.map(({ name, bytes }) => ({ name, digest: sha256Digest(bytes) }));
      const reader = { who, tier, recipient };
      await assertMayJoin(await openCaseFolder(folder), { role, facts, attachments: named }, reader);
      await act(folder, options, { kind: "club.joined", role, facts, attachments });
    });
}

function circleCommand(): Command {
  return new Command("circle")
    .argument("<case>", "the case's folder")
    .description("List who can open what is sealed from now on, circle by circle.")
    .option("--json", "print one record a reader as JSON")
    .addHelpText("after", "\nExample:\n  $ assay case circle ./2026-001")
    .action(async (folder: string, { json }: { json?: boolean }) => {
      for (const { who, tier, recipient } of await readersOfCase(await openCaseFolder(folder)))
        process.stdout.write(
          json
            ? `${JSON.stringify({ type: "assay/case-reader/v1", who, tier, recipient })}\n`
            : `${tier}: ${visibleText(who)}\n`,
        );
    });
}

function revealCommand(): Command {
  return new Command("reveal")
    .argument("<case>", "the case's folder")
    .argument("<entry>", "number of the entry")
    .description("Open what an entry sealed, with one's own identity; nothing is entered.")
    .requiredOption("--identity <file>", "age identity, as `assay case identity` writes it")
    .requiredOption("--out <folder>", "a new folder for title, text and files")
    .addHelpText("after", "\nExample:\n  $ assay case reveal ./2026-001 12 --identity counsel.age --out ./opened")
    .action(async (folder: string, entry: string, { identity, out }: { identity: string; out: string }) => {
      if (!/^[0-9]{1,9}$/.test(entry)) throw new AssayError("USAGE", "case reveal: expected the number of an entry");
      const identities = await readIdentities(identity);
      const contents = await openSealed(await openCaseFolder(folder), Number(entry), identities);
      if (contents === null)
        throw new AssayError("USAGE", `case reveal: entry ${entry} is sealed to others than this identity`);
      const names = contents.files.map(({ name }) => name);
      if (
        names.some((name) => name !== basename(name) || /^\.|[\\\0]/.test(name)) ||
        new Set(names).size !== names.length
      )
        throw new AssayError("FORMAT", "case reveal: what was sealed has names that are no file's");
      await mkdir(out, { recursive: true });
      for (const { name, bytes } of contents.files) await writeNewFile(join(out, name), bytes, true);
      if (contents.text !== null)
        await writeNewFile(join(out, "text.txt"), new TextEncoder().encode(contents.text), true);
      if (contents.title !== null) process.stdout.write(`${visibleText(contents.title)}\n`);
      process.stderr.write(`${contents.files.length} files\n`);
    });
}

interface RedactOptions extends ActOptions {
  of: string;
  file: string;
  title?: string;
  acknowledgeRedaction?: boolean;
}

function redactCommand(): Command {
  return signing(new Command("redact"))
    .argument("<case>", "the case's folder")
    .argument("<name>", "name of the public version, such as E7-public")
    .description("Enter the public version of a sealed exhibit, as redacted by its filer. (exhibit)")
    .addOption(new Option("--role <role>", "in which role").choices([...ROLES]).makeOptionMandatory())
    .requiredOption("--of <exhibit>", "the sealed exhibit")
    .requiredOption("--file <file>", "the public version")
    .option("--title <text>", "its public title")
    .option("--acknowledge-redaction", "say that you read this version as it will be published, text layers included")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay case redact ./2026-001 E7-public --of E7 --file public.txt --acknowledge-redaction --role complainant --private-key complainant-key.pem",
    )
    .action(async (folder: string, exhibit: string, options: RedactOptions) => {
      if (!options.acknowledgeRedaction)
        throw new AssayError(
          "USAGE",
          "case redact: expected --acknowledge-redaction; nobody else looks before it is public",
        );
      const { state, records } = await openCaseFolder(folder);
      const sealed = state.exhibits[options.of];
      if (!sealed || sealed.tier === "PUBLIC")
        throw new AssayError("NOT_FOUND", `case redact: expected a sealed exhibit, got ${options.of}`);
      const bytes = await readWhole(options.file);
      await act(folder, options, {
        kind: "exhibit",
        role: options.role as Role,
        facts: {
          exhibit,
          title: options.title ?? `public version of ${options.of}`,
          kind: "document",
          root: sha256Digest(bytes),
          tier: "PUBLIC",
          carried: true,
          speaksFor: sealed.speaksFor,
        },
        about: records[sealed.seq]!.statement,
        text: `Public version of exhibit ${options.of}. Its filer read it as published and acknowledges the redaction.`,
        attachments: [{ name: exhibit, bytes }],
      });
    });
}
