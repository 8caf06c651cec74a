/** `assay audit sample plan`: how many units a court's order must ask for. */
import { Command } from "commander";
import { AssayError } from "../../../base/error.js";
import { CHEATS } from "../../../office/audit/cheats.js";
import { samplePlan } from "../../../office/audit/sample-plan.js";
import { wholeNumber } from "./audit-options.js";

/** Whole-number arithmetic; reads no run. */
export function samplePlanCommand(): Command {
  const command = new Command("sample").description("Sizes of samples, for an order.");
  command.addCommand(
    new Command("plan")
      .description("The least number of units whose exact 95 % bound stays below a share.")
      .requiredOption("--of <N>", "units committed: rows or tokens", wholeNumber)
      .requiredOption("--share <share>", "such as 0.01", share)
      .option("--allow <x>", "bad units that may be among them", wholeNumber, 0)
      .option("--json", "print the plan as JSON")
      .addHelpText("after", "\nExample:\n  $ assay audit sample plan --of 1000000 --share 0.01")
      .action((options: { of: number; share: number; allow: number; json?: boolean }) => {
        const plan = samplePlan(options.of, options.share, options.allow);
        if (options.json)
          process.stdout.write(`${JSON.stringify({ type: "assay/audit-sample-plan/v1", ...plan, level: "0.95" })}\n`);
        else
          process.stdout.write(
            `draw ${plan.k} of ${plan.population}: with at most ${plan.allowed} bad among them, at most ${plan.upper} of the committed units are bad, at 0.95\n`,
          );
      }),
  );
  return command;
}

/** `assay audit cheats`: the table of what a cheating maker can do. */
export function cheatsCommand(): Command {
  return new Command("cheats")
    .description("What a cheating maker can do, and what comes of it: bounded, contradicted, or not seen.")
    .option("--json", "print one record a cheat as JSON")
    .addHelpText("after", "\nExample:\n  $ assay audit cheats")
    .action(({ json }: { json?: boolean }) => {
      for (const { cheat, comes, says } of CHEATS)
        process.stdout.write(
          json
            ? `${JSON.stringify({ type: "assay/audit-cheat/v1", cheat, comes, says })}\n`
            : `${comes.padEnd(20)} ${cheat}: ${says}\n`,
        );
    });
}

function share(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new AssayError("USAGE", "--share: expected a number between 0 and 1");
  return value;
}
