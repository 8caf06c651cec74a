/** Opening a case, looking at it, packing and proving it. */
import { join } from "node:path";
import { Command, Option } from "commander";
import { adoptPack, enterAct } from "../../../app/docket/act.js";
import { bundleOfCase } from "../../../app/docket/case-bundle.js";
import { createCase, openCaseFolder } from "../../../app/docket/case-folder.js";
import { foundSinceOfEntries } from "../../../app/docket/finding-facts.js";
import { proveEntry } from "../../../app/log/log.js";
import { foundSinceText } from "../../../app/past-versions.js";
import { momentOf } from "../../../app/register/access-fields.js";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { zip } from "../../../evidence/zip.js";
import { unixSeconds } from "../../../host/moment.js";
import { publicOf, readPrivateKey } from "../../../host/signing/signature-keys.js";
import { writeNewFile } from "../../../host/small-file.js";
import { readWhole, writeWhole } from "../../../host/whole-file.js";
import { caseUco } from "../../../office/docket/custody/case-uco.js";
import { encodeRecord } from "../../../office/docket/entry/docket-record.js";
import { advance } from "../../../office/docket/fold/clocks.js";
import { allowed } from "../../../office/docket/fold/next.js";
import { stated } from "../../../office/docket/fold/stated.js";
import { ROLES, type Role, TIERS, type Tier } from "../../../office/docket/pack/names.js";
import { readPack } from "../../../office/docket/pack/rule-pack.js";
import { PACK_TEXTS, WEEKENDS_ONLY } from "../../../office/docket/packs/shipped.js";
import { visibleText } from "../../../report/visible-text.js";
import { plainPolicy } from "../../../tlog/policy.js";
import { type ActOptions, acting, signing, tell } from "./common.js";

const KEYS_FILE_OF_LOG = "verifier-keys.txt";

/** Verbs that open, read, pack and prove a case. */
export function lookCommands(): Command[] {
  return [openCommand(), showCommand(), nextCommand(), packCommand(), exportCommand(), proveCommand(), rulesCommand()];
}

interface OpenOptions extends ActOptions {
  id: string;
  origin: string;
  rules: string;
  calendar?: string;
  beacon: "quicknet" | "local";
  rehearsal?: boolean;
  escrow?: string;
}

function openCommand(): Command {
  return signing(new Command("open"))
    .argument("<folder>", "a new folder for the case and its log")
    .description("Open a case under a rule pack, with a log of its own; the first entry is the registrar's.")
    .requiredOption("--id <id>", "id of the case, such as 2026-001")
    .requiredOption("--origin <name>", "origin of its log, such as docket.example/2026-001")
    .option("--rules <pack>", `rule pack: ${[...PACK_TEXTS.keys()].join(", ")}, or a file`, "expedited-ai-ip/v1")
    .option("--calendar <file>", "holidays (assay/calendar/v1); default: weekends alone")
    .addOption(
      new Option("--beacon <chain>", "drand's quicknet, or a local stand-in, which every check names as one")
        .choices(["quicknet", "local"])
        .default("quicknet"),
    )
    .option("--escrow <recipient>", "the office's age recipient: whatever is sealed in this case is sealed to it too")
    .option("--rehearsal", "times are given with --at, and the case says so for ever")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay case open ./2026-001 --id 2026-001 --origin docket.example/2026-001 --beacon local --private-key registrar-key.pem",
    )
    .action(async (folder: string, options: OpenOptions) => {
      const json = async (path: string) => parseStrictJson(fromUtf8(await readWhole(path), path), path);
      const pack = PACK_TEXTS.get(options.rules) ?? (await json(options.rules));
      const calendar = options.calendar === undefined ? WEEKENDS_ONLY.data : await json(options.calendar);
      const who = await acting(folder, options);
      const key = publicOf(readPrivateKey(await readWhole(options.privateKey), options.privateKey, options.password));
      const { id, origin, beacon, escrow } = options;
      await createCase(folder, { id, origin, pack, calendar, rehearsal: options.rehearsal ?? false });
      const publicKey = key.export({ type: "spki", format: "pem" }).toString();
      tell(
        await enterAct(
          who,
          adoptPack(publicKey, { packId: readPack(pack).data.id, beacon, ...(escrow === undefined ? {} : { escrow }) }),
        ),
        options.json ?? false,
      );
    });
}

