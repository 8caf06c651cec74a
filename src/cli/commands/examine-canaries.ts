/** `assay examine canaries TRANSCRIPT --plan PLAN.json`: whose canaries did the suspect learn? */
import { Command } from "commander";
import { examineCanaryTranscript } from "../../app/examine-canaries.js";
import { printFindings } from "../print-findings.js";

export function examineCanariesCommand(): Command {
  return new Command("canaries")
    .description("Did the suspect learn canaries planted in accounts? Exact test over a committed random assignment.")
    .argument("<transcript>", "the suspect's answers to the plan's questions; prompt_id is the item's id")
    .requiredOption("--plan <file>", "the plan, made by assay mark canaries")
    .option("--json", "print one finding a line as JSON, nothing else")
    .addHelpText(
      "after",
      `
Example:
  $ assay examine canaries suspect.jsonl --plan PLAN.json --json | jq .observations.named`,
    )
    .action(async (transcript: string, { plan, json }: { plan: string; json?: boolean }) =>
      printFindings([await examineCanaryTranscript(transcript, plan)], json === true),
    );
}
