/** `assay gate`: a model allowed or refused by its papers, its tests and the orders on it. */
import { Command } from "commander";
import { gateCheckCommands } from "./gate-check.js";
import { gateFetchCommand } from "./gate-fetch.js";
import { gateReadCommand } from "./gate-read.js";
import { gateServeCommand } from "./gate-serve.js";
import { gateWatchCommand } from "./gate-watch.js";

/** All verbs below `gate`. */
export function gateCommand(): Command {
  const gate = new Command("gate");
  for (const command of [
    ...gateCheckCommands(),
    gateReadCommand(),
    gateFetchCommand(),
    gateWatchCommand(),
    gateServeCommand(),
  ])
    gate.addCommand(command);
  return gate;
}
