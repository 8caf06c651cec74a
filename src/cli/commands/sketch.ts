/** `assay sketch MODEL --seed HEX --out FILE`: a small file that stands for a model in an examination. */
import { Command, InvalidArgumentError, Option } from "commander";
import { makeSketch, type SketchRecord } from "../../app/sketch.js";
import { assayHome } from "../../host/home.js";
import { WIDTHS } from "../../labs/weights/sketch/plan.js";
import { progressLine } from "../progress.js";

interface Options {
  seed: string;
  out: string;
  width?: number;
  rows: "sampled" | "all";
  threads?: number;
  json?: boolean;
}

export function sketchCommand(): Command {
  return new Command("sketch")
    .description("Make a sketch of a model: what an exact examination of weights needs, without the weights.")
    .argument("<model>", "model folder, .safetensors or .gguf file")
    .requiredOption("--seed <hex>", "64 hexadecimal digits, drawn jointly by both sides", seedArgument)
    .requiredOption("--out <file>", "a new file for the sketch")
    .option(
      "--width <n>",
      `numbers a row: ${WIDTHS.join(", ")} (default: half of a row's at most, 128 at most)`,
      widthArgument,
    )
    .addOption(new Option("--rows <which>", "rows a matrix").choices(["sampled", "all"]).default("sampled"))
    .option("--threads <n>", "threads to use (default: cores + 1)", threadsArgument)
    .option("--json", "print a record of the sketch as JSON, nothing else")
    .addHelpText(
      "after",
      `
Examples:
  $ assay sketch models/base --seed 5f0c…e1 --out base.sketch
  $ assay examine weights base.sketch suspect.sketch

The seed comes from both sides, after both have committed to their models. A sketch discloses some linear
information about the rows it holds; the record says how much. docs/sketch-format.md describes the file.`,
    )
    .action(run);
}

async function run(model: string, options: Options): Promise<void> {
  const progress = progressLine();
  const { seed, out, rows } = options;
  const record = await makeSketch({
    model,
    seed,
    width: options.width ?? null,
    rows,
    out,
    home: assayHome(),
    ...(options.threads ? { threads: options.threads } : {}),
    onProgress: progress.report,
  }).finally(() => progress.done());
  process.stdout.write(options.json ? `${JSON.stringify(record)}\n` : inWords(record));
}

function inWords({ out, sizeBytes, root, chunkRoot, width, discloses }: SketchRecord): string {
  return [
    `sketch written to ${out} (${sizeBytes} bytes)`,
    `  model       ${root}`,
    `  chunk trees ${chunkRoot}`,
    `  discloses   ${discloses.folds} rows, ${width} numbers of ${discloses.hidden} each: on average ${(100 * discloses.energyShare).toFixed(1)} % of a row's energy`,
    "",
  ].join("\n");
}

function seedArgument(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError("expected 64 lower-case hexadecimal digits.");
  return text;
}

function widthArgument(text: string): number {
  if (!WIDTHS.includes(Number(text))) throw new InvalidArgumentError(`expected one of ${WIDTHS.join(", ")}.`);
  return Number(text);
}

function threadsArgument(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 64) throw new InvalidArgumentError("expected 1 to 64.");
  return n;
}
