/** Acts of a case as commands: the plain ones from `verbs.ts`, and those whose facts are computed here. */
import { Command, InvalidArgumentError, Option } from "commander";
import {
  announceDraw,
  type Countersigned,
  countersign,
  drawFacts,
  enterAct,
  labelFacts,
  newSecret,
  signatureOf,
} from "../../../app/docket/act.js";
import { openCaseFolder } from "../../../app/docket/case-folder.js";
import { factsOfFinding } from "../../../app/docket/finding-facts.js";
import { foundSinceOf, foundSinceText } from "../../../app/past-versions.js";
import { readSigner } from "../../../app/register/declare.js";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { roundAt } from "../../../evidence/drand.js";
import { encodeSignedStatement, toBeSigned } from "../../../evidence/signed-statement.js";
import { unixSeconds } from "../../../host/moment.js";
import { publicOf, readPrivateKey } from "../../../host/signing/signature-keys.js";
import { writeNewFile } from "../../../host/small-file.js";
import { readWhole } from "../../../host/whole-file.js";
import { packFiling, readFiling } from "../../../office/docket/entry/filing.js";
import { isEntryKind } from "../../../office/docket/pack/facts.js";
import { ROLES, type Role } from "../../../office/docket/pack/names.js";
import { digestOfPlan, encodePlan, factsOfPlan, readPlan } from "../../../office/docket/plan/test-plan.js";
import { readCalendar } from "../../../office/docket/time/calendar.js";
import { visibleText } from "../../../report/visible-text.js";
import { type ActOptions, act, acting, factsGiven, saidWith, saying, signing, tell } from "./common.js";
import { VERBS, type Verb } from "./verbs.js";

/** One verb an act; which of them is admitted is the pack's to say. */
export function actCommands(): Command[] {
  return [
    ...VERBS.map(plainCommand),
    enterCommand(),
    signCommand(),
    countersignCommand(),
    enrolCommand(),
    replaceKeyCommand(),
    calendarCommand(),
    notifyCommand(),
    drawCommand(),
    secretCommand(),
    planCommand(),
    adoptCommand(),
    beaconCommand(),
    exhibitCommand(),
    findCommand(),
    labelsCommand(),
  ];
}

function plainCommand({ verb, kind, role, says, facts }: Verb): Command {
  const given = Object.keys(facts).length > 0 ? ` --facts '${JSON.stringify(facts)}'` : "";
  return saying(signing(new Command(verb)))
    .argument("<case>", "the case's folder")
    .description(`${says} (${kind})`)
    .addOption(new Option("--role <role>", "in which role").choices([...ROLES]).default(role))
    .option("--facts <json>", "the entry's facts, or @file")
    .addHelpText("after", `\nExample:\n  $ assay case ${verb} ./2026-001${given} --private-key ${role}-key.pem`)
    .action(async (folder: string, options: ActOptions) =>
      act(folder, options, {
        kind,
        role: options.role as Role,
        facts: await factsGiven(options.facts),
        ...(await saidWith(options)),
      }),
    );
}

function enterCommand(): Command {
  return saying(signing(new Command("enter")))
    .argument("<case>", "the case's folder")
    .argument("<kind>", "kind of the entry, such as inspection.event")
    .description("Enter any kind that the pack has.")
    .addOption(new Option("--role <role>", "in which role").choices([...ROLES]).makeOptionMandatory())
    .option("--facts <json>", "the entry's facts, or @file")
    .addHelpText(
      "after",
      `\nExample:\n  $ assay case enter ./2026-001 amendment --role complainant --private-key complainant-key.pem`,
    )
    .action(async (folder: string, kind: string, options: ActOptions) => {
      if (!isEntryKind(kind)) throw new AssayError("USAGE", `case enter: expected a kind of entry, got "${kind}"`);
      await act(folder, options, {
        kind,
        role: options.role as Role,
        facts: await factsGiven(options.facts),
        ...(await saidWith(options)),
      });
    });
}

