/** `assay examine canaries TRANSCRIPT --plan PLAN.json`: whose canaries did the suspect learn? */
import { Command } from "commander";
import { examineCanaryTranscript } from "../../../app/marks/examine-canaries.js";
import { examineAndPrint, type OutputOptions, withOutput } from "../../print-findings.js";

export function examineCanariesCommand(): Command {
  const command = new Command("canaries")
    .description("Did the suspect learn canaries planted in accounts? Exact test over a committed random assignment.")
    .argument("<transcript>", "the suspect's answers to the plan's questions; prompt_id is the item's id")
    .requiredOption("--plan <file>", "the plan, made by assay mark canaries")
    .addHelpText(
      "after",
      `
Example:
  $ assay examine canaries suspect.jsonl --plan PLAN.json --json | jq .observations.named`,
    )
    .action(async (transcript: string, options: OutputOptions & { plan: string }) => {
      const publication = { command: "examine canaries" as const, settings: {} };
      await examineAndPrint(options, publication, () => examineCanaryTranscript(transcript, options.plan));
    });
  return withOutput(command);
}
