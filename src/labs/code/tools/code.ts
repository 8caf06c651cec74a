/** `assay code corpus build|show|grow`: the index of public code; `assay code review`: what a blind reader is given. */
import { Command } from "commander";
import { AssayError } from "../../../base/error.js";
import { buildCorpus, growCorpus, showCorpus } from "../desk/corpus.js";
import { prepareReading } from "../desk/reading.js";

/** All verbs below `code`. */
export function codeCommand(): Command {
  const corpus = new Command("corpus").description(
    "An index of public code: for each maker, the prints of its source files, dated and digested. It holds no text.",
  );
  corpus
    .command("build")
    .description("Index a folder that holds one folder a maker.")
    .argument("<sources>", "folder; each folder in it is one maker, whatever projects lie inside")
    .requiredOption("--dated <day>", "the day by which all of it was public, YYYY-MM-DD", day)
    .requiredOption("--out <folder>", "the index to write")
    .addHelpText("after", "\nExample:\n  $ assay code corpus build public/ --dated 2026-06-30 --out index")
    .action(async (sources: string, { dated, out }: { dated: string; out: string }) => {
      process.stdout.write(`${await buildCorpus({ sources, out, dated, say })}\n`);
    });
  corpus
    .command("grow")
    .description("Add makers to an index; those it has stay as they are.")
    .argument("<index>", "the index")
    .argument("<sources>", "folder; each folder in it is one maker")
    .requiredOption("--dated <day>", "the day by which all of it was public, YYYY-MM-DD", day)
    .addHelpText("after", "\nExample:\n  $ assay code corpus grow index more/ --dated 2026-09-30")
    .action(async (index: string, sources: string, { dated }: { dated: string }) => {
      process.stdout.write(`${await growCorpus(index, { sources, dated, say })}\n`);
    });
  corpus
    .command("show")
    .description("Say what an index holds.")
    .argument("<index>", "the index")
    .option("--json", "the index itself, as JSON")
    .addHelpText("after", "\nExample:\n  $ assay code corpus show index")
    .action(async (index: string, { json }: { json?: boolean }) => {
      const shown = await showCorpus(index);
      if (json) {
        process.stdout.write(`${JSON.stringify({ root: shown.root, ...shown.index })}\n`);
        return;
      }
      const lines = shown.makers.map(({ maker, indexed }) => {
        const languages = Object.entries(indexed.languages).map(([name, of]) => `${name} ${of.tokens}`);
        return `${maker}: ${languages.join(", ")} tokens; ${indexed.prints.map((p) => `${p.count} prints of ${p.tokens}`).join(", ")}`;
      });
      process.stdout.write(
        `${shown.root}\ndated ${shown.index.dated}, ${shown.makers.length} makers\n${lines.join("\n")}\n`,
      );
    });
  return new Command("code")
    .description("Build and read an index of public code, by maker; prepare what a blind reader is given.")
    .addCommand(corpus)
    .addCommand(reviewCommand());
}

function reviewCommand(): Command {
  return new Command("review")
    .description(
      "Write what a reader is given who is to say which shared units a third source explains: units side by side without any score, and a record to fill in for examine code --review.",
    )
    .argument("<claimant>", "the claimant's source: a folder, or an archive")
    .argument("<suspect>", "the respondent's source, likewise")
    .requiredOption("--corpus <folder>", "index of public code, by `assay code corpus build`")
    .option(
      "--leave-out <maker>",
      "a maker of the index who descends from a side, or is one; may be repeated",
      (maker: string, before: string[]) => [...before, maker],
      [] as string[],
    )
    .requiredOption("--out <folder>", "a new folder for units.html and record.json")
    .addHelpText(
      "after",
      `
Example:
  $ assay code review ours/ theirs/ --corpus index --out reading
  $ assay examine code ours/ theirs/ --corpus index --review reading/record.json`,
    )
    .action(async (claimant: string, suspect: string, asked: { corpus: string; leaveOut: string[]; out: string }) => {
      process.stdout.write(`${await prepareReading({ claimant, suspect, ...asked })} pairs to read\n`);
    });
}

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

function day(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text)) return text;
  throw new AssayError("USAGE", `--dated: expected YYYY-MM-DD, got "${text.slice(0, 40)}"`);
}