function signCommand(): Command {
  return new Command("sign")
    .argument("<filing>", "a filing that a workspace wrote, to be signed")
    .description("Sign a filing here; prints what is signed and its digest, enters nothing.")
    .requiredOption("--private-key <file>", "EC private key in PEM")
    .option("--password-file <file>", "file whose first line is the password")
    .requiredOption("--out <file>", "a new file: the signed filing, which a workspace takes")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay case sign response.filing.zip --private-key respondent-key.pem --out signed.zip",
    )
    .action(async (path: string, { out, privateKey, password }: ActOptions & { out: string }) => {
      const { said, statement, attachments } = readFiling(await readWhole(path));
      if (statement === null) throw new AssayError("USAGE", `${path}: expected a filing that is not signed yet`);
      const signer = await readSigner(privateKey, password);
      const bundle = encodeSignedStatement(statement, signer.sign(toBeSigned(statement)), signer.keyId);
      await writeNewFile(out, packFiling({ bundle }, attachments), false);
      // What was written elsewhere is read before it is signed: characters that hide nothing.
      process.stdout.write(`${visibleText(JSON.stringify(said))}\n${sha256Digest(statement)}\n`);
    });
}

interface EnrolOptions extends ActOptions {
  party?: string;
  name?: string;
  as: string[];
}

const roles = (value: string, before: string[]) => {
  if (!(ROLES as readonly string[]).includes(value))
    throw new InvalidArgumentError(`expected one of ${ROLES.join(", ")}.`);
  return [...before, value];
};

function countersignCommand(): Command {
  return new Command("countersign")
    .argument("<case-id>", "id of the case, such as 2026-001")
    .description("Sign that one's key is to be enrolled in a case, for the registrar to enter.")
    .requiredOption("--private-key <file>", "the new key")
    .option("--password-file <file>", "file whose first line is the password")
    .requiredOption("--party <name>", "the party it belongs to")
    .requiredOption("--name <text>", "who holds it")
    .requiredOption("--as <role>", "role in the case; may be repeated", roles, [])
    .addHelpText(
      "after",
      '\nExample:\n  $ assay case countersign 2026-001 --party aldgate --name "Counsel of Aldgate" --as complainant --private-key complainant-key.pem > enrolment.json',
    )
    .action(async (caseId: string, options: EnrolOptions) => {
      const said = await countersigned(caseId, options, options.privateKey, options.password);
      process.stdout.write(`${JSON.stringify(said)}\n`);
    });
}

async function countersigned(caseId: string, { party, name, as }: EnrolOptions, path: string, password?: string) {
  const signer = await readSigner(path, password);
  const key = publicOf(readPrivateKey(await readWhole(path), path, password));
  const publicKey = key.export({ type: "spki", format: "pem" }).toString();
  return countersign(caseId, { party: party!, name: name!, roles: as as Role[], publicKey }, signer.sign);
}

function enrolCommand(): Command {
  return signing(new Command("enrol"))
    .argument("<case>", "the case's folder")
    .argument("<enrolment>", "what `assay case countersign` printed")
    .description("Enrol a key with its roles in this case, by the registrar.")
    .addHelpText("after", "\nExample:\n  $ assay case enrol ./2026-001 enrolment.json --private-key registrar-key.pem")
    .action(async (folder: string, path: string, options: ActOptions) => {
      const said = parseStrictJson(fromUtf8(await readWhole(path), path), path) as Countersigned;
      await act(folder, options, { kind: "key.enrolled", role: "registrar", facts: { ...said } });
    });
}

