/** `assay traffic …`: what the engine behind `examine traffic` answers about a log besides findings. */
import { Command } from "commander";
import { earlierFlag } from "../../../cli/flags/earlier.js";
import { progressLine } from "../../../cli/progress.js";
import { intakeLines } from "../desk/intake-facts.js";
import { type LogOptions, logOptions } from "../desk/log-options.js";
import { exportLogs } from "../desk/traffic-export.js";
import { reportOnLogs } from "../desk/traffic-report.js";
import { templatesOf } from "../desk/traffic-templates.js";

/** The key that hashes was once called --key. */
const hashed = (command: Command) => earlierFlag(command, "--key <file>", "--hash-key");

/** The verbs report, export and templates. */
export function trafficCommand(): Command {
  return new Command("traffic")
    .addCommand(hashed(reportCommand()))
    .addCommand(hashed(exportCommand()))
    .addCommand(templatesCommand());
}

function templatesCommand(): Command {
  return new Command("templates")
    .description("Group prompts by template.")
    .argument(
      "<prompts>",
      "JSON Lines (`text`, `prompt`, `instruction` or `messages`) or one prompt a line, gzipped or not",
    )
    .option("--json", "a line a prompt, with its `template`, and nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ assay traffic templates prompts.jsonl.gz --json
  $ assay traffic templates prompts.jsonl

A template is a fixed text whose fillings differ, or a group of near duplicates. A prompt that is neither stands alone.`,
    )
    .action(async (prompts: string, { json }: { json?: boolean }) => {
      const all = await templatesOf(prompts);
      if (json) {
        for (const { record, template } of all) process.stdout.write(`${JSON.stringify({ ...record, template })}\n`);
        return;
      }
      const sizes = new Map<string, number>();
      for (const { template } of all) sizes.set(template, (sizes.get(template) ?? 0) + 1);
      const several = [...sizes].filter(([, n]) => n > 1).sort((a, b) => b[1] - a[1]);
      process.stdout.write(
        `${all.length} prompts, ${sizes.size} templates, ${sizes.size - several.length} of them one prompt each\n`,
      );
      for (const [template, n] of several.slice(0, 50)) {
        const first = String(Object.values(all.find((p) => p.template === template)!.record)[0]);
        process.stdout.write(`${String(n).padStart(8)}  ${template}  ${JSON.stringify(first.slice(0, 90))}\n`);
      }
    });
}

function reportCommand(): Command {
  return new Command("report")
    .description("Usage by model, organisation and key, unusual keys, and who shares what with an account.")
    .argument("<log...>", "log files or folders of them")
    .option("--data <dir>", "folder of the tables, kept between runs")
    .option("--hash-key <file>", "key that hashes identifiers")
    .option("--mapping <file>", "where the fields of a log of one's own are (JSON)")
    .option("--account <account>", "add who shares networks or payment with this account (in clear, or its keyed hash)")
    .option("--json", "print the report as one JSON object, nothing else")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay traffic report spend-logs/ --data ./traffic --account alice@example.org",
    )
    .action(async (logs: string[], options: LogOptions & { account?: string; json?: boolean }) => {
      const progress = progressLine();
      const { intake, ...report } = await reportOnLogs({
        ...(await logOptions(logs, options)),
        account: options.account ?? null,
        onProgress: progress.report,
      }).finally(() => progress.done());
      if (options.json) process.stdout.write(`${JSON.stringify({ ...report, intake })}\n`);
      else {
        process.stdout.write(`${intakeLines(intake).join("\n")}\n`);
        for (const [name, lines] of Object.entries(report)) {
          process.stdout.write(`${name}: ${lines.length} lines\n`);
          for (const line of lines.slice(0, 10))
            process.stdout.write(
              `  ${Object.entries(line)
                .map(([k, v]) => `${k} ${v}`)
                .join("  ")}\n`,
            );
        }
      }
    });
}

function exportCommand(): Command {
  return new Command("export")
    .description(
      "A log as hashed rows with their templates in one Parquet file, to be examined without its users' words.",
    )
    .argument("<log...>", "log files or folders of them")
    .requiredOption("--out <file>", "the Parquet file to write")
    .option("--data <dir>", "folder of the tables, kept between runs")
    .option("--hash-key <file>", "key that hashes identifiers and prompts; it stays with you")
    .option("--mapping <file>", "where the fields of a log of one's own are (JSON)")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay traffic export spend-logs/ --hash-key owner.key --out hashed.parquet\n  $ assay examine traffic hashed.parquet --json",
    )
    .action(async (logs: string[], options: LogOptions & { out: string }) => {
      const progress = progressLine();
      const rows = await exportLogs({
        ...(await logOptions(logs, options)),
        out: options.out,
        onProgress: progress.report,
      }).finally(() => progress.done());
      process.stderr.write(`${rows} rows written to ${options.out}\n`);
    });
}
