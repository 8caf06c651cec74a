/** `assay mark weights MODEL --recipient NAME --recipients FILE --out DIR`: a copy that can be traced. */
import { Command, InvalidArgumentError } from "commander";
import { progressLine } from "../../../cli/progress.js";
import { markWeights } from "../desk/leak.js";

interface Options {
  recipient: string;
  recipients: string;
  out: string;
  strength?: number;
}

/** Writes a new folder; the original is only read. */
export function markWeightsCommand(): Command {
  return new Command("weights")
    .description("Write a copy of a model for one recipient, carrying a code word in its matrices.")
    .argument("<model>", "model folder with safetensors in F32, F16 or BF16")
    .requiredOption("--recipient <name>", "whom the copy is for")
    .requiredOption("--recipients <file>", "the owner's list of recipients with its key; made where it does not exist")
    .requiredOption("--out <dir>", "a new folder")
    .option(
      "--strength <share>",
      "change of a weight as a share of its matrix's root mean square (default 0.01)",
      share,
    )
    .addHelpText(
      "after",
      `
Example:
  $ assay mark weights ./model --recipient "Institute A" --recipients recipients.json --out ./copy-a`,
    )
    .action(async (model: string, options: Options) => {
      const { recipients, ...rest } = options;
      const progress = progressLine();
      const tensors = await markWeights({ model, ...rest, key: recipients, onProgress: progress.report }).finally(() =>
        progress.done(),
      );
      process.stdout.write(`${JSON.stringify({ recipient: options.recipient, tensors, out: options.out })}\n`);
    });
}

function share(text: string): number {
  const n = Number(text);
  if (!(n > 0 && n <= 0.2)) throw new InvalidArgumentError("expected a share above 0 and at most 0.2.");
  return n;
}