function replaceKeyCommand(): Command {
  return signing(new Command("replace-key"))
    .argument("<case>", "the case's folder")
    .description(
      "Replace a key of one's own party, signed by it or by another of the party; the new one counts after 48 hours.",
    )
    .requiredOption("--new-key <file>", "the new private key in PEM, which signs its enrolment")
    .option("--old-key <id>", "id of the key to be replaced (default: the one that signs)")
    .requiredOption("--reason <text>", "why")
    .addHelpText(
      "after",
      '\nExample:\n  $ assay case replace-key ./2026-001 --new-key new-key.pem --reason "the laptop was lost" --private-key complainant-key.pem',
    )
    .action(async (folder: string, options: ActOptions & { newKey: string; oldKey?: string; reason: string }) => {
      const fresh = await readSigner(options.newKey);
      const key = publicOf(readPrivateKey(await readWhole(options.newKey), options.newKey));
      const publicKey = key.export({ type: "spki", format: "pem" }).toString();
      const who = await acting(folder, options);
      const old = options.oldKey ?? who.signer.keyId;
      const { keys, id } = await openCaseFolder(folder);
      const [held, by] = [keys.all.get(old), keys.all.get(who.signer.keyId)];
      if (!held || !by)
        throw new AssayError("NOT_FOUND", "case replace-key: expected keys that are enrolled in the case");
      const { countersignature } = countersign(
        id,
        { party: held.party, name: held.name, roles: [...held.roles], publicKey },
        fresh.sign,
      );
      const facts = { old, publicKey, countersignature, reason: options.reason };
      tell(await enterAct(who, { kind: "key.replaced", role: by.roles[0]!, facts }), options.json ?? false);
    });
}

function calendarCommand(): Command {
  return signing(new Command("calendar"))
    .argument("<case>", "the case's folder")
    .argument("<calendar>", "holidays (assay/calendar/v1)")
    .description("Bring a calendar: times begun later are counted by it, and none that runs gets shorter. (calendar)")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay case calendar ./2026-001 holidays-2027.json --private-key registrar-key.pem",
    )
    .action(async (folder: string, path: string, options: ActOptions) => {
      const bytes = canonicalJsonBytes(readCalendar(parseStrictJson(fromUtf8(await readWhole(path), path), path)).data);
      await act(folder, options, {
        kind: "calendar",
        role: "registrar",
        facts: { calendar: sha256Digest(bytes) },
        attachments: [{ name: "calendar.json", bytes }],
      });
    });
}

function notifyCommand(): Command {
  return saying(signing(new Command("notify")))
    .argument("<case>", "the case's folder")
    .description("Commence: notice to the respondent, and how the panel will be drawn.")
    .option("--draw-after <seconds>", "the beacon's round lies so far ahead", seconds, 3600)
    .addHelpText("after", "\nExample:\n  $ assay case notify ./2026-001 --private-key registrar-key.pem")
    .action(async (folder: string, options: ActOptions & { drawAfter: number }) =>
      act(folder, options, {
        kind: "notice",
        role: "registrar",
        facts: async (open, received) =>
          open.state.beacon ? { ...(await announceDraw(open, received, options.drawAfter)) } : {},
        ...(await saidWith(options)),
      }),
    );
}

function seconds(text: string): number {
  if (!/^[0-9]{1,8}$/.test(text)) throw new InvalidArgumentError("expected seconds.");
  return Number(text);
}

function drawCommand(): Command {
  return signing(new Command("draw"))
    .argument("<case>", "the case's folder")
    .description("Draw the panel from a list by the announced round and the office's committed secret.")
    .requiredOption("--list <file>", "names, one a line")
    .option("--exclude <name=why...>", "who is left out for a conflict, and why")
    .option("--signature <hex>", "the round's signature; made here where the beacon is a stand-in")
    .addHelpText(
      "after",
      '\nExample:\n  $ assay case draw ./2026-001 --list panellists.txt --exclude "A. Moreau=advised the complainant" --private-key registrar-key.pem',
    )
    .action(async (folder: string, options: ActOptions & { list: string; exclude?: string[]; signature?: string }) => {
      const lines = fromUtf8(await readWhole(options.list), options.list).split("\n");
      const list = lines.map((line) => line.trim()).filter((line) => line !== "");
      const excluded = (options.exclude ?? []).map((each) => {
        const at = each.indexOf("=");
        if (at < 1) throw new AssayError("USAGE", "--exclude: expected name=why");
        return { who: each.slice(0, at), because: each.slice(at + 1) };
      });
      await act(folder, options, {
        kind: "panel.drawn",
        role: "registrar",
        facts: async (open) => ({
          ...(await drawFacts(open, { list, excluded, signature: options.signature ?? null })),
        }),
      });
    });
}

