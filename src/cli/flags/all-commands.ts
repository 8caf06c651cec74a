/** Every verb with everything below it, loaded: for completion and for whoever holds the vocabulary together. */
import { Command } from "commander";
import { LABORATORIES } from "../../app/known.js";
import { commandsFor, VERB_NAMES } from "../commands/commands.js";
import { questionCommand } from "../commands/examine.js";

export async function allCommands(): Promise<Command> {
  const program = new Command("assay");
  for (const command of await commandsFor([...VERB_NAMES])) {
    if (command.name() !== "examine") {
      program.addCommand(command);
      continue;
    }
    const examine = new Command("examine").description(command.description());
    for (const laboratory of LABORATORIES)
      for (const question of laboratory.questions)
        examine.addCommand(questionCommand({ laboratory, question }, await question.load()));
    program.addCommand(examine);
  }
  return program;
}

export interface Leaf {
  /** "register sign" */
  path: string;
  command: Command;
}

/** Commands and their groups, in order. */
export function leaves(command: Command, path: readonly string[] = []): Leaf[] {
  return command.commands.flatMap((child) => {
    const at = [...path, child.name()];
    return [{ path: at.join(" "), command: child }, ...leaves(child, at)];
  });
}
