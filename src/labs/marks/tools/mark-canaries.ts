/** `assay mark canaries`: fix a plan of canaries and the beacon's round that draws it. */
import { Command } from "commander";
import { drawNote, roundNumber } from "../../../app/log/drawing.js";
import { roundOf } from "../canaries/canary-plan.js";
import { makePlan } from "../desk/examine-canaries.js";

/** Prints the commitment alone on standard output; the plan's file stays secret. */
export function markCanariesCommand(): Command {
  return new Command("canaries")
    .description(
      "Fix a plan of canaries and the beacon's round that draws which account is served which answer. Prints its commitment, a line to be appended to a witnessed log before that.",
    )
    .requiredOption("--items <file>", 'JSON list of {"id", "question", "options": equally plausible answers}')
    .requiredOption("--accounts <file>", "accounts, one a line")
    .requiredOption("--out <file>", "the plan with its secret, to be kept until it is opened")
    .option("--round <number>", "of drand's quicknet, that draws (default: the first an hour from now)", roundNumber)
    .option("--seed <hex>", "a rehearsal: 64 hexadecimal digits that draw, in place of a round")
    .option("--served <file>", "a rehearsal: what each account is to be served, drawn at once by the secret alone")
    .addHelpText(
      "after",
      `
Example:
  $ assay mark canaries --items items.json --accounts accounts.txt --out plan.json > commitment.txt
  $ assay log append ./log commitment.txt --policy witnesses.txt --proof plan.tlog-proof`,
    )
    .action(async (asked: Parameters<typeof makePlan>[0]) => {
      const plan = await makePlan(asked);
      process.stdout.write(`${plan.commitment}\n`);
      process.stderr.write(drawNote(roundOf(plan), "assay mark draw"));
    });
}
