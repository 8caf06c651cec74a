/** `assay audit …`: a training run committed to while it runs, opened to a challenge, and what that bounds. */
import { Command } from "commander";
import { auditorCommands } from "./audit-auditor.js";
import { inspectCommand } from "./audit-inspect.js";
import { makerCommands } from "./audit-maker.js";
import { cheatsCommand, samplePlanCommand } from "./audit-plan.js";

/** All verbs below `audit`. */
export function auditCommand(): Command {
  const command = new Command("audit");
  for (const each of [...makerCommands(), ...auditorCommands(), samplePlanCommand(), cheatsCommand(), inspectCommand()])
    command.addCommand(each);
  return command;
}
