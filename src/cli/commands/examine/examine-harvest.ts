/** `assay examine harvest`: does a suspect know the answers that a campaign harvested? */
import { Command } from "commander";
import { examineHarvestFiles, type HarvestOptions } from "../../../app/traffic/examine-harvest.js";
import { encodeFinding } from "../../../finding/codec.js";
import { progressLine } from "../../progress.js";
import { summary } from "../../summary.js";

type Options = Omit<HarvestOptions, "onProgress"> & { json?: boolean };

export function examineHarvestCommand(): Command {
  return new Command("harvest")
    .description("Does a suspect know harvested answers better than answers to like prompts that were not harvested?")
    .requiredOption("--suspect <transcript>", "the suspect's answers to both sets of prompts")
    .requiredOption("--controls <dir>", "at least twenty other models' answers to both sets")
    .requiredOption(
      "--harvested <transcript>",
      "the provider's frozen model's answers to prompts that the campaign sent",
    )
    .requiredOption(
      "--unharvested <transcript>",
      "its answers to prompts of the same families that the campaign did not send",
    )
    .option("--seed <text>", "seed of the permutations", "assay-harvest-1")
    .option("--json", "print the finding as JSON, nothing else")
    .addHelpText(
      "after",
      `
Example:
  $ assay examine harvest --suspect s.jsonl --controls controls/ --harvested own-a.jsonl --unharvested own-b.jsonl --json

The two sets join with the transcripts on prompt_id. Families are templates of the prompts' texts; labels are permuted
within them. The outcome stays "uncalibrated" until a validation study of this method is committed.`,
    )
    .action(async (options: Options) => {
      const progress = progressLine();
      const finding = await examineHarvestFiles({ ...options, onProgress: progress.report }).finally(() =>
        progress.done(),
      );
      process.stdout.write(`${options.json ? encodeFinding(finding) : summary(finding)}\n`);
    });
}
