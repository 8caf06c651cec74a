/** `assay gate read`: what a harness's file says, counted again, and every fault by name. */
import { Command } from "commander";
import { readEvaluation } from "../../../app/gate/read-evaluation.js";
import { FAULTS, lower95Ppm } from "../../../office/gate/evaluations/reading.js";
import { visibleText } from "../../../report/visible-text.js";

const FAULTY = 3;

/** A file that no harness wrote is a fault of the input; a count that does not hold sets exit status 3. */
export function gateReadCommand(): Command {
  return new Command("read")
    .argument("<file...>", "log of Inspect (.eval or JSON), garak report, output of promptfoo, results of lm-eval")
    .description("Count an evaluation again from its samples. Exit status 3: a fault that a gate refuses it for.")
    .option("--json", "print one record a file as JSON")
    .addHelpText("after", "\nExample:\n  $ assay gate read ./logs/2026-11-01_mmlu.eval ./garak.report.jsonl")
    .action(async (files: string[], { json }: { json?: boolean }) => {
      for (const file of files) {
        const { reading, digest } = await readEvaluation(file);
        if (reading.faults.length > 0) process.exitCode = FAULTY;
        if (json) {
          const counts = reading.counts.map((count) => ({ ...count, lower95Ppm: lower95Ppm(count) }));
          const record = { type: "assay/evaluation-read/v1", file, digest, ...reading, counts };
          process.stdout.write(`${JSON.stringify(record)}\n`);
          continue;
        }
        const lines = [
          `${file}: ${reading.tool}, ${reading.suite}${reading.model ? `, ${reading.model}` : ""}`,
          ...reading.counts.map(
            (count) =>
              `  ${count.metric}: ${count.k} of ${count.n} distinct samples (${count.passed} of ${count.attempts} attempts), 95 % lower bound ${lower95Ppm(count)} ppm`,
          ),
          ...reading.uncounted.map(({ metric, says }) => `  ${metric}: no count, ${says}`),
          ...reading.faults.map(({ name, says }) => `  refused, ${name}: ${FAULTS[name]} (${says})`),
        ];
        process.stdout.write(`${lines.map(visibleText).join("\n")}\n`);
      }
    });
}
