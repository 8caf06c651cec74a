/** `assay examine inheritance TRANSCRIPT --mark MARK.json`: did the suspect learn text that carries the mark? */
import { Command, InvalidArgumentError } from "commander";
import { examineInherited } from "../../../app/marks/examine-inheritance.js";
import { INHERITED, SEED_DEFAULT } from "../../../labs/marks/record/method.js";
import { examineAndPrint, type OutputOptions, withOutput } from "../../print-findings.js";
import { progressLine } from "../../progress.js";

interface Options extends OutputOptions {
  mark: string;
  tokenizer?: string;
  keys: number;
  seed: string;
  reading?: boolean;
}

export function examineInheritanceCommand(): Command {
  const command = new Command("inheritance")
    .description(
      "Was the suspect trained on text that carries a mark? Asks its transcript, and calibrates on other keys.",
    )
    .argument(
      "<transcript>",
      "the suspect's answers: JSON Lines with ids, or text and --tokenizer; prompt_ids or prompt",
    )
    .requiredOption("--mark <file>", "mark file of the key under which text was served (docs/mark-file.md)")
    .option("--tokenizer <path>", "tokenizer.json of the mark, or a folder that holds one, for lines without ids")
    .option("--keys <n>", "other keys to calibrate on; an outcome takes at least 1,000", keysArgument, INHERITED.keys)
    .option("--seed <text>", "seed of the other keys", SEED_DEFAULT)
    .option("--reading", "lines hold ids of marked text that the suspect read, and predicted: its first choices")
    .addHelpText(
      "after",
      `
Examples:
  $ assay examine inheritance suspect.jsonl.gz --mark MARK.json
  $ assay examine inheritance suspect.jsonl --mark MARK.json --tokenizer ./model --json | jq .outcome
  $ assay mark plan --share 0.05          how many tokens such a test needs

An outcome of "inconclusive" does not show that the suspect learned no marked text.`,
    )
    .action(async (transcript: string, options: Options) => {
      const { mark, tokenizer, keys, seed, reading } = options;
      const progress = progressLine();
      const publication = {
        command: "examine inheritance" as const,
        settings: { keys, seed, reading: reading === true },
      };
      const examine = () =>
        examineInherited({
          paths: { texts: transcript, mark, ...(tokenizer === undefined ? {} : { tokenizer }) },
          keys,
          seed,
          reading: reading === true,
          onProgress: progress.report,
        }).finally(() => progress.done());
      await examineAndPrint(options, publication, examine);
    });
  return withOutput(command);
}

function keysArgument(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 10 || n > 100_000) throw new InvalidArgumentError("expected 10 to 100,000.");
  return n;
}
