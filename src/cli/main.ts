#!/usr/bin/env node
/**
 * The command line. Exit status: 0 the examination ran, whatever it found; 2 the input or the usage is at fault, one
 * line; 3 something was checked and does not hold; 1 anything else. Results go to standard output, the rest to
 * standard error.
 */
import { Command, CommanderError, Option } from "commander";
import { LABORATORIES } from "../app/known.js";
import { SOFTWARE } from "../app/software.js";
import { AssayError } from "../base/error.js";
import { commandsFor } from "./commands/commands.js";
import { hyphened } from "./underscored-options.js";

/** Where an example's explanation begins. */
const COLUMN = 50;

function exampleOf({ typed, gives }: { typed: string; gives: string }): string {
  const command = `  $ assay examine ${typed}`;
  return `${command.padEnd(COLUMN)}${gives}\n${command} --out ./case-1`;
}

function below(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...below(child)]);
}

/** What is typed is seen by whoever lists processes, and kept in a shell's history. */
function typedPassword(): Option {
  return new Option("--password <text>").hideHelp().argParser(() => {
    throw new AssayError("USAGE", "--password: expected the password in --password-file FILE or in ASSAY_PASSWORD");
  });
}

const program = new Command("assay")
  // An option belongs to the verb it stands behind.
  .enablePositionalOptions()
  .description("Tests whether one AI model was taken from another, and states how strong the evidence is.")
  .version(`${SOFTWARE.version} (${SOFTWARE.commit})`)
  .addHelpText(
    "after",
    `
Examples:
  $ assay demo                                    examine the models that ship with the repository
${LABORATORIES.flatMap(({ example }) => (example ? [exampleOf(example)] : [])).join("\n")}
  $ assay verify ./case-1

Exit status: 0 ran, whatever it found; 2 input or usage at fault; 3 a check does not hold; 1 anything else.`,
  );

const argv = process.argv.map(hyphened);
for (const command of await commandsFor(argv.slice(2))) program.addCommand(command);
for (const command of [program, ...below(program)]) {
  if (command !== program) command.option("--quiet", "say nothing but results and errors");
  if (command.options.some(({ long }) => long === "--password-file")) command.addOption(typedPassword());
  command
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`assay: ${text.replace(/^error: /, "")}`) });
}

program.hook("preAction", async (_, command) => {
  // Loaded when a command runs: --version and --help read none of it.
  const { before } = await import("./flags/before.js");
  await before(command);
});

for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0); // `assay … | head` is no failure
    throw error;
  });

try {
  await program.parseAsync(argv);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof AssayError) {
    process.stderr.write(`assay: ${error.message}\n`);
    process.exitCode = 2;
  } else {
    process.stderr.write(`assay: internal error: ${(error as Error).stack ?? error}\n`);
    process.exitCode = 1;
  }
}
