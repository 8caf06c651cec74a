/** `assay examine marks TEXTS --mark MARK.json`: does the text carry the mark? */
import { Command } from "commander";
import { examineMarks } from "../../../app/marks/examine-marks.js";
import { examineAndPrint, type OutputOptions, withOutput } from "../../print-findings.js";

interface Options extends OutputOptions {
  mark: string;
  tokenizer?: string;
  each?: boolean;
}

export function examineMarksCommand(): Command {
  const command = new Command("marks")
    .description("Does the text carry a mark? Exact test of texts (JSON Lines with ids, or text) against a mark file.")
    .argument("<texts>", "JSON Lines, gzipped or not: a line with ids, or with text and --tokenizer")
    .requiredOption("--mark <file>", "mark file: scheme, variant, key, vocabulary, parameters (docs/mark-file.md)")
    .option("--tokenizer <path>", "tokenizer.json, or a folder that holds one, for lines without ids")
    .option("--each", "one finding a text, instead of one over all texts")
    .addHelpText(
      "after",
      `
Examples:
  $ assay examine marks answers.jsonl --mark MARK.json
  $ assay examine marks essays.jsonl --mark MARK.json --tokenizer ./model --json | jq .outcome
  $ assay examine marks answers.jsonl --mark MARK.json --each --json

Marks: KGW in the forms of its original repository, transformers, MarkLLM and three_bricks; SynthID-Text of the reference
repository and of transformers; Unigram; Gumbel (EXP); this project's own.
An outcome of "inconclusive" does not show that the text was never marked.`,
    )
    .action(async (texts: string, options: Options) => {
      const { mark, tokenizer, each } = options;
      const paths = { texts, mark, ...(tokenizer === undefined ? {} : { tokenizer }) };
      const publication = { command: "examine marks" as const, settings: { each: each === true } };
      await examineAndPrint(options, publication, () => examineMarks(paths, each === true));
    });
  return withOutput(command);
}