function secretCommand(): Command {
  return new Command("secret")
    .description("A custodian's secret: 32 random bytes into a file, and the commitment that goes into the plan.")
    .requiredOption("--out <file>", "where the secret is kept until the labels are opened")
    .addHelpText("after", "\nExample:\n  $ assay case secret --out custodian.secret")
    .action(async ({ out }: { out: string }) => {
      const { secret, commitment } = newSecret();
      await writeNewFile(out, utf8(`${secret}\n`), true);
      process.stdout.write(`${commitment}\n`);
    });
}

async function planOf(path: string) {
  return readPlan(parseStrictJson(fromUtf8(await readWhole(path), path), path), path);
}

function planCommand(): Command {
  return signing(new Command("plan"))
    .argument("<case>", "the case's folder")
    .argument("<plan>", "the plan (assay/test-plan/v1)")
    .description(
      "Propose a plan of tests, before anything is tested; prints the digest that laboratories take as --plan.",
    )
    .option(
      "--round-after <seconds>",
      "print the round so far ahead, to be written into the plan, and enter nothing",
      seconds,
    )
    .addHelpText("after", "\nExample:\n  $ assay case plan ./2026-001 plan.json --private-key examiner-key.pem")
    .action(async (folder: string, path: string, options: ActOptions & { roundAfter?: number }) => {
      if (options.roundAfter !== undefined) {
        const { state, file } = await openCaseFolder(folder);
        const now = file.rehearsal ? Math.max(state.at, options.at ? Date.parse(options.at) / 1000 : 0) : unixSeconds();
        process.stdout.write(`${roundAt(state.beacon!, now + options.roundAfter)}\n`);
        return;
      }
      const plan = await planOf(path);
      process.stderr.write(`plan ${digestOfPlan(plan)}\n`);
      await act(folder, options, {
        kind: "plan.proposed",
        role: "examiner",
        facts: { plan: digestOfPlan(plan) },
        attachments: [{ name: "plan.json", bytes: encodePlan(plan) }],
      });
    });
}

function adoptCommand(): Command {
  return signing(new Command("adopt"))
    .argument("<case>", "the case's folder")
    .argument("<plan>", "the plan that was proposed")
    .description("Adopt a plan: runs, slots, decoys, the beacon's round and the custodian's commitment.")
    .addHelpText("after", "\nExample:\n  $ assay case adopt ./2026-001 plan.json --private-key panel-key.pem")
    .action(async (folder: string, path: string, options: ActOptions) =>
      act(folder, options, { kind: "plan.adopted", role: "panel", facts: { ...factsOfPlan(await planOf(path)) } }),
    );
}

function beaconCommand(): Command {
  return signing(new Command("beacon"))
    .argument("<case>", "the case's folder")
    .description("Enter the beacon's round that the plan names.")
    .addOption(new Option("--role <role>", "in which role").choices(["custodian", "registrar"]).default("registrar"))
    .option("--signature <hex>", "the round's signature; made here where the beacon is a stand-in")
    .addHelpText("after", "\nExample:\n  $ assay case beacon ./2026-001 --private-key registrar-key.pem")
    .action(async (folder: string, options: ActOptions & { signature?: string }) =>
      act(folder, options, {
        kind: "beacon",
        role: options.role as Role,
        facts: async (open) => {
          const { plan } = open.state;
          if (!plan) throw new AssayError("USAGE", "case beacon: no plan was adopted");
          return { round: plan.round, signature: await signatureOf(open, plan.round, options.signature ?? null) };
        },
      }),
    );
}

