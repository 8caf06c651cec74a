/** What the maker of a run does: open it, commit while it trains, open rows to a challenge or refuse, close it. */
import { Command, Option } from "commander";
import { answerChallenge, challengeOf, enterSigned, readSignature } from "../../../app/audit/challenge.js";
import { commitRows } from "../../../app/audit/commit-rows.js";
import { beginRun, enterInRun, momentText, readRunKey, signEntry } from "../../../app/audit/run-log.js";
import { readPolicyFile } from "../../../app/log/log.js";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJsonBytes } from "../../../base/canonical-json.js";
import { AssayError } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { unixSeconds } from "../../../host/moment.js";
import { writeNewFile } from "../../../host/small-file.js";
import { readWhole } from "../../../host/whole-file.js";
import { ROW_CLASSES, type RowClass } from "../../../office/audit/rows.js";
import { visibleText } from "../../../report/visible-text.js";
import { progressLine } from "../../progress.js";
import {
  atOf,
  roundOf,
  rounds,
  type SigningOptions,
  signing,
  tellEntry,
  wholeNumber,
  witnessesOf,
} from "./audit-options.js";

/** Verbs that work in the run's own folder, with its key. */
export function makerCommands(): Command[] {
  return [
    openRunCommand(),
    commitCommand(),
    openCommand(),
    refuseCommand(),
    enterCommand(),
    closeCommand(),
    originCommand(),
    summaryCommand(),
    discloseCommand(),
    commandCommand(),
  ];
}

interface RoundOptions {
  round?: number;
  signature?: string;
}

function openRunCommand(): Command {
  const command = new Command("open-run")
    .argument("<run>", "a new folder for the run's log")
    .description("Open a run before it trains: its declaration, signed and logged.")
    .requiredOption("--name <name>", "such as lm-7b-01")
    .requiredOption("--purpose <text>", "what the run is for, one sentence")
    .option(
      "--declared <file>",
      "JSON: schedule, batchTokens, steps, stride, epochs, parameters, flopsPeak, dataRules, base",
    )
    .addOption(
      new Option("--beacon <chain>", "quicknet, or a stand-in of your own for rehearsals")
        .choices(["quicknet", "local"])
        .default("quicknet"),
    );
  return rounds(signing(command))
    .addHelpText(
      "after",
      '\nExample:\n  $ assay audit open-run ./lm-01 --name lm-01 --purpose "a small model" --declared declared.json --beacon local --private-key key.pem',
    )
    .action(
      async (
        folder: string,
        options: SigningOptions &
          RoundOptions & { name: string; purpose: string; declared?: string; beacon: "quicknet" | "local" },
      ) => {
        const declared = options.declared
          ? parseStrictJson(fromUtf8(await readWhole(options.declared), options.declared), options.declared)
          : {};
        const entry = await beginRun({
          folder,
          name: options.name,
          purpose: options.purpose,
          declared,
          beacon: options.beacon,
          key: await readRunKey(options.privateKey, options.password),
          at: atOf(options),
          round: roundOf(options),
          witnesses: await witnessesOf(options),
        });
        tellEntry(entry, `opened ${options.name}: ${entry.digest}`, options.json);
      },
    );
}

function commitCommand(): Command {
  const command = new Command("commit")
    .argument("<run>", "the run's folder")
    .argument("<source...>", "files that the run writes; for checkpoints the folder that holds them")
    .description("Commit to what the run has written so far; run it again as files grow.")
    .addOption(new Option("--class <class>", "what the rows are").choices([...ROW_CLASSES]).makeOptionMandatory())
    .option("--step <number>", "of one checkpoint whose name does not say it", wholeNumber)
    .option("--every <seconds>", "look again and again, until interrupted", wholeNumber);
  return rounds(signing(command))
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit commit ./lm-01 ./output/trainer_state.json --class steps --private-key key.pem",
    )
    .action(
      async (
        folder: string,
        sources: string[],
        options: SigningOptions & RoundOptions & { class: RowClass; step?: number; every?: number },
      ) => {
        const key = await readRunKey(options.privateKey, options.password);
        for (;;) {
          const progress = progressLine();
          const { entry, added, size } = await commitRows({
            folder,
            of: options.class,
            sources,
            key,
            round: roundOf(options),
            at: atOf(options),
            witnesses: await witnessesOf(options),
            step: options.step ?? null,
            onProgress: progress.report,
          }).finally(() => progress.done());
          if (entry)
            tellEntry(entry, `${options.class}: ${added} rows more, ${size} in all: ${entry.digest}`, options.json, {
              added,
            });
          else if (options.every === undefined)
            process.stdout.write(
              options.json
                ? `${JSON.stringify({ type: "assay/audit-entry/v1", entry: null, added: 0, size })}\n`
                : `${options.class}: nothing new, ${size} rows in all\n`,
            );
          if (options.every === undefined) return;
          await new Promise((resolve) => setTimeout(resolve, options.every! * 1000));
        }
      },
    );
}

