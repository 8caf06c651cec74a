/** `assay mark commit` and `mark draw`: keys, and plans of canaries, that a public beacon draws. */
import { basename } from "node:path";
import { Command } from "commander";
import { drawAsked, drawNote, roundNumber } from "../../../app/log/drawing.js";
import { commitMark, drawAny } from "../desk/draw-mark.js";

/** Prints the commitment alone on standard output. */
export function markCommitCommand(): Command {
  return new Command("commit")
    .description(
      "Drop the key of a mark file and fix the beacon's round that draws another. Prints the commitment, a line to be appended to a witnessed log before that.",
    )
    .argument("<mark>", "mark file of any scheme; its key is left out")
    .requiredOption("--out <file>", "the plan with its secret")
    .option("--round <number>", "of drand's quicknet, that draws (default: the first an hour from now)", roundNumber)
    .addHelpText(
      "after",
      `
Example:
  $ assay mark commit MARK.json --out plan.json > commitment.txt
  $ assay log append ./log commitment.txt --policy witnesses.txt --proof mark.tlog-proof
  $ assay mark draw plan.json --signature "$SIGNATURE" --out DRAWN.json
  $ assay examine marks answers.jsonl --mark DRAWN.json --committed mark.tlog-proof --policy witnesses.txt`,
    )
    .action(async (path: string, { out, ...asked }: { out: string; round?: number }) => {
      const plan = await commitMark(path, drawAsked(asked), out);
      process.stdout.write(`${plan.commitment}\n`);
      process.stderr.write(drawNote(plan.round, "assay mark draw"));
    });
}

/** Writes the drawn mark, or the drawn plan of canaries and what each account is to be served. */
export function markDrawCommand(): Command {
  return new Command("draw")
    .description(
      "Put the signature of a plan's round into it, once the round is out: a mark's key, or what accounts are served, follows from it.",
    )
    .argument("<plan>", "the plan, by assay mark commit or mark canaries")
    .requiredOption(
      "--signature <hex>",
      "of the plan's round, 96 digits: https://api.drand.sh/v2/beacons/quicknet/rounds/ROUND has it",
    )
    .requiredOption("--out <file>", "a new file for the drawn mark or plan, to be kept secret until it is opened")
    .option("--served <file>", "of canaries: JSON Lines, what each account is to be served")
    .addHelpText(
      "after",
      `
Examples:
  $ assay mark draw plan.json --signature b75c69d0… --out MARK.json
  $ assay mark draw canaries.json --signature b75c69d0… --out PLAN.json --served served.jsonl`,
    )
    .action((path: string, asked: { signature: string; out: string; served?: string }) =>
      drawAny(path, basename(path), { ...asked, signature: asked.signature.toLowerCase() }),
    );
}
