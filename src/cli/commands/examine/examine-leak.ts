/** `assay examine leak SUSPECT --original MODEL --recipients FILE`: whose copy is it? */
import { Command, InvalidArgumentError } from "commander";
import { examineLeakedWeights } from "../../../app/marks/leak.js";
import { assayHome } from "../../../host/home.js";
import { examineAndPrint, type OutputOptions, withOutput } from "../../print-findings.js";
import { progressLine } from "../../progress.js";

interface Options extends OutputOptions {
  original: string;
  recipients: string;
  freshWords?: number;
}

export function examineLeakCommand(): Command {
  const command = new Command("leak")
    .description(
      "Whose marked copy was a leaked model made from? Names recipients, with the odds of naming an innocent one.",
    )
    .argument("<suspect>", "model folder or .safetensors file; its matrices under the original's names and shapes")
    .requiredOption("--original <model>", "the owner's model, before any copy was marked")
    .requiredOption("--recipients <file>", "the owner's list: key and names, kept by assay mark weights")
    .option(
      "--fresh-words <n>",
      "code words drawn afresh beside the exact bound (default: as many as bring the count of all recipients to 10^-6, at most 10^9, some half a minute; 10^6 where nobody is named)",
      freshArgument,
    )
    .addHelpText(
      "after",
      `
Examples:
  $ assay mark weights ./model --recipient "Institute A" --key recipients.json --out ./copy-a
  $ assay examine leak ./leaked --original ./model --recipients recipients.json --json | jq .observations.named`,
    )
    .action(async (suspect: string, options: Options) => {
      const { original, recipients } = options;
      const freshWords = options.freshWords ?? null;
      const progress = progressLine();
      const publication = { command: "examine leak" as const, settings: { freshWords: freshWords ?? "enough" } };
      const examine = () =>
        examineLeakedWeights({
          suspect,
          original,
          recipients,
          freshWords,
          home: assayHome(),
          onProgress: progress.report,
        }).finally(() => progress.done());
      await examineAndPrint(options, publication, examine);
    });
  return withOutput(command);
}

function freshArgument(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 1e11) throw new InvalidArgumentError("expected 1 to 100,000,000,000.");
  return n;
}
