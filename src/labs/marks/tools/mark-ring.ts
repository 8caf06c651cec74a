/** `assay mark ring`: put mark files into one ring, asked as one question. */
import { Command } from "commander";
import { ringOf } from "../desk/make-ring.js";

/** The ring holds every key in it. */
export function markRingCommand(): Command {
  return new Command("ring")
    .description("Put mark files (and rings) into one ring: keys, periods, tokenizers and variants of many providers.")
    .argument("<marks...>", "mark files or rings; a mark without a name is called after its file")
    .requiredOption("--out <file>", "the ring; a secret, as each of its marks is")
    .option("--name <name>", "name of the ring, as findings print it")
    .addHelpText(
      "after",
      `
Examples:
  $ assay mark ring acme-2026-10.json acme-2026-11.json vllm.json --out RING.json
  $ assay examine marks answers.jsonl --mark RING.json          any of them, each paid for`,
    )
    .action(async (marks: string[], { out, name }: { out: string; name?: string }) => {
      process.stdout.write(`${await ringOf(marks, out, name)}\n`);
    });
}
