/** `assay preferences gather|plant|draw|decisions|pairs`: a panel's files from tables, and plans of planted preferences. */
import { Command } from "commander";
import { drawNote, roundNumber } from "../../../app/log/drawing.js";
import { AssayError } from "../../../base/error.js";
import { gatherTables } from "../desk/gather.js";
import { decisions, drawPlan, openPlan, pairsToAsk, plant } from "../desk/plant.js";
import { roundOf } from "../planted/plan.js";

/** All verbs below `preferences`. */
export function preferencesCommand(): Command {
  return new Command("preferences")
    .description("Make a panel of scorers from tables; plant decisions and list what to ask.")
    .addCommand(gatherCommand())
    .addCommand(plantCommand())
    .addCommand(drawCommand())
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
      "Fix a plan and the beacon's round that draws which answer of each pair is to be preferred; prints its commitment, a line to be appended to a witnessed log before that.",
    )
    .argument("<pairs>", 'JSON Lines {"prompt", "a", "b"}: answers between which nobody has a reason to choose')
    .requiredOption("--name <text>", "whose plan it is")
    .requiredOption("--out <file>", "the plan with its secret, to be kept until it is opened")
    .option("--round <number>", "of drand's quicknet, that draws (default: the first an hour from now)", roundNumber)
    .option("--seed <hex>", "a rehearsal: 64 hexadecimal digits that draw, in place of a round")
    .addHelpText(
      "after",
      `
Example:
  $ assay preferences plant pairs.jsonl --name northwind --out plan.json > commitment.txt
  $ assay log append ./log commitment.txt --policy witnesses.txt --proof plan.tlog-proof`,
    )
    .action(async (pairs: string, asked: { name: string; out: string; round?: number; seed?: string }) => {
      const plan = await plant({ pairs, ...asked });
      process.stdout.write(`${plan.commitment}\n`);
      process.stderr.write(drawNote(roundOf(plan), "assay preferences draw"));
    });
}

function drawCommand(): Command {
  return new Command("draw")
    .description("Put the signature of the plan's round into it, once the round is out: the decisions follow from it.")
    .argument("<plan>", "the plan")
    .requiredOption(
      "--signature <hex>",
      "of the plan's round, 96 digits: https://api.drand.sh/v2/beacons/quicknet/rounds/ROUND has it",
    )
    .requiredOption("--out <file>", "a new file for the drawn plan, to be kept secret until it is opened")
    .addHelpText("after", "\nExample:\n  $ assay preferences draw plan.json --signature b75c69d0… --out drawn.json")
    .action((path: string, asked: { signature: string; out: string }) => drawPlan(path, asked));
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