async function foldedAt(folder: string, at: string | undefined) {
  const open = await openCaseFolder(folder);
  const asOf =
    at === undefined
      ? Math.max(open.state.at, open.file.rehearsal ? 0 : unixSeconds())
      : Date.parse(momentOf(at, "--at")) / 1000;
  if (asOf < open.state.at) throw new AssayError("USAGE", "--at: expected a moment no earlier than the last entry");
  advance(open.state, open.rules, asOf);
  return open;
}

function showCommand(): Command {
  return new Command("show")
    .argument("<case>", "the case's folder")
    .description("What the case comes to: state, clocks with their computation, findings, orders, gates.")
    .option("--at <moment>", "as it stands at this time, UTC (default: now; in a rehearsal the last entry)")
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay case show ./2026-001 --json")
    .action(async (folder: string, options: { at?: string; json?: boolean }) => {
      const open = await foldedAt(folder, options.at);
      const foundSince = foundSinceOfEntries(open.records);
      const record = { case: open.id, ...stated(open.state, open.rules), foundSince };
      if (options.json) {
        process.stdout.write(`${JSON.stringify(record)}\n`);
        return;
      }
      const lines = [`${open.id}, as of ${record.asOf}: ${record.state} (${record.says})`];
      for (const { timer, due, status, computation } of record.clocks) {
        lines.push(`  ${timer}: ${status}, ends ${due}`);
        for (const line of computation) lines.push(`    ${line}`);
      }
      for (const { flag, at, by } of record.flags) lines.push(`  flag ${flag} at ${at} (${by})`);
      for (const each of record.findings)
        lines.push(
          `  finding ${each.entry}, ${each.proposition}: ${each.outcome}, about ${each.about}; ${each.standing}`,
        );
      lines.push(...foundSince.map((each) => `  ${foundSinceText(each)}`));
      for (const order of record.orders)
        lines.push(
          `  order ${order.entry}, rung ${order.rung}: ${order.standing}${order.stayed ? ", stayed until final" : ""}`,
        );
      for (const { rung, name, open: is, conditions } of record.gates)
        lines.push(`  rung ${rung}, ${name}: ${is ? "open" : `shut: ${conditions.find(({ holds }) => !holds)!.says}`}`);
      process.stdout.write(`${lines.map(visibleText).join("\n")}\n`);
    });
}

function nextCommand(): Command {
  return new Command("next")
    .argument("<case>", "the case's folder")
    .description("Who may do what next, by when and why.")
    .addOption(new Option("--role <role>", "one role's steps").choices([...ROLES]))
    .option("--at <moment>", "as it stands at this time, UTC")
    .option("--json", "print one record a step as JSON")
    .addHelpText("after", "\nExample:\n  $ assay case next ./2026-001 --role respondent")
    .action(async (folder: string, options: { role?: Role; at?: string; json?: boolean }) => {
      const open = await foldedAt(folder, options.at);
      for (const step of allowed(open.state, open.rules, options.role))
        if (options.json) process.stdout.write(`${JSON.stringify({ type: "assay/case-step/v1", ...step })}\n`);
        else {
          const against = step.missing.length > 0 ? `; not yet: ${step.missing.join("; ")}` : "";
          const due = step.due === null ? "" : ` by ${step.due}`;
          process.stdout.write(`${step.role}: ${step.kind}${due}: ${step.why}${against}\n`);
        }
    });
}

