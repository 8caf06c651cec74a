/** `assay audit inspect …`: managed access under an order, with a log of what was queried, delivered and let out. */
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import {
  beginInspection,
  enterSignedWord,
  fileFacts,
  letOut,
  reconcileInspections,
  reportOnInspection,
  runQuery,
  sayInInspection,
  signWord,
} from "../../../app/audit/inspect.js";
import { readRunKey } from "../../../app/audit/run-log.js";
import { readPolicyFile } from "../../../app/log/log.js";
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { unixSeconds } from "../../../host/moment.js";
import { writeNewFile } from "../../../host/small-file.js";
import { readWhole } from "../../../host/whole-file.js";
import type { InspectionEntry, SignedInspectionEntry } from "../../../office/audit/inspection/entry.js";
import { visibleText } from "../../../report/visible-text.js";
import { atOf, type SigningOptions, signing, witnessesOf } from "./audit-options.js";

/** All verbs below `audit inspect`. */
export function inspectCommand(): Command {
  const command = new Command("inspect").description(
    "Managed access under an order: queries by listed tools, what was delivered, and a gate for what leaves.",
  );
  for (const each of [
    openCommand(),
    queryCommand(),
    sayCommand(),
    releaseCommand(),
    enterCommand(),
    reportCommand(),
    reconcileCommand(),
  ])
    command.addCommand(each);
  return command;
}

const acting = async (folder: string, options: SigningOptions) => ({
  folder,
  key: await readRunKey(options.privateKey, options.password),
  at: atOf(options),
  witnesses: await witnessesOf(options),
});

function tell(entry: SignedInspectionEntry, says: string, json: boolean | undefined): void {
  if (json)
    process.stdout.write(
      `${JSON.stringify({ type: "assay/inspection-entry/v1", digest: entry.digest, entry: entry.said })}\n`,
    );
  else process.stdout.write(`${visibleText(says)}\n`);
}

function openCommand(): Command {
  const command = new Command("open")
    .argument("<inspection>", "a new folder for the inspection's log")
    .description("The host opens the log of an inspection, under the order's terms and with its keys.")
    .requiredOption("--name <name>", "such as room-2026-001")
    .requiredOption("--order <file>", "terms of the inspection, as the panel ordered them")
    .option("--authority <digest>", "statement of the docket's entry that ordered it")
    .requiredOption("--inspector <file...>", "public keys in PEM of the inspectors that the order names")
    .requiredOption("--clears <file>", "public key in PEM of whoever clears what leaves");
  return signing(command)
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit inspect open ./room --name room-1 --order terms.json --inspector inspector.pub --clears registrar.pub --private-key host.pem",
    )
    .action(
      async (
        folder: string,
        options: SigningOptions & {
          name: string;
          order: string;
          authority?: string;
          inspector: string[];
          clears: string;
        },
      ) => {
        const entry = await beginInspection({
          ...(await acting(folder, options)),
          name: options.name,
          order: await readWhole(options.order),
          authority: options.authority ?? null,
          inspectors: await Promise.all(options.inspector.map((path) => readFile(path, "utf8"))),
          clears: await readFile(options.clears, "utf8"),
        });
        tell(entry, `opened ${options.name}: ${entry.digest}`, options.json);
      },
    );
}

function queryCommand(): Command {
  const command = new Command("query")
    .argument("<inspection>", "the inspection's folder, in the room")
    .description("Run a tool that the order lists on a query, and log both: the result stays in the room.")
    .requiredOption("--tool <file>", "the program, whose digest the order lists")
    .requiredOption("--query <file>", "what the tool reads on its standard input")
    .requiredOption("--out <file>", "a new file in the room for what the tool prints");
  return signing(command)
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit inspect query ./room --tool count.mjs --query q1.txt --out r1.txt --private-key inspector.pem",
    )
    .action(async (folder: string, options: SigningOptions & { tool: string; query: string; out: string }) => {
      const { tool, query, out } = options;
      const { entry, resultBytes } = await runQuery({ ...(await acting(folder, options)), tool, query, out });
      tell(entry, `${out}: ${resultBytes} bytes, query ${entry.digest}`, options.json);
    });
}

/** Kinds that one side says by itself; queries and what leaves have verbs of their own. */
const KINDS = [
  "observed",
  "missed",
  "delivered",
  "received",
  "withheld",
  "asked",
  "cleared",
  "stopped",
  "clawed-back",
  "returned",
  "incident",
  "ended",
] as const;

