/** `assay sketch MODEL --seed HEX --out FILE`: a small file that stands for a model in an examination. */
import { Command, InvalidArgumentError, Option } from "commander";
import { AssayError } from "../../../base/error.js";
import { progressLine } from "../../../cli/progress.js";
import { assayHome } from "../../../host/home.js";
import { makeSketch, type SketchRecord } from "../desk/sketch.js";
import { checkOpeningFile, writeOpening } from "../desk/sketch-opening.js";
import { commitToModel, seedOf } from "../desk/sketch-seed.js";
import { ROWS_DEFAULT, ROWS_MAX } from "../sketch/opening.js";
import { WIDTHS } from "../sketch/plan.js";

interface Options {
  seed?: string;
  out?: string;
  width?: number;
  rows: "sampled" | "all";
  threads?: number;
  json?: boolean;
}

/** Makes a sketch; its verbs commit, draw the seed, open rows and check an opening. */
export function sketchCommand(): Command {
  // An option behind a verb belongs to the verb.
  return makeCommand()
    .enablePositionalOptions()
    .addCommand(commitCommand())
    .addCommand(seedCommand())
    .addCommand(openCommand())
    .addCommand(checkCommand());
}

function makeCommand(): Command {
  return new Command("sketch")
    .argument("<model>", "model folder, .safetensors or .gguf file")
    .option("--seed <hex>", "64 hexadecimal digits, drawn jointly by both sides (needed)", seedArgument)
    .option("--out <file>", "a new file for the sketch (needed)")
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
  $ assay sketch commit models/base --out mine.json      then exchange commitments, then the files
  $ assay sketch seed mine.json theirs.json --commitment 07ab…3d
  $ assay sketch open models/base base.sketch --challenge 91d0…44 --out opening.json
  $ assay sketch check base.sketch opening.json --challenge 91d0…44

The seed comes from both sides, after both have committed to their models. A sketch discloses some linear
information about the rows it holds; the record says how much. docs/sketch-format.md describes the file.`,
    )
    .action(run);
}

async function run(model: string, options: Options): Promise<void> {
  const { seed, out, rows } = options;
  if (seed === undefined) throw new AssayError("USAGE", "sketch: expected --seed with 64 hexadecimal digits");
  if (out === undefined) throw new AssayError("USAGE", "sketch: expected --out with a new file");
  const progress = progressLine();
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

function commitCommand(): Command {
  return new Command("commit")
    .description("Commit to a model before the seed is drawn; hand over the printed commitment, keep the file.")
    .argument("<model>", "model folder or file")
    .requiredOption("--out <file>", "a new file for the contribution: secret until both commitments are exchanged")
    .option("--json", "print the commitment as JSON, nothing else")
    .addHelpText("after", "\nExample:\n  $ assay sketch commit models/base --out mine.json")
    .action(async (model: string, options: { out: string; json?: boolean }) => {
      const progress = progressLine();
      const { commitment } = await commitToModel({
        model,
        out: options.out,
        home: assayHome(),
        onProgress: progress.report,
      }).finally(() => progress.done());
      process.stdout.write(
        options.json ? `${JSON.stringify({ type: "assay/sketch-commitment/v1", commitment })}\n` : `${commitment}\n`,
      );
    });
}

function seedCommand(): Command {
  return new Command("seed")
    .description("Compute the joint seed from both contributions.")
    .argument("<mine>", "your contribution")
    .argument("<theirs>", "the other side's, revealed after both commitments were exchanged")
    .requiredOption("--commitment <hex>", "the commitment that the other side handed over first", seedArgument)
    .option("--json", "print the seed as JSON, nothing else")
    .addHelpText("after", "\nExample:\n  $ assay sketch seed mine.json theirs.json --commitment 07ab…3d")
    .action(async (mine: string, theirs: string, options: { commitment: string; json?: boolean }) => {
      const seed = await seedOf(mine, theirs, options.commitment);
      process.stdout.write(options.json ? `${JSON.stringify({ type: "assay/sketch-seed/v1", seed })}\n` : `${seed}\n`);
    });
}

function openCommand(): Command {
  return new Command("open")
    .description(
      "Open the rows of a sketch that a later challenge draws: their bytes, against the sketch's chunk trees.",
    )
    .argument("<model>", "the model that the sketch was made from")
    .argument("<sketch>", "the sketch")
    .requiredOption(
      "--challenge <hex>",
      "64 hexadecimal digits, drawn by the other side after it had the sketch",
      seedArgument,
    )
    .requiredOption("--out <file>", "a new file for the opening")
    .option("--rows <n>", "rows to open", rowsArgument, ROWS_DEFAULT)
    .option("--json", "print a record of the opening as JSON, nothing else")
    .addHelpText(
      "after",
      "\nExample:\n  $ assay sketch open models/base base.sketch --challenge 91d0…44 --out opening.json",
    )
    .action(runOpen);
}

async function runOpen(
  model: string,
  sketch: string,
  { challenge, out, rows, json }: { challenge: string; out: string; rows: number; json?: boolean },
): Promise<void> {
  const progress = progressLine();
  const record = await writeOpening({ model, sketch, challenge, rows, out, onProgress: progress.report }).finally(() =>
    progress.done(),
  );
  process.stdout.write(
    json
      ? `${JSON.stringify(record)}\n`
      : `opening written to ${out} (${record.sizeBytes} bytes): ${record.rows} rows, ${record.chunks} chunks of ${record.files} files\n`,
  );
}

function checkCommand(): Command {
  return new Command("check")
    .description(
      "Check an opening: chunks against the sketch's trees, rows folded again. Exit status 3 where it does not hold.",
    )
    .argument("<sketch>", "the sketch")
    .argument("<opening>", "the opening")
    .option("--challenge <hex>", "the challenge you drew", seedArgument)
    .option("--rows <n>", "rows you asked for", rowsArgument, ROWS_DEFAULT)
    .option("--json", "print the report as JSON, nothing else")
    .addHelpText("after", "\nExample:\n  $ assay sketch check base.sketch opening.json --challenge 91d0…44")
    .action(async (sketch: string, opening: string, options: { challenge?: string; rows: number; json?: boolean }) => {
      const asked = { challenge: options.challenge ?? null, rows: options.rows };
      const checks = await checkOpeningFile(sketch, opening, asked);
      const holds = checks.every((c) => c.holds);
      if (options.json) process.stdout.write(`${JSON.stringify({ holds, checks })}\n`);
      else {
        for (const { name, holds: held, detail } of checks)
          process.stdout.write(`${held ? "holds        " : "DOES NOT HOLD"}  ${name}: ${detail}\n`);
        process.stdout.write(holds ? "The opening holds.\n" : "The opening does not hold.\n");
      }
      if (!holds) process.exitCode = 3;
    });
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

function rowsArgument(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > ROWS_MAX) throw new InvalidArgumentError(`expected 1 to ${ROWS_MAX}.`);
  return n;
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