function packCommand(): Command {
  return new Command("pack")
    .argument("<case>", "the case's folder")
    .description("Pack the case into one zip that another party checks offline with `assay verify`.")
    .requiredOption("--out <file>", "a new .zip")
    .addOption(
      new Option("--tier <circle>", "carry attachments up to this circle").choices([...TIERS]).default("PUBLIC"),
    )
    .option("--at <moment>", "state it as of this time, UTC (default: now; in a rehearsal the last entry)")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay case pack ./2026-001 --out 2026-001.zip\n  $ assay verify 2026-001.zip",
    )
    .action(async (folder: string, options: { out: string; tier: Tier; at?: string }) => {
      const { state } = await foldedAt(folder, options.at);
      const files = await bundleOfCase(folder, options.tier, state.at);
      await writeNewFile(options.out, zip(files));
      process.stderr.write(`${files.size} files\n`);
    });
}

function exportCommand(): Command {
  return new Command("export")
    .argument("<case>", "the case's folder")
    .description("Write exhibits and their custody for other tools: CASE 1.4 over UCO 1.4, as JSON-LD.")
    .requiredOption("--out <file>", "a new .jsonld")
    .addHelpText("after", "\nExample:\n  $ assay case export ./2026-001 --out custody.jsonld")
    .action(async (folder: string, { out }: { out: string }) => {
      const { file, records, keys } = await openCaseFolder(folder);
      const holders = new Map([...keys.all].map(([id, { party, name }]) => [id, { party, name }]));
      const graph = caseUco(file, records, holders);
      await writeNewFile(out, utf8(`${JSON.stringify(graph, null, 2)}\n`));
      process.stderr.write(`${graph["@graph"].length} objects\n`);
    });
}

function proveCommand(): Command {
  return new Command("prove")
    .argument("<case>", "the case's folder")
    .argument("<entry>", "number of the entry")
    .description(
      "Write an entry's record, its proof and a policy with the log's keys, for an order in the register to rest on.",
    )
    .requiredOption("--out <folder>", "where record.json, record.proof and docket.policy go")
    .addHelpText(
      "after",
      '\nExample:\n  $ assay case prove ./2026-001 41 --out ./basis\n  $ assay register order northwind/lm --effect suspend --basis-record ./basis/record.json --basis-proof ./basis/record.proof --basis-policy ./basis/docket.policy --reasons "decision, paragraph 12" --private-key court-key.pem --register ./log',
    )
    .action(async (folder: string, entry: string, { out }: { out: string }) => {
      const { records } = await openCaseFolder(folder);
      const record = /^[0-9]{1,9}$/.test(entry) ? records[Number(entry)] : undefined;
      if (!record) throw new AssayError("NOT_FOUND", `case prove: expected an entry below ${records.length}`);
      await writeWhole(join(out, "record.json"), encodeRecord(record));
      await writeWhole(join(out, "record.proof"), await proveEntry(folder, record.seq, null));
      // The log's own keys: who takes them at their word trusts the folder they came from.
      const keys = fromUtf8(await readWhole(join(folder, KEYS_FILE_OF_LOG)), KEYS_FILE_OF_LOG);
      await writeWhole(join(out, "docket.policy"), utf8(plainPolicy(keys.split("\n").filter((line) => line !== ""))));
      process.stdout.write(`entry ${record.seq}: ${record.kind}\n`);
    });
}

function rulesCommand(): Command {
  return new Command("rules")
    .argument("[pack]", "id of a pack that ships, or a file")
    .description("List the rule packs that ship with their digests, or print one.")
    .addHelpText("after", "\nExample:\n  $ assay case rules udrp/v1 > udrp.json")
    .action(async (id: string | undefined) => {
      if (id === undefined) {
        for (const [name, text] of PACK_TEXTS) process.stdout.write(`${name}  ${readPack(text).digest}\n`);
        return;
      }
      const text = PACK_TEXTS.get(id) ?? parseStrictJson(fromUtf8(await readWhole(id), id), id);
      readPack(text);
      process.stdout.write(`${JSON.stringify(text, null, 2)}\n`);
    });
}
