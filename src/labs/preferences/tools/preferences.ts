/** `assay preferences gather`: tables with a column a scorer become a panel's files. */
import { Command } from "commander";
import { AssayError } from "../../../base/error.js";
import { gatherTables } from "../desk/gather.js";

/** All verbs below `preferences`. */
export function preferencesCommand(): Command {
  const gather = new Command("gather")
    .description(
      "Write one file of scores a scorer from tables in CSV: a row an item, a column a scorer; each table is one prompt, named by its file.",
    )
    .argument("<tables...>", "CSV files, plain or gzipped; the first column names the item")
    .requiredOption("--probe <name>", "which probe the items are: words or pairs")
    .requiredOption("--out <folder>", "folder to write, a file a scorer")
    .option("--skip <column>", "a column that is no scorer's; may be repeated", collected, [])
    .addHelpText(
      "after",
      "\nExample:\n  $ assay preferences gather greatest.csv.gz best.csv.gz --probe words --skip elo_score --out panel",
    )
    .action(async (tables: string[], { probe, out, skip }: { probe: string; out: string; skip: string[] }) => {
      if (!/^[a-z]{1,30}$/.test(probe)) throw new AssayError("USAGE", "--probe: expected words or pairs");
      process.stdout.write(`${await gatherTables({ tables, probe, out, skip })}\n`);
    });
  return new Command("preferences").description("Make a panel of scorers from tables.").addCommand(gather);
}

function collected(value: string, before: string[]): string[] {
  return [...before, value];
}