function exhibitCommand(): Command {
  return saying(signing(new Command("exhibit")))
    .argument("<case>", "the case's folder")
    .argument("<name>", "the exhibit's name in the case, such as E1")
    .description("Enter an exhibit by its digest; with --file its bytes are hashed here and carried.")
    .addOption(new Option("--role <role>", "in which role").choices([...ROLES]).makeOptionMandatory())
    .option("--root <digest>", "digest of it, such as a model's OMS root digest")
    .option("--file <file>", "the exhibit itself")
    .option("--kind <kind>", "what it is", "document")
    .option("--title <text>", "its title")
    .addOption(
      new Option("--speaks-for <side>", "whom it speaks for")
        .choices(["complainant", "respondent", "neither"])
        .default("neither"),
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ assay case exhibit ./2026-001 slot-0 --role custodian --kind model --root sha256:… --private-key custodian-key.pem",
    )
    .action(
      async (
        folder: string,
        exhibit: string,
        options: ActOptions & { root?: string; file?: string; kind: string; title?: string; speaksFor: string },
      ) => {
        const bytes = options.file === undefined ? null : await readWhole(options.file);
        const root = bytes ? sha256Digest(bytes) : options.root;
        if (root === undefined || (options.root !== undefined && options.root !== root))
          throw new AssayError("USAGE", "case exhibit: expected --root DIGEST, or --file with that digest");
        const said = await saidWith(options);
        await act(folder, options, {
          kind: "exhibit",
          role: options.role as Role,
          facts: {
            exhibit,
            title: options.title ?? exhibit,
            kind: options.kind,
            root,
            tier: said.tier ?? "PUBLIC",
            carried: bytes !== null,
            speaksFor: options.speaksFor,
          },
          ...said,
          attachments: [...(said.attachments ?? []), ...(bytes ? [{ name: exhibit, bytes }] : [])],
        });
      },
    );
}

function findCommand(): Command {
  return saying(signing(new Command("find")))
    .argument("<case>", "the case's folder")
    .argument("<bundle>", "the finding's bundle (.zip)")
    .description(
      "Enter a finding as its bundle: a planned run by its slot, or one outside the plan, which opens no remedy.",
    )
    .addOption(
      new Option("--role <role>", "in which role")
        .choices(["examiner", "complainant", "respondent"])
        .default("examiner"),
    )
    .option("--run <id>", "run of the plan")
    .option("--slot <number>", "slot of the run", seconds)
    .option("--proposition <id>", "which of the bundle's findings")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay case find ./2026-001 run-1.zip --run w-0 --slot 0 --private-key examiner-key.pem",
    )
    .action(
      async (
        folder: string,
        path: string,
        options: ActOptions & { run?: string; slot?: number; proposition?: string },
      ) => {
        const zip = await readWhole(path);
        const { run, slot, proposition } = options;
        const facts = factsOfFinding(zip, {
          run: run ?? null,
          slot: slot ?? null,
          ...(proposition === undefined ? {} : { proposition }),
        });
        const said = await saidWith(options);
        await act(folder, options, {
          kind: "finding",
          role: options.role as Role,
          facts: { ...facts },
          ...said,
          attachments: [...(said.attachments ?? []), { name: "finding.zip", bytes: zip }],
        });
        for (const each of foundSinceOf([facts])) process.stderr.write(`${foundSinceText(each)}\n`);
      },
    );
}

function labelsCommand(): Command {
  return signing(new Command("open-labels"))
    .argument("<case>", "the case's folder")
    .description("Open the labels when every run is reported: the custodian's secret and the round draw them.")
    .requiredOption("--secret <file>", "what `assay case secret` kept")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay case open-labels ./2026-001 --secret custodian.secret --private-key custodian-key.pem",
    )
    .action(async (folder: string, options: ActOptions & { secret: string }) => {
      const secret = fromUtf8(await readWhole(options.secret), options.secret).trim();
      if (!/^[0-9a-f]{64}$/.test(secret))
        throw new AssayError("FORMAT", `${options.secret}: expected 32 bytes in hexadecimal`);
      await act(folder, options, {
        kind: "blind.opened",
        role: "custodian",
        facts: async (open) => ({ ...labelFacts(open, secret) }),
      });
    });
}
