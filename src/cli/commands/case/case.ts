/** `assay case …`: a dispute from complaint to order, as a folder that the other side can replay. */
import { Command } from "commander";
import { actCommands } from "./case-acts.js";
import { listCommands } from "./case-list.js";
import { lookCommands } from "./case-look.js";
import { replayCommand } from "./case-replay.js";
import { sealCommands } from "./case-seals.js";

/** All verbs below `case`. */
export function caseCommand(): Command {
  const command = new Command("case");
  for (const each of [...lookCommands(), ...listCommands(), ...actCommands(), ...sealCommands(), replayCommand()])
    command.addCommand(each);
  return command;
}