function openCommand(): Command {
  const command = new Command("open")
    .argument("<run>", "the run's folder")
    .description("Open the rows that a challenge drew, sealed to the auditor.")
    .requiredOption("--out <file>", "a new file for the sealed opening (.age)")
    .option("--challenge <digest>", "which challenge, where more than one waits")
    .option("--signature <hex>", "of the challenge's round, or @FILE; a stand-in beacon makes it itself")
    .option("--withhold <numbers>", "rows that are not opened, by number, separated by commas: they count as bad");
  return signing(command)
    .addHelpText("after", "\nExample:\n  $ assay audit open ./lm-01 --out opening.age --private-key key.pem")
    .action(
      async (
        folder: string,
        options: SigningOptions & { out: string; challenge?: string; signature?: string; withhold?: string },
      ) => {
        const { entry, opened, withheld } = await answerChallenge({
          folder,
          challenge: options.challenge ?? null,
          signature: options.signature ? await readSignature(options.signature) : null,
          out: options.out,
          withhold: (options.withhold ?? "").split(",").filter(Boolean).map(wholeNumber),
          key: await readRunKey(options.privateKey, options.password),
          at: atOf(options),
          witnesses: await witnessesOf(options),
        });
        tellEntry(entry, `opened ${opened} rows, withheld ${withheld}: ${options.out}`, options.json);
      },
    );
}

function refuseCommand(): Command {
  const command = new Command("refuse")
    .argument("<run>", "the run's folder")
    .description("Refuse a challenge; the refusal is logged, and all that was drawn counts as not opened.")
    .requiredOption("--reason <text>", "why")
    .option("--challenge <digest>", "which challenge, where more than one waits");
  return signing(command)
    .addHelpText(
      "after",
      '\nExample:\n  $ assay audit refuse ./lm-01 --reason "no order covers it" --private-key key.pem',
    )
    .action(async (folder: string, options: SigningOptions & { reason: string; challenge?: string }) => {
      const key = await readRunKey(options.privateKey, options.password);
      const { entry } = await enterInRun(
        folder,
        (state) => {
          const { digest } = challengeOf(state, options.challenge ?? null);
          return signEntry(
            {
              kind: "refused",
              run: nameOf(state),
              issued: momentText(atOf(options) ?? unixSeconds()),
              challenge: digest,
              reason: options.reason,
            },
            key,
          );
        },
        await witnessesOf(options),
      );
      tellEntry(entry, "refused", options.json);
    });
}

function enterCommand(): Command {
  return new Command("enter")
    .argument("<run>", "the run's folder")
    .argument("<entry>", "a signed challenge or report from an auditor")
    .description("Enter what an auditor signed into the run's log.")
    .option("--witnesses <file>", "tlog-policy whose witnesses must cosign first")
    .option("--json", "print one record as JSON")
    .addHelpText("after", "\nExample:\n  $ assay audit enter ./lm-01 challenge.json")
    .action(async (folder: string, path: string, options: { witnesses?: string; json?: boolean }) => {
      const { entry, seq } = await enterSigned(folder, await readWhole(path), await witnessesOf(options));
      tellEntry(entry, `entry ${seq}: ${entry.said.kind}`, options.json);
    });
}

function closeCommand(): Command {
  const command = new Command("close-run")
    .argument("<run>", "the run's folder")
    .description("Close a run: nothing more is committed. Abandoned runs are closed too.")
    .option("--model <digest>", "OMS root of the model that came of it")
    .option("--abandoned", "no model came of it")
    .option("--reason <text>", "a sentence", "");
  return signing(command)
    .addHelpText(
      "after",
      '\nExample:\n  $ assay audit close-run ./lm-01 --abandoned --reason "diverged" --private-key key.pem',
    )
    .action(
      async (folder: string, options: SigningOptions & { model?: string; abandoned?: boolean; reason: string }) => {
        if (options.model !== undefined && !/^sha256:[0-9a-f]{64}$/.test(options.model))
          throw new AssayError("USAGE", "--model: expected sha256:… (assay register sign prints it)");
        const key = await readRunKey(options.privateKey, options.password);
        const { entry } = await enterInRun(
          folder,
          (state) =>
            signEntry(
              {
                kind: "run.closed",
                run: nameOf(state),
                issued: momentText(atOf(options) ?? unixSeconds()),
                model: options.model ?? null,
                abandoned: options.abandoned ?? false,
                reason: options.reason,
              },
              key,
            ),
          await witnessesOf(options),
        );
        tellEntry(entry, "closed", options.json);
      },
    );
}

function nameOf(state: { opened: { run: string } | null }): string {
  if (!state.opened) throw new AssayError("NOT_FOUND", "audit: expected a run in this folder");
  return state.opened.run;
}

