/** `assay pact …`: what states and laboratories promised each other, held against logs. */
import { Command } from "commander";
import { actCommands } from "./pact-acts.js";
import { draftCommands } from "./pact-drafts.js";
import { simulateCommand } from "./pact-simulate.js";
import { statusCommands } from "./pact-status.js";

/** Everything below `assay pact`. */
export function pactCommand(): Command {
  const command = new Command("pact");
  for (const each of [...actCommands(), ...statusCommands(), ...draftCommands(), simulateCommand()])
    command.addCommand(each);
  return command;
}
