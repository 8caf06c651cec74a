/** `assay mark canaries`: draw a plan of canaries for accounts. */
import { Command } from "commander";
import { makePlan } from "../desk/examine-canaries.js";

/** Prints the commitment alone on standard output; the plan's file stays secret. */
export function markCanariesCommand(): Command {
  return new Command("canaries")
    .description("Draw a plan of canaries: which account is served which answer. Prints the commitment to publish.")
    .requiredOption("--items <file>", 'JSON list of {"id", "question", "options": equally plausible answers}')
    .requiredOption("--accounts <file>", "accounts, one a line")
    .requiredOption("--out <file>", "the plan with its seed (secret until it is opened)")
    .requiredOption("--served <file>", "JSON Lines: what each account is to be served")
    .addHelpText(
      "after",
      `
Example:
  $ assay mark canaries --items items.json --accounts accounts.txt --out PLAN.json --served served.jsonl`,
    )
    .action(async (paths: { items: string; accounts: string; out: string; served: string }) => {
      process.stdout.write(`${JSON.stringify({ commitment: await makePlan(paths) })}\n`);
    });
}