function originCommand(): Command {
  return new Command("origin")
    .argument("<run>", "the run's folder")
    .argument("<model>", "the released model: folder or file")
    .description("Show that a model grew in this run, from a draw that was committed before its first step.")
    .requiredOption("--checkpoints <folder>", "where the committed checkpoints lie")
    .option("--policy <file>", "tlog-policy: whose witnesses' clocks are believed")
    .option("--out <file>", "a new file for the dossier (JSON)")
    .option("--page <file>", "a new file for the dossier as a page, with the ways to fake one")
    .option("--json", "print the dossier as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit origin ./lm-01 ./release --checkpoints ./output --page origin.html",
    )
    .action(
      async (
        folder: string,
        model: string,
        options: { checkpoints: string; policy?: string; out?: string; page?: string; json?: boolean },
      ) => {
        const { originOfRun } = await import("../../../app/audit/origin-of-run.js");
        const policy = options.policy === undefined ? null : await readPolicyFile(options.policy);
        const report = await originOfRun({ folder, model, checkpoints: options.checkpoints, policy });
        if (options.out !== undefined) await writeNewFile(options.out, canonicalJsonBytes(report));
        if (options.page !== undefined) {
          const { renderOriginPage } = await import("../../../report/audit/origin-page.js");
          await writeNewFile(options.page, utf8(renderOriginPage(report)));
        }
        if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
        else {
          const lines = [
            `${report.run.name}: ${report.status}`,
            ...report.checked.map(({ id, status, detail }) => `${status}  ${id}: ${detail}`),
            "What this cannot see:",
            ...report.cannotSee.map((each) => ` - ${each}`),
          ];
          process.stdout.write(`${lines.map(visibleText).join("\n")}\n`);
        }
      },
    );
}

function summaryCommand(): Command {
  const command = new Command("summary")
    .argument("<run>", "the run's folder")
    .description("Summarise committed data by fields; the log has its root, so that single lines can be shown.")
    .requiredOption("--field <name...>", "fields of the rows, such as licence, source or language")
    .requiredOption("--out <file>", "a new file for all lines with their salts, to be kept secret");
  return signing(command)
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit summary ./lm-01 --field licence source --out summary.json --private-key key.pem",
    )
    .action(async (folder: string, options: SigningOptions & { field: string[]; out: string }) => {
      const { summarise } = await import("../../../app/audit/summary-run.js");
      const progress = progressLine();
      const { entry, lines } = await summarise({
        folder,
        fields: options.field,
        out: options.out,
        key: await readRunKey(options.privateKey, options.password),
        at: atOf(options),
        witnesses: await witnessesOf(options),
        onProgress: progress.report,
      }).finally(() => progress.done());
      tellEntry(entry, `${options.out}: ${lines.length} lines, ${entry.digest}`, options.json);
    });
}

function discloseCommand(): Command {
  return new Command("disclose")
    .argument("<summary>", "what `assay audit summary` wrote")
    .description("Show some lines of a training summary, with proofs, and no others.")
    .option("--field <name...>", "of which fields", [])
    .option("--value <text...>", "of which values (default: all of the fields)", [])
    .option("--total", "the line of the total too")
    .requiredOption("--out <file>", "a new file for the shown lines")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit disclose summary.json --field licence --total --out licences.json",
    )
    .action(async (path: string, options: { field: string[]; value: string[]; total?: boolean; out: string }) => {
      const { disclose } = await import("../../../app/audit/summary-run.js");
      const wanted = { fields: options.field, values: options.value, total: options.total ?? false };
      await writeNewFile(options.out, await disclose(path, wanted));
    });
}

function commandCommand(): Command {
  const command = new Command("command")
    .argument("<run>", "the run's folder")
    .argument("<argv...>", "the command, behind --, with {from}, {to}, {from-step} and {to-step}")
    .description("Log how a segment is trained again, or the last checkpoint exported, before anything is drawn.")
    .addOption(new Option("--purpose <purpose>", "what it makes").choices(["segment", "export"]).default("segment"))
    .requiredOption("--workspace <folder>", "where it runs, with its files")
    .option("--file <file...>", "files in the workspace whose digests are logged", [])
    .option("--measure <folder>", "a checkpoint from which the spread of your own runs is measured")
    .option("--from-step <number>", "with --measure: the step of that checkpoint", wholeNumber)
    .option("--to-step <number>", "with --measure: the step to which it runs", wholeNumber)
    .option("--repeats <n>", "with --measure: how many runs", wholeNumber, 3);
  return signing(command)
    .addHelpText(
      "after",
      "\nExample:\n  $ assay audit command ./lm-01 --workspace ./training --file train.py --measure ./output/checkpoint-0 --from-step 0 --to-step 50 --private-key key.pem -- python train.py --from {from} --steps {from-step}:{to-step} --out {to}",
    )
    .action(
      async (
        folder: string,
        argv: string[],
        options: SigningOptions & {
          purpose: "segment" | "export";
          workspace: string;
          file: string[];
          measure?: string;
          fromStep?: number;
          toStep?: number;
          repeats: number;
        },
      ) => {
        const { logCommand } = await import("../../../app/audit/rerun-run.js");
        const { measure, fromStep = 0, toStep = 0, repeats } = options;
        const entry = await logCommand({
          folder,
          purpose: options.purpose,
          argv,
          workspace: options.workspace,
          files: options.file,
          measure: measure === undefined ? null : { from: measure, steps: [fromStep, toStep], repeats },
          key: await readRunKey(options.privateKey, options.password),
          at: atOf(options),
          witnesses: await witnessesOf(options),
        });
        tellEntry(entry, `logged: ${entry.digest}`, options.json);
      },
    );
}
