/** `assay preferences gather|plant|decisions|pairs`: a panel's files from tables, and plans of planted preferences. */
import { Command } from "commander";
import { AssayError } from "../../../base/error.js";
import { gatherTables } from "../desk/gather.js";
import { decisions, openPlan, pairsToAsk, plant } from "../desk/plant.js";

/** All verbs below `preferences`. */
export function preferencesCommand(): Command {
  return new Command("preferences")
    .description("Make a panel of scorers from tables; plant decisions and list what to ask.")
    .addCommand(gatherCommand())
    .addCommand(plantCommand())
    .addCommand(
      listing(
        "decisions",
        "List what the claimant's scorer is to prefer: each pair with the drawn answer as chosen. Secret until the plan is opened.",
        async (path) => decisions(await openPlan(path)),
      ),
    )
    .addCommand(
      listing("pairs", "List what a suspect is asked, without a word on what was drawn.", async (path) =>
        pairsToAsk(await openPlan(path)),
      ),
    );
}

function gatherCommand(): Command {
  return new Command("gather")
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
}

function plantCommand(): Command {
  return new Command("plant")
    .description(
      "Draw which answer of each pair is to be preferred, and print the plan's commitment: publish it, dated, before the first decision is served.",
    )
    .argument("<pairs>", 'JSON Lines {"prompt", "a", "b"}: answers between which nobody has a reason to choose')
    .requiredOption("--name <text>", "whose plan it is")
    .requiredOption("--out <file>", "the plan, readable by its owner alone")
    .option("--seed <hex>", "64 hexadecimal digits; drawn where none is given")
    .addHelpText("after", "\nExample:\n  $ assay preferences plant pairs.jsonl --name northwind --out plan.json")
    .action(async (pairs: string, { name, out, seed }: { name: string; out: string; seed?: string }) => {
      if (seed !== undefined && !/^[0-9a-f]{64}$/.test(seed))
        throw new AssayError("USAGE", "--seed: expected 64 hexadecimal digits");
      process.stdout.write(`${await plant({ pairs, name, out, seed: seed ?? null })}\n`);
    });
}

function listing(name: string, description: string, lines: (path: string) => Promise<string[]>): Command {
  return new Command(name)
    .description(description)
    .argument("<plan>", "the plan")
    .addHelpText("after", `\nExample:\n  $ assay preferences ${name} plan.json > ${name}.jsonl`)
    .action(async (path: string) => {
      process.stdout.write(`${(await lines(path)).join("\n")}\n`);
    });
}

function collected(value: string, before: string[]): string[] {
  return [...before, value];
}