function sayCommand(): Command {
  const command = new Command("say")
    .argument("<inspection>", "the inspection's folder or URL")
    .argument("<kind>", KINDS.join(", "))
    .description("One side's word: what was delivered, received, asked for, cleared, noticed, ended.")
    .option("--facts <json>", "the entry's facts, or @file")
    .option("--file <file>", "a file whose digest and bytes are said")
    .option("--out <file>", "write the signed word for the host to enter; else it is entered");
  return signing(command)
    .addHelpText(
      "after",
      `\nExample:\n  $ assay audit inspect say ./room delivered --facts '{"item":"manifest","whole":true}' --file manifest.jsonl --private-key host.pem`,
    )
    .action(
      async (
        folder: string,
        kind: string,
        options: SigningOptions & { facts?: string; file?: string; out?: string },
      ) => {
        if (!(KINDS as readonly string[]).includes(kind))
          throw new AssayError("USAGE", `audit inspect say: expected one of ${KINDS.join(", ")}`);
        const facts = {
          ...(await factsOf(options.facts)),
          ...(options.file === undefined ? {} : await fileFacts(options.file)),
          kind,
        } as Parameters<typeof sayInInspection>[1];
        const by = await acting(folder, options);
        if (options.out === undefined) {
          const entry = await sayInInspection(by, facts);
          tell(entry, `${kind}: ${entry.digest}`, options.json);
        } else await writeNewFile(options.out, await signWord(folder, facts, by.key, by.at));
      },
    );
}

async function factsOf(given: string | undefined): Promise<Partial<InspectionEntry>> {
  if (given === undefined) return {};
  const text = given.startsWith("@") ? fromUtf8(await readWhole(given.slice(1)), given.slice(1)) : given;
  const value = parseStrictJson(text, "--facts");
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new AssayError("FORMAT", "--facts: expected a JSON object");
  return value as Partial<InspectionEntry>;
}

function releaseCommand(): Command {
  const command = new Command("release")
    .argument("<inspection>", "the inspection's folder")
    .argument("<file>", "the file that was asked for and cleared")
    .description(
      "The host lets a file out of the room, if the gate does: cleared, the same bytes, within the order's cap.",
    )
    .requiredOption("--asked <digest>", "the word by which it was asked for")
    .requiredOption("--out <file>", "where it goes");
  return signing(command)
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit inspect release ./room r1.txt --asked sha256:… --out ./outside/r1.txt --private-key host.pem",
    )
    .action(async (folder: string, file: string, options: SigningOptions & { asked: string; out: string }) => {
      const entry = await letOut(await acting(folder, options), options.asked, file, options.out);
      tell(entry, `${options.out}: left, ${entry.digest}`, options.json);
    });
}

function enterCommand(): Command {
  return new Command("enter")
    .argument("<inspection>", "the inspection's folder")
    .argument("<entry>", "a word that another side signed")
    .description("Enter what another side signed into the inspection's log.")
    .option("--witnesses <file>", "tlog-policy whose witnesses must cosign first")
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay audit inspect enter ./room receipt.json")
    .action(async (folder: string, path: string, options: { witnesses?: string; json?: boolean }) => {
      const { entry, seq } = await enterSignedWord(folder, await readWhole(path), await witnessesOf(options));
      tell(entry, `entry ${seq}: ${entry.said.kind}`, options.json);
    });
}

function print(report: { says: readonly string[]; cannotSee: readonly string[] }, head: string, json?: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const lines = [head, ...report.says, "What this cannot see:", ...report.cannotSee.map((each) => ` - ${each}`)];
  process.stdout.write(`${lines.map(visibleText).join("\n")}\n`);
}

function reportCommand(): Command {
  return new Command("report")
    .argument("<inspection>", "the inspection's folder or URL")
    .description("Duties of the order, kept or not, and the words of both sides beside each other.")
    .option("--policy <file>", "tlog-policy: whose witnesses' clocks are believed")
    .option("--json", "print the report as JSON")
    .addHelpText("after", "\nExample:\n  $ assay audit inspect report ./room")
    .action(async (where: string, options: { policy?: string; json?: boolean }) => {
      const policy = options.policy === undefined ? null : await readPolicyFile(options.policy);
      const { report } = await reportOnInspection(where, policy, unixSeconds());
      const kept = report.duties.filter(({ status }) => status === "kept").length;
      print(
        report,
        `${report.inspection}: ${kept} of ${report.duties.length} duties kept; ${report.matched} words match, ${report.mismatches.length} do not`,
        options.json,
      );
    });
}

function reconcileCommand(): Command {
  return new Command("reconcile")
    .argument("<first>", "an inspection of one party")
    .argument("<second>", "the inspection of the other")
    .description("Two parties that inspect each other: both words of both, and where the terms differ.")
    .option("--policy <file>", "tlog-policy: whose witnesses' clocks are believed")
    .option("--json", "print the reconciliation as JSON")
    .addHelpText("after", "\nExample:\n  $ assay audit inspect reconcile ./room-a ./room-b")
    .action(async (first: string, second: string, options: { policy?: string; json?: boolean }) => {
      const policy = options.policy === undefined ? null : await readPolicyFile(options.policy);
      const found = await reconcileInspections(first, second, policy, unixSeconds());
      print(found, found.status, options.json);
    });
}
